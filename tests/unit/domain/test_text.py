import pytest

from domain.text import printable


def test_what_prints_is_shown_as_it_is() -> None:
    assert printable("a é 🤔 [b] 'c' \\n") == "a é 🤔 [b] 'c' \\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\tb", "a\\n\\tb"),
        ("\x1b[31m\x9b\x00", "\\x1b[31m\\x9b\\x00"),
        ("\u202egnp", "\\u202egnp"),
        ("\udcff", "\\udcff"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_does_not_print_is_shown_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
