"""Strategies that draw values of the domain."""

import json
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import reduce

from hypothesis import strategies as st

from domain import job_decisions as decisions
from domain.checkpoint import FileDigest
from domain.conversation import Conversation, Message, Role, ToolCall
from domain.dataset import Priority
from domain.job import Job, JobStatus, Processing
from domain.job_events import JobEvent
from domain.job_evolution import evolve, queued
from domain.masking import Encoded, Span
from domain.receipts import MaskReceipt
from domain.result import Cause, Ending
from domain.settings.layers import Layer, Value
from domain.settings.settings import Settings
from tests.builders import (
    a_checkpoint,
    a_dataset,
    a_job_queued,
    a_lease,
    a_result,
    an_equipment,
    an_owner,
)

END_OF_TURN = 2

# A lone half of a surrogate pair is refused where files are read, so no text holds one.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = texts.filter(lambda text: bool(text.strip()) and "\0" not in text)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
spans_of_time = st.integers(0, 9000).map(lambda minutes: timedelta(minutes=minutes))
finite = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


# Conversations, rows and tokens


@st.composite
def conversations(draw: st.DrawFn, *, with_system: bool | None = None) -> Conversation:
    """Draw turns that training accepts: perhaps a system prompt, then questions and answers."""
    system = draw(st.booleans()) if with_system is None else with_system
    pairs = draw(st.lists(st.tuples(words, words), min_size=1, max_size=2))
    opening = [Message(Role.SYSTEM, draw(words))] if system else []
    talk = [
        Message(role, said)
        for pair in pairs
        for role, said in zip((Role.USER, Role.ASSISTANT), pair, strict=True)
    ]
    return Conversation((*opening, *talk))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


calls = st.builds(
    ToolCall,
    name=words,
    arguments=st.dictionaries(words, words | st.integers() | st.none(), max_size=2).map(_compact),
    id=st.just("") | words,
)
answers = st.builds(
    Message,
    role=st.just(Role.ASSISTANT),
    content=words,
    thinking=st.just("") | words,
    trained=st.booleans(),
)


@st.composite
def talks(draw: st.DrawFn) -> Conversation:
    """Draw turns with thoughts, calls, results and weights; the last answer is trained."""
    said = [Message(Role.SYSTEM, draw(words))] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 2))):
        said.append(Message(Role.USER, draw(words)))
        for _ in range(draw(st.integers(0, 2))):
            called = tuple(draw(st.lists(calls, min_size=1, max_size=2)))
            said.append(
                replace(draw(answers), content=draw(st.just("") | words), tool_calls=called)
            )
            said += [Message(Role.TOOL, draw(words)) for _ in called]
        said.append(draw(answers))
    tools = draw(st.lists(st.fixed_dictionaries({"name": words}), max_size=2))
    last = replace(said[-1], trained=True)
    return Conversation((*said[:-1], last), _compact(tools) if tools else "")


lengths = st.integers(0, 5)


@st.composite
def encoded_rows(draw: st.DrawFn, number: int = 1) -> Encoded:
    """Draw tokens with trained spans, each of which ends with END_OF_TURN."""
    ids: list[int] = []
    trained: list[Span] = []
    for asked, said in draw(st.lists(st.tuples(lengths, lengths), min_size=1, max_size=4)):
        ids += range(10, 10 + asked)
        trained.append(Span(len(ids), len(ids) + said + 1))
        ids += [*range(20, 20 + said), END_OF_TURN]
    ids += range(30, 30 + draw(lengths))
    return Encoded(number=number, ids=tuple(ids), trained=tuple(trained))


digests = st.integers(0, 2**256 - 1).map("{:064x}".format)
files = st.builds(
    FileDigest,
    path=st.text("abcxyz019._-/", min_size=1, max_size=12),
    size=st.integers(0, 2**40),
    sha256=digests,
)
manifests = st.lists(files, min_size=1, max_size=6, unique_by=lambda file: file.path)


# Settings

LEAVES: Mapping[str, "Field[object]"] = {
    f"{section.name}.{leaf.name}": leaf
    for section in fields(Settings())
    for leaf in fields(getattr(Settings(), section.name))
}


def values_of(leaf: "Field[object]") -> st.SearchStrategy[Value]:
    """Draw values that a setting may have, as a file would write them."""
    default, bounds = leaf.default, leaf.metadata
    low, high = (bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt")))
    if isinstance(default, Enum):
        return st.sampled_from([str(member.value) for member in type(default)])
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, int):
        return st.integers(low, high)
    if isinstance(default, float):
        return st.floats(
            low,
            high,
            exclude_min="gt" in bounds,
            exclude_max="lt" in bounds,
            allow_nan=False,
            allow_infinity=False,
        )
    return texts


