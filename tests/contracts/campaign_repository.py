"""What every campaign repository owes."""

import pytest

from application.ports.campaign_repository import (
    CampaignNotFoundError,
    CampaignRepository,
    NoActiveCampaignError,
)
from application.ports.event_log import Append, EventLog, campaign_stream
from domain.campaign import replay
from domain.campaign_events import CampaignCreated
from domain.errors import AmbiguousReferenceError
from domain.ids import campaign_id
from domain.settings.layers import Value
from tests.builders import (
    HERO,
    NOON,
    a_campaign_activated,
    a_campaign_created,
    a_checkpoint,
    a_head_advanced,
)


class CampaignRepositoryContract:
    """Subclasses give an empty log and the repository of its campaigns."""

    @pytest.fixture
    def log(self) -> EventLog:
        raise NotImplementedError

    @pytest.fixture
    def repository(self, log: EventLog) -> CampaignRepository:
        raise NotImplementedError

    @pytest.fixture
    def first(self, log: EventLog) -> CampaignCreated:
        return create(log, "first")

    def test_a_campaign_comes_back_exactly_as_its_history_leaves_it(
        self, log: EventLog, repository: CampaignRepository
    ) -> None:
        settings: dict[str, Value] = {"a.b": 1, "a.c": 1.0, "a.d": True, "a.e": "1"}
        event = a_campaign_created("rich", settings=settings)
        head = a_checkpoint(campaign=event.campaign_id, step=10)
        next_head = a_checkpoint(campaign=event.campaign_id, fence=2, step=25)
        history = (event, a_head_advanced(head), a_head_advanced(next_head))
        log.append(Append(campaign_stream(event.campaign_id), history, 0))
        campaign = repository.get(event.campaign_id)
        assert campaign == replay(history)
        assert campaign.heads == (head, next_head)
        found = {key: type(value) for key, value in campaign.overrides.items()}
        assert found == {key: type(value) for key, value in settings.items()}

    def test_campaigns_never_leak_into_each_other(
        self, log: EventLog, repository: CampaignRepository, first: CampaignCreated
    ) -> None:
        second = create(log, "second")
        head = a_head_advanced(a_checkpoint(campaign=second.campaign_id))
        log.append(Append(campaign_stream(second.campaign_id), (head,), 1))
        assert repository.get(first.campaign_id) == replay((first,))
        assert repository.get(second.campaign_id).step == 10

    def test_a_campaign_is_found_by_id_and_by_name(
        self, repository: CampaignRepository, first: CampaignCreated
    ) -> None:
        assert repository.get(f"{HERO}/first") == repository.get("first") == replay((first,))

    @pytest.mark.parametrize("reference", ["", "firs", "baby-mage", "baby-mage/", "%", "\udc80"])
    @pytest.mark.usefixtures("first")
    def test_what_no_campaign_is_called_is_not_found(
        self, repository: CampaignRepository, reference: str
    ) -> None:
        with pytest.raises(CampaignNotFoundError):
            repository.get(reference)

    def test_a_name_under_two_heroes_is_ambiguous_but_their_ids_are_not(
        self, log: EventLog, repository: CampaignRepository, first: CampaignCreated
    ) -> None:
        other = create(log, "first", hero="elder-mage")
        with pytest.raises(AmbiguousReferenceError) as refusal:
            repository.get("first")
        assert first.campaign_id in refusal.value.why
        assert other.campaign_id in refusal.value.why
        assert repository.get("elder-mage/first").hero_id == "elder-mage"

    def test_all_are_given_the_oldest_first(
        self, log: EventLog, repository: CampaignRepository
    ) -> None:
        assert list(repository.find()) == []
        made = [create(log, name).campaign_id for name in ("zeta", "alpha", "mid")]
        activate(log, "alpha", 1)
        assert [campaign.id for campaign in repository.find()] == made

    @pytest.mark.usefixtures("first")
    def test_a_campaign_that_was_only_created_is_not_active(
        self, repository: CampaignRepository
    ) -> None:
        with pytest.raises(NoActiveCampaignError):
            repository.active()

    @pytest.mark.usefixtures("first")
    def test_the_active_one_is_that_which_was_activated_last(
        self, log: EventLog, repository: CampaignRepository
    ) -> None:
        create(log, "second")
        activate(log, "second", 1)
        activate(log, "first", 1)
        assert repository.active() == repository.get("first")
        activate(log, "second", 2)
        create(log, "third")
        assert repository.active() == repository.get("second")

    def test_progress_in_another_campaign_does_not_activate_it(
        self, log: EventLog, repository: CampaignRepository, first: CampaignCreated
    ) -> None:
        create(log, "second")
        activate(log, "first", 1)
        activate(log, "second", 1)
        head = a_head_advanced(a_checkpoint(campaign=first.campaign_id))
        log.append(Append(campaign_stream(first.campaign_id), (head,), 2))
        assert repository.active() == repository.get("second")


def create(log: EventLog, name: str, *, hero: str = HERO) -> CampaignCreated:
    event = a_campaign_created(name, hero=hero)
    log.append(Append(campaign_stream(event.campaign_id), (event,), 0))
    return event


def activate(log: EventLog, name: str, version: int) -> None:
    campaign = campaign_id(HERO, name)
    event = a_campaign_activated(campaign, at=NOON)
    log.append(Append(campaign_stream(campaign), (event,), version))
