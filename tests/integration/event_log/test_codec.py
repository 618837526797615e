import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.event_log.codec import SCHEMA, decode, encode
from application.ports.event_log import BrokenLogError, Event
from domain.job_events import JobSkipped
from tests.builders import NOON, a_campaign_created, a_job_id, a_job_started
from tests.strategies import finite, moments, texts

PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(),
    float: finite,
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: moments,
}

A_SKIPPED_JOB = (
    '{"job_id":"20261122T120000000Z-000000-lessons","at":"2026-11-22T12:00:00Z",'
    '"reason":"not für me\\n"}'
)


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Draw any value that a field of this type may have."""
    kind = getattr(kind, "__supertype__", kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(
            kind, **{field.name: anything(hints[field.name]) for field in fields(kind)}
        )
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    inner = [anything(part) for part in get_args(kind) if part is not ...]
    if get_origin(kind) is tuple:
        return st.lists(inner[0], max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(*inner, max_size=4)
    return st.one_of(inner)


def typed(value: object) -> object:
    """Give the value with the type of everything in it, so that 1, 1.0 and True differ."""
    if is_dataclass(value):
        return type(value), [typed(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(map(typed, value))
    return (datetime if isinstance(value, datetime) else type(value)), value


@given(event=st.one_of([anything(kind) for kind in get_args(Event)]))
def test_any_event_comes_back_equal_and_of_the_same_types(event: Event) -> None:
    name, payload = encode(event)
    found = decode(name, SCHEMA, payload)
    assert found == event
    assert typed(found) == typed(event)


def test_an_event_is_one_line_of_plain_json_under_the_name_of_its_type() -> None:
    event = JobSkipped(job_id=a_job_id(), at=NOON, reason="not für me\n")
    assert encode(event) == ("JobSkipped", A_SKIPPED_JOB)


def test_a_campaign_of_a_time_that_knew_no_folders_can_be_read() -> None:
    event = a_campaign_created()
    name, payload = encode(event)
    older = payload.replace(',"folder":""', "")
    assert older != payload
    assert decode(name, SCHEMA, older) == event


def test_a_time_keeps_its_moment_whatever_its_zone() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    event = JobSkipped(job_id=a_job_id(), at=NOON.astimezone(zone), reason="")
    assert decode(*with_schema(*encode(event))) == replace(event, at=NOON)


@pytest.mark.parametrize("setting", [math.nan, math.inf, -math.inf])
def test_a_setting_that_is_not_finite_is_refused(setting: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(a_job_started(a_job_id(), settings={"hyperparams.learning_rate": setting}))


@pytest.mark.parametrize(("name", "schema"), [("JobTeleported", 1), ("JobSkipped", SCHEMA + 1)])
def test_what_a_newer_guild_wrote_is_refused(name: str, schema: int) -> None:
    with pytest.raises(BrokenLogError, match=f"'{name}' events of version {schema}") as refusal:
        decode(name, schema, "{}")
    assert refusal.value.fix == ("upgrade guild",)


@pytest.mark.parametrize(
    "payload", ["", "{}", "[]", "nonsense", '{"job_id": 1, "at": "now", "reason": "x"}']
)
def test_what_nobody_wrote_is_refused_with_the_reason(payload: str) -> None:
    with pytest.raises(BrokenLogError, match="'JobSkipped'") as refusal:
        decode("JobSkipped", SCHEMA, payload)
    assert "validation error" in refusal.value.why


def with_schema(name: str, payload: str) -> tuple[str, int, str]:
    return name, SCHEMA, payload
