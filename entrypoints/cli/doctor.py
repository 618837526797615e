"""guild doctor: look at the machine and the hall, and say what to do about what is wrong."""

from collections.abc import Iterator, Sequence

import click

from application.checks import Check, State, refused, warned, worst_last
from application.ports.hall import HallMissingError
from application.use_cases.examine_engine import examine_engine
from application.use_cases.examine_machine import examine_machine
from domain.errors import ExitStatus, GuildError
from entrypoints.cli.app import App
from entrypoints.cli.options import GuildCommand
from entrypoints.cli.render import answer


@click.command(cls=GuildCommand)
@click.option("--fix", is_flag=True, help="Make the folders that are missing.")
@click.option("--deep", is_flag=True, help="Also load torch, and try what a job would run on.")
@click.pass_context
def doctor(context: click.Context, *, fix: bool, deep: bool) -> None:
    """Check the machine and the hall, and say how to repair them.

    With --deep a model of some thousand weights is built: device, number format, threads and each
    attention are shown with the reason why a job would take them or not. That takes some seconds.

    Exits with 9 if a check fails; warnings stop nobody.

    \b
    Example:  guild doctor
    JSON:     checks[]
    """
    from entrypoints import factories

    app = context.ensure_object(App)
    found = [*examine_machine(factories.machine()), *_examine_hall(app, fix=fix)]
    checks = worst_last([*found, *(_examine_engine() if deep else ())])
    answer(
        app,
        "guild.doctor/1",
        {"checks": checks},
        columns=("STATE", "NAME", "DETAIL"),
        rows=_rows(checks),
        footer=_sum(checks) + ("" if deep else "; what a job would run on: guild doctor --deep"),
    )
    if any(check.state is State.FAIL for check in checks):
        context.exit(ExitStatus.UNHEALTHY)


def _examine_hall(app: App, *, fix: bool) -> Sequence[Check]:
    try:
        hall = app.hall
    except HallMissingError as error:
        return [warned("hall", str(error), *error.fix)]
    except GuildError as error:
        return [refused("hall", error)]
    found: Sequence[Check] = app.reading.examine_hall().execute(fix=fix)
    return [Check("hall", State.OK, str(hall)), *found]


def _examine_engine() -> Sequence[Check]:
    from entrypoints import factories

    try:
        return examine_engine(factories.engine_probe())
    except GuildError as error:
        return [refused("engine", error)]


def _rows(checks: Sequence[Check]) -> Iterator[tuple[str, str, str]]:
    for check in checks:
        yield check.state.value, check.name, check.detail
        for line in check.fix:
            yield "", "fix:", line


def _sum(checks: Sequence[Check]) -> str:
    states = [check.state for check in checks]
    return f"{states.count(State.FAIL)} failed, {states.count(State.WARN)} warnings"
