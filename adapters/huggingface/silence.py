"""Libraries do not talk to guild's terminal."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from transformers.utils import logging as transformers_logging

_TALKATIVE = ("accelerate", "huggingface_hub", "torch", "transformers")


@contextmanager
def silence() -> Iterator[None]:
    """Hold back warnings, progress bars and log lines below an error; put all back at the end."""
    levels = {name: logging.getLogger(name).level for name in _TALKATIVE}
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for name in _TALKATIVE:
                logging.getLogger(name).setLevel(logging.ERROR)
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if bars:
                transformers_logging.enable_progress_bar()
