"""The promises of ProfileCatalog."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from application.ports.profile_catalog import ProfileCatalog, ProfileNotFoundError
from domain.conversation import Conversation, Message, Role
from domain.profiles.profile import Profile
from domain.profiles.registry import BUILT_IN
from domain.settings.profile import ProfileSettings
from domain.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Shouting(Profile):
    """A profile of somebody else: every answer in capitals."""

    system_prompt: str
    name: ClassVar[str] = "shouting"
    version: ClassVar[str] = "7"

    def transform(self, example: Conversation, row_number: int, seed: int) -> Conversation:
        loud = (
            replace(turn, content=turn.content.upper()) if turn.role is Role.ASSISTANT else turn
            for turn in example.messages
        )
        return Conversation(tuple(loud))


def shouting(settings: Settings) -> Profile:
    return Shouting(settings.profile.system_prompt)


def named(name: str, prompt: str = "") -> Settings:
    return Settings(profile=ProfileSettings(name=name, system_prompt=prompt))


class ProfileCatalogContract:
    @pytest.fixture
    def catalog(self) -> ProfileCatalog:
        """Gives a catalog with the profile `shouting`, and another one called plain_sft."""
        raise NotImplementedError

    def test_built_in_profiles_come_first_and_every_name_once(
        self, catalog: ProfileCatalog
    ) -> None:
        assert tuple(catalog.names()) == (*BUILT_IN, "shouting")

    @pytest.mark.parametrize("name", BUILT_IN)
    def test_a_built_in_name_always_means_the_built_in_profile(
        self, catalog: ProfileCatalog, name: str
    ) -> None:
        profile = catalog.get(named(name, "Be kind."))
        assert (profile.name, profile.system_prompt) == (name, "Be kind.")
        assert type(profile) is type(BUILT_IN[name](Settings()))

    def test_a_profile_of_somebody_else_is_built_from_the_settings(
        self, catalog: ProfileCatalog
    ) -> None:
        profile = catalog.get(named("shouting", "Shout."))
        said = Conversation((Message(Role.USER, "hi"), Message(Role.ASSISTANT, "hello")))
        assert profile.system_prompt == "Shout."
        assert profile.transform(said, 1, 0).answer == "HELLO"
        assert profile.processors() == ()
        assert not profile.own_thinking

    def test_an_unknown_name_is_refused_with_the_known_ones(self, catalog: ProfileCatalog) -> None:
        for refuse in (lambda: catalog.get(named("whisper")), lambda: catalog.require("whisper")):
            with pytest.raises(ProfileNotFoundError, match="no profile 'whisper'") as refused:
                refuse()
            assert "plain_sft" in refused.value.fix[0]
            assert "shouting" in refused.value.fix[0]

    def test_a_known_name_is_not_refused(self, catalog: ProfileCatalog) -> None:
        catalog.require("shouting")
        catalog.require("plain_sft")
