"""How an answer comes to stand between markers."""

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.conversation import RowError
from domain.profiles.expressions import CanonicalForm, UnreadableError, parse
from domain.profiles.marked_answers import CLOSING, OPENING, canonical, canonical_or_wrapped
from domain.settings.regime3 import OperatorCase
from tests.unit.domain.profiles.expression_texts import Tree, calls, spaced, trees, written

S, E = OPENING, CLOSING
PIECES = [S, E, "(", ")", "(add 1", "2", " ", "\n", "so it is", "<<ANS_", "END>>", "<<ans_end>>"]
answers = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
forms = st.sampled_from([CanonicalForm(case, frozenset({"add"})) for case in OperatorCase])


def letters(answer: str) -> Counter[str]:
    """Count what is said beside the markers, white space and case aside."""
    return Counter("".join(answer.replace(S, " ").replace(E, " ").lower().split()))


def test_the_markers_are_those_of_old_data() -> None:
    assert (S, E) == ("<<ANS_START>>", "<<ANS_END>>")


@given(st.data(), trees)
def test_markers_and_expression_are_one_space_apart(data: st.DataObject, tree: Tree) -> None:
    text, gap = data.draw(spaced(tree)), st.sampled_from(["", " ", "\n\n", "\u00a0"])
    before = data.draw(st.sampled_from(["", "so", "(it is", "a\nb"]))
    marked = data.draw(gap).join([before, S, text, E, ""])
    wanted = f"{before} {S} {written(tree)} {E}".strip()
    assert canonical(marked, CanonicalForm()) == wanted
    assert canonical(text, CanonicalForm()) == f"{S} {written(tree)} {E}"


@given(answers, forms)
def test_writing_twice_is_writing_once(answer: str, form: CanonicalForm) -> None:
    try:
        once = canonical_or_wrapped(answer, form)
    except RowError:
        assume(condition=False)
        raise
    assert canonical_or_wrapped(once, form) == once


@given(st.data(), trees, forms)
def test_a_strict_answer_is_read_again_as_it_is(
    data: st.DataObject, tree: Tree, form: CanonicalForm
) -> None:
    text = data.draw(spaced(tree))
    once = canonical(
        data.draw(st.sampled_from([text, f"{S}{text}{E}", f"so {S} {text}{E} "])), form
    )
    assert canonical(once, form) == canonical_or_wrapped(once, form) == once


@given(answers, forms)
def test_a_wrapped_answer_has_one_pair_of_markers_and_ends_with_it(
    answer: str, form: CanonicalForm
) -> None:
    try:
        wrapped = canonical_or_wrapped(answer, form)
    except RowError:
        assume(condition=False)
        raise
    before, opening, rest = wrapped.partition(f"{S} ")
    assert opening
    assert not before or before.endswith(" ")
    assert rest.endswith(f" {E}")
    assert (wrapped.count(S), wrapped.count(E)) == (1, 1)
    assert letters(wrapped) == letters(answer)


@pytest.mark.parametrize(
    ("answer", "position", "expected"),
    [
        ("so 4", 4, "nothing after the expression"),
        (f"{S} 4", 16, E),
        (f"so {S}", 17, E),
        (f"4 {E}", 3, f"{S} before {E}"),
        (f"{E} 4 {S}", 1, f"{S} before {E}"),
        (f"{S} 4 {S} 4 {E}", 17, f"{E} before another {S}"),
        (f"{S} 4 {E} {E}", 29, f"nothing after {E}"),
        (f"{S} 4 {E} {S} 5 {E}", 29, f"nothing after {E}"),
        (f"{S} 4 {E}\n good", 30, f"nothing after {E}"),
        (f"{S}{E}", 14, "an expression"),
        (f"so {S} {E}", 18, "an expression"),
        (f"so {S} (add 1 {E}", 25, "')' for the '(' at position 18"),
        (f"so {S} (add 1,5) {E}", 24, "a number, an atom or a parenthesis"),
    ],
)
def test_a_strict_answer_has_an_expression_between_one_pair_of_markers(
    answer: str, position: int, expected: str
) -> None:
    with pytest.raises(UnreadableError) as refusal:
        canonical(answer, CanonicalForm())
    assert (refusal.value.position, refusal.value.expected) == (position, expected)


@pytest.mark.parametrize(
    ("answer", "wrapped"),
    [
        ("  so it\nis 4 ", f"{S} so it\nis 4 {E}"),
        ("(add  1 2)", f"{S} (add 1 2) {E}"),
        (f"so {S} (add  1 2) {E}", f"so {S} (add 1 2) {E}"),
        (f"so{S}(add  1 {E}", f"so {S} (add  1 {E}"),
        (f"so {S} (add  1 2)", f"so {S} (add 1 2) {E}"),
        (f"(add  1 2){E}\n", f"{S} (add 1 2) {E}"),
        (f"so (add  1 {E}", f"{S} so (add  1 {E}"),
        (f"{E} (add  1 2) {S}", f"{S} (add 1 2) {E}"),
        (f"{S} 4 {E} good", f"{S} 4 good {E}"),
        (f"a {S} {S} b {E} c {E}", f"{S} a b c {E}"),
        (f"<<ANS_{E}END>>", f"{S} <<ANS_ END>> {E}"),
    ],
)
def test_what_does_not_parse_is_wrapped_as_it_is(answer: str, wrapped: str) -> None:
    assert canonical_or_wrapped(answer, CanonicalForm()) == wrapped


@pytest.mark.parametrize("answer", [f"{S} {E}", f"so {S} {E}", f"{E}{S}", f"so {S}", S])
def test_an_answer_without_content_is_not_even_wrapped(answer: str) -> None:
    with pytest.raises(RowError, match="says nothing beside its markers"):
        canonical_or_wrapped(answer, CanonicalForm())


def test_no_operator_becomes_a_marker() -> None:
    answer, upper = "(<<ans_end>> 1)", CanonicalForm(OperatorCase.UPPER)
    assert canonical(answer, CanonicalForm()) == f"{S} {answer} {E}"
    with pytest.raises(UnreadableError, match="position 1: expected operators that are no markers"):
        canonical(answer, upper)
    assert canonical_or_wrapped(answer, upper) == f"{S} {answer} {E}"


def test_deep_answers_are_rewritten() -> None:
    assert canonical(calls(10_000), CanonicalForm()) == f"{S} {calls(10_000)} {E}"
    assert canonical_or_wrapped("(" * 100_000, CanonicalForm()) == f"{S} {'(' * 100_000} {E}"
    assert parse(calls(10_000)).parts
