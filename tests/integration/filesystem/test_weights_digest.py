import hashlib
from pathlib import Path

from adapters.filesystem.weights_digest import weights_digest


def test_one_weight_file_has_its_own_digest_whatever_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "optimizer.pt").write_bytes(b"state")
    assert weights_digest(tmp_path) == hashlib.sha256(b"weights").hexdigest()


def test_several_weight_files_are_taken_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "model-2.safetensors").write_bytes(b"two")
    (tmp_path / "model-1.safetensors").write_bytes(b"one")
    assert weights_digest(tmp_path) == hashlib.sha256(b"onetwo").hexdigest()


def test_one_changed_byte_changes_it(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = weights_digest(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"weighty")
    assert weights_digest(tmp_path) != before
