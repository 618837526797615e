"""Every row of GSM8K through every profile, where the data is at hand."""

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.tiny_model import build_tokenizer
from domain.conversation import Conversation, Role, RowError
from domain.formats.reading import Reading
from domain.masking import Encoded
from domain.profiles.profile import Profile
from domain.profiles.registry import built_in
from domain.rows import BadRow, NumberedRow, RowReader
from domain.settings.layers import Value, with_values
from domain.settings.settings import Settings

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
FILE = Path(os.environ.get("GUILD_DATA") or BESIDE) / "gsm8k_train.jsonl"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.is_file(), reason="GSM8K is not here: GUILD_DATA names its folder"),
]
ROWS, SEED = 7473, 42
PROFILES: dict[str, dict[str, Value]] = {
    "plain_sft": {"profile.name": "plain_sft"},
    "emoji_think": {"profile.name": "emoji_think"},
    "regime3, strict": {"profile.name": "regime3"},
    "regime3, wrapped": {"profile.name": "regime3", "regime3.strict": False},
}
LEFT = {"plain_sft": ROWS, "emoji_think": ROWS, "regime3, strict": 0, "regime3, wrapped": ROWS}


@pytest.fixture(name="talks", scope="module")
def _talks() -> list[tuple[int, Conversation]]:
    with FILE.open() as file:
        lines: Iterator[NumberedRow] = enumerate(map(json.loads, file), start=1)
        rows = list(RowReader(Reading()).read(lines))
    talks = [row for row in rows if not isinstance(row, BadRow)]
    assert len(talks) == len(rows) == ROWS
    return [(number, said) for number, said in talks if isinstance(said, Conversation)]


@pytest.fixture(scope="module")
def encoder() -> HuggingFaceChatEncoder:
    return HuggingFaceChatEncoder(build_tokenizer())


@pytest.fixture(params=PROFILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def profile_of(name: str) -> Profile:
    settings = with_values(Settings(), PROFILES[name])
    return built_in(settings.profile.name, settings)


def rewritten(
    profile: Profile, talks: Sequence[tuple[int, Conversation]]
) -> Iterator[tuple[int, Conversation] | BadRow]:
    for number, said in talks:
        try:
            yield number, profile.transform(said, number, SEED)
        except RowError as error:
            yield BadRow(number, str(error))


def test_every_row_is_rewritten_or_named_with_a_reason(
    name: str, talks: list[tuple[int, Conversation]]
) -> None:
    rows = list(rewritten(profile_of(name), talks))
    bad = [row for row in rows if isinstance(row, BadRow)]

    assert len(rows) - len(bad) == LEFT[name]
    assert all("turn 2" in row.problem for row in bad)


def test_rewriting_again_changes_nothing(name: str, talks: list[tuple[int, Conversation]]) -> None:
    profile = profile_of(name)
    for row in islice(rewritten(profile, talks), 500):
        if not isinstance(row, BadRow):
            number, said = row
            assert profile.transform(said, number, SEED) == said


def test_where_a_row_stands_changes_nothing(
    name: str, talks: list[tuple[int, Conversation]]
) -> None:
    profile = profile_of(name)
    straight = list(rewritten(profile, talks[:500]))
    moved = [(number + 1000, said) for number, said in reversed(talks[:500])]
    turned = list(rewritten(profile, moved))[::-1]

    said = [row.problem if isinstance(row, BadRow) else row[1] for row in straight]
    assert said == [row.problem if isinstance(row, BadRow) else row[1] for row in turned]


def test_rows_are_rendered_and_their_answers_alone_are_trained(
    name: str, talks: list[tuple[int, Conversation]], encoder: HuggingFaceChatEncoder
) -> None:
    rows = list(rewritten(profile_of(name), talks[:200]))
    good = [row for row in rows if not isinstance(row, BadRow)]
    found = encoder.encode(good)

    assert len(good) == (200 if LEFT[name] else 0)
    for (_, said), row in zip(good, found, strict=True):
        assert isinstance(row, Encoded), row
        assert row.ends_with(encoder.end_of_turn)
        answers = [turn.content for turn in said.messages if turn.role is Role.ASSISTANT]
        pieces = [text for text, trained in encoder.pieces(row) if trained]
        assert pieces == [f"{answer}<|im_end|>" for answer in answers]
