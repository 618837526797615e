import os
import stat
from pathlib import Path

import pytest

from adapters.filesystem.hall import check_hall, create_hall, find_hall
from application.ports.hall import HallExistsError, HallMissingError, HallUnsafeError
from domain.errors import ErrorCode, ExitStatus

FOLDERS = [
    "queue/high",
    "queue/normal",
    "queue/low",
    "queue/processing",
    "queue/completed",
    "queue/failed",
    "queue/skipped",
    "queue/rejected",
    "heroes",
    "datasets",
    "campaigns",
    "status",
    ".guild/incoming",
]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    root = tmp_path / "deep" / "my hall"
    create_hall(root)
    return root


def test_a_new_hall_has_every_folder_and_is_private(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "my hall"
    made = create_hall(root)
    assert {what for _, what in made} == {"created"}
    assert all(path.exists() for path, _ in made)
    assert all((root / name).is_dir() for name in FOLDERS)
    assert {mode(root), mode(root / ".guild"), mode(root / "datasets")} == {0o700}
    check_hall(root)


def test_a_hall_is_not_made_twice(hall: Path) -> None:
    (hall / "guild.yaml").write_text("model: {dtype: float32}\n")
    (hall / "queue" / "low").rmdir()
    with pytest.raises(HallExistsError):
        create_hall(hall)
    assert (hall / "guild.yaml").read_text() == "model: {dtype: float32}\n"
    assert not (hall / "queue" / "low").exists()


def test_what_a_crash_left_half_made_is_made_whole(hall: Path) -> None:
    (hall / "guild.yaml").unlink()
    (hall / "queue" / "low").rmdir()
    made = dict(create_hall(hall))
    assert made[hall / "queue" / "low"] == made[hall / "guild.yaml"] == "created"
    assert made[hall / "queue" / "high"] == "kept"


def test_an_open_folder_that_becomes_a_hall_becomes_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "notes").write_text("mine")
    made = dict(create_hall(tmp_path))
    assert made[tmp_path] == "kept"
    assert mode(tmp_path) == 0o700
    assert (tmp_path / "notes").read_text() == "mine"


def test_what_is_derived_or_large_is_not_for_git(hall: Path) -> None:
    ignored = (hall / ".gitignore").read_text().split()
    assert ignored == ["/.guild/", "/campaigns/", "/datasets/", "/queue/", "/status/"]


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o722, 0o777, 0o1777])
def test_a_hall_that_others_may_write_to_is_refused(hall: Path, bits: int) -> None:
    hall.chmod(bits)
    with pytest.raises(HallUnsafeError) as refused:
        check_hall(hall)
    assert refused.value.code is ErrorCode.HALL_UNSAFE
    assert refused.value.exit_status is ExitStatus.REFUSED
    assert refused.value.fix == (f"chmod 700 {hall}",)


def test_a_hall_that_others_may_only_read_is_allowed(hall: Path) -> None:
    hall.chmod(0o755)
    check_hall(hall)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_hall_of_somebody_else_is_refused(hall: Path) -> None:
    os.chown(hall, 12345, -1)
    with pytest.raises(HallUnsafeError) as refused:
        check_hall(hall)
    assert "12345" in refused.value.why


def test_the_hall_is_the_nearest_parent_with_settings(hall: Path, tmp_path: Path) -> None:
    inner = hall / "heroes" / "inner"
    create_hall(inner)
    assert find_hall(hall, None, {}) == hall
    assert find_hall(hall / "queue" / "low", None, {}) == hall
    assert find_hall(inner / "queue", None, {}) == inner
    with pytest.raises(HallMissingError, match=str(tmp_path)):
        find_hall(tmp_path, None, {})


def test_a_given_hall_wins_over_the_environment_and_that_over_the_folder(
    hall: Path, tmp_path: Path
) -> None:
    given, named = tmp_path / "given", tmp_path / "named"
    create_hall(given)
    create_hall(named)
    environment = {"GUILD_HOME": str(named)}
    assert find_hall(hall, str(given), environment) == given
    assert find_hall(hall, None, environment) == named
    assert find_hall(hall, None, {"GUILD_HOME": ""}) == hall


def test_a_named_hall_that_is_none_is_never_replaced_by_another(hall: Path, tmp_path: Path) -> None:
    for home, environment in ((str(tmp_path), {}), (None, {"GUILD_HOME": str(tmp_path)})):
        with pytest.raises(HallMissingError) as refused:
            find_hall(hall, home, environment)
        assert refused.value.exit_status is ExitStatus.NOT_FOUND
        assert any("guild init" in line for line in refused.value.fix)


def test_a_hall_is_found_by_its_real_place(
    hall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(hall)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_hall(tmp_path, "link", {}) == hall
    assert find_hall(tmp_path, "~/link", {}) == hall
    assert find_hall(Path("link/queue"), None, {}) == hall


def test_a_hall_that_is_there_is_held() -> None:
    assert HallExistsError("/x").exit_status is ExitStatus.HELD
    assert HallExistsError("/x").code is ErrorCode.HALL_EXISTS
