from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from adapters.filesystem.atomic import write_atomically
from adapters.filesystem.hall import create_hall
from adapters.yaml_config.settings_files import YamlSettingsSource
from application.ports.settings_source import BadSettingError, UnknownSettingError
from domain.settings.elsewhere import SETTINGS_ELSEWHERE
from domain.settings.layers import Value
from tests.contracts.settings_source import RATE, SettingsSourceContract, SourceOf
from tests.strategies import LEAVES


def write(file: Path, values: Mapping[str, Value]) -> None:
    tree: dict[str, dict[str, Value]] = {}
    for key, value in values.items():
        section, _, leaf = key.partition(".")
        tree.setdefault(section, {})[leaf] = value
    with file.open("w", encoding="utf-8") as stream:
        # Quoted throughout: the library writes texts such as ?0 bare, and cannot read them again.
        yaml = YAML(typ="safe", pure=True)
        yaml.default_style = '"'
        yaml.width = 2**20
        yaml.dump(tree, stream)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "guild.yaml"


@pytest.fixture
def source(file: Path) -> YamlSettingsSource:
    return YamlSettingsSource(file, {}, write_atomically)


class TestYamlSettingsSource(SettingsSourceContract):
    @pytest.fixture
    def source_of(self, file: Path) -> SourceOf:
        def make(values: Mapping[str, Value]) -> YamlSettingsSource:
            write(file, values)
            return YamlSettingsSource(file, {}, write_atomically)

        return make


def test_the_place_is_file_and_line(source: YamlSettingsSource, file: Path) -> None:
    file.write_text("# mine\nhyperparams:\n  learning_rate: 1e-3\n")
    layer = source.project()
    assert layer.origin == "project file"
    assert layer.places == {"hyperparams.learning_rate": f"{file}:3"}


def test_variables_set_what_their_names_say(file: Path) -> None:
    environment = {"GUILD_CONFIG__hyperparams__seed": "7", "GUILD_HOME": "x", "PATH": "y"}
    layer = YamlSettingsSource(file, environment, write_atomically).environment()
    assert layer.values == {"hyperparams.seed": 7}
    assert layer.places == {"hyperparams.seed": "GUILD_CONFIG__hyperparams__seed"}


def test_a_mistyped_variable_is_refused_by_its_name(file: Path) -> None:
    environment = {"GUILD_CONFIG__hyperparams__sed": "7"}
    with pytest.raises(UnknownSettingError, match="GUILD_CONFIG__hyperparams__sed") as refused:
        YamlSettingsSource(file, environment, write_atomically).environment()
    assert "hyperparams.seed" in refused.value.fix[0]


@pytest.mark.parametrize(
    ("text", "value"), [("0", False), ("1", True), ("false", False), ("true", True)]
)
def test_enable_packing_is_a_short_name_of_packing_enabled(
    file: Path, text: str, value: Value
) -> None:
    layer = YamlSettingsSource(file, {"ENABLE_PACKING": text}, write_atomically).environment()
    assert layer.values == {"packing.enabled": value}
    assert layer.places == {"packing.enabled": "ENABLE_PACKING"}


@pytest.mark.parametrize("order", [1, -1])
def test_the_full_name_wins_over_enable_packing(file: Path, order: int) -> None:
    both = [("ENABLE_PACKING", "0"), ("GUILD_CONFIG__packing__enabled", "1")][::order]
    layer = YamlSettingsSource(file, dict(both), write_atomically).environment()
    assert layer.values == {"packing.enabled": True}
    assert layer.places == {"packing.enabled": "GUILD_CONFIG__packing__enabled"}


@pytest.mark.parametrize("text", ["", "2", "never"])
def test_what_enable_packing_cannot_be_is_refused_and_found(file: Path, text: str) -> None:
    source = YamlSettingsSource(file, {"ENABLE_PACKING": text}, write_atomically)
    with pytest.raises(BadSettingError, match=r"\(ENABLE_PACKING\)"):
        source.environment()
    (fault,) = source.faults()
    assert "(ENABLE_PACKING)" in str(fault)
    assert fault.why == "it is true or false"


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "{}", "hyperparams:\n", "hyperparams: {}\nmodel: ~\n"]
)
def test_a_file_may_say_nothing(source: YamlSettingsSource, file: Path, text: str) -> None:
    file.write_text(text)
    assert dict(source.project().values) == {}


