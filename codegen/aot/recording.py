"""What an Invoke of a model calls, recorded from the runtime itself (recorder.cc).

The kernels' names, their parameters' fields and the arguments come from the C++ that the
interpreter runs; nothing of them is known here.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from codegen.boards.facts import ISAS
from codegen.compile import cpp_build
from codegen.host.runtime import PLAN_FLAG, RuntimeRefusedError, aligned

_FLAGS = ("-fPIC", PLAN_FLAG, "-DMCUFORGE_RECORD=1")
_ARENA_BYTES = 64 << 20


@dataclass(frozen=True)
class Text:
    """A C++ expression, ready to be written: a number, a name, nullptr."""

    cpp: str


@dataclass(frozen=True)
class Place:
    """A place in the arena of the interpreter, `offset` bytes from its start.

    type: C++ type of what lies there ("void" for any). written: the kernel writes there.
    """

    offset: int
    type: str
    written: bool


@dataclass(frozen=True)
class Constant:
    """Bytes that are the same at each Invoke, little-endian, as an array of the C++ type `type`."""

    data: bytes
    type: str


@dataclass(frozen=True)
class Struct:
    """A value of the C++ type `type` ("": an array, or a struct within one), field by field.

    fields: (name, value); a name is "" in an array.
    """

    type: str
    fields: tuple[tuple[str, Value], ...]

    @property
    def numbers(self) -> dict[str, int]:
        """Of the fields that are numbers; all of those that are written as such are integers."""
        return {name: int(value.cpp) for name, value in self.fields if isinstance(value, Text)}


@dataclass(frozen=True)
class Address:
    """A pointer to a struct."""

    of: Struct


Value = Text | Place | Constant | Struct | Address


@dataclass(frozen=True)
class Call:
    """One call of a kernel, which `header` declares. arguments: (name, value) in its order.

    fails: it returns whether the data are such that it could compute.
    """

    header: str
    function: str
    fails: bool
    arguments: tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Variable:
    """What VAR_HANDLE names: bytes [offset, offset + nbytes) of the interpreter's arena, at first
    each `fill`."""

    offset: int
    nbytes: int
    fill: int


@dataclass(frozen=True)
class CustomOp:
    """A custom op, which is called by its registration.

    op: its index. function: C++ that gives the registration. options: the flexbuffer.
    persistent_bytes: what its init and prepare allocate for good.
    """

    op: int
    function: str
    options: bytes
    persistent_bytes: int


@dataclass(frozen=True)
class Recording:
    """calls: for each op of the model, none where nothing is left to compute. kept: (tensor, the
    byte that it starts as) of those that keep their value from one Invoke to the next."""

    calls: tuple[tuple[Call, ...], ...]
    variables: tuple[Variable, ...]
    kept: tuple[tuple[int, int], ...]
    customs: tuple[CustomOp, ...]


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    """Raises CppBuildError, MissingToolError."""
    libraries = [(path, [*own, *_FLAGS]) for path, own in cpp_build.library_sources("scalar")]
    own_flags = [*cpp_build.program_flags(), *_FLAGS]
    sources = [Path(__file__).with_name("recorder.cc"), *cpp_build.custom_op_sources()]
    includes = [cpp_build.CHECKS, cpp_build.CUSTOM_OPS]
    objects = cpp_build.compile_objects(
        ((path, own_flags) for path in sources), includes, cpp_build.HOST
    )
    objects += cpp_build.compile_objects(libraries, compiler=cpp_build.HOST)
    # The first definition of a function is taken: the recorder's, before the kernel's own.
    flags = ["-shared", "-Wl,--allow-multiple-definition"]
    return ctypes.CDLL(str(cpp_build.link("recorder.so", objects, flags, cpp_build.HOST)))


def record(model: bytes, isa: str, filling: bytes = b"") -> Recording:
    """What the model's Invoke calls on "scalar", "dsp" or "mve".

    filling: what the arena begins with; the recording does not depend on it.
    Raises RuntimeRefusedError with the runtime's message, CppBuildError, MissingToolError.
    """
    library = _library()
    arena, start = aligned(_ARENA_BYTES)
    arena[: len(filling)] = np.frombuffer(filling, np.uint8)
    _held, address = aligned(len(model))
    ctypes.memmove(address, model, len(model))
    text = ctypes.c_char_p()
    fine = library.mcuforge_record(
        ctypes.c_void_p(address),
        ctypes.c_size_t(len(model)),
        ISAS.index(isa),
        ctypes.c_void_p(start),
        ctypes.c_size_t(_ARENA_BYTES),
        ctypes.byref(text),
    )
    said = (text.value or b"").decode("utf-8", "replace")
    if not fine:
        raise RuntimeRefusedError(said or "the runtime gave no reason")
    recorded = json.loads(said)
    return Recording(
        calls=tuple(tuple(_call(one, model) for one in op) for op in recorded["ops"]),
        variables=tuple(Variable(*one) for one in recorded["variables"]),
        kept=tuple((tensor, fill) for tensor, fill in recorded["kept"]),
        customs=tuple(
            CustomOp(op, function, model[at : at + count], nbytes)
            for op, function, at, count, nbytes in recorded["customs"]
        ),
    )


def _call(recorded: Sequence[Any], model: bytes) -> Call:
    header, function, fails, *arguments = recorded
    named = tuple((name, _value(value, model)) for name, value in arguments)
    return Call(header, function, fails, named)


def _value(recorded: Mapping[str, Any], model: bytes) -> Value:
    if "text" in recorded:
        return Text(recorded["text"])
    if "struct" in recorded:
        return _struct(recorded, model)
    if "address" in recorded:
        return Address(_struct(recorded["address"], model))
    if "arena" in recorded:
        return Place(recorded["arena"], recorded["type"], recorded["written"])
    if "model" in recorded:
        at = recorded["model"]
        return Constant(model[at : at + recorded["bytes"]], recorded["type"])
    return Constant(bytes.fromhex(recorded["bytes"]), recorded["type"])


def _struct(recorded: Mapping[str, Any], model: bytes) -> Struct:
    fields = tuple((name, _value(value, model)) for name, value in recorded["fields"])
    return Struct(recorded["struct"], fields)
