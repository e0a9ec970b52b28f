"""What every front end is: a sample's shape in, features' shape out, and parameters in between."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Union

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError

LOG2_FRACTION_BITS = 8  # of a feature that is a logarithm, in log2.h

CppField = Union[np.generic, NDArray[Any], "CppStruct"]
"""A number of its type, an array that a pointer names (of structs: a structured one), a struct."""

CppStruct = dict[str, CppField]
"""Fields of a C++ struct, in its order."""


class FrontEndError(CodegenError):
    """Parameters of a front end that are out of range, or samples that do not fit them."""


@dataclass(frozen=True)
class FrontEnd(ABC):
    """Parameters of one kind; each kind's fields are JSON values or tuples of them.

    A feature f, which is an int16, stands for the real value f * feature_scale.

    Kind "audio" is frontend::Audio in firmware/lib/frontend/frontend/audio.h, and its parameters
    are an AudioParameters; so with every kind.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Of one sample as the user has it."""

    @property
    @abstractmethod
    def sample_dtype(self) -> str:
        """NumPy's name; on the wire little-endian, in C order."""

    @property
    @abstractmethod
    def feature_shape(self) -> tuple[int, ...]:
        """Of one sample's features; the model's input has it, with a batch of 1 before it, and
        may have dimensions of 1 besides."""

    @property
    @abstractmethod
    def feature_scale(self) -> float:
        """What one step of a feature means."""

    @abstractmethod
    def cpp_parameters(self) -> CppStruct:
        """What the C++ is given."""

    @abstractmethod
    def input_step(self, scale: float, zero_point: int) -> CppStruct:
        """What makes int8 model input of features, a Writer::Step in the C++.

        scale, zero_point: of the model's input. Raises FrontEndError for a scale or zero point of
        no use.
        """

    def random_samples(self, count: int, seed: int) -> NDArray[Any]:
        """[count, *sample_shape] of random bytes; as float32 some are NaN or huge."""
        dtype = np.dtype(self.sample_dtype)
        shape = (count, *self.sample_shape)
        data = np.random.default_rng(seed).bytes(math.prod(shape) * dtype.itemsize)
        return np.frombuffer(data, dtype).reshape(shape)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FrontEnd:
        """Raises FrontEndError for absent, unknown or wrong parameters."""
        names = {field.name for field in fields(cls)}
        given = {name: value for name, value in values.items() if name != "kind"}
        if unknown := sorted(given.keys() - names):
            raise FrontEndError(
                f"{cls.kind} front end: unknown parameter {unknown[0]}; it has {sorted(names)}"
            )
        made = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        try:
            return cls(**made)
        except TypeError as error:
            raise FrontEndError(f"{cls.kind} front end: {error}") from None

    def check_integer(self, name: str, low: int, high: int) -> None:
        """Raises FrontEndError unless the parameter is an integer in [low, high]."""
        value = getattr(self, name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise FrontEndError(
                f"{self.kind} front end: {name} is {value!r}; give an integer from {low} to {high}"
            )

    def check_number(self, name: str, low: float, high: float) -> None:
        """Raises FrontEndError unless the parameter is a number in [low, high]."""
        value = getattr(self, name)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not low <= value <= high:
            raise FrontEndError(
                f"{self.kind} front end: {name} is {value!r}; "
                f"give a number from {low:g} to {high:g}"
            )
