"""How examples are rewritten before training."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Conversation, Message, Role, ask
from domain.errors import NotFoundError
from domain.profiles.emoji_think import EmojiThink
from domain.profiles.plain_sft import PlainSft
from domain.profiles.registry import BUILT_IN, built_in
from domain.settings.emoji_think import EmojiThinkSettings
from domain.settings.profile import ProfileSettings
from domain.settings.settings import Settings
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


def test_a_row_with_tools_keeps_them_when_the_system_prompt_is_added() -> None:
    said = replace(ask("why?"), tools="[{}]")
    assert PlainSft("be kind").transform(said, 1, 0).tools == "[{}]"


def test_a_profile_is_found_by_the_name_in_the_settings() -> None:
    settings = Settings(profile=ProfileSettings(system_prompt="be kind"))
    assert built_in(settings.profile.name, settings) == PlainSft("be kind")


def test_a_built_in_profile_reads_its_own_section() -> None:
    settings = Settings(
        profile=ProfileSettings(system_prompt="be kind"),
        emoji_think=EmojiThinkSettings(keep_thoughts=True, direct_ratio=0.25),
    )
    wanted = EmojiThink("be kind", keep_thoughts=True, direct_ratio=0.25)
    assert built_in("emoji_think", settings) == wanted
    assert built_in("plain_sft", settings) == PlainSft("be kind")


def test_every_built_in_profile_has_the_name_that_it_is_found_by() -> None:
    for name in BUILT_IN:
        profile = built_in(name, Settings())
        assert profile.name == name
        assert profile.version
        assert profile.system_prompt == ""


def test_only_profiles_that_think_in_their_own_way_say_so() -> None:
    assert not PlainSft().own_thinking
    assert PlainSft().processors() == ()
    assert EmojiThink().own_thinking


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="there is no profile 'fancy'") as refusal:
        built_in("fancy", Settings())
    assert refusal.value.fix == (f"known profiles: {', '.join(BUILT_IN)}",)
    assert {"plain_sft", "emoji_think"} <= set(BUILT_IN)
