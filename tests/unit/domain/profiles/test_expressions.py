"""What is an expression, and when two are written the same."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.profiles.expressions import DEEPEST, CanonicalForm, UnreadableError, parse
from domain.settings.regime3 import OperatorCase
from tests.unit.domain.profiles.expression_texts import (
    ATOMS,
    NUMBERS,
    OPERATORS,
    Tree,
    calls,
    spaced,
    trees,
    written,
)

CASES = {
    OperatorCase.KEEP: str,
    OperatorCase.LOWER: str.lower,
    OperatorCase.UPPER: str.upper,
}
forms = st.builds(
    CanonicalForm,
    st.sampled_from(OperatorCase),
    st.frozensets(st.sampled_from(OPERATORS), max_size=4),
)


def in_form(tree: Tree, form: CanonicalForm) -> Tree:
    """Do by recursion over a tree what the form promises."""
    if isinstance(tree, str):
        return tree
    cased = CASES[form.operator_case]
    operator, arguments = cased(tree[0]), [in_form(argument, form) for argument in tree[1]]
    if operator in map(cased, form.commutative):
        arguments.sort(key=written)
    return operator, tuple(arguments)


@given(trees)
def test_printing_what_was_read_gives_the_text(tree: Tree) -> None:
    assert str(parse(written(tree))) == written(tree)


@given(st.data(), trees)
def test_reading_what_was_printed_gives_the_expression(data: st.DataObject, tree: Tree) -> None:
    read = parse(data.draw(spaced(tree)))
    assert parse(str(read)) == read


@given(st.data(), trees)
def test_white_space_means_nothing(data: st.DataObject, tree: Tree) -> None:
    assert parse(f" {data.draw(spaced(tree))}\n") == parse(written(tree))


@given(trees, trees)
def test_different_expressions_are_read_as_different(one: Tree, other: Tree) -> None:
    assert (parse(written(one)) == parse(written(other))) == (one == other)


@given(trees, forms)
def test_the_canonical_form_is_what_recursion_over_the_tree_gives(
    tree: Tree, form: CanonicalForm
) -> None:
    assert form.write(parse(written(tree))) == written(in_form(tree, form))


@given(trees, forms)
def test_the_canonical_form_of_the_canonical_form_is_itself(
    tree: Tree, form: CanonicalForm
) -> None:
    once = form.write(parse(written(tree)))
    assert form.write(parse(once)) == once


@given(st.data(), trees)
def test_order_means_nothing_to_commutative_operators_alone(
    data: st.DataObject, tree: Tree
) -> None:
    def shuffled(tree: Tree) -> Tree:
        if isinstance(tree, str):
            return tree
        return tree[0], tuple(data.draw(st.permutations([shuffled(each) for each in tree[1]])))

    other = shuffled(tree)
    all_of_them = CanonicalForm(commutative=frozenset(OPERATORS))
    assert all_of_them.write(parse(written(other))) == all_of_them.write(parse(written(tree)))
    assert CanonicalForm().write(parse(written(other))) == written(other)


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        ("(Add  X 1)", CanonicalForm(), "(Add X 1)"),
        ("(Add X (MUL Y 1E5))", CanonicalForm(OperatorCase.LOWER), "(add X (mul Y 1E5))"),
        ("(add x (mul y 1e5))", CanonicalForm(OperatorCase.UPPER), "(ADD x (MUL y 1e5))"),
        ("(sub b a)", CanonicalForm(commutative=frozenset({"add"})), "(sub b a)"),
        ("(add b add a)", CanonicalForm(commutative=frozenset({"add"})), "(add a add b)"),
        ("(Add b a)", CanonicalForm(commutative=frozenset({"add"})), "(Add b a)"),
        ("(Add b a)", CanonicalForm(OperatorCase.LOWER, frozenset({"ADD"})), "(add a b)"),
        (
            "(sub 1 (add (mul 2 1) (mul 1 2) 9 10))",
            CanonicalForm(commutative=frozenset({"add"})),
            "(sub 1 (add (mul 1 2) (mul 2 1) 10 9))",
        ),
        (
            "(add (Mul z y) (mul b a))",
            CanonicalForm(OperatorCase.LOWER, frozenset({"add", "mul"})),
            "(add (mul a b) (mul y z))",
        ),
    ],
)
def test_case_and_order_are_as_configured(text: str, form: CanonicalForm, wanted: str) -> None:
    assert form.write(parse(text)) == wanted


@pytest.mark.parametrize("part", [*NUMBERS, *ATOMS, "(now)", "(- 1 2)", "(add(mul 1 2)(mul 3 4))"])
def test_an_expression_may_be(part: str) -> None:
    assert parse(part).parts


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 1, "an expression"),
        (" \n", 3, "an expression"),
        ("()", 2, "an operator"),
        ("( )", 3, "an operator"),
        ("((add) 1)", 2, "an operator"),
        ("(1 2)", 2, "an operator"),
        (")", 1, "an expression"),
        ("(add 1 2))", 10, "nothing after the expression"),
        ("(add 1 2) (add 1 2)", 11, "nothing after the expression"),
        ("it is 4", 4, "nothing after the expression"),
        ("(add 1 2", 9, "')' for the '(' at position 1"),
        ("(add (mul 1 2)", 15, "')' for the '(' at position 1"),
        ("(add (mul 1 2", 14, "')' for the '(' at position 6"),
        ("f(x)", 2, "nothing after the expression"),
        ("(add f(x) 2)", 7, "white space before '('"),
        ("(add 1 x(mul 1 2))", 9, "white space before '('"),
        ("(add 1, 2)", 7, "a number, an atom or a parenthesis"),
        ('(say "hello")', 6, "a number, an atom or a parenthesis"),
        ("(add [1] 2)", 6, "a number, an atom or a parenthesis"),
        ("```", 1, "a number, an atom or a parenthesis"),
        ("(add a\u200bb 2)", 7, "a number, an atom or a parenthesis"),
        ("\ufeffx", 1, "a number, an atom or a parenthesis"),
        ("(add \ud800 2)", 6, "a number, an atom or a parenthesis"),
        ("(add \x00 2)", 6, "a number, an atom or a parenthesis"),
    ],
)
def test_what_is_no_expression_is_refused_where_it_goes_wrong(
    text: str, position: int, expected: str
) -> None:
    with pytest.raises(UnreadableError) as refusal:
        parse(text)
    assert (refusal.value.position, refusal.value.expected) == (position, expected)


@pytest.mark.parametrize(
    "number",
    [
        "1.",
        "1.2.3",
        "1e",
        "1e5.5",
        "3rd",
        "2x",
        "1/2",
        "0x10",
        "-1-",
        "+.5.",
        "\u22122",
        "٣",
        "1_0",
    ],
)
def test_what_begins_like_a_number_has_to_be_one(number: str) -> None:
    with pytest.raises(UnreadableError, match="position 6: expected a number such as"):
        parse(f"(add {number} 2)")


def test_a_refusal_shows_what_stands_there() -> None:
    with pytest.raises(UnreadableError) as refusal:
        parse("(add\x1b 1 2)")
    assert str(refusal.value) == (
        r"position 5: expected a number, an atom or a parenthesis, found '\x1b 1 2)'"
    )
    with pytest.raises(UnreadableError, match=r"found the end after '\(add 1'$"):
        parse("(add 1")
    with pytest.raises(UnreadableError, match=f"found '{'y' * 30}'$"):
        parse("x " + "y" * 1000)


def test_part_of_a_text_is_read_with_the_positions_of_the_whole() -> None:
    text = "so: (add 1 2) | rest"
    assert parse(text, 4, 13) == parse("(add 1 2)")
    with pytest.raises(
        UnreadableError, match=r"position 13: expected '\)' for the '\(' at posi"
    ) as it:
        parse(text, 4, 12)
    assert "position 5, found ') | rest'" in str(it.value)


def test_calls_may_be_as_deep_as_is_promised() -> None:
    assert sys.getrecursionlimit() < DEEPEST == 10_000
    deep = parse(calls(DEEPEST))
    assert deep == parse(calls(DEEPEST))
    assert hash(deep) == hash(parse(str(deep)))
    assert str(deep) == calls(DEEPEST)
    ordered = CanonicalForm(OperatorCase.UPPER, frozenset({"add"})).write(deep)
    assert ordered.startswith("(ADD (ADD (ADD ")
    assert ordered.endswith("(ADD 1 2) 2) 2)" + " 2)" * (DEEPEST - 3))
    assert parse(ordered).parts


def test_calls_that_are_deeper_are_refused_where_they_begin() -> None:
    with pytest.raises(UnreadableError, match="expected at most 10,000 calls") as refusal:
        parse(calls(DEEPEST + 1))
    assert refusal.value.position == len("(add 2 ") * DEEPEST + 1
