"""Examine a hall."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from application.checks import Check, State, failed, guarded, passed, refused, warned
from application.layers import campaign_layer, settings_for
from application.overrides import passed_over
from application.ports.campaign_repository import CampaignRepository, NoActiveCampaignError
from application.ports.clock import Clock
from application.ports.event_log import EventLog
from application.ports.hall_folders import HallFolders
from application.ports.hero_catalog import HeroCatalog
from application.ports.job_repository import JobRepository
from application.ports.processes import Processes
from application.ports.profile_catalog import ProfileCatalog
from application.ports.settings_source import SettingsSource
from domain.campaign import Campaign
from domain.errors import GuildError
from domain.job import Job, JobStatus, Processing
from domain.lease import is_orphaned
from domain.settings.layers import resolve
from domain.settings.monitoring import Monitoring, PreviewBackendName
from domain.settings.settings import Settings

LEAST_FREE_BYTES = 5 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamineHall:
    """Look at everything in a hall; change nothing but folders that are missing.

    - what is broken hides only what cannot be looked at without it;
    - log, jobs and campaigns are asked for late, since a broken log cannot even be opened;
    - server_problem says what is wrong with the preview server, '' where it answers.
    """

    folders: HallFolders
    heroes: HeroCatalog
    settings: SettingsSource
    profiles: ProfileCatalog
    log: Callable[[], EventLog]
    jobs: Callable[[], JobRepository]
    campaigns: Callable[[], CampaignRepository]
    processes: Processes
    clock: Clock
    server_problem: Callable[[Monitoring], str]

    def execute(self, *, fix: bool = False) -> Sequence[Check]:
        """Check the hall; fix makes the folders that are missing."""
        checks = [self._folders(fix=fix), *self._strays(), self._disk(), *self._heroes()]
        log = guarded("log", self._log)
        checks.append(log)
        if log.state is not State.OK:
            return [*checks, *self._settings(None)]
        campaign = self._active()
        lock = guarded("campaign", partial(self._campaign, campaign))
        settled = campaign if lock.state is State.OK else None
        return [*checks, lock, *self._jobs(), *self._settings(settled)]

    def _folders(self, *, fix: bool) -> Check:
        missing = self.folders.missing()
        if missing and fix:
            self.folders.make(missing)
            return passed("folders", f"made {', '.join(missing)}")
        if missing:
            return failed("folders", f"missing: {', '.join(missing)}", "guild doctor --fix")
        return passed("folders", "complete")

    def _strays(self) -> list[Check]:
        return [
            warned(
                "queue", f"{name} is of no kind that guild takes in", f"take {name} out of there"
            )
            for name in self.folders.strays()
        ]

    def _disk(self) -> Check:
        free = self.folders.free_bytes()
        detail = f"{free / 10**9:.1f} GB free"
        if free < LEAST_FREE_BYTES:
            least = f"{LEAST_FREE_BYTES / 10**9:.0f} GB"
            return warned("disk", f"{detail}, less than {least}", "make room, or move the hall")
        return passed("disk", detail)

    def _heroes(self) -> list[Check]:
        names = self.heroes.ids()
        checks = [guarded(f"hero {name}", partial(self._hero, name)) for name in names]
        broken = [check for check in checks if check.state is not State.OK]
        return broken or [passed("heroes", f"{len(names)} can be read")]

    def _hero(self, hero_id: str) -> Check:
        return passed(f"hero {hero_id}", self.heroes.get(hero_id).name)

    def _log(self) -> Check:
        self.log().verify()
        return passed("log", "every event is what was written")

    def _active(self) -> Campaign | None:
        try:
            return self.campaigns().active()
        except NoActiveCampaignError:
            return None

    def _campaign(self, campaign: Campaign | None) -> Check:
        if campaign is None:
            return passed("campaign", "none is active yet")
        hero = self.heroes.get(campaign.hero_id)
        if differences := campaign.locked.conflicts_with(hero.locked_architecture):
            return failed(
                "campaign",
                f"{campaign.id} is locked to another model than its hero's: "
                + "; ".join(differences),
                f"give the hero {hero.id} back what it was",
                "or create a campaign for the model that it has now",
            )
        return passed("campaign", f"{campaign.id}, step {campaign.step}")

    def _jobs(self) -> list[Check]:
        running = self.jobs().find(status=JobStatus.PROCESSING)
        lost = [job for job in running if self._is_lost(job)]
        return [
            warned(
                "job",
                f"{job.ref} {job.dataset.title} of {job.campaign_id}: its process is gone",
                "guild train next goes on with it",
            )
            for job in lost
        ] or [passed("jobs", f"{len(running)} being trained")]

    def _is_lost(self, job: Job) -> bool:
        if not isinstance(job.state, Processing):
            return False
        lease = job.state.lease
        alive, here = self.processes.alive(lease.owner), self.processes.this().host
        return is_orphaned(lease, alive=alive, here=here, now=self.clock.now())

    def _settings(self, campaign: Campaign | None) -> list[Check]:
        try:
            settings = self._resolved(campaign)
        except GuildError as error:
            return [refused("settings", error)]
        preview = guarded("preview", partial(self._preview, settings.monitoring))
        return [*self._passed_over(campaign), passed("settings", "valid"), preview]

    def _passed_over(self, campaign: Campaign | None) -> list[Check]:
        faults = passed_over(campaign, self.settings) if campaign else ()
        return [warned("overrides", f"{fault}: {fault.why}", *fault.fix) for fault in faults]

    def _resolved(self, campaign: Campaign | None) -> Settings:
        if campaign is None:
            return resolve((self.settings.project(), self.settings.environment())).settings
        hero = self.heroes.get(campaign.hero_id)
        return settings_for(hero, campaign_layer(campaign), self.settings, self.profiles).settings

    def _preview(self, monitoring: Monitoring) -> Check:
        if monitoring.preview_backend is not PreviewBackendName.REMOTE_3090:
            return passed("preview", "made on this machine")
        place = f"{monitoring.remote_3090_host}:{monitoring.remote_3090_port}"
        if problem := self.server_problem(monitoring):
            return failed(
                "preview",
                problem,
                f"start the server at {place}",
                "or set monitoring.preview_backend to local",
            )
        return passed("preview", f"the server at {place} answers")
