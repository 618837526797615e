"""The `guild` command."""

import click

from entrypoints.cli.app import App
from entrypoints.cli.options import RootGroup

# Module and one line of help, so that `guild --help` needs to import none of the commands.
COMMANDS = {
    "Start": {
        "quickstart": (
            "quickstart",
            "Make a hall, and teach a tiny hero to reverse words.",
        ),
        "init": ("start", "Make a hall in DIR, the folder in which guild works."),
        "doctor": ("doctor", "Check the machine and the hall, and say how to repair them."),
        "status": ("start", "Tell what is going on in the hall."),
    },
    "Train": {
        "campaign": ("campaign", "One hero's ongoing training: create, fork, roll back."),
        "data": ("data", "What a job would find in a dataset, before it trains: check, preview."),
        "queue": ("queue", "What waits to be trained: add, list, retry."),
        "train": (
            "train",
            "Teach the hero what waits in the queue, or one file: next, all, file, verify-resume.",
        ),
        "job": ("job", "What became of each dataset: list, show, compare, events."),
    },
    "Settings": {
        "config": ("config", "What every setting is, and who set it: show, get, set, check."),
    },
    "Models": {
        "profile": ("profile", "How rows are rewritten before training: list, show, try."),
        "hero": ("hero", "Who can be trained: list, show, add, check."),
        "checkpoint": (
            "checkpoint",
            "What jobs left of the model: list, show, verify, pin, prune.",
        ),
        "preview": ("preview", "What the hero says: run."),
    },
}


@click.group(
    cls=RootGroup,
    sections=COMMANDS,
    context_settings={"auto_envvar_prefix": "GUILD"},
)
@click.version_option(package_name="guild-trainer", prog_name="guild")
@click.pass_context
def guild(context: click.Context) -> None:
    """Fine-tune small language models from a queue, and watch them learn.

    \b
    Start here:  guild quickstart     try everything in a minute
                 guild init DIR       make a hall of your own
    """
    context.ensure_object(App)


def main() -> None:
    """Run the command line."""
    guild()


if __name__ == "__main__":
    main()