def test_the_file_of_a_new_hall_sets_nothing_and_its_examples_are_right(tmp_path: Path) -> None:
    create_hall(tmp_path)
    file = tmp_path / "guild.yaml"
    assert dict(YamlSettingsSource(file, {}, write_atomically).project().values) == {}
    examples = [line[2:] for line in file.read_text().splitlines() if line.startswith("#   ")]
    assert examples
    lines = [line.removeprefix("# ") for line in file.read_text().splitlines()[3:]]
    file.write_text("\n".join(lines))
    assert len(YamlSettingsSource(file, {}, write_atomically).project().values) == len(examples)


@pytest.mark.parametrize("written", ["1e-3", "1.0e-3", "0.001", "1E-3", "+1e-3", "1e-03"])
def test_a_learning_rate_may_be_written_as_people_do(
    source: YamlSettingsSource, file: Path, written: str
) -> None:
    file.write_text(f"hyperparams:\n  learning_rate: {written}\n")
    assert source.project().values == {RATE: 1e-3}
    assert source.assignments([f"{RATE}={written}"], "--set").values == {RATE: 1e-3}


@pytest.mark.parametrize(
    ("text", "line", "allowed"),
    [
        ("hyperparams:\n  learning_rate: 0\n", 2, "a number, more than 0, at most 1"),
        ("hyperparams:\n  learning_rate: .nan\n", 2, "a number"),
        ("hyperparams:\n  learning_rate: '1e-3'\n", 2, "a number"),
        ("hyperparams:\n  learning_rate: [1]\n", 2, "a number"),
        ("hyperparams:\n  seed: 1\n  max_length: 8.0\n", 3, "a whole number, at least 8"),
        ("hyperparams:\n  max_length:\n", 2, "a whole number"),
        ("model: {dtype: int8}", 1, "one of auto, float32, bfloat16"),
        ("profile:\n  name: {a: b}\n", 2, "a text"),
        ("data:\n  over_long: true\n", 2, "one of refuse, drop, split_turns, truncate_prompt"),
    ],
)
def test_a_bad_value_is_refused_with_its_line_and_what_is_allowed(
    source: YamlSettingsSource, file: Path, text: str, line: int, allowed: str
) -> None:
    file.write_text(text)
    with pytest.raises(BadSettingError, match=f"{file}:{line}") as refused:
        source.project()
    assert allowed in refused.value.why


def test_what_is_typed_is_refused_with_the_flag_and_the_default(
    source: YamlSettingsSource,
) -> None:
    with pytest.raises(BadSettingError) as refused:
        source.assignments(["hyperparams.max_length=\x1b[31mlong"], "--set")
    assert str(refused.value) == "hyperparams.max_length cannot be '\\x1b[31mlong' (--set)"
    assert refused.value.fix == ("leave it out for 2048, or what the hero says",)


@pytest.mark.parametrize("text", ["hyperparams: 3\n", "hyperparams: [learning_rate]\n"])
def test_a_section_is_no_value(source: YamlSettingsSource, file: Path, text: str) -> None:
    file.write_text("\n" + text)
    with pytest.raises(BadSettingError, match=f"hyperparams is a section.*{file}:2"):
        source.project()


def test_a_setting_outside_of_its_section_is_refused(
    source: YamlSettingsSource, file: Path
) -> None:
    file.write_text("hyperparams:\n  learning_rate: 1e-3\nhyperparams.learning_rate: 1\n")
    with pytest.raises(BadSettingError, match=f"{RATE} stands outside.*{file}:3") as refused:
        source.project()
    assert refused.value.fix == ("write 'hyperparams:' and, below it, 'learning_rate: …'",)


