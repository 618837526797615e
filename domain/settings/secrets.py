"""Texts that look like a secret, and so must not become a setting, an event or a page."""

import re

_TOKENS = re.compile(
    r"""
    \bhf_[A-Za-z0-9]{20,}          # Hugging Face
    | \bsk-[A-Za-z0-9_-]{20,}      # OpenAI and those that follow it
    | \bgh[pousr]_[A-Za-z0-9]{20,} # GitHub
    | \bAKIA[A-Z0-9]{16}\b         # Amazon
    | \bxox[abprs]-[A-Za-z0-9-]{10,} # Slack
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | ://[^/\s:@]+:[^/\s:@]+@       # a password in an address
    """,
    re.VERBOSE,
)


def looks_like_secret(text: str) -> bool:
    """Tell whether a text holds what well-known services hand out as keys and tokens."""
    return _TOKENS.search(text) is not None
