"""What the help says is what the commands do."""

import click
import pytest
from click.testing import CliRunner

from entrypoints.cli.main import COMMANDS, guild


def every_command() -> dict[str, click.Command]:
    """Give each command by the words that people type."""
    context = click.Context(guild)
    found: dict[str, click.Command] = {}
    for name in guild.list_commands(context):
        command = guild.get_command(context, name)
        assert command is not None
        children = command.commands.items() if isinstance(command, click.Group) else ()
        found |= {f"{name} {verb}": child for verb, child in children} or {name: command}
    return found


@pytest.mark.parametrize("name", every_command())
def test_every_command_has_help_with_an_example_and_its_json_fields(name: str) -> None:
    shown = CliRunner().invoke(guild, [*name.split(), "--help"])

    assert shown.exit_code == 0
    assert f"Example:  guild {name}" in shown.stdout
    assert "JSON:" in shown.stdout


def test_the_short_helps_of_the_root_are_those_of_the_commands() -> None:
    for group in COMMANDS.values():
        for name, (_, line) in group.items():
            command = guild.get_command(click.Context(guild), name)
            assert command is not None
            assert line == command.get_short_help_str(limit=100), name


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    refused = CliRunner().invoke(guild, ["capaign", "list"])

    assert refused.exit_code == 2
    assert "campaign" in refused.stderr


def test_global_options_stand_before_or_after_the_command(tmp_path: object) -> None:
    before = CliRunner().invoke(guild, ["--json", "-C", str(tmp_path), "status"])
    after = CliRunner().invoke(guild, ["status", "--json", "-C", str(tmp_path)])

    assert before.stderr == after.stderr
    assert '"E_NO_HALL"' in before.stderr