@pytest.mark.parametrize(
    ("text", "where", "meant"),
    [
        ("learning_rate: 1e-3\n", "learning_rate:1", RATE),
        ("model:\n  learning_rate: 1e-3\n", "model.learning_rate:2", RATE),
        ("hyperparam:\n  learning_rate: 1e-3\n", "hyperparam.learning_rate:2", RATE),
        ("hyperparams:\n  lerning_rate: 1e-3\n", "hyperparams.lerning_rate:2", RATE),
        ("hyperparams:\n  lr: 1e-3\n", "hyperparams.lr:2", RATE),
        ("lr: 1e-3\n", "lr:1", RATE),
        ("a: 1\nmodel:\n", "a:1", "guild config show lists all"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_what_may_be_meant(
    source: YamlSettingsSource, file: Path, text: str, where: str, meant: str
) -> None:
    key, _, line = where.partition(":")
    file.write_text(text)
    with pytest.raises(UnknownSettingError) as refused:
        source.project()
    assert str(refused.value) == f"there is no setting '{key}' ({file}:{line})"
    assert meant in refused.value.fix[0]


@pytest.mark.parametrize(("foreign", "ours"), SETTINGS_ELSEWHERE.items())
def test_the_names_of_other_trainers_are_translated(
    source: YamlSettingsSource, foreign: str, ours: str
) -> None:
    assert ours in LEAVES
    assert foreign not in {key.partition(".")[2] for key in LEAVES}
    for key in (foreign, f"training.{foreign}"):
        with pytest.raises(UnknownSettingError) as refused:
            source.assignments([f"{key}=1"], "--set")
        assert refused.value.fix == (f"did you mean {ours}?",)


def test_a_broken_file_is_refused_with_its_line(source: YamlSettingsSource, file: Path) -> None:
    file.write_text("model:\n  dtype: auto\n  dtype: auto\n")
    with pytest.raises(BadSettingError, match=f"{file}:3: 'dtype' is there twice"):
        source.project()


@pytest.mark.parametrize("text", ["8", " 8 ", "+8"])
def test_a_number_may_have_space_around_it_on_a_command_line(
    source: YamlSettingsSource, text: str
) -> None:
    layer = source.assignments([f"hyperparams.max_length ={text}"], "--set")
    assert layer.values == {"hyperparams.max_length": 8}
    assert type(layer.values["hyperparams.max_length"]) is int


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "hyperparams:\n  seed: 7\n"),
        ("# mine\n", "# mine\nhyperparams:\n  seed: 7\n"),
        ("data: {}", "data: {}\nhyperparams:\n  seed: 7\n"),
        ("{}", "{hyperparams: {seed: 7}}"),
        ("hyperparams:\n", "hyperparams:\n  seed: 7\n"),
        ("hyperparams: ~\ndata: {}\n", "hyperparams:\n  seed: 7\ndata: {}\n"),
        ("hyperparams:\ndata: {}\n", "hyperparams:\n  seed: 7\ndata: {}\n"),
        ("hyperparams: {}  # none\n", "hyperparams: {seed: 7}  # none\n"),
        ("hyperparams: {max_steps: 3}\n", "hyperparams: {seed: 7, max_steps: 3}\n"),
        (
            "hyperparams:\n    # few\n    max_steps: 3  # three\n",
            "hyperparams:\n    # few\n    seed: 7\n    max_steps: 3  # three\n",
        ),
        (
            "hyperparams:\n  seed: 1  # one\n  max_steps: 3\n",
            "hyperparams:\n  seed: 7  # one\n  max_steps: 3\n",
        ),
    ],
)
def test_one_value_is_changed_and_not_a_letter_besides(
    source: YamlSettingsSource, file: Path, before: str, after: str
) -> None:
    file.write_text(before)
    source.keep("hyperparams.seed=7")
    assert file.read_text() == after
    assert source.project().values["hyperparams.seed"] == 7


