"""Forking, rolling back, using and archiving campaigns."""

from pathlib import Path

import pytest

from adapters.memory.model_loader import MemoryModel
from adapters.memory.settings_source import MemorySettingsSource
from application.checkpoints import CheckpointNotFoundError
from application.ports.job_repository import CampaignBusyError
from application.use_cases.create_campaign import CampaignRequest, NameTakenError
from application.use_cases.queue_dataset import DuplicateDatasetError
from domain.architecture import ArchitectureMismatchError
from domain.campaign import Campaign
from domain.campaign_decisions import (
    ActiveCampaignError,
    ArchivedCampaignError,
    ForeignCheckpointError,
)
from domain.errors import AmbiguousReferenceError, GuildError
from domain.job import JobStatus
from domain.settings.layers import config_hash
from entrypoints.cli.lineage import draw_lineage
from tests.memory_hall import MemoryHall, a_hero, rows


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    hall = MemoryHall(tmp_path)
    hall.enlist()
    return hall


def teach(hall: MemoryHall, begin: int) -> Campaign:
    """Train one more dataset and give the campaign afterwards."""
    hall.add(f"{begin}.jsonl", rows(8, begin=begin))
    assert hall.train() is not None
    return hall.campaigns.active()


def weights(hall: MemoryHall, campaign: Campaign) -> MemoryModel:
    assert campaign.head is not None
    return MemoryModel.read(hall.checkpoints.locate(campaign.head))


def test_training_after_a_rollback_leaves_the_abandoned_line_alone(hall: MemoryHall) -> None:
    first = teach(hall, 0)
    abandoned = teach(hall, 100)
    assert first.head is not None
    assert abandoned.head is not None

    hall.change_campaign().roll_back("first", first.head.digest[:12])
    onward = teach(hall, 200)
    tree = hall.finder().lineage()
    assert {each.digest for each in tree.children(first.head.digest)} == {
        abandoned.head.digest,
        onward.head_digest,
    }
    hall.checkpoints.verify(abandoned.head)
    assert tree.ancestry(onward.head_digest) == (onward.head_digest, first.head.digest)
    hall.log.verify()


def test_what_was_learned_on_an_abandoned_line_can_be_learned_again(hall: MemoryHall) -> None:
    first = teach(hall, 0)
    teach(hall, 100)
    assert first.head is not None
    with pytest.raises(DuplicateDatasetError):
        hall.add("again.jsonl", rows(8, begin=100))

    hall.change_campaign().roll_back("first", first.head.name)
    hall.add("again.jsonl", rows(8, begin=100))
    with pytest.raises(DuplicateDatasetError):
        hall.add("first.jsonl", rows(8, begin=0))


def test_a_fork_goes_on_from_a_checkpoint_of_its_source(hall: MemoryHall) -> None:
    first = teach(hall, 0)
    source = teach(hall, 100)
    assert first.head is not None

    forked = hall.fork_campaign().execute("first", "bold", first.head.digest[:8])
    assert hall.campaigns.active() == forked
    assert (forked.start, forked.head, forked.step) == (first.head, first.head, first.step)
    assert hall.campaigns.get("first").forks == (forked.id,)
    onward = teach(hall, 200)
    assert weights(hall, onward).steps == onward.step > first.step
    assert hall.campaigns.get("first").head == source.head


def test_a_fork_of_a_campaign_knows_what_its_source_has_learned(hall: MemoryHall) -> None:
    teach(hall, 0)
    hall.fork_campaign().execute("first", "bold")

    with pytest.raises(DuplicateDatasetError):
        hall.add("copy.jsonl", rows(8, begin=0))


def test_a_campaign_may_begin_from_a_checkpoint_of_the_same_architecture(hall: MemoryHall) -> None:
    head = teach(hall, 0).head
    assert head is not None
    request = CampaignRequest(name="later", hero_id="apprentice", start="first@head")

    assert hall.create_campaign().execute(request).campaign.start == head
    other = CampaignRequest(name="other", hero_id="faraway", start=head.digest)
    with pytest.raises(ArchitectureMismatchError, match="locked to"):
        hall.create_campaign().execute(other)


def test_a_dry_run_records_nothing(hall: MemoryHall) -> None:
    request = CampaignRequest(name="later", hero_id="apprentice", dry_run=True)

    assert hall.create_campaign().execute(request).campaign.id == "apprentice/later"
    assert [each.name for each in hall.campaigns.find()] == ["first"]
    with pytest.raises(NameTakenError):
        hall.create_campaign().execute(
            CampaignRequest(name="first", hero_id="apprentice", dry_run=True)
        )


def test_a_name_never_comes_back(hall: MemoryHall) -> None:
    hall.enlist("second")
    hall.change_campaign().archive("first")

    with pytest.raises(NameTakenError):
        hall.enlist("first")
    assert hall.campaigns.get("first").archived


def test_the_active_campaign_cannot_be_archived_and_an_archived_one_not_used(
    hall: MemoryHall,
) -> None:
    with pytest.raises(ActiveCampaignError):
        hall.change_campaign().archive("first")
    hall.enlist("second")
    hall.change_campaign().archive("first")
    with pytest.raises(ArchivedCampaignError):
        hall.change_campaign().use("first")


