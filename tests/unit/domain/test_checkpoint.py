"""A committed checkpoint and the digest of its manifest."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.checkpoint import FileDigest, manifest_digest
from tests.builders import a_checkpoint
from tests.strategies import digests, files, manifests

Files = list[FileDigest]


@given(st.data(), manifests)
def test_the_digest_ignores_the_order_of_files(data: st.DataObject, listed: Files) -> None:
    shuffled = data.draw(st.permutations(listed))
    assert manifest_digest(tuple(shuffled)) == manifest_digest(tuple(listed))


@given(st.data(), manifests, st.integers(1, 99), digests)
def test_the_digest_notices_a_change_of_any_file(
    data: st.DataObject, listed: Files, more: int, sha256: str
) -> None:
    place = data.draw(st.integers(0, len(listed) - 1))
    file = listed[place]
    for changed in (
        replace(file, size=file.size + more),
        replace(file, path=f"{file.path}2"),
        replace(file, sha256=sha256[::-1] if sha256 == file.sha256 else sha256),
    ):
        others = (*listed[:place], changed, *listed[place + 1 :])
        assert (manifest_digest(others) == manifest_digest(tuple(listed))) is (changed == file)


@given(manifests, files)
def test_the_digest_notices_a_file_more_or_less(listed: Files, extra: FileDigest) -> None:
    digest = manifest_digest(tuple(listed))
    assert manifest_digest((*listed, extra)) != digest
    assert manifest_digest(tuple(listed[1:])) != digest


@given(manifests)
def test_the_digest_notices_files_that_changed_places(listed: Files) -> None:
    first, last = listed[0], listed[-1]
    swapped = (
        replace(first, path=last.path),
        *listed[1:-1],
        replace(last, path=first.path),
    )
    same_bytes = (first.sha256, first.size) == (last.sha256, last.size)
    if len(listed) > 1 and not same_bytes:
        assert manifest_digest(swapped) != manifest_digest(tuple(listed))


def test_the_digest_of_a_manifest_stays_what_it_was_when_it_was_written() -> None:
    digest = manifest_digest((FileDigest(path="model.safetensors", size=3, sha256="0" * 64),))
    assert digest == "a5d09d17477931d14d333d2a669a6477d81b2e0b02a6f48b9e86b8b1aa2fad7c"


def test_other_machines_find_a_checkpoint_by_campaign_and_digest() -> None:
    checkpoint = a_checkpoint(digest="0123456789abcdef" * 4)
    assert checkpoint.address == "baby-mage/first@0123456789ab"
