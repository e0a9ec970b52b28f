"""docs/supported_ops.md, made from the code: `python -m codegen.emit.supported_ops` writes it.

The constraints are the very messages with which prepare() refuses a model, so message and page
cannot differ. They are read from the C++ sources: each Fail("...") that an op's prepare function or
its helpers reach, in the order of the checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.emit.upstream_methods import (
    METHODS,
    OTHERS,
    REASONS,
    UNWRITTEN,
    UNWRITTEN_CUSTOM,
)
from codegen.errors import OpTableError
from codegen.files import markdown
from codegen.files.manifest import atomic_write
from codegen.files.places import PROGRAM
from codegen.model.int8_checks import operand_types
from codegen.model.op_table import (
    OPS_DEF,
    SupportedOp,
    load_custom_methods,
    load_custom_ops,
    load_supported_ops,
)

PAGE = PROGRAM / "docs" / "supported_ops.md"
KERNELS = OPS_DEF.parent / "kernels"
NN = PROGRAM / "firmware/lib/nn/nn"
_MACHINES = ("v6m", "v7m", "dsp", "mve")  # as the kernels' files are called

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = r'"(?:[^"\\]|\\.)*"'
_FAIL = rf"\bFail\(\s*(?P<texts>{_LITERAL}(?:\s*{_LITERAL})*)\s*\)"
_FAIL_OR_CALL = re.compile(rf"{_FAIL}|(?P<qualified>(?:\w+::)*)\b(?P<name>\w+)\b")
# clang-format puts the head of a function, and the brace that ends it, at the start of a line; a
# short function has one line.
_FUNCTION = re.compile(
    r"^(?!namespace|using|struct|enum|class|constexpr|extern|#|\})[A-Za-z_][^;{}=]*?\b(\w+)\("
    r"[^;{}]*\)[\w\s]*\{(?:\n(.*?)^| ([^\n]*) )\}",
    re.DOTALL | re.MULTILINE,
)
_OP_DEF = re.compile(
    r'const\s+OpDef\s+(?:int8_)?ops::k(\w+)\s*=\s*\{[^,]*,\s*"(\w+)"\s*,\s*(\w+)\s*,\s*(\w+)\s*(?:,\s*\w+\s*)?\}'
)
# With the functions of one further type, or of two.
_FORM = re.compile(r"^MCUFORGE_\w+_FORM\((\w+),\s*(\w+),\s*([\w,\s]+)\)", re.MULTILINE)

_HEADER = """\
# Supported ops

Made from the code by `python -m codegen.emit.supported_ops`; do not edit.

