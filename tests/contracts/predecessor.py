"""What every reader of a predecessor's files owes."""

from collections.abc import Callable, Mapping

import pytest

from application.ports.predecessor import (
    Predecessor,
    PredecessorFileError,
    PredecessorMissingError,
)

Tree = Mapping[str, object]
# Makes a predecessor that left this tree as settings and as a campaign; gives their places too.
PredecessorOf = Callable[[Tree], tuple[Predecessor, str, str]]

TREE: Tree = {
    "max_length": 2048,
    "hyperparams": {"learning_rate": 4e-4, "max_steps": None, "adamw": {"betas": [0.9, 0.95]}},
    "monitoring": {"system_prompt_base": "Think 🤔", "enable_layer_monitor": False},
    "empty": {},
}
LEAVES = {
    "max_length": 2048,
    "hyperparams.learning_rate": 4e-4,
    "hyperparams.max_steps": None,
    "hyperparams.adamw.betas": [0.9, 0.95],
    "monitoring.system_prompt_base": "Think 🤔",
    "monitoring.enable_layer_monitor": False,
}


class PredecessorContract:
    """Subclasses make a predecessor."""

    @pytest.fixture
    def predecessor_of(self) -> PredecessorOf:
        raise NotImplementedError

    def test_every_leaf_of_the_settings_comes_under_its_dotted_key(
        self, predecessor_of: PredecessorOf
    ) -> None:
        predecessor, place, _ = predecessor_of(TREE)
        assert dict(predecessor.settings(place)) == LEAVES

    def test_every_leaf_of_a_campaign_comes_under_its_dotted_key(
        self, predecessor_of: PredecessorOf
    ) -> None:
        predecessor, _, place = predecessor_of(TREE)
        assert dict(predecessor.campaign(place)) == LEAVES

    def test_a_key_once_nested_and_once_with_a_dot_is_refused(
        self, predecessor_of: PredecessorOf
    ) -> None:
        predecessor, place, folder = predecessor_of({"a": {"b": 1}, "a.b": 1})
        with pytest.raises(PredecessorFileError, match=r"'a\.b' is there twice"):
            predecessor.settings(place)
        with pytest.raises(PredecessorFileError, match=r"'a\.b' is there twice"):
            predecessor.campaign(folder)

    def test_nothing_is_refused_with_its_place(self, predecessor_of: PredecessorOf) -> None:
        predecessor, place, folder = predecessor_of(TREE)
        with pytest.raises(PredecessorMissingError, match=f"{place}x"):
            predecessor.settings(f"{place}x")
        with pytest.raises(PredecessorFileError, match=f"{folder}x"):
            predecessor.campaign(f"{folder}x")
