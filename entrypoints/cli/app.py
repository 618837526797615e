"""What every command is handed: the options of the whole line, and the container on first use."""

import os
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrypoints.container import Container


@dataclass
class App:
    """Options that stand before or after the command; containers are built lazily.

    override replaces providers by name, so that a test can run guild on other adapters.
    """

    home: str | None = None
    json: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    override: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def hall(self) -> Path:
        """Find the hall, or refuse with the way to make one."""
        from entrypoints import factories

        return factories.find_hall(Path.cwd(), self.home, os.environ)

    @cached_property
    def reading(self) -> "Container":
        """Give the container of a command that changes nothing."""
        return self._container(self.hall, writable=False)

    @cached_property
    def writing(self) -> "Container":
        """Give the container of a command that records something."""
        return self._container(self.hall, writable=True)

    def container_for(self, hall: Path) -> "Container":
        """Give the writing container of a named hall."""
        return self._container(hall, writable=True)

    @property
    def on_terminal(self) -> bool:
        """Tell whether a person reads the answer."""
        return sys.stdout.isatty()

    def _container(self, hall: Path, *, writable: bool) -> "Container":
        import secrets

        from dependency_injector import providers

        from entrypoints.container import Container

        container = Container()
        container.config.from_dict(
            {
                "hall": str(hall),
                "writable": writable,
                "quiet": self.quiet,
                "color": self.color,
                "caused_by": f"cli-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}",
            }
        )
        for name, adapter in self.override.items():
            getattr(container, name).override(providers.Object(adapter))
        return container
