"""Every binding fits the port that it stands for."""

import typing
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from entrypoints import factories
from entrypoints.container import Container

USE_CASES = [
    "add_hero",
    "check_hero",
    "check_settings",
    "examine_hall",
    "create_campaign",
    "starts",
    "import_campaign",
    "import_settings",
    "queue_dataset",
    "take_in_arrivals",
    "run_job",
    "run_next_job",
    "run_preview",
    "trust",
    "inventory",
    "prune_checkpoints",
    "pin_checkpoint",
    "verify_checkpoints",
    "rehearsal",
    "check_data",
    "preview_row",
    "try_profile",
    "queries",
    "recorder",
]
SLOW = {"models", "trainer"}


@pytest.fixture(name="container")
def _container(tmp_path: Path) -> Container:
    factories.create_hall(tmp_path / "hall")
    container = Container()
    container.config.from_dict(
        {
            "hall": str(tmp_path / "hall"),
            "writable": True,
            "quiet": True,
            "color": "auto",
            "caused_by": "test",
        }
    )
    for name in SLOW:
        getattr(container, name).override(providers.Object(_Slow()))
    return container


class _Slow:
    """Stands for an adapter that would load torch; tests marked slow check the real ones."""


@pytest.mark.parametrize("name", USE_CASES)
def test_every_field_of_a_use_case_is_filled_by_what_its_port_names(
    container: Container, name: str
) -> None:
    built = getattr(container, name)()
    for field, wanted in typing.get_type_hints(type(built)).items():
        if field.startswith("_") or field in SLOW:
            continue
        given = getattr(built, field)
        kind = typing.get_origin(wanted) or wanted
        assert _fits(given, kind), f"{name}.{field}: {type(given).__name__} is no {wanted}"


def test_the_check_sees_swapped_dependencies(container: Container) -> None:
    clock = container.clock()
    hints = typing.get_type_hints(type(container.queries()))

    assert not _fits(clock, hints["jobs"])


def test_every_provider_resolves(container: Container) -> None:
    for name, provider in container.providers.items():
        if name != "previews" and not isinstance(provider, providers.Configuration):
            assert provider() is not None, name


def test_previews_are_bound_for_every_name_in_the_settings(container: Container) -> None:
    from domain.settings.monitoring import PreviewBackendName

    assert set(container.previews.providers) == {name.value for name in PreviewBackendName}


def test_a_missing_setting_of_the_container_is_an_error() -> None:
    with pytest.raises(Exception, match="hall"):
        Container().hall()


def _fits(given: Any, kind: Any) -> bool:
    if kind in {str, int}:
        return isinstance(given, kind)
    if getattr(kind, "__module__", "") == "collections.abc":
        return callable(given)
    return kind in type(given).__mro__
