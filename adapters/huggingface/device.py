"""Where the arithmetic runs."""

import torch

from domain.settings.environment import Environment


def device() -> torch.device:
    """Give the GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_name(place: torch.device) -> str:
    """Give the place, and what stands there where that can differ."""
    return f"{place} {torch.cuda.get_device_name(place)}" if place.type == "cuda" else str(place)


def use_threads(environment: Environment) -> None:
    """Limit the threads of the arithmetic, if somebody said so."""
    if environment.num_threads:
        torch.set_num_threads(environment.num_threads)
