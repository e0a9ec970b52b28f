"""The ops that the firmware can run: four tables, shared with the C++ sources.

All are X-macro files. Each line of firmware/lib/tflm/tensorflow/lite/micro/ops.def

    MCUFORGE_OP(CONV_2D, Conv2D, conv)

states the builtin operator's name in the schema, the suffix of the resolver's method
(`AddConv2D`) and the stem of the kernel's source file. Each line

    MCUFORGE_WIDE_OP(CONV_2D, Conv2D, conv_s16)

of wide_ops.def beside it states the source file of the form of an op that takes int16, too. Each
line of firmware/lib/custom_ops/custom_ops.def

    MCUFORGE_CUSTOM_OP("Binarize", RegisterBinarize)

states the custom code in a model and the function that gives the op's TFLMRegistration. Each line

    MCUFORGE_SIGNAL_METHOD(WINDOW, Window, "SignalWindow", RegisterSignalWindow)

of upstream_methods.def, or one with MCUFORGE_CUSTOM_METHOD, states a custom op that upstream has,
with a method of the resolver (`AddWindow`). C++ makes its resolvers from them, this module the list
of supported ops; so neither can promise what the other lacks.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import OpTableError
from codegen.files.places import PROGRAM
from codegen.model.tflite import BUILTIN_NAMES, Model

_LIBRARIES = PROGRAM / "firmware/lib"
OPS_DEF = _LIBRARIES / "tflm/tensorflow/lite/micro/ops.def"
WIDE_OPS_DEF = OPS_DEF.with_name("wide_ops.def")
CUSTOM_METHODS_DEF = OPS_DEF.with_name("upstream_methods.def")
CUSTOM_OPS_DEF = _LIBRARIES / "custom_ops/custom_ops.def"

_OP = re.compile(r"MCUFORGE_OP\(\s*([A-Z][A-Z0-9_]*)\s*,\s*(\w+)\s*,\s*(\w+)\s*\)")
_WIDE_OP = re.compile(_OP.pattern.replace("MCUFORGE_OP", "MCUFORGE_WIDE_OP"))
_CUSTOM_OP = re.compile(r'MCUFORGE_CUSTOM_OP\(\s*"([^"\\\n]+)"\s*,\s*([A-Za-z_]\w*)\s*\)')
_CUSTOM_METHOD = re.compile(
    r'MCUFORGE_(?:CUSTOM|SIGNAL)_METHOD\(\s*(\w+)\s*,\s*(\w+)\s*,\s*"(\w+)"\s*,\s*(\w+)\s*\)'
)
_IGNORED = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)  # comments
_DIRECTIVE = re.compile(r"^\s*#[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class SupportedOp:
    """One op of the runtime.

    name: builtin name in the schema. add_suffix: of the resolver's method, `Add<suffix>()`.
    kernel: stem of its source file. wide_kernel: of that of the op which takes int16, too; "" where
    there is none.
    """

    name: str
    add_suffix: str
    kernel: str
    wide_kernel: str = ""


def load_supported_ops(
    path: Path = OPS_DEF, wide_path: Path = WIDE_OPS_DEF
) -> dict[str, SupportedOp]:
    """{builtin name: op}, in the order of the file. Raises OpTableError."""
    wide = {
        name: kernel
        for name, _, kernel in _entries(
            wide_path, _WIDE_OP, "MCUFORGE_WIDE_OP(NAME, Suffix, kernel)"
        )
    }
    known = set(BUILTIN_NAMES.values())
    ops: dict[str, SupportedOp] = {}
    for name, add_suffix, kernel in _entries(path, _OP, "MCUFORGE_OP(NAME, Suffix, kernel)"):
        if name not in known or name == "CUSTOM":
            raise OpTableError(f"{path}: {name} is no builtin operator of the schema")
        if name in ops:
            raise OpTableError(f"{path}: {name} stands there twice")
        ops[name] = SupportedOp(name, add_suffix, kernel, wide.get(name, ""))
    if not ops:
        raise OpTableError(f"{path} names no op")
    return ops


def load_custom_ops(path: Path = CUSTOM_OPS_DEF) -> dict[str, str]:
    """{custom code: function of namespace custom_ops}, in the order of the file; may be empty.

    Raises OpTableError.
    """
    functions: dict[str, str] = {}
    for code, function in _entries(path, _CUSTOM_OP, 'MCUFORGE_CUSTOM_OP("Code", Function)'):
        if code in functions:
            raise OpTableError(f"{path}: {code!r} stands there twice")
        functions[code] = function
    return functions


@functools.cache
def load_custom_methods() -> dict[str, str]:
    """{suffix of the resolver's method: custom code} of upstream's ops. Raises OpTableError."""
    form = 'MCUFORGE_CUSTOM_METHOD(NAME, Suffix, "Code", Function)'
    return {
        method: code for _, method, code, _ in _entries(CUSTOM_METHODS_DEF, _CUSTOM_METHOD, form)
    }


def is_upstreams(custom_code: str) -> bool:
    """Whether upstream has this custom op, and so the oracle."""
    return custom_code in load_custom_methods().values()


def has_foreign_ops(model: Model) -> bool:
    """Whether the model has a custom op that upstream does not have."""
    return not all(map(is_upstreams, model.custom_names))


def resolver_calls(model: Model, supported: Mapping[str, SupportedOp]) -> list[str]:
    """What registers exactly the ops of a model that check_ops() accepts: methods of
    tflite::MicroMutableOpResolver with their arguments. supported: of load_supported_ops().
    """
    wide = _wide_ops(model)
    calls = []
    for name in model.op_names:
        if name != "CUSTOM":
            op = supported[name]
            narrow = op.wide_kernel and name not in wide
            calls.append(f"Add{op.add_suffix}({f'MCUFORGE_INT8({name})' if narrow else ''})")
    if model.custom_names:
        functions = load_custom_ops()
        calls += [
            f'AddCustom("{code}", custom_ops::{functions[code]}())' for code in model.custom_names
        ]
    return calls


def resolver_arguments(model: Model, calls: Sequence[str]) -> str:
    """The template arguments of the resolver on which `calls` register the ops of a model."""
    return str(len(calls)) if model.has_memory_plan else f"MCUFORGE_PLANLESS({len(calls)})"


def _wide_ops(model: Model) -> set[str]:
    """Names of the ops that make or take int16 or float32."""
    return {
        op.name
        for graph in model.subgraphs
        for op in graph.ops
        if any(
            graph.tensors[i].dtype in ("INT16", "FLOAT32")
            for i in (*op.inputs, *op.outputs)
            if i >= 0
        )
    }


def _entries(path: Path, entry: re.Pattern[str], form: str) -> list[tuple[str, ...]]:
    """What stands between the brackets, a tuple a line of the table."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpTableError(
            f"cannot read the table of ops {path}: {error}; restore the file from the repository"
        ) from error
    text = _DIRECTIVE.sub("", _IGNORED.sub("", text))
    left_over = entry.sub("", text).strip()
    if left_over:
        raise OpTableError(
            f"{path}: {left_over.splitlines()[0].strip()!r} is not of the form {form}"
        )
    return entry.findall(text)
