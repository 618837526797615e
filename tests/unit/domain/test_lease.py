"""The right of one process to run one job until a time."""

from datetime import datetime, timedelta

import pytest

from domain.lease import is_orphaned
from tests.builders import NOON, a_lease, an_owner

A_SECOND = timedelta(seconds=1)
LEASE = a_lease(owner=an_owner(host="tower"), until=NOON)


@pytest.mark.parametrize("now", [NOON - A_SECOND, NOON, NOON + timedelta(days=9)])
def test_on_this_host_a_living_process_holds_its_job_however_late_it_is(now: datetime) -> None:
    assert not is_orphaned(LEASE, alive=True, here="tower", now=now)


@pytest.mark.parametrize("now", [NOON - A_SECOND, NOON, NOON + timedelta(days=9)])
def test_on_this_host_a_process_that_ended_holds_nothing(now: datetime) -> None:
    assert is_orphaned(LEASE, alive=False, here="tower", now=now)


def test_of_another_host_the_end_of_the_lease_decides() -> None:
    assert not is_orphaned(LEASE, alive=True, here="attic", now=NOON - A_SECOND)
    assert not is_orphaned(LEASE, alive=True, here="attic", now=NOON)
    assert is_orphaned(LEASE, alive=True, here="attic", now=NOON + A_SECOND)
