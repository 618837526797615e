"""Settings: defined once, laid over each other, hashed."""

import hashlib
import json
import math
import operator
from collections.abc import Mapping
from dataclasses import Field
from enum import Enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.settings.data import OverLong
from domain.settings.layers import (
    SCHEMA,
    Layer,
    Origin,
    Value,
    config_hash,
    flatten,
    resolve,
    with_values,
)
from domain.settings.settings import Settings
from tests.strategies import LEAVES, every_setting, layers, some_settings, values_of

BOUNDS = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}


@given(layers)
def test_a_later_layer_wins_and_the_origin_says_who_it_was(stack: list[Layer]) -> None:
    resolved = resolve(stack)
    values, defaults = flatten(resolved.settings), flatten(Settings())
    assert set(resolved.origins) == set(LEAVES)
    for key in LEAVES:
        said = [layer for layer in stack if key in layer.values]
        assert values[key] == (said[-1].values[key] if said else defaults[key])
        assert resolved.origins[key] == Origin(said[-1].origin if said else SCHEMA)


def test_without_layers_every_value_is_the_default_of_the_schema() -> None:
    resolved = resolve(())
    assert resolved.settings == Settings()
    assert set(resolved.origins.values()) == {Origin(SCHEMA)}


@given(every_setting)
def test_all_values_come_back_from_json_with_the_types_of_their_settings(
    values: Mapping[str, Value],
) -> None:
    settings = with_values(Settings(), values)
    flat = flatten(settings)
    assert flat == values
    back = with_values(Settings(), json.loads(json.dumps(flat)))
    assert back == settings
    for key, leaf in LEAVES.items():
        section, name = key.split(".")
        assert type(getattr(getattr(back, section), name)) is type(leaf.default)


def test_a_whole_number_for_a_broken_one_is_the_same_setting() -> None:
    whole = with_values(Settings(), {"hyperparams.max_grad_norm": 1})
    assert config_hash(whole) == config_hash(Settings())


def test_a_word_becomes_the_member_of_its_enumeration() -> None:
    assert with_values(Settings(), {"data.over_long": "drop"}).data.over_long is OverLong.DROP


@given(some_settings)
def test_replacing_values_leaves_the_others_and_the_original_as_they_are(
    values: Mapping[str, Value],
) -> None:
    original = Settings()
    changed = flatten(with_values(original, values))
    assert original == Settings()
    assert {key: changed[key] for key in LEAVES if key not in values} == {
        key: value for key, value in flatten(original).items() if key not in values
    }


@given(st.data(), some_settings)
def test_the_hash_changes_with_any_value(data: st.DataObject, values: Mapping[str, Value]) -> None:
    settings = with_values(Settings(), values)
    key = data.draw(st.sampled_from(list(LEAVES)))
    now = flatten(settings)[key]
    other = data.draw(values_of(LEAVES[key]).filter(lambda value: value != now))
    assert config_hash(with_values(settings, {key: other})) != config_hash(settings)


@pytest.mark.parametrize("key", LEAVES)
def test_no_setting_is_left_out_of_the_hash(key: str) -> None:
    changed = with_values(Settings(), {key: another_value(LEAVES[key])})
    assert config_hash(changed) != config_hash(Settings())


@given(some_settings)
def test_the_hash_is_that_of_the_canonical_json(values: Mapping[str, Value]) -> None:
    settings = with_values(Settings(), values)
    canonical = json.dumps(dict(sorted(flatten(settings).items())), separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    assert config_hash(settings) == f"sha256:{digest[:16]}"


@pytest.mark.parametrize("key", LEAVES)
def test_every_setting_has_a_description_and_a_default_inside_its_bounds(key: str) -> None:
    leaf = LEAVES[key]
    description = leaf.metadata["description"]
    assert description[0].isupper()
    assert description.endswith(".")
    for bound, holds in BOUNDS.items():
        if bound in leaf.metadata:
            assert holds(flatten(Settings())[key], leaf.metadata[bound])


def another_value(leaf: "Field[object]") -> Value:
    match leaf.default:
        case Enum() as default:
            return next(str(member.value) for member in type(default) if member is not default)
        case bool() as default:
            return not default
        case int() | float() as default:
            return default + 1
        case default:
            return f"another {default}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hyperparams.momentum", 0.9),
        ("momentum", 0.9),
        ("optim.momentum.beta", 1),
        ("hyperparams.__class__", 1),
        ("model.dtype", "float8"),
        ("hyperparams.max_steps", math.inf),
    ],
)
def test_what_another_version_set_is_passed_over_and_named(key: str, value: Value) -> None:
    layer = Layer("campaign", {key: value, "hyperparams.seed": 7}, {key: "event 4"})
    resolved = resolve([layer])
    assert resolved.settings == with_values(Settings(), {"hyperparams.seed": 7})
    assert resolved.passed_over == {key: Origin("campaign", "event 4")}
    assert set(resolved.origins) == set(LEAVES)


def test_nothing_is_passed_over_of_what_can_be_set() -> None:
    assert resolve([Layer("project file", {"hyperparams.seed": 7})]).passed_over == {}
