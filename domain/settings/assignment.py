"""A setting as it is typed on a command line."""


class Flagged(str):
    """A 'section.key=value' text that remembers the flag which it was typed with."""

    __slots__ = ("flag",)

    flag: str

    @classmethod
    def of(cls, key: str, value: object, flag: str) -> "Flagged":
        """Write the assignment that a flag stands for."""
        made = cls(f"{key}={value}")
        made.flag = flag
        return made


def typed_as(pair: str, otherwise: str) -> str:
    """Name the flag that an assignment was typed with."""
    return pair.flag if isinstance(pair, Flagged) else otherwise