def test_using_a_campaign_makes_it_the_one_that_is_trained(hall: MemoryHall) -> None:
    job = hall.add("one.jsonl", rows(8))
    hall.enlist("second")
    assert hall.train() is None

    hall.change_campaign().use("first")
    trained = hall.train()
    assert trained is not None
    assert trained.id == job.id


def test_nothing_is_changed_under_a_job_that_is_being_trained(hall: MemoryHall) -> None:
    hall.enlist("second")
    hall.change_campaign().use("first")
    hall.add()
    run = hall.run_next_job()
    campaign = hall.campaigns.active()
    settings = run.settings
    hall.jobs.claim(
        campaign.id,
        hall.clock.now(),
        lambda job, fence: run._start(job, fence, campaign, hall.resolved(settings)),
    )
    assert hall.jobs.find(status=JobStatus.PROCESSING)

    for change in (
        lambda: hall.change_campaign().use("second"),
        lambda: hall.change_campaign().roll_back("first", "base"),
    ):
        with pytest.raises(CampaignBusyError):
            change()


def test_configured_overrides_count_for_the_next_job(hall: MemoryHall) -> None:
    hall.change_campaign().configure("first", ["hyperparams.max_steps=1"])
    hall.add()

    job = hall.train()
    assert job is not None
    assert job.settings["hyperparams.max_steps"] == 1
    assert hall.campaigns.get("first").set_by == {"hyperparams.max_steps": 3}


def test_checkpoints_are_found_by_step_name_digest_and_head(hall: MemoryHall) -> None:
    head = teach(hall, 0).head
    assert head is not None
    finder, campaign = hall.finder(), hall.campaigns.active()

    step = f"checkpoint-{head.step}"
    for reference in (step, head.name, head.digest[:6], head.address, "@head", "first@head"):
        assert finder.find(reference, campaign) == head
    with pytest.raises(CheckpointNotFoundError):
        finder.find("checkpoint-4", campaign)
    hall.enlist("second")
    teach(hall, 500)
    with pytest.raises(AmbiguousReferenceError):
        finder.find("checkpoint-3")


def test_what_was_spent_is_the_sum_over_completed_jobs(hall: MemoryHall) -> None:
    teach(hall, 0)
    teach(hall, 100)

    spent = hall.queries().spent(hall.campaigns.active())
    assert spent.jobs == 2
    assert spent.hours > 0
    assert spent.tokens == sum(job.receipts[-1].tokens for job in hall.jobs.find())


def test_the_environment_beats_the_project_file(hall: MemoryHall) -> None:
    from application.layers import campaign_layer, settings_for

    project, environment = {"hyperparams.seed": 1}, {"hyperparams.seed": 2}
    source = MemorySettingsSource(project, environment)
    resolved = settings_for(
        a_hero(), campaign_layer(hall.campaigns.active()), source, hall.profiles
    )
    assert resolved.settings.hyperparams.seed == 2
    assert resolved.origins["hyperparams.seed"].layer == "environment"


def test_a_fork_records_the_hash_of_todays_settings(hall: MemoryHall) -> None:
    source = hall.campaigns.active()
    hall.settings = MemorySettingsSource({"hyperparams.seed": 1})
    fork = hall.fork_campaign().execute("first", "later")
    assert fork.config_hash == config_hash(hall.resolved(hall.settings)) != source.config_hash


def test_a_checkpoint_is_found_by_the_name_that_lineage_draws(hall: MemoryHall) -> None:
    head = teach(hall, 0).head
    assert head is not None
    drawn = draw_lineage(hall.campaigns.active(), hall.finder().lineage())[-1].split()[3]
    assert hall.finder().find(drawn) == head


def test_a_rollback_off_the_line_of_the_head_says_so(hall: MemoryHall) -> None:
    abandoned = teach(hall, 0).head
    assert abandoned is not None
    hall.change_campaign().roll_back("first", "base")
    with pytest.raises(ForeignCheckpointError, match="not on the line that leads to the head"):
        hall.change_campaign().roll_back("first", abandoned.name.removeprefix("checkpoints/"))


@pytest.mark.parametrize("pair", ["profile.name=nope", "hyperparams.max_length=201"])
def test_an_override_that_no_job_could_have_is_refused_also_where_it_is_beaten(
    hall: MemoryHall, pair: str
) -> None:
    hall.settings = MemorySettingsSource({"profile.name": "regime3", "hyperparams.max_length": 9})
    with pytest.raises(GuildError) as refused:
        hall.change_campaign().configure("first", [pair])
    assert refused.value.why == "set by: config set"


def test_whether_a_campaign_can_be_archived_is_told_without_doing_it(hall: MemoryHall) -> None:
    with pytest.raises(ActiveCampaignError):
        hall.change_campaign().require_archivable("first")
    hall.enlist("second")
    assert not hall.change_campaign().require_archivable("first").archived
    assert not hall.campaigns.get("first").archived
