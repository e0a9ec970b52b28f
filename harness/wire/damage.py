"""A line that damages what passes, on purpose and repeatably, in both directions.

--fault 'flip=1e-4,drop=1e-4,dup=1e-5,insert=1e-5,split,stall=50ms,cut=20s' --seed N
"""

import random
import re
import time
from dataclasses import dataclass, fields

from harness.errors import HarnessError, PortError
from harness.wire.transport import Line

_STALL_PROBABILITY = 0.01  # of a read or write that a stall is due at
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_RATES = ("flip", "drop", "dup", "insert")
_LONGEST_STALL_S = 10.0  # as long as a request waits at most


@dataclass(frozen=True)
class FaultSpec:
    """What goes wrong: rates are a share of the bytes, 0 to 1."""

    flip: float = 0.0  # one bit of the byte is inverted
    drop: float = 0.0
    dup: float = 0.0  # the byte comes twice
    insert: float = 0.0  # a random byte comes before it
    split: bool = False  # what was read comes in pieces
    stall_s: float = 0.0  # now and then nothing passes for so long
    cut_s: float = 0.0  # the line is cut for good after so long; 0: never

    @classmethod
    def parse(cls, text: str) -> "FaultSpec":
        """Raises HarnessError for an unknown name or a value out of range."""
        values: dict[str, float | bool] = {}
        for part in filter(None, text.split(",")):
            name, _, value = part.strip().partition("=")
            if {name, f"{name}_s"} & values.keys():
                raise HarnessError(f"--fault: {name} stands there twice; leave one out")
            if name == "split" and not value:
                values["split"] = True
            elif name in _RATES and (rate := _rate(value)) is not None:
                values[name] = rate
            elif name in ("stall", "cut") and (duration_s := _duration_s(value)) > 0:
                if name == "stall" and duration_s > _LONGEST_STALL_S:
                    raise HarnessError(
                        f"--fault: {part}: choose up to stall={_LONGEST_STALL_S:.0f}s, as "
                        "long as a request waits"
                    )
                values[f"{name}_s"] = duration_s
            else:
                raise HarnessError(
                    f"--fault: {part!r} is not understood; give {', '.join(_RATES)} = share of "
                    "bytes (1e-4), split, stall=50ms, cut=20s, separated by commas"
                )
        return cls(**values)  # type: ignore[arg-type]


def _duration_s(text: str) -> float:
    """Of "50ms" or "20s"; 0 for anything else, which is no duration of a fault."""
    match = _DURATION.fullmatch(text)
    return float(match[1]) / (1000 if match[2] == "ms" else 1) if match else 0.0


@dataclass
class Injected:
    """How often each fault was injected."""

    flip: int = 0
    drop: int = 0
    dup: int = 0
    insert: int = 0
    stall: int = 0
    cut: int = 0

    def __str__(self) -> str:
        counts = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{count:,} {name}" for name, count in counts if count) or "none"


class FaultyLine:
    """A `Line` that is damaged as `spec` says; the same seed and traffic, the same damage."""

    def __init__(self, line: Line, spec: FaultSpec, seed: int, injected: Injected) -> None:
        self._line = line
        self._spec = spec
        self._injected = injected
        self._to_device = random.Random(f"{seed} to device")
        self._from_device = random.Random(f"{seed} from device")
        self._waiting = bytearray()
        self._opened_s = time.monotonic()
        self._total = spec.flip + spec.drop + spec.dup + spec.insert

    @property
    def url(self) -> str:
        """The line's own name."""
        return self._line.url

    def read(self, timeout_s: float) -> bytes:
        """As the line, what came damaged."""
        self._check_cut()
        if not self._waiting:
            data = self._line.read(timeout_s)
            self._stall(self._from_device, data)
            self._waiting += self._damage(data, self._from_device)
        size = len(self._waiting)
        if self._spec.split and size > 1:
            size = self._from_device.randint(1, size)
        piece = bytes(self._waiting[:size])
        del self._waiting[:size]
        return piece

    def write(self, data: bytes) -> None:
        """As the line, what is sent damaged."""
        self._check_cut()
        self._stall(self._to_device, data)
        self._line.write(self._damage(data, self._to_device))

    def set_baud(self, baud: int) -> None:
        """As the line."""
        self._line.set_baud(baud)

    def close(self) -> None:
        """Give the line back."""
        self._line.close()

    def _check_cut(self) -> None:
        if self._spec.cut_s and time.monotonic() - self._opened_s >= self._spec.cut_s:
            self._injected.cut += 1
            raise PortError(f"{self.url}: the line was cut, as --fault says")

    def _stall(self, rng: random.Random, data: bytes) -> None:
        if self._spec.stall_s and data and rng.random() < _STALL_PROBABILITY:
            self._injected.stall += 1
            time.sleep(self._spec.stall_s)

    def _damage(self, data: bytes, rng: random.Random) -> bytes:
        if not self._total:
            return data
        out = bytearray()
        for byte in data:
            draw = rng.random()
            if draw >= self._total:
                out.append(byte)
            elif draw < self._spec.flip:
                self._injected.flip += 1
                out.append(byte ^ 1 << rng.randrange(8))
            elif draw < self._spec.flip + self._spec.drop:
                self._injected.drop += 1
            elif draw < self._spec.flip + self._spec.drop + self._spec.dup:
                self._injected.dup += 1
                out += bytes([byte, byte])
            else:
                self._injected.insert += 1
                out += bytes([rng.randrange(256), byte])
        return bytes(out)


def _rate(text: str) -> float | None:
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None
