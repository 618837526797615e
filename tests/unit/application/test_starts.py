"""Beginning a campaign from a model in a folder."""

from pathlib import Path

import pytest

from adapters.memory.event_log import MemoryEventLog
from adapters.memory.model_folder import MemoryModelFolder
from adapters.memory.model_loader import MemoryModel, MemoryModelLoader
from adapters.memory.settings_source import MemorySettingsSource
from application.ports.event_log import Append, Position
from application.ports.model_folder import ModelFolderError
from application.ports.settings_source import BadSettingError
from application.starts import StartNotFoundError
from application.use_cases.create_campaign import NameTakenError
from domain.architecture import ArchitectureMismatchError
from domain.checkpoint import Checkpoint
from domain.errors import NotFoundError
from domain.job import Completed
from domain.lineage import UNKNOWN
from tests.memory_hall import ALIEN, GIVEN, MemoryHall, described, rows


@pytest.fixture(name="hall")
def _hall(tmp_path: Path) -> MemoryHall:
    return MemoryHall(tmp_path)


def begun(hall: MemoryHall, name: str = "first", folder: str = GIVEN) -> Checkpoint:
    start = hall.enlist(name, start=folder).campaign.start
    assert start is not None
    return start


def copies(tmp_path: Path) -> list[Path]:
    return sorted(tmp_path.rglob("model.json"))


def test_the_model_is_a_committed_checkpoint_of_the_campaign(hall: MemoryHall) -> None:
    start, campaign = begun(hall), hall.campaigns.active()

    assert (campaign.start, campaign.head, campaign.step) == (start, start, 0)
    assert (start.campaign_id, start.step, start.fence) == (campaign.id, 0, 0)
    assert campaign.folder == GIVEN
    hall.checkpoints.verify(start)
    assert MemoryModel.read(hall.checkpoints.locate(start)) == MemoryModel("given")


def test_training_goes_on_from_the_copy_when_the_folder_is_gone(hall: MemoryHall) -> None:
    start = begun(hall)
    hall.model_folders = MemoryModelFolder()
    hall.add()
    from_folder = hall.train()
    hall.enlist("second")
    hall.add()
    from_base = hall.train()

    assert from_folder is not None
    assert from_base is not None
    assert isinstance(from_folder.state, Completed)
    assert (from_folder.head, from_base.head) == (start.digest, "")
    digests = {hall.campaigns.get(name).head_digest for name in ("first", "second")}
    assert len(digests) == 2


def test_the_copy_is_a_node_under_which_nothing_is_known(hall: MemoryHall) -> None:
    start = begun(hall)
    hall.add()
    hall.train()
    tree, head = hall.finder().lineage(), hall.campaigns.active().head_digest

    assert tree.parents[start.digest] == UNKNOWN
    assert tree.ancestry(head) == (head, start.digest)
    assert tree.copies(start.digest) == (start,)


def test_one_rolls_back_to_the_copy_and_never_below_it(hall: MemoryHall) -> None:
    start = begun(hall)
    for reference in ("checkpoint-0", start.digest[:8], start.name, "base"):
        hall.add(f"{reference}.jsonl", rows(8))
        hall.train()
        assert hall.campaigns.active().head != start
        assert hall.change_campaign().roll_back("first", reference).head == start


def test_one_forks_at_the_copy(hall: MemoryHall) -> None:
    start = begun(hall)
    hall.add()
    hall.train()
    forked = hall.fork_campaign().execute("first", "bold", "checkpoint-0")

    assert (forked.start, forked.head, forked.folder) == (start, start, "")
    later = hall.enlist("later", start="first@head").campaign
    assert later.start == hall.campaigns.get("first").head
    assert hall.enlist("again", start=start.address).campaign.start == start


def test_two_campaigns_of_one_folder_each_have_their_own_copy(hall: MemoryHall) -> None:
    first, second = begun(hall, "first"), begun(hall, "second")
    assert first.digest == second.digest

    finder, change = hall.finder(), hall.change_campaign()
    for name, start in (("first", first), ("second", second)):
        assert finder.find("checkpoint-0", hall.campaigns.get(name)) == start
        assert change.roll_back(name, start.digest).head == start
        forked = hall.fork_campaign().execute(name, f"bold-{name}")
        assert finder.find(start.digest, forked) == start
    assert finder.find(first.digest) in {first, second}


def test_another_architecture_is_refused_with_both_values_before_anything_is_kept(
    hall: MemoryHall, tmp_path: Path
) -> None:
    with pytest.raises(ArchitectureMismatchError) as refusal:
        begun(hall, folder=ALIEN)
    assert "vocabulary: locked 100, found 101" in refusal.value.why
    assert "hero apprentice" in refusal.value.why
    assert ALIEN in refusal.value.why
    assert hall.campaigns.find() == []
    assert copies(tmp_path) == []


