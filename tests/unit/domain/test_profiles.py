"""How examples are rewritten before training."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role
from domain.errors import NotFoundError
from domain.profiles.plain_sft import PlainSft
from domain.profiles.registry import profile_of
from domain.settings.profile import ProfileSettings
from tests.strategies import conversations, words

seeds = st.integers(0, 99)


@given(conversations(), seeds)
def test_plain_sft_changes_nothing_without_a_system_prompt(said: Conversation, seed: int) -> None:
    assert PlainSft().transform(said, 1, seed) == said


@given(conversations(with_system=False), words, seeds)
def test_plain_sft_puts_the_system_prompt_before_rows_that_have_none(
    said: Conversation, prompt: str, seed: int
) -> None:
    first, *rest = PlainSft(prompt).transform(said, 1, seed).messages
    assert first == Message(Role.SYSTEM, prompt)
    assert tuple(rest) == said.messages


@given(conversations(with_system=True), words, seeds)
def test_a_row_keeps_the_system_prompt_that_it_brings(
    said: Conversation, prompt: str, seed: int
) -> None:
    assert PlainSft(prompt).transform(said, 1, seed) == said


@given(conversations(), words, seeds)
def test_rewriting_twice_is_rewriting_once(said: Conversation, prompt: str, seed: int) -> None:
    profile = PlainSft(prompt)
    once = profile.transform(said, 1, seed)
    assert profile.transform(once, 1, seed) == once


def test_a_profile_is_found_by_the_name_in_the_settings() -> None:
    settings = ProfileSettings(name="plain_sft", system_prompt="be kind")
    assert profile_of(settings) == PlainSft("be kind")
    assert profile_of(ProfileSettings()).name == ProfileSettings().name


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="there is no profile 'fancy'") as refusal:
        profile_of(ProfileSettings(name="fancy"))
    assert refusal.value.fix == ("known profiles: plain_sft",)
