"""What guild says when it refuses."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import adapters
import application
import domain
from domain.errors import (
    AmbiguousReferenceError,
    ErrorCode,
    ExitStatus,
    GuildError,
    NotFoundError,
)
from domain.result import Cause, TrainingError

SLOW = "adapters.huggingface"


class LampError(GuildError):
    """The lamp is out."""

    code = ErrorCode.DATA


def every_refusal() -> list[type[GuildError]]:
    """Find the errors of all modules that can be read without loading torch."""
    for package in (domain, application, adapters):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(SLOW):
                importlib.import_module(module.name)
    importlib.import_module("entrypoints.factories")
    return [kind for kind in below(GuildError) if not kind.__module__.startswith((SLOW, "tests"))]


def below(kind: type[GuildError]) -> Iterator[type[GuildError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def test_without_a_message_the_docstring_speaks() -> None:
    assert str(LampError()) == "The lamp is out."
    assert str(LampError("the lamp of room 2 is out")) == "the lamp of room 2 is out"


def test_why_and_fix_are_carried_and_empty_unless_said() -> None:
    bare, full = LampError(), LampError("dark", why="no oil", fix=("buy oil", "or wait"))
    assert (bare.why, bare.fix) == ("", ())
    assert (full.why, full.fix) == ("no oil", ("buy oil", "or wait"))


def test_a_refusal_exits_as_refused_unless_its_class_says_otherwise() -> None:
    assert LampError().exit_status is ExitStatus.REFUSED
    assert NotFoundError().exit_status is ExitStatus.NOT_FOUND


def test_an_ambiguous_reference_shows_some_of_what_it_fits() -> None:
    refusal = AmbiguousReferenceError("0", tuple("abcdefgh"))
    assert str(refusal) == "'0' fits 8 of them"
    assert refusal.why == "a, b, c, d, e"


@pytest.mark.parametrize("cause", Cause)
def test_an_error_of_training_carries_its_cause(cause: Cause) -> None:
    refusal = TrainingError(cause, "it broke")
    assert (refusal.cause, str(refusal)) == (cause, "it broke")
    assert refusal.exit_status is ExitStatus.JOB_ENDED_BADLY


def test_every_refusal_has_a_code_and_speaks_for_itself() -> None:
    silent = [
        kind.__qualname__
        for kind in every_refusal()
        if not isinstance(getattr(kind, "code", None), ErrorCode) or "__doc__" not in vars(kind)
    ]
    assert silent == []


def test_a_refusal_never_exits_as_done() -> None:
    assert [kind for kind in every_refusal() if kind.exit_status is ExitStatus.DONE] == []


def test_every_code_is_the_code_of_some_refusal() -> None:
    used = {kind.code for kind in every_refusal()}
    assert sorted(set(ErrorCode) - used) == []


def test_codes_are_written_alike() -> None:
    assert all(code.value.startswith("E_") and code.value.isupper() for code in ErrorCode)
