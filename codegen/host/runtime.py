"""The firmware's own runtime in this process: sizes arenas exactly and computes outputs."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.boards.facts import ISAS
from codegen.compile import cpp_build
from codegen.errors import CodegenError
from codegen.files.printable import printable

ALIGNMENT = 16
NOWHERE = 0xFFFFFFFF
_ERROR = 1  # kTfLiteError


class RuntimeRefusedError(CodegenError):
    """The runtime refused the model. reason: in its own words."""

    exit_code = 1

    @property
    def reason(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        return (
            f"the runtime refuses the model: {self.reason}; change that layer, or convert the "
            "model again"
        )


PLAN_FLAG = "-DMCUFORGE_PLAN_ISA=1"


@lru_cache(maxsize=1)
def library_file() -> Path:
    """The runtime as a shared library, compiled with PLAN_FLAG: planning for an ISA, scalar
    kernels. Raises CppBuildError, MissingToolError."""
    session = Path(__file__).with_name("runtime.cc")
    shared = ["-fPIC", PLAN_FLAG]
    libraries = [(path, [*own, *shared]) for path, own in cpp_build.library_sources("scalar")]
    objects = cpp_build.compile_objects(libraries, compiler=cpp_build.HOST)
    flags = [*cpp_build.program_flags(), *shared]
    sources = [session, *cpp_build.custom_op_sources()]
    objects += cpp_build.compile_objects(
        ((path, flags) for path in sources),
        [cpp_build.CHECKS, cpp_build.CUSTOM_OPS],
        cpp_build.HOST,
    )
    return cpp_build.link("runtime.so", objects, ["-shared"], cpp_build.HOST)


@lru_cache(maxsize=1)
def load_library() -> ctypes.CDLL:
    """The runtime in this process, by the C functions of codegen/host/runtime.cc. Raises as
    library_file() does."""
    library = ctypes.CDLL(str(library_file()))
    library.mcuforge_open.restype = ctypes.c_void_p
    library.mcuforge_tensor.restype = ctypes.c_void_p
    library.mcuforge_plan.restype = ctypes.c_uint64
    library.mcuforge_scratch_bytes.restype = ctypes.c_uint32
    library.mcuforge_close.restype = None
    return library


def aligned(size: int) -> tuple[NDArray[np.uint8], int]:
    """A buffer of at least `size` bytes and the first address in it that is aligned.

    Not cleared: a large arena costs only the pages that are touched.
    """
    buffer = np.empty(size + ALIGNMENT, np.uint8)
    address = buffer.ctypes.data
    return buffer, address + (-address % ALIGNMENT)


class HostRuntime:
    """One model in one arena.

    isa: "scalar", "dsp" or "mve": whose scratch sizes the plan holds; the kernels run are scalar.
    arena_bytes: the size of the arena; it is 16-byte aligned.
    Raises RuntimeRefusedError with the runtime's message.
    """

    def __init__(self, model: bytes, isa: str = "scalar", arena_bytes: int = 64 << 20) -> None:
        self._library = load_library()
        self._model, model_address = aligned(len(model))
        ctypes.memmove(model_address, model, len(model))
        self._arena, arena_address = aligned(arena_bytes)
        self._log, self._used = ctypes.create_string_buffer(400), ctypes.c_uint64()
        self._given = (
            ctypes.c_void_p(model_address),
            ctypes.c_size_t(len(model)),
            ISAS.index(isa),
            ctypes.c_void_p(arena_address),
            ctypes.c_size_t(arena_bytes),
            self._log,
            ctypes.c_size_t(len(self._log)),
            ctypes.byref(self._used),
        )
        self._session: int | None = None
        self.reset()
        self.arena_used_bytes = int(self._used.value)

    def reset(self) -> None:
        """Variables back to where they started, also those that CALL_ONCE gives their first values:
        the interpreter's own Reset() does not run that again. Raises RuntimeRefusedError."""
        self.close()
        self._log.value = b""
        self._session = self._library.mcuforge_open(*self._given)
        if not self._session:
            reason = printable(self._log.value.decode("utf-8", "replace"))  # it quotes names
            raise RuntimeRefusedError(reason or "the runtime gave no reason")

    def close(self) -> None:
        if self._session:
            self._library.mcuforge_close(ctypes.c_void_p(self._session))
            self._session = None

    def __enter__(self) -> HostRuntime:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _memory(self, is_output: bool, index: int) -> NDArray[np.uint8]:
        size = ctypes.c_size_t()
        address = self._library.mcuforge_tensor(
            ctypes.c_void_p(self._session),
            int(is_output),
            ctypes.c_size_t(index),
            ctypes.byref(size),
        )
        if not address:
            raise IndexError(f"the model has no {'output' if is_output else 'input'} {index}")
        memory = (ctypes.c_uint8 * size.value).from_address(address)
        return np.ctypeslib.as_array(memory)

    def invoke(self, *inputs: NDArray[Any]) -> None:
        """Copies the bytes of each input in and computes."""
        for index, data in enumerate(inputs):
            self._memory(False, index)[:] = np.frombuffer(
                np.ascontiguousarray(data).tobytes(), np.uint8
            )
        status = self._library.mcuforge_invoke(ctypes.c_void_p(self._session))
        if status != 0:
            raise RuntimeRefusedError(
                "Invoke failed" if status == _ERROR else "a custom op ended Invoke half-way"
            )

    def output(self, index: int = 0) -> bytes:
        """The bytes of output `index`."""
        return self._memory(True, index).tobytes()

    def plan(
        self, tensor_count: int, node_count: int
    ) -> tuple[list[int | None], list[int | None], list[int], int]:
        """(arena offset of each tensor, of each node's scratch, each node's in-place inputs, bytes
        of the interpreter's own).

        None: the tensor is constant or unused, the node has no scratch. In-place inputs are bits:
        bit i says that the node's first output may take over the memory of its input i.
        """
        tensors = (ctypes.c_uint32 * max(tensor_count, 1))(*([NOWHERE] * max(tensor_count, 1)))
        scratch = (ctypes.c_uint32 * max(node_count, 1))()
        in_place = (ctypes.c_uint32 * max(node_count, 1))()
        persistent = self._library.mcuforge_plan(
            ctypes.c_void_p(self._session), tensors, tensor_count, scratch, in_place, node_count
        )
        return (
            [None if offset == NOWHERE else offset for offset in list(tensors)[:tensor_count]],
            [offset or None for offset in list(scratch)[:node_count]],
            list(in_place)[:node_count],
            int(persistent),
        )

    def scratch_bytes(self, node: int) -> int:
        """Bytes of scratch that a node asked for; 0 for none. Raises RuntimeRefusedError."""
        nbytes = int(self._library.mcuforge_scratch_bytes(ctypes.c_void_p(self._session), node))
        if nbytes == NOWHERE:
            raise RuntimeRefusedError(f"op {node} cannot be prepared again to size its scratch")
        return nbytes
