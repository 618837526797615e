"""In what two jobs differ."""

from domain.job import Completed, Job
from domain.settings.layers import Value

Fact = Value | None


def differences(one: Job, other: Job) -> list[tuple[str, Fact, Fact]]:
    """Give (what, its value in one, its value in the other) for all that is not the same."""
    mine, theirs = _facts(one), _facts(other)
    names = dict.fromkeys((*mine, *theirs))
    return [
        (name, mine.get(name), theirs.get(name))
        for name in names
        if mine.get(name) != theirs.get(name)
    ]


def _facts(job: Job) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "campaign": job.campaign_id,
        "hero": job.hero_id,
        "data": job.dataset.title,
        "sha256": job.dataset.sha256,
        "rows": job.dataset.rows,
        "head": job.head or "base model",
        "code": job.code_version,
        "status": job.status.value,
        "attempts": job.attempts,
        **job.settings,
    }
    if isinstance(job.state, Completed):
        result = job.state.result
        facts |= {
            "ending": result.ending.value,
            "steps": result.final_step - result.start_step,
            "tokens": result.tokens,
            "loss": result.final_loss,
            "validation loss before": result.initial_val_loss,
            "validation loss after": result.final_val_loss,
        }
    return facts
