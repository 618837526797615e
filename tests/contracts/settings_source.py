"""What every source of settings owes."""

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from application.ports.settings_source import (
    BadSettingError,
    SettingsSource,
    UnknownSettingError,
)
from domain.settings.assignment import Flagged
from domain.settings.layers import Value, flatten, resolve
from tests.strategies import some_settings

SourceOf = Callable[[Mapping[str, Value]], SettingsSource]

# Every subclass runs the same property, with its own fixtures.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]

RATE = "hyperparams.learning_rate"
GOOD: list[tuple[str, Value]] = [
    (RATE, 1e-3),
    (RATE, 1),
    ("hyperparams.lr_scheduler_type", "linear"),
    ("hyperparams.max_length", 8),
    ("data.validation_split", 0),
    ("data.validation_split", 0.5),
    ("monitoring.remote_3090_host", "3090.lan"),
    ("monitoring.remote_3090_model_id", ""),
    ("profile.system_prompt", "a = b # 🤔"),
    ("environment.num_threads", 0),
    ("hyperparams.seed", 2**32 - 1),
]
BAD: list[tuple[str, Value]] = [
    (RATE, 0),
    (RATE, 1.5),
    (RATE, -1e-3),
    (RATE, math.nan),
    (RATE, math.inf),
    ("hyperparams.max_grad_norm", math.inf),
    (RATE, "fast"),
    ("hyperparams.lr_scheduler_type", "sine"),
    ("hyperparams.lr_scheduler_type", 3),
    ("hyperparams.max_length", 7),
    ("hyperparams.max_length", 8.5),
    ("hyperparams.max_length", "long"),
    ("hyperparams.adam_beta2", 1),
    ("data.validation_split", 0.51),
    ("monitoring.remote_3090_port", 65536),
    ("monitoring.remote_3090_timeout", 1e300),
    ("hyperparams.seed", 2**32),
    ("hyperparams.max_steps", 2**31),
    ("hyperparams.save_steps", 10**30),
    ("environment.num_threads", 10**6),
    ("checkpoint.budget", 1e300),
]
BAD_IN_A_FILE: list[tuple[str, Value]] = [
    (RATE, True),
    ("hyperparams.max_length", True),
    ("hyperparams.max_length", "8"),
    ("monitoring.remote_3090_host", 3090),
    ("profile.system_prompt", False),
]


def text_of(value: Value) -> str:
    return repr(value) if isinstance(value, float) else str(value)