every_setting = st.fixed_dictionaries({key: values_of(leaf) for key, leaf in LEAVES.items()})
one_setting = st.one_of([st.tuples(st.just(key), values_of(leaf)) for key, leaf in LEAVES.items()])
some_settings = st.lists(one_setting, max_size=8).map(dict)
origins = st.sampled_from(["hero", "campaign", "guild.yaml", "flags"])
layers = st.lists(st.builds(Layer, origins, some_settings), max_size=4)


# Walks of a job

receipts = st.builds(
    MaskReceipt,
    rows=st.integers(1, 9),
    tokens=st.integers(1, 99),
    trained_min=st.integers(1, 9),
    trained_median=st.floats(1, 9),
    trained_total=st.integers(1, 99),
    end_of_turn_trained=st.just(value=True),
    over_long_dropped=st.lists(st.integers(1, 99), max_size=3).map(tuple),
    samples=st.lists(texts, max_size=2).map(tuple),
)
heads = st.sampled_from(["", "a" * 64, "b" * 64])
steps = st.integers(0, 5000)
losses = st.none() | st.floats(0, 20)
owners = st.sampled_from([an_owner(1), an_owner(99), an_owner(1, host="attic")])
names = st.sampled_from(["lessons.jsonl", "日本語.jsonl", "a 'quoted' name", "caf\udce9.jsonl"])
bags: st.SearchStrategy[Mapping[str, Value]] = st.sampled_from(
    [{}, {"model.dtype": "auto"}, {"hyperparams.seed": 7, "data.split": 0.1}]
)


@dataclass(frozen=True, slots=True)
class Walk:
    """What happened to a job, and the job after each event."""

    history: tuple[JobEvent, ...]
    jobs: tuple[Job, ...]

    @property
    def job(self) -> Job:
        """Give the job at the end of the walk."""
        return self.jobs[-1]


Move = Callable[[st.DrawFn, Job, datetime], JobEvent]


def _fence(job: Job) -> int:
    if not isinstance(job.state, Processing):
        raise TypeError(f"nobody holds a job that is {job.status}")
    return job.state.lease.fence


def _start(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    return decisions.start(
        job,
        a_lease(job.version, owner=draw(owners), until=at + draw(spans_of_time)),
        settings=draw(bags),
        config_hash=f"sha256:{job.version:016x}",
        head=draw(heads),
        start_step=draw(steps),
        at=at,
    )


def _receipt(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    return decisions.record_receipt(job, _fence(job), draw(receipts), at)


def _equip(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    equipment = an_equipment(batch=draw(st.sampled_from([1, 2, 4])), twice=draw(st.booleans()))
    return decisions.record_equipment(job, _fence(job), equipment, at)


def _checkpoint(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    checkpoint = a_checkpoint(job.id, fence=_fence(job), step=draw(steps))
    return decisions.record_checkpoint(job, _fence(job), checkpoint, at)


def _reject(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    known = job.checkpoints or (a_checkpoint(job.id),)
    return decisions.reject_checkpoint(
        job, _fence(job), draw(st.sampled_from(known)), draw(texts), at
    )


def _complete(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    result = a_result(
        a_checkpoint(job.id, fence=_fence(job), step=draw(steps)),
        ending=draw(st.sampled_from(Ending)),
        start_step=draw(steps),
        final_loss=draw(losses),
    )
    return decisions.complete(job, _fence(job), result, at)


def _give_up(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    cause = draw(st.sampled_from(Cause))
    return decisions.give_up(job, _fence(job), cause, draw(texts), at)


def _skip(draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    return decisions.skip(job, draw(texts), at)


def _requeue(_draw: st.DrawFn, job: Job, at: datetime) -> JobEvent:
    return decisions.requeue(job, at)


MOVES: Mapping[JobStatus, tuple[Move, ...]] = {
    # Starting and giving up come often: a walk of starts alone says more than one of skips.
    JobStatus.QUEUED: (_start, _start, _start, _skip),
    JobStatus.PROCESSING: (_receipt, _equip, _checkpoint, _reject, _give_up, _give_up, _complete),
    JobStatus.COMPLETED: (),
    JobStatus.FAILED: (_requeue,),
    JobStatus.SKIPPED: (_requeue,),
}


@st.composite
def walks(draw: st.DrawFn, longest: int = 12) -> Walk:
    """Draw a life that a job may have, with growing fences and times."""
    priority = draw(st.sampled_from(Priority))
    first = a_job_queued(
        priority=priority, at=draw(moments), dataset=a_dataset(draw(names), sha256="e" * 64)
    )
    history: list[JobEvent] = [first]
    jobs, at = [queued(first)], first.at
    for _ in range(draw(st.integers(0, longest))):
        if not (moves := MOVES[jobs[-1].status]):
            break
        at += draw(spans_of_time)
        history.append(draw(st.sampled_from(moves))(draw, jobs[-1], at))
        jobs.append(evolve(jobs[-1], history[-1]))
    return Walk(tuple(history), tuple(jobs))


def after(job: Job, *events: JobEvent) -> Job:
    """Fold events that a test names into a job."""
    return reduce(evolve, events, job)
