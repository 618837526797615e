"""The page for those who come from the predecessor says what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from domain.settings.layers import flatten
from domain.settings.left_behind import LEFT_BEHIND
from domain.settings.settings import Settings
from domain.settings.translation import COUNTERPARTS, FLAT
from entrypoints.cli.main import guild

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "coming-from-training.md").read_text()
BLOCKS = re.findall(r"```(.*?)```", PAGE, flags=re.DOTALL)
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
KNOWN = set(flatten(Settings()))
SECTIONS = {key.partition(".")[0] for key in KNOWN}


def rows() -> Iterator[tuple[str, str]]:
    """Give what was there and what is now, row by row."""
    for line in PAGE.splitlines():
        if line.startswith("| ") and line != "| there | now |":
            there, now = line.strip("| ").split(" | ", 1)
            yield there, now


def words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def commands() -> list[str]:
    """Give the command, verb included, of everything on the page that begins with guild."""
    told = [word for _, now in rows() for word in words(now)]
    told += [line.partition("#")[0] for line in "".join(BLOCKS).splitlines()]
    told += words(PROSE.partition("## Commands")[0])
    return [text for text in told if text.startswith("guild ")]


def options() -> list[str]:
    """Give every command with the option that the page names beside it."""
    after = re.findall(r"`(guild [^`]+)` with `(--[^`]+)`", PROSE)
    before = re.findall(r"`(--[^`]+)` of `(guild [^`]+)`", PROSE)
    return [f"{command} {option}" for command, option in (*after, *(each[::-1] for each in before))]


def leads_somewhere(line: str) -> bool:
    """Tell whether the words after guild are a command, and its options are known to it."""
    context = click.Context(guild)
    command: click.Command | None = guild
    rest = line.split()[1:]
    while rest and isinstance(command, click.Group):
        command = command.get_command(context, rest.pop(0))
    if command is None or isinstance(command, click.Group):
        return False
    options = {name for parameter in command.params for name in parameter.opts}
    return all(word in options for word in rest if word.startswith("--"))


def test_every_setting_that_is_translated_has_a_row_with_its_new_name() -> None:
    told = {there.strip("`"): words(now)[0] for there, now in rows() if words(now)}

    for old, counterpart in COUNTERPARTS.items():
        assert told.get(old) == counterpart.key, old


def test_every_flat_key_that_is_no_last_word_is_named() -> None:
    last = {old.partition(".")[2] for old in COUNTERPARTS}

    assert set(FLAT) - last <= set(words(PROSE))


def test_every_setting_that_is_not_translated_has_a_row_with_the_reason() -> None:
    told = {old: now for there, now in rows() for old in words(there)}

    for old, (reason, why) in LEFT_BEHIND.items():
        assert told.get(old) == f"{reason}: {why}", old


def test_every_setting_that_is_named_exists() -> None:
    named = [
        word
        for _, now in rows()
        for word in re.findall(r"\b[a-z_]+\.[a-z_0-9]+\b", now)
        if word.partition(".")[0] in SECTIONS
    ]

    assert named
    assert set(named) <= KNOWN


def test_every_command_that_is_named_exists() -> None:
    assert len(commands()) > 20
    assert len(options()) > 4
    assert [line for line in (*commands(), *options()) if not leads_somewhere(line)] == []


def test_a_command_that_is_gone_would_be_found() -> None:
    assert not leads_somewhere("guild campaign")
    assert not leads_somewhere("guild campaign conquer")
    assert not leads_somewhere("guild campaign create --conquer")
    assert leads_somewhere("guild campaign create NAME --hero ID")
