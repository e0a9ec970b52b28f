"""A .tflite without what no interpreter reads: the same ops on the same constants, fewer bytes.

The converter writes a name for every tensor, a description, signatures, metadata, calibrated
ranges, an empty buffer for each activation, and every array of scales and zero points anew. On a
microcontroller all of that is flash. What is left out here is documented as optional in the
TensorFlow Lite schema; that no output byte changes is checked by whoever calls this, with the
oracle.
"""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError
from codegen.model.tflite import MEMORY_PLAN, WALK_ERRORS

# The schema's force_align of a buffer's data; the generated Python code does not follow it.
DATA_ALIGNMENT = 16
LENGTH_BYTES = 4  # what a vector begins with
FILE_IDENTIFIER = b"TFL3"


def lean(content: bytes, keep_plan: bool = False) -> bytes:
    """`content`, a valid .tflite, written again with each thing once and nothing unread.

    keep_plan: with the memory plan that comes with it, if one does.
    Raises ModelError: what no interpreter reads may be damaged in a model that runs.
    """
    try:
        return _written_again(content, keep_plan)
    except (*WALK_ERRORS, flatbuffers.builder.OffsetArithmeticError) as error:
        raise ModelError(
            f"making the model lean: a part that no interpreter reads is damaged ({error})"
        ) from error


def _written_again(content: bytes, keep_plan: bool) -> bytes:
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    model.description = None
    model.signatureDefs = None
    plans = [m for m in model.metadata or [] if keep_plan and m.name == MEMORY_PLAN]
    plan = [(one, model.buffers[one.buffer]) for one in plans[:1]]
    model.metadata = None
    model.metadataBuffer = None
    for subgraph in model.subgraphs:
        subgraph.name = None
        for tensor in subgraph.tensors:
            tensor.name = None
            tensor.quantization = _read_part(tensor.quantization)
    _share_buffers(model)
    for metadata, buffer in plan:
        metadata.buffer = len(model.buffers)
        model.buffers.append(buffer)
        model.metadata = [metadata]
    builder = _SharingBuilder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=FILE_IDENTIFIER)
    return bytes(builder.Output())


def _read_part(quantization: Any) -> Any:
    """Scales, zero points and their axis; None if there are none."""
    if quantization is None or quantization.scale is None or len(quantization.scale) == 0:
        return None
    quantization.min = quantization.max = None
    return quantization


def _share_buffers(model: Any) -> None:
    """Leaves one buffer of each content; 0 is the schema's empty one."""
    kept: list[Any] = [schema.BufferT()]
    index_of = {b"": 0}
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            buffer = model.buffers[tensor.buffer]
            data = b"" if buffer.data is None else bytes(np.asarray(buffer.data, np.uint8))
            if data not in index_of:
                index_of[data] = len(kept)
                kept.append(buffer)
            tensor.buffer = index_of[data]
    model.buffers = kept


class _SharingBuilder(flatbuffers.Builder):
    """Writes a vector of numbers that is there already as a reference to the first one."""

    def __init__(self, initial_size: int) -> None:
        super().__init__(initial_size)
        self._written: dict[tuple[int, int, bytes], int] = {}
        self._before = 0  # offset at which the vector being written was begun
        self._kind = (0, 0)  # its element size and alignment
        self._bytes = 0  # its length and elements, without padding
        self._has_offsets = False  # relative offsets mean something else elsewhere

    def StartVector(self, elem_size: int, num_elems: int, alignment: int) -> int:  # noqa: N802
        if elem_size == 1:
            alignment = DATA_ALIGNMENT
        self._before = self.Offset()
        self._kind = (elem_size, alignment)
        self._bytes = LENGTH_BYTES + elem_size * num_elems
        self._has_offsets = False
        start: int = super().StartVector(elem_size, num_elems, alignment)
        return start

    def PrependUOffsetTRelative(self, offset: int) -> None:  # noqa: N802
        self._has_offsets = True
        super().PrependUOffsetTRelative(offset)

    def EndVector(self, *args: int) -> int:  # noqa: N802
        offset: int = super().EndVector(*args)
        if self._has_offsets:
            return offset
        head = self.Head()
        written = bytes(self.Bytes[head : head + self._bytes])
        first = self._written.setdefault((*self._kind, written), offset)
        if first != offset:
            self.head = len(self.Bytes) - self._before
        return first
