"""Expressions as trees, written in every way that means the same, and what is none."""

from hypothesis import strategies as st

Tree = str | tuple[str, tuple["Tree", ...]]

NUMBERS = ["0", "10", "9", "-2", "+2", "0.5", ".5", "1.0", "1e0", "-1.5E-10", "1e999999", "007"]
ATOMS = ["x", "X", "ö", "變", "²", "f'", "+", "-", "<<", "<=", "a.b", "$x", "...", "<think", ">"]
OPERATORS = ["add", "Add", "MUL", "mul", "+", "ΑΣ", "straße", "<<", "İn", "\u017f"]
SPACES = [" ", "  ", "\n", "\t", " \r\n ", "\u00a0", "\u3000"]

trees: st.SearchStrategy[Tree] = st.recursive(
    st.sampled_from(NUMBERS + ATOMS),
    lambda inner: st.tuples(st.sampled_from(OPERATORS), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=12,
)


def written(tree: Tree) -> str:
    """Print a tree with one space between parts."""
    if isinstance(tree, str):
        return tree
    operator, arguments = tree
    return f"({' '.join([operator, *map(written, arguments)])})"


@st.composite
def spaced(draw: st.DrawFn, tree: Tree) -> str:
    """Print a tree with white space of all kinds where it may stand."""
    some, any_ = st.sampled_from(SPACES), st.sampled_from(["", *SPACES])
    if isinstance(tree, str):
        return tree
    operator, arguments = tree
    text = f"({draw(any_)}{operator}"
    for place, argument in enumerate(arguments):
        free = text[-1] == ")" or (place == 0 and not isinstance(argument, str))
        text += draw(any_ if free else some) + draw(spaced(argument))
    return f"{text}{draw(any_)})"


def calls(depth: int) -> str:
    """Write so many calls inside each other."""
    return "(add 2 " * depth + "1" + ")" * depth