def test_what_is_taken_over_is_written_once_and_by_the_writer_that_was_handed_in(
    file: Path,
) -> None:
    written: list[tuple[Path, str]] = []
    file.write_text("data: {over_long: drop}  # mine\n")
    source = YamlSettingsSource(file, {}, lambda path, text: written.append((path, text)))

    source.take_over(["hyperparams.seed=7", "data.over_long=refuse", "hyperparams.max_steps=3"])
    lines = "hyperparams:\n  max_steps: 3\n  seed: 7\n"
    assert written == [(file, "data: {over_long: refuse}  # mine\n" + lines)]
    assert file.read_text() == "data: {over_long: drop}  # mine\n"


def test_what_the_file_says_already_is_not_written_again(file: Path) -> None:
    written: list[str] = []
    file.write_text("hyperparams: {seed: 7}\n")
    source = YamlSettingsSource(file, {}, lambda _, text: written.append(text))

    assert source.keep("hyperparams.seed=7") == ""
    assert written == []


def test_a_file_that_cannot_be_written_is_a_refusal(file: Path) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BadSettingError, match=f"{file} cannot be written") as refused:
        YamlSettingsSource(file, {}, full).keep("hyperparams.seed=7")
    assert "No space left" in refused.value.why


def test_a_broken_file_is_not_written_to(source: YamlSettingsSource, file: Path) -> None:
    file.write_text("hyperparams: [\n")
    with pytest.raises(BadSettingError):
        source.take_over(["hyperparams.seed=7"])
    assert file.read_text() == "hyperparams: [\n"


def in_environment(file: Path, **variables: str) -> YamlSettingsSource:
    return YamlSettingsSource(file, variables, write_atomically)


def test_two_variables_for_one_setting_must_agree(file: Path) -> None:
    low, high = "GUILD_CONFIG__hyperparams__seed", "GUILD_CONFIG__HYPERPARAMS__SEED"
    alike = in_environment(file, **{low: "7", high: "7"})
    assert alike.environment().values == {"hyperparams.seed": 7}
    source = in_environment(file, **{low: "7", high: "8"})
    with pytest.raises(BadSettingError) as refused:
        source.environment()
    assert low in str(refused.value)
    assert high in str(refused.value)
    assert [str(fault) for fault in source.faults()] == [str(refused.value)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GUILD_CONFIG_hyperparams__seed", "GUILD_CONFIG__hyperparams__seed"),
        ("GUILD_CONFIG_HYPERPARAMS_SEED", "GUILD_CONFIG__HYPERPARAMS__SEED"),
    ],
)
def test_a_variable_with_an_underscore_too_few_is_refused(
    file: Path, name: str, meant: str
) -> None:
    source = in_environment(file, **{name: "7"})
    with pytest.raises(BadSettingError, match=f"{name} sets nothing") as refused:
        source.environment()
    assert meant in refused.value.fix[0]
    assert len(source.faults()) == 1


def test_variables_of_options_and_of_others_are_left_alone(file: Path) -> None:
    source = in_environment(file, GUILD_CONFIG_SHOW_ORIGIN="1", GUILD_CONFIGURED="1")
    assert source.environment().values == {}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sample_packing", "packing.enabled"),
        ("block_size", "hyperparams.max_length"),
        ("compute_dtype", "model.dtype"),
        ("flash_attn", "model.attn_implementation"),
        ("gradient_checkpointing", "hyperparams.activation_checkpointing"),
    ],
)
def test_the_names_of_other_trainers_are_known(
    source: YamlSettingsSource, theirs: str, ours: str
) -> None:
    with pytest.raises(UnknownSettingError) as refused:
        source.assignments([f"{theirs}=1"], "--set")
    assert refused.value.fix == (f"did you mean {ours}?",)


@pytest.mark.parametrize("text", ["a: [\n", "data: {}\ndata: {}\n", "a: &x 1\n", "x" * 200_000])
def test_a_file_that_is_no_plain_yaml_is_refused_with_why_and_fix(
    source: YamlSettingsSource, file: Path, text: str
) -> None:
    file.write_text(text)
    with pytest.raises(BadSettingError) as refused:
        source.project()
    assert refused.value.why
    assert refused.value.fix
