"""Examine what a job would run on, by trying it."""

from collections.abc import Iterator, Sequence

from application.checks import Check, failed, passed, refused, warned
from application.ports.engine_probe import BrokenEngineError, EngineFacts, EngineProbe
from domain.settings.model import Attention


def examine_engine(probe: EngineProbe) -> Sequence[Check]:
    """Look at everything that a job leaves to guild."""
    try:
        facts = probe.facts()
    except BrokenEngineError as error:
        return [refused("engine", error)]
    return [
        passed("engine", facts.device),
        precision(facts),
        threads(facts),
        *attentions(facts),
        flash(facts),
        loss(facts),
    ]


def precision(facts: EngineFacts) -> Check:
    """Say which number format is chosen, and why."""
    device = "GPU" if facts.on_gpu else "CPU"
    match facts.on_gpu, facts.bfloat16:
        case True, True:
            why = "this GPU has units for products in bfloat16"
        case False, True:
            why = (
                "this CPU has units for bfloat16, but small steps get lost in weights of so few "
                "digits"
            )
        case _:
            why = f"this {device} has no units for bfloat16, which takes about ten times as long"
    return passed("precision", f"{facts.dtype}: {why}")


def threads(facts: EngineFacts) -> Check:
    """Say how many threads are taken, why, and whether others need their cores."""
    limits = [f"torch takes {facts.preferred}", f"the scheduler allows {facts.allowed}"]
    if facts.quota is not None:
        limits.append(f"a quota allows {facts.quota:g}")
    detail = f"{facts.crowding.remark} ({', '.join(limits)})"
    if facts.crowding.is_felt and not facts.on_gpu:
        return warned(
            "threads", f"{detail}: a job runs at a fraction of its speed", facts.crowding.fix
        )
    return passed("threads", detail)


def attentions(facts: EngineFacts) -> Iterator[Check]:
    """Say of each attention how its trial ended; the first that passed is the choice."""
    chosen = next((each for each in facts.attentions if not each.refusal), None)
    for tried in facts.attentions:
        name, verdict = f"attention {tried.attention}", tried.refusal or "computes the same"
        if tried is chosen:
            verdict = f"chosen: the first that computes what {Attention.EAGER} does"
        yield passed(name, verdict)
    if chosen is None:
        yield failed("attention", "none passed its trial", "install another build of torch")


def flash(facts: EngineFacts) -> Check:
    """Tell whether flash-attn can be used, which only a GPU needs."""
    if not facts.flash_attention:
        return passed("flash-attn", "can be imported")
    if facts.on_gpu:
        return warned("flash-attn", facts.flash_attention, "pip install 'guild-trainer[flash]'")
    return passed("flash-attn", f"{facts.flash_attention}; a CPU has no use for it")


def loss(facts: EngineFacts) -> Check:
    """Tell whether the loss in chunks is that of all logits at once."""
    if facts.loss:
        return failed("loss", f"in chunks it is {facts.loss}", "install another build of torch")
    return passed("loss", "in chunks it is that of all logits at once")
