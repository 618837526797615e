"""guild quickstart: a hero that learns, in about a minute, offline and on any CPU."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from application.use_cases.create_campaign import CampaignRequest
from application.use_cases.queue_dataset import QueueRequest
from application.use_cases.run_preview import PreviewOrder
from domain.errors import ErrorCode, ExitStatus, GuildError
from domain.job import Completed, Job
from domain.lessons import REAL_WORDS, example, words
from domain.preview import PreviewEvent, PreviewTaken, Verdict, verdict
from domain.result import TrainingResult
from domain.text import printable
from entrypoints.cli.app import App
from entrypoints.cli.chart import draw
from entrypoints.cli.interrupts import Interrupts
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import plain

if TYPE_CHECKING:
    from entrypoints.container import Container

HERO, LESSON, HELD_OUT, SHOWN = "tiny-qwen3", "Reverse", 100, 5


class LessonFailedError(GuildError):
    """The lesson did not end as it should."""

    code = ErrorCode.JOB_ENDED
    exit_status = ExitStatus.JOB_ENDED_BADLY


@dataclass(frozen=True, slots=True)
class _Lesson:
    rows: Path
    prompts: Path


@click.command(cls=GuildCommand)
@click.option(
    "--dir",
    "folder",
    default="guild-quickstart",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to make the hall; a number is added if it is taken.",
)
@click.option(
    "--rows", default=16_000, type=click.IntRange(min=64), help="How many words to learn from."
)
@click.option("--seed", default=0, type=click.IntRange(min=0), help="Same seed, same weights.")
@click.pass_obj
def quickstart(app: App, folder: Path, rows: int, seed: int) -> None:
    """Make a hall, and teach a tiny hero to reverse words.

    Previews before and after show what it learned, on words that it never saw.

    \b
    Example:  guild quickstart
    JSON:     hall, job, result, before, after, seconds
    """
    from entrypoints import factories

    began = time.monotonic()
    hall = _free(folder.absolute())
    factories.create_hall(hall)
    container = app.container_for(hall)
    _say(app, f"1/6 hall      {hall}")
    _enlist(app, container, seed)
    lesson = _write_lesson(app, hall, rows, seed)
    before = _ask(app, container, lesson, "4/6 before   ")
    job, result = _learn(app, container, lesson)
    after = _ask(app, container, lesson, "6/6 after    ")
    seconds = time.monotonic() - began
    if app.json:
        document = {
            "schema": "guild.quickstart/1",
            "hall": str(hall),
            "job": job.id,
            "result": result,
            "before": _matches(before),
            "after": _matches(after),
            "asked": len(after),
            "seconds": seconds,
        }
        click.echo(json.dumps(document, default=plain))
        return
    _show(container, hall, (job, result), after, seconds)


def _free(folder: Path) -> Path:
    numbered = (folder.with_name(f"{folder.name}-{number}") for number in range(2, 10_000))
    return folder if not folder.exists() else next(path for path in numbered if not path.exists())


def _enlist(app: App, container: "Container", seed: int) -> None:
    settings = (f"hyperparams.seed={seed}", "monitoring.preview_max_tokens=24")
    request = CampaignRequest(name="first-lesson", hero_id=HERO, assignments=settings)
    container.create_campaign().execute(request)
    hero = container.heroes().get(HERO)
    _say(
        app, f"2/6 hero      {HERO}, {hero.model.parameters} parameters from seed {hero.model.seed}"
    )


def _write_lesson(app: App, hall: Path, rows: int, seed: int) -> _Lesson:
    held_out = words(HELD_OUT, seed=seed + 1)
    learned = words(rows, seed=seed, without=frozenset(held_out))
    folder = hall / "lessons"
    folder.mkdir()
    lesson = _Lesson(folder / "reverse.jsonl", folder / "held_out.jsonl")
    _write(lesson.rows, learned)
    _write(lesson.prompts, [*REAL_WORDS, *held_out])
    _say(
        app,
        f"3/6 data      {rows} words to write backwards, "
        f"{HELD_OUT + len(REAL_WORDS)} others held out  ({lesson.rows.relative_to(hall)})",
    )
    return lesson


def _write(path: Path, some_words: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for word in some_words:
            turns = example(LESSON, word).messages
            said = [{"role": turn.role.value, "content": turn.content} for turn in turns]
            file.write(json.dumps({"messages": said}) + "\n")


def _ask(app: App, container: "Container", lesson: _Lesson, title: str) -> Sequence[PreviewEvent]:
    previews = container.run_preview().execute(PreviewOrder(file=str(lesson.prompts)))
    _say(app, f"{title} {_matches(previews)} of {len(previews)} held-out words right")
    return previews


def _learn(app: App, container: "Container", lesson: _Lesson) -> tuple[Job, TrainingResult]:
    request = QueueRequest(location=str(lesson.rows), name=lesson.rows.name)
    queued = container.queue_dataset().execute(request)
    _say(app, f"5/6 train     job {queued.ref}")
    with Interrupts() as interrupts:
        job = container.run_next_job().execute(control=interrupts.control)
    if interrupts.received:
        click.get_current_context().exit(interrupts.exit_status)
    if job is None or not isinstance(job.state, Completed):
        raise LessonFailedError(job.last_error if job else "the job is gone")
    return job, job.state.result


def _show(
    container: "Container",
    hall: Path,
    learned: tuple[Job, TrainingResult],
    after: Sequence[PreviewEvent],
    seconds: float,
) -> None:
    job, result = learned
    click.echo("\nloss over the steps")
    click.echo(draw(container.metrics().series(job.id, "loss"), width=60, height=8))
    click.echo("\nwhat it says now")
    for event in after[:SHOWN]:
        model = event.answer if isinstance(event, PreviewTaken) else f"({event.cause})"
        click.echo(f"  prompt  {printable(event.prompt)}")
        click.echo(f"  golden  {printable(event.golden or '')}")
        click.echo(f"  model   {printable(model)}   {verdict(event)}\n")
    checkpoint = container.checkpoints().locate(result.checkpoint)
    click.echo(f"checkpoint    {checkpoint}")
    click.echo(f"event log     {hall / '.guild' / 'guild.db'}")
    click.echo(f"done in       {seconds:.0f} s\n")
    click.echo(f"next:  cd {hall.name}")
    click.echo("       guild status                                 look around")
    click.echo(f"       guild job show {job.ref}                        what was trained, and how")
    click.echo('       guild preview run --prompt "Reverse CASTLE"    ask it yourself')


def _matches(previews: Sequence[PreviewEvent]) -> int:
    return sum(verdict(event) is Verdict.MATCH for event in previews)


def _say(app: App, line: str) -> None:
    click.echo(line, err=app.json)
