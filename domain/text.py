"""Text that others wrote, made harmless to show."""


def printable(text: str) -> str:
    """Write everything that could not be printed, or would move the cursor, as an escape."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