The runtime runs full-int8 models: activations and weights are int8, biases int32; and 16x8 ones:
activations are int16 with zero point 0, weights int8, biases int64. Int32 is allowed besides where
an op takes a shape, an axis, paddings or indices, and on the ops with which converters compute
shapes. Comparisons give bools, which logic, SELECT_V2 and CAST take. Of float32 there is what a
small classifier needs, by bits and slowly: convolutions, dense layers, pools, means and arithmetic
to upstream's last bit on every core. COS, ELU, EXP, LOG and SIN are up to 1 unit in the last place
beside it, LOGISTIC and TANH 2, SOFTMAX 4, LOG_SOFTMAX 2 (of numbers below 1 in units of 1's last
place), for upstream's bits are those of the C library beside it.
`invoke preflight` says before any training whether a model fits.
Ops of your own come in through `firmware/lib/custom_ops`: [porting.md](porting.md#a-custom-op).

- *types*: of the inputs and of the outputs, in the model's order, the last one repeated.
- *in place*: the output may be written over an input that nobody needs any more, and then takes
  no memory of its own.
- *own kernels*: machines for which there is a kernel beside the portable one. `v6m` is Cortex-M0
  and M0+, `v7m` Cortex-M3, `dsp` Cortex-M4, M7 and M33, `mve` Cortex-M55.

"""

_UPSTREAM = f"""
## Upstream's methods

All {len(METHODS) + len(OTHERS)} `Add` methods of upstream's `MicroMutableOpResolver`,
{len(METHODS)} of which add an op: the types in which it is here, or why it is not. The methods of
custom ops want `firmware/lib/custom_ops` among the sources.
"""

_CONSTRAINTS = """
## Constraints

A model that breaks one is refused by `AllocateTensors` with the op's name, its node and these
words, as in `CONV_2D (node 3): needs a 4-D filter`. They are listed in the order in which they
are checked.
"""


@dataclass(frozen=True)
class OpFacts:
    """What the sources say about one op. constraints: messages, each once, in order."""

    op: SupportedOp
    constraints: tuple[str, ...]
    own_kernels: tuple[str, ...]
    in_place: bool


def render() -> str:
    """The page's text. Raises OpTableError if the sources are not as this module expects."""
    facts = load_facts()
    rows = [
        (
            fact.op.name,
            f"`Add{fact.op.add_suffix}()`",
            _types(fact.op.name),
            "yes" if fact.in_place else "",
            ", ".join(fact.own_kernels),
        )
        for fact in facts
    ]
    lines = markdown.table(("op", "resolver", "types", "in place", "own kernels"), "lllll", rows)
    upstream = [(f"`Add{method}()`", here) for method, here in upstream_rows().items()]
    lines += [_UPSTREAM, *markdown.table(("method", "here"), "ll", upstream)]
    sections = []
    for fact in facts:
        sections.append(f"\n### {fact.op.name}\n")
        sections += [f"- {text}" for text in fact.constraints] or ["None."]
    return _HEADER + "\n".join([*lines, _CONSTRAINTS, *sections]).replace("\n\n\n", "\n\n") + "\n"


def upstream_rows() -> dict[str, str]:
    """{suffix of one of upstream's Add methods: "yes" with its types, or "no" with why not}."""
    ours = {op.add_suffix: op.name for op in load_supported_ops().values()}
    customs, methods = load_custom_ops(), load_custom_methods()
    rows = {}
    for method in METHODS:
        code = methods.get(method)
        if method in ours:
            rows[method] = f"yes: {_types(ours[method])}"
        elif code in customs:
            rows[method] = f'yes: the custom op "{code}"'
        else:
            unwritten = UNWRITTEN_CUSTOM if code else UNWRITTEN
            rows[method] = f"no: {REASONS.get(method, unwritten)}"
    return {**rows, **OTHERS}


def load_facts() -> list[OpFacts]:
    """Of every op in ops.def, in its order. Raises OpTableError."""
    sources = _Sources(KERNELS)
    kernels_of = _machine_kernels()
    facts = []
    for op in load_supported_ops().values():
        paths = [KERNELS / f"{stem}.cc" for stem in (op.kernel, op.wide_kernel) if stem]
        functions = [(path, *pair) for path in paths for pair in sources.op_functions(path, op)]
        called = {
            name.removeprefix("nn::")
            for path, _, evaluate in functions
            for name in sources.mentioned(path, evaluate)
            if name.startswith("nn::")
        }
        messages = [
            text for path, prepare, _ in functions for text in sources.messages(path, prepare)
        ]
        prepared = [
            name for path, prepare, _ in functions for name in sources.mentioned(path, prepare)
        ]
        facts.append(
            OpFacts(
                op=op,
                constraints=tuple(dict.fromkeys(messages)),
                own_kernels=tuple(
                    machine for machine in _MACHINES if called & kernels_of.get(machine, set())
                ),
                in_place="AllowInPlace" in prepared,
            )
        )
    return facts


class _Sources:
    """Functions of kernels/*.cc by file and name, with what they call."""

    def __init__(self, folder: Path) -> None:
        self._texts: dict[Path, str] = {}
        self._functions: dict[Path, dict[str, str]] = {}
        try:
            for path in sorted(folder.glob("*.cc")):
                text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
                self._texts[path] = text
                self._functions[path] = {m[1]: m[2] or m[3] or "" for m in _FUNCTION.finditer(text)}
        except (OSError, UnicodeDecodeError) as error:
            raise OpTableError(f"cannot read the kernels in {folder}: {error}") from error
        # What another file may call: all but the local Prepare, Eval and the like.
        names: dict[str, list[Path]] = {}
        for path, functions in self._functions.items():
            for name in functions:
                names.setdefault(name, []).append(path)
        self._global = {name: paths[0] for name, paths in names.items() if len(paths) == 1}

    def op_functions(self, path: Path, op: SupportedOp) -> list[tuple[str, str]]:
        """Names of an op's prepare and eval functions: a pair for each of its forms."""
        text = self._texts.get(path, "")
        forms = [
            (suffix, name, *re.findall(r"\w+", functions))
            for name, suffix, functions in _FORM.findall(text)
        ]
        for suffix, name, *functions in [*_OP_DEF.findall(text), *forms]:
            if suffix == op.add_suffix:
                if name != op.name:
                    raise OpTableError(f"{path.name} calls {op.name} {name!r}")
                return list(zip(functions[::2], functions[1::2], strict=True))
        raise OpTableError(f"{path.name} has no definition ops::k{op.add_suffix} for {op.name}")

    def messages(self, path: Path, function: str) -> Iterator[str]:
        """Fail() texts that a function reaches, in order."""
        for match, _ in self._walk(path, function, set()):
            if match["texts"]:
                literals = re.findall(_LITERAL, match["texts"])
                yield "".join(text[1:-1] for text in literals).replace('\\"', '"')

    def mentioned(self, path: Path, function: str) -> set[str]:
        """Names that a function reaches, as they are qualified."""
        return {
            match["qualified"] + match["name"]
            for match, _ in self._walk(path, function, set())
            if match["name"]
        }

    def _walk(
        self, path: Path, function: str, seen: set[tuple[Path, str]]
    ) -> Iterator[tuple[re.Match[str], Path]]:
        home = path if function in self._functions.get(path, {}) else self._global.get(function)
        if home is None or (home, function) in seen:
            return
        seen.add((home, function))
        for match in _FAIL_OR_CALL.finditer(self._functions[home][function]):
            yield match, home
            if match["name"] and not match["qualified"]:
                yield from self._walk(home, match["name"], seen)


def _machine_kernels() -> Mapping[str, set[str]]:
    """machine -> names of the functions that its kernel files define."""
    found: dict[str, set[str]] = {}
    for path in sorted(NN.glob("*__*.cc")):
        machine = path.stem.rpartition("__")[2]
        text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        found.setdefault(machine, set()).update(match[1] for match in _FUNCTION.finditer(text))
    return found


def _types(name: str) -> str:
    inputs, outputs = operand_types(name)

    def side(types: tuple[frozenset[str], ...]) -> str:
        return ", ".join("/".join(sorted(t)).lower() for t in types) or "none"

    return f"{side(inputs)} → {side(outputs)}"


def main() -> int:
    """Writes the page; says whether it changed."""
    changed = atomic_write(PAGE, render().encode())
    print(f"{PAGE.relative_to(PROGRAM)}: {'written' if changed else 'up to date'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