class SettingsSourceContract:
    """Subclasses make a source whose project file says given things."""

    @pytest.fixture
    def source_of(self) -> SourceOf:
        raise NotImplementedError

    @pytest.fixture
    def source(self, source_of: SourceOf) -> SettingsSource:
        return source_of({})

    def test_a_hall_without_settings_sets_nothing(self, source: SettingsSource) -> None:
        assert dict(source.project().values) == {}

    @pytest.mark.parametrize(("key", "value"), GOOD)
    def test_the_project_says_what_its_file_says(
        self, source_of: SourceOf, key: str, value: Value
    ) -> None:
        layer = source_of({key: value}).project()
        assert dict(layer.values) == {key: value}
        assert flatten(resolve([layer]).settings)[key] == value
        assert resolve([layer]).origins[key].layer == layer.origin

    def test_every_value_comes_with_its_place(self, source_of: SourceOf) -> None:
        key = "hyperparams.seed"
        source = source_of({key: 7})
        for layer in (source.project(), source.assignments([f"{key}=8"], "--set")):
            assert layer.places[key]

    def test_an_environment_without_settings_sets_nothing(self, source: SettingsSource) -> None:
        assert dict(source.environment().values) == {}

    @pytest.mark.parametrize(
        "secret",
        [
            "hf_" + "a1B2" * 8,
            "use sk-" + "abcd1234" * 4,
            "ghp_" + "Z9y8" * 9,
            "AKIA" + "ABCDEFGH12345678",
            "https://me:swordfish@example.org/",
            "-----BEGIN RSA PRIVATE KEY-----",
        ],
    )
    def test_what_looks_like_a_secret_is_refused_and_not_repeated(
        self, source: SettingsSource, secret: str
    ) -> None:
        with pytest.raises(BadSettingError, match="looks like a secret") as refused:
            source.assignments([f"profile.system_prompt={secret}"], "--set")
        assert secret not in str(refused.value) + refused.value.why

    @pytest.mark.parametrize("text", ["Be kind.", "a:b@c", "sk-short", "http://host:8765/x"])
    def test_what_only_resembles_a_secret_is_a_text(
        self, source: SettingsSource, text: str
    ) -> None:
        layer = source.assignments([f"profile.system_prompt={text}"], "--set")
        assert layer.values["profile.system_prompt"] == text

    @pytest.mark.parametrize(("key", "value"), [*BAD, *BAD_IN_A_FILE])
    def test_a_bad_value_in_the_project_is_refused_with_its_key(
        self, source_of: SourceOf, key: str, value: Value
    ) -> None:
        with pytest.raises(BadSettingError, match=key):
            source_of({key: value}).project()

    @pytest.mark.parametrize(("key", "value"), GOOD)
    def test_an_assignment_is_typed_like_its_setting(
        self, source: SettingsSource, key: str, value: Value
    ) -> None:
        layer = source.assignments([f"{key}={text_of(value)}"], "--set")
        assert layer.origin == "--set"
        assert dict(layer.values) == {key: value}
        assert isinstance(layer.values[key], str) == isinstance(value, str)

    @pytest.mark.parametrize(("key", "value"), BAD)
    def test_a_bad_assignment_is_refused_with_key_and_place(
        self, source: SettingsSource, key: str, value: Value
    ) -> None:
        with pytest.raises(BadSettingError, match=f"{key}.*--set"):
            source.assignments([f"{key}={text_of(value)}"], "--set")

    @pytest.mark.parametrize("pair", ["hyperparams.learning_rate", "", "nothing"])
    def test_a_text_that_assigns_nothing_is_refused(
        self, source: SettingsSource, pair: str
    ) -> None:
        with pytest.raises(BadSettingError):
            source.assignments([pair], "--set")

    def test_an_assignment_that_stands_for_a_flag_is_told_of_by_its_flag(
        self, source: SettingsSource
    ) -> None:
        good = Flagged.of("hyperparams.max_length", 8, "--max-length")
        layer = source.assignments([good, f"{RATE}=0.5"], "--set")
        assert dict(layer.places) == {"hyperparams.max_length": "--max-length", RATE: "--set"}
        with pytest.raises(BadSettingError, match=f"{RATE}.*--learning-rate"):
            source.assignments([Flagged.of(RATE, 7, "--learning-rate")], "--set")

    def test_the_last_of_two_assignments_counts(self, source: SettingsSource) -> None:
        layer = source.assignments([f"{RATE}=0.5", f"{RATE}=0.25"], "--set")
        assert dict(layer.values) == {RATE: 0.25}

    def test_only_the_first_sign_divides_key_and_value(self, source: SettingsSource) -> None:
        layer = source.assignments(["profile.system_prompt=a=b=c"], "--set")
        assert dict(layer.values) == {"profile.system_prompt": "a=b=c"}

    @pytest.mark.parametrize("key", ["hyperparams.learning_rat", "hyperparam.learning_rate"])
    def test_an_unknown_key_is_refused_with_the_nearest_one(
        self, source_of: SourceOf, key: str
    ) -> None:
        with pytest.raises(UnknownSettingError) as typed:
            source_of({}).assignments([f"{key}=1"], "--set")
        with pytest.raises(UnknownSettingError) as written:
            source_of({key: 1}).project()
        for refused in (typed, written):
            assert key in str(refused.value)
            assert RATE in refused.value.fix[0]

    @settings(suppress_health_check=SHARED)
    @given(values=some_settings)
    def test_every_value_that_a_setting_may_have_is_read_back_equal(
        self, source_of: SourceOf, values: dict[str, Value]
    ) -> None:
        assert dict(source_of(values).project().values) == values

    @settings(suppress_health_check=SHARED)
    @given(values=some_settings)
    def test_every_value_that_is_kept_is_read_back_equal(
        self, source_of: SourceOf, values: dict[str, Value]
    ) -> None:
        source = source_of({})
        typed = {key: value for key, value in values.items() if str(value).strip() == str(value)}
        for key, value in typed.items():
            source.keep(f"{key}={text_of(value)}")
        assert dict(source.project().values) == typed

    @settings(suppress_health_check=SHARED)
    @given(text=st.text())
    def test_any_other_text_is_refused_and_nothing_worse_happens(
        self, source: SettingsSource, text: str
    ) -> None:
        for key in (RATE, "hyperparams.max_length", "model.dtype"):
            try:
                layer = source.assignments([f"{key}={text}"], "--set")
            except BadSettingError:
                continue
            assert flatten(resolve([layer]).settings)[key] == layer.values[key]

    def test_what_is_kept_is_read_back_and_the_rest_stays(self, source_of: SourceOf) -> None:
        source = source_of({"hyperparams.seed": 7, "data.over_long": "drop"})
        difference = source.keep("hyperparams.learning_rate=0.25")
        assert source.project().values == {
            "hyperparams.seed": 7,
            "data.over_long": "drop",
            "hyperparams.learning_rate": 0.25,
        }
        assert "0.25" in difference
        source.keep("hyperparams.seed=8")
        assert source.project().values["hyperparams.seed"] == 8

    def test_what_is_taken_over_is_read_back_and_the_rest_stays(self, source_of: SourceOf) -> None:
        source = source_of({"hyperparams.seed": 7, "data.over_long": "drop"})
        difference = source.take_over([f"{RATE}=0.25", "hyperparams.seed=8"])
        assert source.project().values == {
            "hyperparams.seed": 8,
            "data.over_long": "drop",
            RATE: 0.25,
        }
        assert "0.25" in difference
        assert source.take_over([]) == ""

    @pytest.mark.parametrize("bad", ["hyperparams.max_steps=-2", "hyperparams.sed=1", "nothing"])
    def test_nothing_is_taken_over_where_one_cannot_be_set(
        self, source_of: SourceOf, bad: str
    ) -> None:
        source = source_of({"hyperparams.seed": 7})
        with pytest.raises((BadSettingError, UnknownSettingError)):
            source.take_over(["hyperparams.seed=8", bad])
        assert source.project().values == {"hyperparams.seed": 7}

    def test_what_cannot_be_set_is_not_kept(self, source_of: SourceOf) -> None:
        source = source_of({"hyperparams.seed": 7})
        with pytest.raises(BadSettingError):
            source.keep("hyperparams.seed=-1")
        with pytest.raises(UnknownSettingError):
            source.keep("hyperparams.sed=1")
        assert source.project().values == {"hyperparams.seed": 7}

    def test_good_settings_have_no_faults(self, source_of: SourceOf) -> None:
        assert source_of({"hyperparams.seed": 7}).faults() == []

    def test_all_faults_are_found_at_once(self, source_of: SourceOf) -> None:
        source = source_of({"hyperparams.sed": 1, "hyperparams.seed": -1, "data.over_long": "cut"})
        assert len(source.faults()) == 3
