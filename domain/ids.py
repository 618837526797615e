"""Names for jobs and campaigns that sort by time and are safe as file names."""

import re
from datetime import UTC, datetime
from typing import NewType

from domain.errors import ErrorCode, GuildError


class BadNameError(GuildError):
    """A name cannot be a folder."""

    code = ErrorCode.BAD_NAME

    def __init__(self, name: str) -> None:
        super().__init__(
            f"a campaign cannot be named {name!r}",
            why=f"at most {_LONGEST_STEM} letters a to z, digits, dots, dashes and underscores",
            fix=(f"for example: {slug(name)}",),
        )


JobId = NewType("JobId", str)
CampaignId = NewType("CampaignId", str)

REF_BITS = 30
# Crockford's alphabet: no i, l, o, u, so that a reference can be read aloud.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LONGEST_STEM = 40


def new_job_id(at: datetime, bits: int, dataset_name: str) -> JobId:
    """Name a job after its time (UTC, milliseconds), REF_BITS of chance and its dataset."""
    utc = at.astimezone(UTC)
    stamp = f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z"
    return JobId(f"{stamp}-{_short(bits)}-{slug(dataset_name.split('.', maxsplit=1)[0])}")


def ref_of(job_id: JobId) -> str:
    """Give the six characters by which people call a job."""
    return job_id.split("-", maxsplit=2)[1]


def campaign_id(hero_id: str, name: str) -> CampaignId:
    """Name a campaign after its hero and its own name, which must be safe as a file name."""
    if slug(name) != name:
        raise BadNameError(name)
    return CampaignId(f"{hero_id}/{name}")


def slug(text: str) -> str:
    """Keep letters, digits, dot, dash and underscore; everything else becomes a dash."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    return safe[:_LONGEST_STEM].rstrip("-.") or "unnamed"


def _short(bits: int) -> str:
    return "".join(_ALPHABET[(bits >> shift) & 31] for shift in range(REF_BITS - 5, -1, -5))
