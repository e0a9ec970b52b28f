"""Python's end of wire_tool.cc: one method per operation of firmware/lib/wire."""

import struct
import subprocess
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

RESULTS = ("nothing", "frame", "bad_crc", "bad_frame", "too_long")


class Decoded(NamedTuple):
    """One result of the C++ decoder; the fields after `result` are set for "frame" only."""

    result: str
    version: int = 0
    type: int = 0
    seq: int = 0
    payload: bytes = b""


class WireTool:
    """The compiled tool as a context manager."""

    def __init__(self, tool: Path) -> None:
        self._process = subprocess.Popen(
            [tool], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def __enter__(self) -> "WireTool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=10)

    def _call(self, operation: str, argument: int, data: bytes) -> bytes:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None and self._process.stderr is not None
        try:
            stdin.write(struct.pack("<cII", operation.encode(), argument, len(data)) + data)
            stdin.flush()
        except BrokenPipeError:
            pass  # the sanitizer's report below says why
        head = stdout.read(4)
        if len(head) < 4:
            raise AssertionError(f"wire_tool died: {self._process.stderr.read().decode()}")
        return stdout.read(int.from_bytes(head, "little"))

    def decode(self, stream: bytes, capacity: int = 4096) -> list[Decoded]:
        """What the decoder made of `stream` with a frame buffer of `capacity` bytes."""
        reply = self._call("d", capacity, stream)
        results = []
        while reply:
            name, reply = RESULTS[reply[0]], reply[1:]
            if name == "frame":
                version, kind, seq, _, size = struct.unpack_from("<BBHII", reply)
                results.append(Decoded(name, version, kind, seq, reply[12 : 12 + size]))
                reply = reply[12 + size :]
            else:
                results.append(Decoded(name))
        return results

    def encode(self, kind: int, seq: int, payload: bytes, span_bytes: int = 1 << 20) -> bytes:
        """The frame as the encoder sends it, the payload given in spans of `span_bytes`."""
        return self._call("e", span_bytes, struct.pack("<BH", kind, seq) + payload)

    def crc32(self, data: bytes, piece_bytes: int = 1 << 20) -> int:
        """CRC-32 of `data`, computed in pieces."""
        return int.from_bytes(self._call("c", piece_bytes, data), "little")

    def sha256(self, data: bytes) -> bytes:
        """SHA-256 of `data`."""
        return self._call("s", 0, data)

    def error_name(self, code: int) -> str:
        """Name of an error code."""
        return self._call("n", code, b"").decode()
