import shutil
import sys
from pathlib import Path

import pytest

from adapters.system import machine as module
from adapters.system.machine import SystemMachine
from application.ports.machine import Command, Machine
from tests.contracts.machine import MachineContract

SCRIPTS = Path(sys.executable).parent


class TestSystemMachine(MachineContract):
    @pytest.fixture
    def machine(self) -> Machine:
        return SystemMachine(str(SCRIPTS))

    @pytest.fixture
    def installed(self) -> str:
        return "click"


def a_script(folder: Path, text: str) -> SystemMachine:
    folder.mkdir(exist_ok=True)
    (folder / "guild").write_text(text)
    (folder / "guild").chmod(0o755)
    return SystemMachine(str(folder))


def test_the_command_of_this_installation_is_ours() -> None:
    facts = SystemMachine(str(SCRIPTS)).facts()
    assert (facts.command, facts.command_path) == (Command.OURS, str(SCRIPTS / "guild"))


def test_a_link_to_our_command_is_ours(tmp_path: Path) -> None:
    (tmp_path / "guild").symlink_to(SCRIPTS / "guild")
    assert SystemMachine(str(tmp_path)).facts().command is Command.OURS


def test_the_guild_of_another_package_is_foreign(tmp_path: Path) -> None:
    machine = a_script(tmp_path, "#!/usr/bin/python3\nfrom guild.cli import main\nmain()\n")
    assert machine.facts().command is Command.FOREIGN


def test_a_foreign_command_earlier_on_the_path_is_found(tmp_path: Path) -> None:
    a_script(tmp_path, "#!/bin/sh\n")
    facts = SystemMachine(f"{tmp_path}:{SCRIPTS}").facts()
    assert (facts.command, facts.command_path) == (Command.FOREIGN, str(tmp_path / "guild"))


def test_the_guild_of_another_environment_is_another_one(tmp_path: Path) -> None:
    shutil.copy(SCRIPTS / "guild", tmp_path / "guild")
    assert SystemMachine(str(tmp_path)).facts().command is Command.ANOTHER


def test_a_path_without_a_guild_has_no_command(tmp_path: Path) -> None:
    assert SystemMachine(str(tmp_path)).facts().command is Command.ABSENT


def test_nobody_else_has_packages_of_our_names_here() -> None:
    assert SystemMachine("").facts().strangers == ()


def test_a_package_from_elsewhere_is_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OURS", ("domain", "click"))
    (stranger,) = [line for line in SystemMachine("").facts().strangers if "loaded" in line]
    assert stranger.startswith("'click' is loaded from ")


def test_a_package_that_another_distribution_brings_too_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = tmp_path / "squatter-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: squatter\nVersion: 1.0\n")
    (facts / "top_level.txt").write_text("domain\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    strangers = SystemMachine("").facts().strangers
    assert strangers == ("the package squatter brings a 'domain' of its own",)


def test_the_driver_is_known_by_its_version(tmp_path: Path) -> None:
    driver = tmp_path / "version"
    driver.write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  \nGCC version: 13\n"
    )
    assert SystemMachine("", driver).facts().gpu_driver == "550.54.15"
    assert SystemMachine("", tmp_path / "none").facts().gpu_driver == ""
