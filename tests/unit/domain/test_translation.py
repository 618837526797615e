"""A predecessor's settings in guild's words."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settings.layers import Value, flatten
from domain.settings.left_behind import LEFT_BEHIND, Reason
from domain.settings.settings import Settings
from domain.settings.translation import COUNTERPARTS, FLAT, Taken, translate

old_keys = st.sampled_from([*COUNTERPARTS, *FLAT, *LEFT_BEHIND, "locked.base_model", "zork"])
old_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
)


def reasons(leaves: Mapping[str, object]) -> dict[str, Reason]:
    return {each.old: each.reason for each in translate(leaves).left}


def values(leaves: Mapping[str, object]) -> dict[str, Value]:
    return {each.key: each.value for each in translate(leaves).taken}


def test_every_counterpart_is_a_setting() -> None:
    assert {each.key for each in COUNTERPARTS.values()} <= set(flatten(Settings()))


def test_no_key_is_both_taken_and_left_behind() -> None:
    assert not (COUNTERPARTS.keys() | FLAT.keys()) & LEFT_BEHIND.keys()


def test_every_flat_key_stands_for_a_nested_one() -> None:
    assert set(FLAT.values()) <= set(COUNTERPARTS)


@given(st.dictionaries(old_keys, old_values))
def test_every_key_is_accounted_for_once_and_every_setting_set_once(
    leaves: dict[str, object],
) -> None:
    found = translate(leaves)

    accounted = [*(each.old for each in found.taken), *(each.old for each in found.left)]
    assert sorted(accounted) == sorted(leaves)
    assert len({each.key for each in found.taken}) == len(found.taken)


@pytest.mark.parametrize(
    ("old", "value", "key", "new"),
    [
        ("hyperparams.fp_precision", "bf16", "model.dtype", "bfloat16"),
        ("fp_precision", "fp32", "model.dtype", "float32"),
        ("precision", "bf16", "model.dtype", "bfloat16"),
        ("batch_size", 4, "hyperparams.per_device_train_batch_size", 4),
        ("gradient_accumulation", 8, "hyperparams.gradient_accumulation_steps", 8),
        ("profile.name", "none", "profile.name", "plain_sft"),
        ("profile.name", "regime3", "profile.name", "regime3"),
        ("profile.name", "emoji_think", "profile.name", "emoji_think"),
        ("data.enable_packing", False, "packing.enabled", False),
        ("enable_packing", True, "packing.enabled", True),
        ("validation_dataset_path", "held.jsonl", "data.validation_dataset_path", "held.jsonl"),
        ("monitoring.validation_split", 0, "data.validation_split", 0),
        ("system_prompt_base", "Be kind.", "profile.system_prompt", "Be kind."),
        ("data.seed", 7, "hyperparams.seed", 7),
    ],
)
def test_keys_and_values_are_said_in_guilds_words(
    old: str, value: Value, key: str, new: Value
) -> None:
    assert translate({old: value}).taken == (Taken(old, key, new),)


@pytest.mark.parametrize(
    ("old", "value", "reason"),
    [
        ("zork", 1, Reason.UNKNOWN),
        ("name", "emoji_think", Reason.UNKNOWN),
        ("hyperparams.zork", 1, Reason.UNKNOWN),
        ("locked", None, Reason.LOCKED),
        ("locked.base_model", "Qwen/Qwen3-0.6B", Reason.LOCKED),
        ("hyperparams.effective_batch_size", 16, Reason.COMPUTED),
        ("packing_strategy", "bfd", Reason.NO_COUNTERPART),
        ("enable_packing", "yes", Reason.REFUSED),
        ("data.validation_dataset_path", None, Reason.UNSET),
        ("data.augmentation", True, Reason.NO_COUNTERPART),
        ("optimizer.adamw.lr", 4e-4, Reason.NO_COUNTERPART),
        ("hyperparams.max_steps", None, Reason.UNSET),
        ("learning_rate", "fast", Reason.REFUSED),
        ("learning_rate", "0.1", Reason.REFUSED),
        ("learning_rate", [0.1], Reason.REFUSED),
        ("remote_3090_host", 3090, Reason.REFUSED),
        ("system_prompt_base", "Today is {date}.", Reason.REFUSED),
    ],
)
def test_what_is_not_taken_has_its_reason(old: str, value: object, reason: Reason) -> None:
    assert reasons({old: value}) == {old: reason}
    assert not translate({old: value}).taken


@pytest.mark.parametrize("order", [1, -1])
def test_the_nested_key_wins_in_whatever_order_they_stand(order: int) -> None:
    pairs = [("max_length", 2048), ("hyperparams.max_length", 384)][::order]
    found = translate(dict(pairs))

    assert found.taken == (Taken("hyperparams.max_length", "hyperparams.max_length", 384),)
    assert found.left[0].reason is Reason.OVERRULED
    assert "hyperparams.max_length says something else, and wins" in found.left[0].why


def test_a_switch_is_said_to_be_one() -> None:
    (left,) = translate({"enable_packing": "yes"}).left

    assert left.why == "packing.enabled is true or false"


def test_two_keys_that_agree_are_no_conflict() -> None:
    found = translate({"fp_precision": "bf16", "hyperparams.fp_precision": "bf16"})

    assert found.left[0].why == "hyperparams.fp_precision says the same"


def test_a_nested_null_leaves_the_flat_key_its_say() -> None:
    assert values({"max_steps": 7, "hyperparams.max_steps": None}) == {"hyperparams.max_steps": 7}


@pytest.mark.parametrize("where", ["eval_strategy", "hyperparams.eval_strategy"])
def test_steps_of_an_evaluation_that_never_ran_are_not_taken(where: str) -> None:
    key = "hyperparams.eval_steps"

    assert values({key: 500, where: "steps"}) == {key: 500}
    assert values({key: 500, where: "no"}) == {}


def test_the_value_of_what_is_left_is_not_repeated() -> None:
    found = translate({"max_length": 1234567, "hyperparams.max_length": 7654321, "zork": 1234567})

    assert "1234567" not in str(found.left)
    assert "7654321" not in str(found.left)
