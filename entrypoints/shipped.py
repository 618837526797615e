"""Where the files lie that guild ships: in a wheel, or in a checkout."""

from importlib import resources
from pathlib import Path


def shipped_heroes() -> Path:
    """Give the folder of the shipped heroes."""
    packed = Path(str(resources.files("entrypoints"))) / "_data" / "configs"
    here = packed if packed.is_dir() else Path(__file__).resolve().parent.parent / "configs"
    return here / "heroes"
