"""Which cause an error is that came from the machine."""

import errno
import os

import pytest

from application.causes import cause_of
from domain.result import Cause


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_or_a_quota_without_room_is_a_full_disk(number: int) -> None:
    assert cause_of(OSError(number, os.strerror(number))) is Cause.DISK_FULL


def test_any_other_fault_of_a_disk_is_not() -> None:
    assert cause_of(OSError(errno.EIO, "Input/output error")) is Cause.INTERNAL_ERROR
