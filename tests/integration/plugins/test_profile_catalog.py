"""Profiles in other people's packages."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.plugins.profile_catalog import PluginProfileCatalog
from application.ports.profile_catalog import BrokenProfileError
from domain.errors import ExitStatus
from tests.contracts.profile_catalog import ProfileCatalogContract, named

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package with entry points and one module on the path."""
    before = set(sys.modules)

    def put(package: str, profiles: dict[str, str], module: str = "") -> None:
        facts = tmp_path / f"{package}-2.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.0\n")
        lines = "\n".join(f"{name} = {value}" for name, value in profiles.items())
        (facts / "entry_points.txt").write_text(f"[guild.profiles]\n{lines}\n")
        (tmp_path / f"{package}.py").write_text(module)

    monkeypatch.syspath_prepend(tmp_path)
    yield put
    for name in set(sys.modules) - before:
        del sys.modules[name]


class TestPluginProfileCatalog(ProfileCatalogContract):
    @pytest.fixture
    def catalog(self, install: Install) -> PluginProfileCatalog:
        theirs = "tests.contracts.profile_catalog:shouting"
        install("loud_profiles", {"shouting": theirs, "plain_sft": theirs})
        return PluginProfileCatalog()


def test_names_are_listed_without_running_anybodys_code(install: Install) -> None:
    install("rude", {"rude": "rude:profile"}, "raise SystemExit('imported')")
    catalog = PluginProfileCatalog()
    assert "rude" in catalog.names()
    catalog.require("rude")
    assert catalog.get(named("plain_sft")).name == "plain_sft"
    assert "rude" not in sys.modules


@pytest.mark.parametrize(
    ("module", "why"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "AttributeError"),
        ("profile = 3", "TypeError"),
        ("def profile(settings): return settings", "a Settings, no Profile"),
        ("def profile(settings): raise ValueError('too old')", "too old"),
    ],
)
def test_a_broken_profile_is_refused_with_its_package_and_its_fault(
    install: Install, module: str, why: str
) -> None:
    install("halfdone", {"half": "halfdone:profile"}, module)
    with pytest.raises(BrokenProfileError, match=r"'half' of halfdone 2\.0 cannot be") as refused:
        PluginProfileCatalog().get(named("half"))
    assert why in refused.value.why
    assert refused.value.exit_status is ExitStatus.CANNOT_HERE


def test_a_name_that_two_packages_have_is_refused_with_both(install: Install) -> None:
    install("one", {"same": "one:profile"})
    install("two", {"same": "two:profile"})
    with pytest.raises(BrokenProfileError, match=r"one 2\.0|two 2\.0"):
        PluginProfileCatalog().get(named("same"))
