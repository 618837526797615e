"""Hear what the head of a campaign says."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from application.layers import campaign_layer, settings_for
from application.ports.campaign_repository import CampaignRepository
from application.ports.checkpoint_store import CheckpointStore
from application.ports.clock import Clock
from application.ports.dataset_source import DatasetSource
from application.ports.event_log import Append, EventLog, preview_stream
from application.ports.hero_catalog import HeroCatalog
from application.ports.job_repository import JobRepository
from application.ports.model_loader import ChatEncoder, Model, ModelLoader
from application.ports.preview_backend import PreviewBackend, PreviewRequest
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from application.trust import Trust
from domain.campaign import Campaign
from domain.conversation import Conversation, Example, Role, RowError, ask
from domain.errors import NotFoundError
from domain.fingerprint import fingerprint
from domain.formats.reading import Reading
from domain.hero import Hero
from domain.job import JobStatus
from domain.preview import PreviewEvent, Prompt, observe
from domain.profiles.profile import Profile
from domain.rows import usable_rows
from domain.settings.data import DataSettings
from domain.settings.layers import with_values
from domain.settings.monitoring import PreviewBackendName
from domain.settings.settings import Settings
from domain.splitting import split


class NothingToAskError(NotFoundError):
    """There is no held-out row to ask."""

    def __init__(self) -> None:
        super().__init__(
            "this campaign has no held-out rows to ask",
            why="previews ask rows that the last job held out",
            fix=("name a prompt: guild preview run --prompt TEXT", "or train a job first"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOrder:
    """Texts to ask, or a file of rows, or, with neither, up to `most` held-out rows."""

    texts: tuple[str, ...] = ()
    file: str = ""
    most: int = 5
    campaign: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPreview(Generic[Model]):
    """Let the head of a campaign answer prompts, and record what it said.

    - prompts go through the profile, so that the model sees what it was trained on;
    - what could not be measured is recorded as that, never as a wrong answer;
    - without prompts, rows are asked that the last job with such rows held out;
    - a row without turns has no question and is passed over.
    """

    log: EventLog
    jobs: JobRepository
    campaigns: CampaignRepository
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    datasets: DatasetSource
    models: ModelLoader[Model]
    checkpoints: CheckpointStore
    trust: Trust
    backends: Callable[[PreviewBackendName], PreviewBackend]
    clock: Clock

    def execute(self, order: PreviewOrder) -> list[PreviewEvent]:
        """Give one event for each prompt, in their order."""
        campaign = self.campaigns.get(order.campaign) if order.campaign else self.campaigns.active()
        hero = self.heroes.get(campaign.hero_id)
        settings = settings_for(
            hero, campaign_layer(campaign), self.settings, self.profiles
        ).settings
        asked = self._asked(campaign, order, settings.data)
        location = self._verified(campaign, hero)
        profile = self.profiles.get(settings)
        encoder = self.models.encoder(hero, location, settings, plain_chat=profile.own_thinking)
        seed = settings.hyperparams.seed
        request = PreviewRequest(
            hero=hero,
            location=location,
            address=campaign.head.address if campaign.head else f"{campaign.id}@base",
            settings=settings,
            prompts=tuple(_prompts(asked, profile, seed, encoder)),
            processors=profile.processors() if settings.monitoring.preview_processors else (),
            plain_chat=profile.own_thinking,
        )
        return self._record(campaign, request)

    def _record(self, campaign: Campaign, request: PreviewRequest) -> list[PreviewEvent]:
        backend = self.backends(request.settings.monitoring.preview_backend)
        outcomes = backend.answer(request)
        events = [
            observe(
                campaign_id=campaign.id,
                checkpoint=campaign.head,
                backend=_speaker(backend, request),
                prompt=prompt,
                outcome=outcome,
                at=self.clock.now(),
            )
            for prompt, outcome in zip(request.prompts, outcomes, strict=True)
        ]
        self.log.append(Append(preview_stream(campaign.id), tuple(events)))
        return events

    def _asked(
        self, campaign: Campaign, order: PreviewOrder, data: DataSettings
    ) -> Sequence[Conversation]:
        if order.texts:
            return [ask(text) for text in order.texts]
        if order.file:
            return self._questions_of(order.file, data)
        return self._held_out(campaign)[: order.most]

    def _questions_of(self, file: str, data: DataSettings) -> Sequence[Conversation]:
        rows = usable_rows(self.datasets.rows_at(file), Reading.of(data), data.bad_rows)
        return _with_questions(example for _, example in rows)

    def _held_out(self, campaign: Campaign) -> Sequence[Conversation]:
        done = self.jobs.find(campaign_id=campaign.id, status=JobStatus.COMPLETED)
        for job in reversed(done):
            data = with_values(Settings(), job.settings).data  # as they were when it was trained
            if data.validation_dataset_path:
                return self._questions_of(data.validation_dataset_path, data)
            rows = usable_rows(self.datasets.rows(job.dataset), Reading.of(data), data.bad_rows)
            said = [fingerprint(example) for _, example in rows]
            sides = split(said, data.validation_split, data.validation_max_samples)
            measured = (row for row, found in zip(rows, said, strict=True) if sides.measures(found))
            if asked := _with_questions(example for _, example in measured):
                return asked
        raise NothingToAskError

    def _verified(self, campaign: Campaign, hero: Hero) -> str:
        location = ""
        if campaign.head is not None:
            self.trust.verify(campaign.head)
            location = self.checkpoints.locate(campaign.head)
        self.models.check(hero, location)
        return location


def _speaker(backend: PreviewBackend, request: PreviewRequest) -> str:
    """Name who spoke, and whether something was left out that the profile wanted."""
    whole = backend.heeds_processors or not request.processors
    return backend.name if whole else f"{backend.name} (no processors)"


def _with_questions(examples: Iterable[Example]) -> list[Conversation]:
    return [example for example in examples if isinstance(example, Conversation)]


def _prompts(
    rows: Iterable[Conversation], profile: Profile, seed: int, encoder: ChatEncoder
) -> Iterator[Prompt]:
    """Write the questions as in training; a row that the profile refuses taught nothing there."""
    for row in rows:
        try:
            seen = profile.transform(row, 0, seed)
        except RowError:
            continue
        has_answer = seen.messages[-1].role is Role.ASSISTANT
        asked = seen.prompt if has_answer else seen
        text, tokens = encoder.render(asked)
        golden = seen.answer if has_answer else None
        yield Prompt(conversation=asked, golden=golden, text=text, tokens=tokens)
