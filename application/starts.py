"""Where a campaign begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from application.checkpoints import HEAD, Checkpoints
from application.ports.campaign_repository import CampaignRepository
from application.ports.checkpoint_store import CheckpointStore
from application.ports.model_folder import ModelFolder
from application.ports.model_loader import ModelLoader
from domain.campaign_events import CampaignCreated
from domain.checkpoint import Checkpoint
from domain.errors import ErrorCode, ExitStatus, GuildError, NotFoundError
from domain.hero import Difference, Hero, Source
from domain.ids import new_job_id

BASE = "base"
_PLACES = (".", "~", "/")
_NO_CLAIM = 0


class StartNotFoundError(NotFoundError):
    """There is nothing of this name to begin from."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"there is no checkpoint and no folder '{reference}'", fix=("guild campaign lineage",)
        )


class UntrueHeroError(GuildError):
    """A hero says of its model what the model's own files do not."""

    code = ErrorCode.HERO_FILE

    def __init__(self, hero: Hero, differences: Sequence[Difference]) -> None:
        super().__init__(
            f"hero {hero.id} is not what its model is: {hero.origin}",
            why="; ".join(
                f"{each.key}: the hero says {each.written}, the model {each.found}"
                for each in differences
            ),
            fix=(f"guild hero check {hero.id} --fix",),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A checkpoint, or a folder with a model that is not copied yet; neither is the base model.

    hero is who is trained from there, with the model's context where that is the shorter one.
    """

    hero: Hero
    checkpoint: Checkpoint | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Finds where a campaign may begin, and takes in what is not the hall's own.

    - whatever it is, it has the architecture of the hero; of a longer context no more is used than
      the hero's, as when a model is loaded;
    - a checkpoint's name comes before a folder's, unless the folder is written as a path;
    - what the hall's own hero says is compared with its model, where that is on this machine;
    - models are asked for late, since a hero that guild ships needs none to begin.
    """

    checkpoints: Checkpoints
    campaigns: CampaignRepository
    folders: ModelFolder
    store: CheckpointStore
    models: Callable[[], ModelLoader[Any]]
    chance: Callable[[], int]

    def find(self, reference: str, hero: Hero) -> Start:
        """Refuse what is not there, or has another architecture; copy nothing."""
        self._require_true(hero)
        if reference == BASE:
            return Start(hero=hero)
        if reference.startswith(_PLACES):
            return self._in_folder(reference, hero)
        try:
            checkpoint = self.checkpoints.find(reference)
        except NotFoundError as error:
            if self.folders.exists(reference):
                return self._in_folder(reference, hero)
            if reference.endswith(HEAD):
                raise
            raise StartNotFoundError(reference) from error
        return self._at(checkpoint, hero)

    def _require_true(self, hero: Hero) -> None:
        if not hero.own:
            return
        try:
            found = self.models().describe(hero.model, fetch=False).model
        except GuildError as error:
            if error.exit_status is ExitStatus.CANNOT_HERE:
                return  # model or libraries are elsewhere: it is found out where they are
            raise
        if differences := hero.model.differences(found):
            raise UntrueHeroError(hero, differences)

    def take_in(self, start: Start, created: CampaignCreated) -> CampaignCreated:
        """Commit a copy of a folder's model as the campaign's step 0."""
        if not start.folder:
            return created
        # No job has this claim: jobs count their claims from one.
        claim = new_job_id(created.at, self.chance(), "start")
        draft = self.store.draft(created.campaign_id, claim, _NO_CLAIM, 0)
        try:
            self.folders.copy(start.folder, draft.location)
            return replace(created, start=self.store.commit(draft))
        except BaseException:
            self.store.discard(draft)
            raise

    def _at(self, checkpoint: Checkpoint | None, hero: Hero) -> Start:
        if checkpoint is None:
            return Start(hero=hero)
        locked = self.campaigns.get(checkpoint.campaign_id).locked
        hero.locked_architecture.require(
            locked, locked_by=f"hero {hero.id}", found_in=f"campaign {checkpoint.campaign_id}"
        )
        there = replace(hero.model, context_length=locked.max_context)
        return Start(hero=replace(hero, model=there), checkpoint=checkpoint)

    def _in_folder(self, reference: str, hero: Hero) -> Start:
        folder = self.folders.check(reference)
        wanted = replace(hero.model, source=Source.FOLDER, name=folder)
        found = self.models().describe(wanted, fetch=False).model
        there = replace(
            hero.model,
            architecture=found.architecture,
            vocab_size=found.vocab_size,
            context_length=min(found.context_length, hero.model.context_length),
        )
        start = Start(hero=replace(hero, model=there), folder=folder)
        hero.locked_architecture.require(
            start.hero.locked_architecture, locked_by=f"hero {hero.id}", found_in=folder
        )
        return start
