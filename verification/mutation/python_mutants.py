"""Small faults in Python, by its syntax tree: comparisons, constants, boolean operators,
arithmetic, statements that are left out.

The text around a fault stays as it is. Left alone is what no test should hold:

- texts, annotations, decorators, and what only a type checker runs;
- what asks for the version of Python or the system: only one of its ways is taken here;
- how something looks (_LOOKS); and zip's `strict` and assertions, which state what holds anyway;
- the -1 of a reshape, in whose place NumPy takes every negative number;
- whether a limit is in time when it is met to the nanosecond (`now_s`, time.monotonic());
- a number that is called a seed;
- numbers from _TUNED on that get a name in a module, a class or a table of facts, alone or in a
  tuple, or are a parameter's default: patience, cuts of texts, sizes of buffers. They are chosen,
  and the next would do as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from verification.mutation.mutant import Mutant

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.FloorDiv: "*", ast.Div: "*", ast.Mod: "+",
    ast.LShift: ">>", ast.RShift: "<<", ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
_LOOKS = {
    *("alpha", "box", "dpi", "figsize", "flush", "fontsize", "highlight", "indent", "linewidth"),
    *("markup", "no_wrap", "pad_edge", "soft_wrap", "stacklevel", "width"),
}
_TUNED = 10
_LEFT_OUT = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def mutants(source: str) -> list[Mutant]:
    """Every one that this module knows, in the order of the text."""
    tree = ast.parse(source)
    text = _Text(source)
    tuned = _tuned(tree)
    found = [mutant for node in _code(tree, tuned) for mutant in _of(node, text)]
    return sorted(found, key=lambda one: (one.start, one.end, one.text))


class _Text:
    """A source by the lines and UTF-8 columns of its tree."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self.at(node.lineno, node.col_offset)
        return start, self.at(node.end_lineno, node.end_col_offset)

    def between(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        return self.extent(left)[1], self.extent(right)[0]


def _code(node: ast.AST, tuned: set[int]) -> Iterator[ast.AST]:
    """The nodes that run. tuned: ids of those that are left alone besides."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and id(child) not in tuned and not _is_left_alone(child):
                yield from _code(child, tuned)


def _tuned(tree: ast.Module) -> set[int]:
    """Ids of the values that are chosen numbers, also such as `1 << 20`."""
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    scopes += [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    named = [one for scope in scopes for one in scope.body]
    values = [one.value for one in named if isinstance(one, (ast.Assign, ast.AnnAssign))]
    of_facts = [value for value in values if isinstance(value, ast.Call)]
    values += [one.value for call in of_facts for one in call.keywords]
    tuples = [one for one in values if isinstance(one, ast.Tuple)]
    values += [element for one in tuples for element in one.elts]
    seeds = {id(one.value) for one in tree.body if _names_a_seed(one)}
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            values += [*node.defaults, *node.kw_defaults]
    return seeds | {id(value) for value in values if value is not None and _is_chosen(value)}


def _names_a_seed(statement: ast.stmt) -> TypeGuard[ast.Assign]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
            return name.endswith("SEED")
    return False


def _is_chosen(value: ast.expr) -> bool:
    of_numbers = (ast.Constant, ast.BinOp, ast.operator)
    if not all(isinstance(node, of_numbers) for node in ast.walk(value)):
        return False
    number = eval(compile(ast.Expression(value), "", "eval"))  # of numbers alone
    return isinstance(number, int) and number >= _TUNED


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.Expr(value=ast.Constant()):  # a docstring, or `...`
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.keyword(arg="strict"):
            return True
        case ast.keyword(arg="seed", value=ast.Constant()):
            return True
        case ast.keyword(arg=str(name)) if name in _LOOKS:
            return True
        case ast.Compare(left=ast.Attribute(value=ast.Name(id="sys"))):
            return True
        case ast.Call(func=ast.Attribute(attr="reshape")):
            node.args = [one for one in node.args if ast.unparse(one) != "-1"]
        case ast.If(test=ast.Compare(left=ast.Attribute(value=ast.Name(id="sys")))):
            return True
    return False


def _is_a_clock(term: ast.expr) -> bool:
    """Whether a term has what time it is in it."""
    return any(
        (isinstance(one, ast.Name) and one.id == "now_s")
        or (isinstance(one, ast.Attribute) and one.attr == "monotonic")
        for one in ast.walk(term)
    )


def _of(node: ast.AST, text: _Text) -> Iterator[Mutant]:
    if isinstance(node, ast.Compare):
        terms = [node.left, *node.comparators]
        for operator, left, right in zip(node.ops, terms, terms[1:], strict=False):
            if isinstance(operator, _ORDER) and (_is_a_clock(left) or _is_a_clock(right)):
                continue
            yield from _operator(_COMPARISONS[type(operator)], left, right, text)
    elif isinstance(node, ast.BoolOp):
        other = "or" if isinstance(node.op, ast.And) else "and"
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from _operator(other, left, right, text)
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        if not (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)):
            yield from _operator(_ARITHMETIC[type(node.op)], node.left, node.right, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Mutant(*text.extent(node), text.source[slice(*text.extent(node.operand))])
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield Mutant(*text.extent(node), str(not node.value))
        elif isinstance(node.value, int):
            yield Mutant(*text.extent(node), str(node.value + 1))
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        start, end = text.extent(node.test)
        yield Mutant(start, end, f"not ({text.source[start:end]})")
    elif isinstance(node, _LEFT_OUT):
        yield Mutant(*text.extent(node), "pass")


def _operator(other: str, left: ast.expr, right: ast.expr, text: _Text) -> Iterator[Mutant]:
    """The operator between two terms replaced, where nothing but it and blanks stand there."""
    start, end = text.between(left, right)
    if not set(text.source[start:end]) & set("()[]#,\n"):
        yield Mutant(start, end, f" {other} ")
