"""The little of QEMU's machine protocol (QMP) that the emulator needs."""

import json
import socket
from pathlib import Path
from typing import Any

from harness.errors import EmulatorError


class Qmp:
    """A connection to QEMU's QMP socket, past the greeting."""

    def __init__(self, path: Path, timeout_s: float = 10.0) -> None:
        """Connect. Raises OSError while QEMU does not listen yet, EmulatorError if it goes away."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(timeout_s)
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("rb")
        try:
            self._read("a connection")  # by its greeting
            self.execute("qmp_capabilities")
        except EmulatorError:
            self.close()
            raise

    def close(self) -> None:
        """Give the connection back."""
        self._lines.close()
        self._socket.close()

    def execute(self, command: str) -> Any:
        """Run a command without arguments and return what it returns. Raises EmulatorError."""
        try:
            self._socket.sendall(json.dumps({"execute": command}).encode() + b"\n")
        except OSError as error:
            raise EmulatorError(f"QEMU does not take {command}: {error}") from error
        while "return" not in (answer := self._read(command)):
            if "error" in answer:
                raise EmulatorError(f"QEMU refused {command}: {answer['error']}")
        return answer["return"]

    def _read(self, what: str) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError as error:
            raise EmulatorError(f"QEMU did not answer {what}: {error}") from error
        if not line:
            raise EmulatorError("QEMU closed its control socket")
        answer: dict[str, Any] = json.loads(line)
        return answer
