"""Small faults in C++, by its tokens: comparisons, boolean operators, arithmetic, numbers, truth,
statements that are left out.

What is no C++ afterwards (a template's bracket is no comparison) does not compile, and is not
counted. Assertions, of the compiler and those that NDEBUG takes out, are left alone, as in Python,
and a number from _TUNED on that gets a name.
"""

from __future__ import annotations

import re

from verification.mutation.mutant import Mutant

_SKIPPED = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\n|[^\n])*"
    r"|\b(?:static_assert|TFLITE_DCHECK\w*)\([^;]*;",
    re.DOTALL | re.MULTILINE,
)
_OTHER = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "*": "+", "/": "*", "%": "+", "<<": ">>", ">>": "<<", "&": "|", "|": "&",
    "+=": "-=", "-=": "+=",
}  # fmt: skip
# With a blank on both sides: what is binary is written so, a pointer or reference is not.
_OPERATOR = re.compile(r"(?<= )(<<|>>|<=|>=|==|!=|&&|\|\||\+=|-=|[-+*/%<>&|])(?= )")
_TUNED = 10
_NAMED = re.compile(r"\bconstexpr [\w: ]+ k\w+ = (\d+)u?;")
_NUMBER = re.compile(r"(?<![\w.])\d+(?=u?\b(?!\.))")
_ARRAY = re.compile(
    r"\b(?!return\b|else\b|case\b|delete\b)[\w>]+[*&]? \w+((?:\[[^\]]*\])+)\s*[;={]"
)
_LENGTH = re.compile(r"^[ \t]*(?:[\w:]+ )+\w+\[(\d+)\](?= =|;)", re.MULTILINE)
_TRUTH = re.compile(r"\b(true|false)\b")
_STATEMENT = re.compile(
    r"(?<=[;{}])\s*\n[ \t]*((?!return\b|const\b|case\b|using\b)[^;{}#]*?[=(][^;{}#]*;)(?=[ \t]*\n)"
)


def mutants(source: str) -> list[Mutant]:
    """Every one that this module knows, in the order of the text."""
    code = _SKIPPED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    extents = [range(*m.span(1)) for m in _ARRAY.finditer(code)]

    def is_extent(at: int) -> bool:
        return any(at in extent for extent in extents)

    found = [
        Mutant(*m.span(1), _OTHER[m[1]])
        for m in _OPERATOR.finditer(code)
        if not (m[1] == "-" and is_extent(m.start()))
    ]
    chosen = [m for regex in (_NAMED, _LENGTH) for m in regex.finditer(code)]
    tuned = {m.start(1) for m in chosen if int(m[1]) >= _TUNED}
    numbers = [m for m in _NUMBER.finditer(code) if m.start() not in tuned]
    for m in numbers:
        is_smaller = is_extent(m.start()) and code[m.start() - 2] != "-"
        found.append(Mutant(*m.span(), str(int(m[0]) + (-1 if is_smaller else 1))))
    truth = {"true": "false", "false": "true"}
    found += [Mutant(*m.span(), truth[m[0]]) for m in _TRUTH.finditer(code)]
    found += [Mutant(*m.span(1), ";") for m in _STATEMENT.finditer(code)]
    return sorted(found, key=lambda one: (one.start, one.end, one.text))
