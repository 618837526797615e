"""Words and numbers as a terminal shows them."""


def duration(seconds: float) -> str:
    """Say a duration in its two largest units: '1 h 21 m', '3 m 05 s', '12 s'."""
    whole = round(seconds)
    if whole >= 3600:  # noqa: PLR2004 - seconds of an hour
        return f"{whole // 3600} h {whole % 3600 // 60:02} m"
    if whole >= 60:  # noqa: PLR2004 - seconds of a minute
        return f"{whole // 60} m {whole % 60:02} s"
    return f"{whole} s"


def grouped(number: float) -> str:
    """Write a whole number with its thousands apart: '11 800'."""
    return f"{number:,.0f}".replace(",", " ")
