"""What every store of prepared rows owes."""

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import strategies as st

from application.ports.token_store import Prepared, TokenStore
from domain.batching import BatchPlan
from domain.masking import Encoded, Span

KEY, OTHER = "a" * 64, "b" * 64
NOTES = 'notes\r\n{"ünï": "🤔"}\n\udcff\0'
PLAN = BatchPlan.of([[3, 1], [0], [2, 4, 5]], packed=True)

FingerprintedRow = tuple[int, Encoded]


def a_row(number: int, tokens: int = 7, *, lost: int = 0) -> FingerprintedRow:
    ids = tuple(range(number, number + tokens))
    spans = (Span(1, 3), Span(4, tokens)) if tokens > 4 else ()
    return number * 11, Encoded(number=number, ids=ids, trained=spans, lost=lost)


ROWS = [a_row(1), a_row(2, 3), a_row(4, 300, lost=9), a_row(9, 0), a_row(5)]


def many(rows: int, tokens: int) -> Iterator[FingerprintedRow]:
    """Give rows of the same length one by one."""
    for number in range(rows):
        ids = tuple(range(number, number + tokens))
        spans = (Span(tokens // 4, tokens // 2), Span(tokens // 2 + 1, tokens))
        yield number, Encoded(number=number + 1, ids=ids, trained=spans)


def save(
    store: TokenStore,
    rows: Iterable[FingerprintedRow] = ROWS,
    *,
    key: str = KEY,
    notes: str = NOTES,
) -> Prepared:
    draft = store.draft(key)
    draft.add(rows)
    return draft.commit(notes)


def found(store: TokenStore, key: str = KEY) -> Prepared:
    prepared = store.find(key)
    assert prepared is not None
    return prepared


def require_same(prepared: Prepared, rows: Sequence[FingerprintedRow], notes: str = NOTES) -> None:
    """Compare everything that was kept with what was added."""
    encoded = [row for _, row in rows]
    assert list(prepared.rows) == encoded
    assert [*prepared.numbers] == [row.number for row in encoded]
    assert [*prepared.lengths] == [len(row.ids) for row in encoded]
    assert [*prepared.trained] == [row.trained_count for row in encoded]
    assert [*prepared.fingerprints] == [fingerprint for fingerprint, _ in rows]
    assert prepared.notes == notes


@st.composite
def _encoded(draw: st.DrawFn) -> Encoded:
    ids = draw(st.lists(st.integers(0, 2**32 - 1), max_size=30))
    edges = sorted(draw(st.sets(st.integers(0, len(ids)), max_size=8)))
    return Encoded(
        number=draw(st.integers(1, 2**64 - 1)),
        ids=tuple(ids),
        trained=tuple(map(Span, edges[::2], edges[1::2])),
        lost=draw(st.integers(0, 2**32 - 1)),
    )


blocks_of_rows = st.lists(
    st.lists(st.tuples(st.integers(0, 2**64 - 1), _encoded()), max_size=6), max_size=5
)
any_notes = st.text(st.characters(), max_size=20)


def require_round_trip(
    store: TokenStore, key: str, blocks: Sequence[Sequence[FingerprintedRow]], notes: str
) -> None:
    """Add rows block by block and compare what the draft and the store give."""
    draft = store.draft(key)
    for block in blocks:
        draft.add(iter(block))
    rows = [row for block in blocks for row in block]
    require_same(draft.commit(notes), rows, notes)
    require_same(found(store, key), rows, notes)


class TokenStoreContract:
    """Subclasses give an empty store."""

    @pytest.fixture
    def store(self) -> TokenStore:
        raise NotImplementedError

    def test_what_was_never_added_is_not_found(self, store: TokenStore) -> None:
        assert store.find(KEY) is None
        assert store.plan(PLAN.digest) is None

    def test_rows_come_back_as_they_were_added(self, store: TokenStore) -> None:
        require_same(save(store), ROWS)
        require_same(found(store), ROWS)

    def test_rows_that_are_added_in_parts_are_one_entry(self, store: TokenStore) -> None:
        require_round_trip(store, KEY, [ROWS[:2], [], ROWS[2:3], ROWS[3:]], NOTES)

    def test_the_greatest_numbers_come_back(self, store: TokenStore) -> None:
        greatest = Encoded(
            number=2**64 - 1, ids=(2**32 - 1, 0), trained=(Span(0, 2),), lost=2**32 - 1
        )
        save(store, [(2**64 - 1, greatest), (0, greatest)])
        require_same(found(store), [(2**64 - 1, greatest), (0, greatest)])

    def test_an_entry_may_have_no_rows(self, store: TokenStore) -> None:
        save(store, [])
        require_same(found(store), [])

    def test_an_entry_may_have_only_empty_rows(self, store: TokenStore) -> None:
        save(store, [a_row(1, 0), a_row(2, 0)], notes="")
        require_same(found(store), [a_row(1, 0), a_row(2, 0)], notes="")

    def test_rows_are_a_sequence(self, store: TokenStore) -> None:
        save(store)
        rows, wanted = found(store).rows, [row for _, row in ROWS]
        assert len(rows) == len(wanted)
        assert (rows[0], rows[4], rows[-1], rows[-5]) == (wanted[0], wanted[4], wanted[4], rows[0])
        for part in (slice(1, 3), slice(None, None, -2), slice(-2, None), slice(9, 12)):
            assert list(rows[part]) == wanted[part]
        for place in (5, -6):
            with pytest.raises(IndexError):
                rows[place]

    def test_a_draft_is_not_found_until_it_is_committed(self, store: TokenStore) -> None:
        draft = store.draft(KEY)
        assert store.find(KEY) is None
        draft.add(ROWS)
        assert store.find(KEY) is None
        draft.commit(NOTES)
        require_same(found(store), ROWS)

    def test_a_discarded_draft_is_forgotten(self, store: TokenStore) -> None:
        draft = store.draft(KEY)
        draft.add(ROWS)
        draft.discard()
        draft.discard()
        assert store.find(KEY) is None
        require_same(save(store, ROWS[:1]), ROWS[:1])

    def test_who_was_first_has_made_the_entry(self, store: TokenStore) -> None:
        first, second = store.draft(KEY), store.draft(KEY)
        second.add(ROWS[2:])
        first.add(ROWS[:2])
        require_same(first.commit("first"), ROWS[:2], "first")
        require_same(second.commit("second"), ROWS[:2], "first")
        require_same(found(store), ROWS[:2], "first")

    def test_entries_do_not_mix(self, store: TokenStore) -> None:
        one, other = store.draft(KEY), store.draft(OTHER)
        for number, row in enumerate(ROWS):
            (one if number % 2 else other).add([row])
        other.commit("other")
        assert store.find(KEY) is None
        one.commit("one")
        require_same(found(store, KEY), ROWS[1::2], "one")
        require_same(found(store, OTHER), ROWS[::2], "other")

    @pytest.mark.parametrize(
        "plan",
        [
            PLAN,
            BatchPlan.of([[3, 1], [0], [2, 4, 5]], packed=False),
            BatchPlan.of([], packed=True),
            BatchPlan.of([[2**40], []], packed=False),
        ],
    )
    def test_a_plan_is_kept_under_its_digest(self, store: TokenStore, plan: BatchPlan) -> None:
        store.keep_plan(plan)
        store.keep_plan(plan)
        kept = store.plan(plan.digest)
        assert kept is not None
        assert (kept.packed, [*map(list, kept)]) == (plan.packed, [*map(list, plan)])
        assert kept.digest == plan.digest

    def test_plans_do_not_mix(self, store: TokenStore) -> None:
        store.keep_plan(PLAN)
        assert store.plan(BatchPlan.of([[1]], packed=True).digest) is None
        assert store.find(PLAN.digest) is None
