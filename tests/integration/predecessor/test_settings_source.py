"""A predecessor's config.json speaks for the project where nothing else does, or is refused."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.memory.settings_source import MemorySettingsSource
from adapters.predecessor.settings_source import PredecessorSettingsSource
from application.ports.settings_source import BadSettingError, UnknownSettingError
from domain.settings.layers import Value
from tests.contracts.settings_source import RATE, SettingsSourceContract, SourceOf

OLD = """{
  "learning_rate": 4e-4,
  "hyperparams": {
    "max_length": 384, "max_steps": null,
    "fp_precision": "bf16"
  },
  "max_length": 2048
}
"""
SAYS: Mapping[str, Value] = {
    RATE: 4e-4,
    "hyperparams.max_length": 384,
    "model.dtype": "bfloat16",
}


class TestPredecessorSettingsSource(SettingsSourceContract):
    @pytest.fixture
    def source_of(self, tmp_path: Path) -> SourceOf:
        return lambda values: source_beside(tmp_path / "config.json", values)


def source_beside(
    file: Path, own: Mapping[str, Value] | None = None, **environment: Value
) -> PredecessorSettingsSource:
    return PredecessorSettingsSource(MemorySettingsSource(own, environment), file)


@pytest.fixture(name="file")
def _file(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


def test_the_old_file_is_the_project_file_key_by_key_with_its_line(file: Path) -> None:
    file.write_text(OLD)
    layer = source_beside(file).project()
    assert layer.origin == "project file"
    assert dict(layer.values) == SAYS
    assert layer.places == {
        RATE: f"{file}:2",
        "hyperparams.max_length": f"{file}:4",
        "model.dtype": f"{file}:5",
    }
    assert source_beside(file).faults() == []
    assert file.read_text() == OLD


def test_an_old_file_that_says_nothing_sets_nothing(file: Path) -> None:
    file.write_text("{}")
    assert dict(source_beside(file).project().values) == {}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("zork", 1, "unknown"),
        ("packing_strategy", "bfd", "one way to pack"),
        ("learning_rate", 7, "hyperparams.learning_rate cannot be"),
        ("batch_size", "many", "is a number"),
        ("profile", {"name": "no_such"}, "plain_sft"),
        ("locked", {"base_model": "x"}, "locked"),
    ],
)
def test_a_key_that_cannot_be_translated_is_refused_with_line_reason_and_way_out(
    file: Path, key: str, value: object, why: str
) -> None:
    file.write_text(json.dumps({"data": {"seed": 7}, key: value}, indent=1))
    with pytest.raises(BadSettingError, match=f"'{key}.*' cannot be translated") as refused:
        source_beside(file).project()
    line = 6 if isinstance(value, dict) else 5
    assert f"({file}:{line})" in str(refused.value)
    assert why in refused.value.why
    assert f"guild config import {file}" in refused.value.fix[0]
    assert str(file) in refused.value.fix[1]


def test_all_that_cannot_be_translated_is_found_at_once(file: Path) -> None:
    file.write_text('{"zork": 1, "seed": 7, "packing_strategy": "bfd", "learning_rate": 7}')
    source = source_beside(file, None, **{"hyperparams.sed": 1})
    faults = [str(fault) for fault in source.faults()]
    assert len(faults) == 4
    assert "hyperparams.sed" in faults[0]
    keys = ("learning_rate", "packing_strategy", "zork")
    for key, fault in zip(keys, faults[:0:-1], strict=True):
        assert fault.startswith(f"'{key}'")


def test_a_secret_is_refused_and_not_repeated(file: Path) -> None:
    secret = "hf_" + "a1B2" * 8
    file.write_text(json.dumps({"system_prompt": secret}))
    with pytest.raises(BadSettingError) as refused:
        source_beside(file).project()
    assert secret not in str(refused.value) + refused.value.why


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": 1, "a": 2}'])
def test_a_doubtful_old_file_is_refused_and_is_a_fault(file: Path, content: str) -> None:
    file.write_text(content)
    source = source_beside(file)
    for refused_by in (source.project, lambda: source.keep("hyperparams.seed=1")):
        with pytest.raises(BadSettingError, match=str(file)):
            refused_by()
    assert len(source.faults()) == 1


def test_two_files_that_say_something_are_refused_by_both_names(file: Path) -> None:
    file.write_text('{"zork": 1}')
    source = source_beside(file, {"hyperparams.seed": 7})
    for refused_by in (source.project, lambda: source.keep("hyperparams.seed=1")):
        with pytest.raises(BadSettingError, match=f"guild.yaml and {file}") as refused:
            refused_by()
        assert f"guild config import {file}" in refused.value.fix[0]
        assert f"mv {file} " in refused.value.fix[1]
    assert [str(fault) for fault in source.faults()] == [str(refused.value)]


def test_own_settings_that_are_broken_say_something_too(file: Path) -> None:
    file.write_text('{"seed": 7}')
    source = source_beside(file, {"hyperparams.sed": 7})
    with pytest.raises(UnknownSettingError):
        source.project()
    assert len(source.faults()) == 2
    assert "guild.yaml and" in str(source.faults()[1])


def test_nothing_is_set_beside_an_old_file_and_the_way_out_is_named(file: Path) -> None:
    file.write_text(OLD)
    source = source_beside(file)
    with pytest.raises(BadSettingError, match="only reads") as refused:
        source.keep("hyperparams.seed=1")
    assert f"guild config import {file}" in refused.value.fix[0]
    assert dict(source.project().values) == SAYS


def test_what_is_taken_over_is_refused_beside_the_old_file_until_it_is_gone(file: Path) -> None:
    file.write_text(OLD)
    source = source_beside(file)
    source.take_over([f"{key}={value}" for key, value in SAYS.items()])
    with pytest.raises(BadSettingError, match=r"guild\.yaml and"):
        source.project()
    file.unlink()
    assert dict(source.project().values) == SAYS


@pytest.mark.parametrize("own", [{}, {"hyperparams.seed": 7}])
@pytest.mark.parametrize(
    "facts", [{"model_type": "qwen3", "vocab_size": 512}, {"architectures": ["Qwen3ForCausalLM"]}]
)
def test_a_models_own_config_is_called_what_it_is(
    file: Path, own: dict[str, Value], facts: dict[str, object]
) -> None:
    file.write_text(json.dumps(facts))
    source = source_beside(file, own)
    for refused_by in (source.project, lambda: source.keep("hyperparams.seed=1")):
        with pytest.raises(BadSettingError, match="describes a model") as refused:
            refused_by()
    assert "config import" not in "".join(refused.value.fix)
    assert [str(fault) for fault in source.faults()] == [str(refused.value)]


def test_the_environment_still_has_its_say(file: Path) -> None:
    file.write_text(OLD)
    source = source_beside(file, None, **{"hyperparams.seed": 7})
    assert source.environment().values == {"hyperparams.seed": 7}
