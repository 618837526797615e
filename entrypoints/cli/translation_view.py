"""What was taken over from a predecessor, and what not, as people and programs see it."""

from domain.settings.layers import Value
from domain.settings.translation import Left, Translation
from entrypoints.cli.render import Cell

COLUMNS = ("OLD KEY", "NOW", "VALUE", "WHY NOT")


def translation_document(translation: Translation) -> dict[str, object]:
    """Give the two lists as JSON shows them."""
    return {"taken": translation.taken, "left": translation.left}


def translation_rows(translation: Translation) -> list[tuple[Cell, ...]]:
    """Give one row for each key, what was taken first."""
    taken = [(each.old, each.key, each.value, None) for each in translation.taken]
    return [*taken, *((each.old, None, None, _why(each)) for each in translation.left)]


def yaml_block(translation: Translation) -> str:
    """Give what was taken as it is written in guild.yaml."""
    lines: list[str] = []
    section = ""
    for taken in sorted(translation.taken, key=lambda each: each.key):
        name, leaf = taken.key.split(".")
        if name != section:
            lines.append(f"{name}:")
            section = name
        lines.append(f"  {leaf}: {_scalar(taken.value)}")
    return "".join(f"{line}\n" for line in lines)


def _why(left: Left) -> str:
    return f"{left.reason}: {left.why}"


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{"".join(map(_character, value))}"' if isinstance(value, str) else repr(value)


def _character(char: str) -> str:
    plain = char.isprintable() and char not in '"\\'
    return char if plain else f"\\U{ord(char):08x}"