def test_a_shorter_context_is_what_the_campaign_is_locked_to(hall: MemoryHall) -> None:
    hall.models = MemoryModelLoader(described=[described(GIVEN, context_length=150)])
    with pytest.raises(BadSettingError, match="max_length is 200"):
        begun(hall)
    short = hall.enlist("first", "hyperparams.max_length=150", start=GIVEN).campaign
    assert short.locked.max_context == 150
    hall.settings = MemorySettingsSource({"hyperparams.max_length": 150})
    assert hall.enlist("second", start="first@head").campaign.locked == short.locked


def test_of_a_longer_context_only_the_heros_is_used(hall: MemoryHall) -> None:
    hall.models = MemoryModelLoader(described=[described(GIVEN, context_length=9999)])
    begun(hall)
    assert hall.campaigns.active().locked.max_context == 200


def test_a_dry_run_compares_and_copies_nothing(hall: MemoryHall, tmp_path: Path) -> None:
    shown = hall.enlist("first", start=GIVEN, dry_run=True).campaign

    assert (shown.start, shown.folder) == (None, GIVEN)
    assert hall.campaigns.find() == []
    assert copies(tmp_path) == []
    with pytest.raises(ArchitectureMismatchError):
        hall.enlist("first", start=ALIEN, dry_run=True)


def test_nothing_is_copied_for_a_name_that_is_taken(hall: MemoryHall, tmp_path: Path) -> None:
    hall.enlist("first")
    with pytest.raises(NameTakenError):
        begun(hall, "first")
    assert copies(tmp_path) == []


def test_nothing_is_copied_for_settings_that_do_not_fit(hall: MemoryHall, tmp_path: Path) -> None:
    with pytest.raises(BadSettingError):
        hall.enlist("first", "hyperparams.max_length=201", start=GIVEN)
    assert copies(tmp_path) == []


class _HalfCopied(MemoryModelFolder):
    def copy(self, place: str, location: str) -> None:
        super().copy(place, location)
        raise ModelFolderError(f"{place} cannot be copied")


def test_a_copy_that_breaks_off_leaves_nothing(hall: MemoryHall, tmp_path: Path) -> None:
    hall.model_folders = _HalfCopied({GIVEN: MemoryModel("given")})
    with pytest.raises(ModelFolderError):
        begun(hall)
    assert hall.campaigns.find() == []
    assert copies(tmp_path) == []


class _Crash(BaseException):
    """The process ends."""


class _Crashing(MemoryEventLog):
    def append(self, *appends: Append) -> Position:
        raise _Crash


def test_what_a_crash_left_behind_stands_in_nobodys_way(hall: MemoryHall, tmp_path: Path) -> None:
    log, hall.log = hall.log, _Crashing("test")
    with pytest.raises(_Crash):
        begun(hall)
    hall.log = log
    assert len(copies(tmp_path)) == 1

    hall.model_folders = MemoryModelFolder({GIVEN: MemoryModel("since then trained further")})
    hall.checkpoints.verify(begun(hall))


def test_a_checkpoints_name_comes_before_a_folders(hall: MemoryHall) -> None:
    first = begun(hall)
    hall.model_folders = MemoryModelFolder(
        {"checkpoint-0": MemoryModel("given"), "plain": MemoryModel("given")}
    )
    hall.models = MemoryModelLoader(described=[described("plain"), described("checkpoint-0")])
    by_name = hall.enlist("second", start="checkpoint-0").campaign
    by_place = hall.enlist("third", start="plain").campaign

    assert (by_name.start, by_name.folder) == (first, "")
    assert by_place.folder == "plain"


def test_what_is_neither_is_refused_as_neither(hall: MemoryHall) -> None:
    hall.enlist("first")
    with pytest.raises(StartNotFoundError, match="no checkpoint and no folder 'models/mine'"):
        begun(hall, "second", "models/mine")
    for path in ("./mine", "/mine", "~/mine", ".", "~/empty"):
        with pytest.raises(ModelFolderError, match=path):
            begun(hall, "second", path)
    with pytest.raises(NotFoundError, match="campaign"):
        begun(hall, "second", "nobody@head")


def test_a_place_that_could_not_be_shown_is_written_as_an_escape(hall: MemoryHall) -> None:
    place = "./a\x1b[2J\udcff"
    hall.model_folders = MemoryModelFolder({place: MemoryModel("given")})
    hall.models = MemoryModelLoader(described=[described(place)])
    begun(hall, folder=place)
    assert hall.campaigns.active().folder == r"./a\x1b[2J\udcff"
