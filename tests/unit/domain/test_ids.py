"""Names of jobs and campaigns."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import REF_BITS, BadNameError, campaign_id, new_job_id, ref_of, slug
from tests.builders import NOON
from tests.strategies import moments

any_text = st.text(max_size=300) | st.text("aZ0._- /é", max_size=300)
chance = st.integers(0, 2**REF_BITS - 1)
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")


@given(moments, moments, chance, chance, any_text)
def test_ids_sort_by_time(one: datetime, other: datetime, a: int, b: int, name: str) -> None:
    earlier, later = sorted((one, other))
    if later - earlier >= timedelta(milliseconds=1):
        assert new_job_id(earlier, a, name) < new_job_id(later, b, "a")


def test_a_millisecond_makes_the_difference() -> None:
    assert new_job_id(NOON, 2**REF_BITS - 1, "z") < new_job_id(
        NOON + timedelta(milliseconds=1), 0, "a"
    )


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_the_zone_of_the_clock_does_not_matter(at: datetime, minutes: int) -> None:
    elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    assert new_job_id(elsewhere, 1, "a") == new_job_id(at, 1, "a")


@given(moments, chance, any_text)
def test_any_name_of_a_dataset_gives_a_safe_file_name_of_bounded_length(
    at: datetime, bits: int, name: str
) -> None:
    job_id = new_job_id(at, bits, name)
    assert SAFE.fullmatch(job_id)
    assert len(job_id) <= 67


@given(moments, chance, chance, any_text)
def test_chance_tells_jobs_of_the_same_millisecond_apart(
    at: datetime, a: int, b: int, name: str
) -> None:
    assert (new_job_id(at, a, name) == new_job_id(at, b, name)) is (a == b)


@given(moments, chance, any_text)
def test_six_characters_are_found_again_in_the_id(at: datetime, bits: int, name: str) -> None:
    ref = ref_of(new_job_id(at, bits, name))
    assert re.fullmatch("[0-9a-hjkmnp-tv-z]{6}", ref)
    assert ref == ref_of(new_job_id(NOON, bits, "a-b-c"))


def test_an_id_can_be_read_by_people() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 6789, tzinfo=UTC)
    assert new_job_id(at, 33, "my notes.train.jsonl") == "20260102T030405006Z-000011-my-notes"


@given(any_text)
def test_a_slug_is_a_safe_name_of_at_most_40_characters(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,39}", slug(text))


def test_a_long_name_is_cut() -> None:
    assert slug("a" * 300) == "a" * 40
    assert len(new_job_id(NOON, 0, "a" * 300)) == 67


def test_a_name_without_one_usable_letter_is_called_unnamed() -> None:
    assert {slug(text) for text in ("", "..", "../", "日本語", "--")} == {"unnamed"}


def test_a_slug_cannot_climb_out_of_its_folder() -> None:
    assert slug("../../etc/passwd") == "etc-passwd"


def test_a_campaign_is_named_after_its_hero() -> None:
    assert campaign_id("baby-mage", "first-steps") == "baby-mage/first-steps"


@pytest.mark.parametrize("name", ["first steps", "летняя", "", "a/b", "x" * 41, ".hidden"])
def test_a_campaign_has_a_name_that_is_safe_as_a_folder(name: str) -> None:
    with pytest.raises(BadNameError, match="cannot be named"):
        campaign_id("baby-mage", name)
