"""Where each key of a JSON file stands: its reader gives values and keeps no places."""

import json
import re
from bisect import bisect
from collections.abc import Mapping

_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(rf"(?P<key>{_STRING})\s*:|{_STRING}|(?P<begin>[{{\[])|(?P<end>[}}\]])")


def lines_of(text: str) -> Mapping[str, int]:
    """Give the line of every key, by dotted key, in a text that has been read as JSON."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines: dict[str, int] = {}
    path: list[str] = []
    for token in _TOKEN.finditer(text):
        if token["begin"]:
            path.append("")
        elif token["end"]:
            path.pop()
        elif token["key"]:
            path[-1] = json.loads(token["key"])
            lines[".".join(path)] = bisect(breaks, token.start()) + 1
    return lines
