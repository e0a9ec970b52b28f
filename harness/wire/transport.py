"""The serial line: anything that pyserial can open by name, read in bulk, with errors as hints.

Ports (/dev/ttyACM0, COM3, a pseudo-terminal), socket://host:port and rfc2217://host:port.
"""

import contextlib
import errno
import select
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol
from urllib.parse import urlsplit

import serial
from serial.tools import list_ports

from harness.errors import PortError
from harness.wire.rfc2217 import AdmissionError, RemoteSerial

BULK_BYTES = 4096
# How long a read may block where the port has no file descriptor to wait on (rfc2217://).
_SLICE_S = 0.05
_WRITE_TIMEOUT_S = 10.0


class Line(Protocol):
    """What a Device needs from a transport; tests give it lines without any port."""

    @property
    def url(self) -> str:
        """The name of the line, for messages."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting up to `timeout_s` for the first byte; b"" if none did."""

    def write(self, data: bytes) -> None:
        """Send all of `data`."""

    def set_baud(self, baud: int) -> None:
        """Go to that rate, once what was written has left. Raises PortError if it cannot."""

    def close(self) -> None:
        """Give the line back; may be called twice."""


class SerialLine:
    """A line over pyserial, whose object is `port`. Opens exclusively where the system can."""

    def __init__(self, url: str, baud: int) -> None:
        """Open `url`. Raises PortError that says what to do about it."""
        self.url = url
        _require_address(url)
        try:
            if url.startswith("rfc2217://"):
                self.port = RemoteSerial(url, baudrate=baud, timeout=0)
            else:
                self.port = serial.serial_for_url(
                    url,
                    baudrate=baud,
                    timeout=0,
                    write_timeout=_WRITE_TIMEOUT_S,
                    # Two programs on one port would steal each other's bytes.
                    exclusive=True if "://" not in url else None,
                )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(f"opening {url}: {_reason(url, error)}") from error
        try:
            self._descriptor: int | None = self.port.fileno()
        except (AttributeError, OSError):
            self._descriptor = None
            self.port.timeout = _SLICE_S

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting up to `timeout_s` for the first byte; b"" if none did."""
        try:
            if self._descriptor is not None:
                ready, _, _ = select.select([self._descriptor], [], [], max(0.0, timeout_s))
                return bytes(self.port.read(BULK_BYTES)) if ready else b""
            deadline = time.monotonic() + timeout_s
            while not (data := bytes(self.port.read(1))):
                if time.monotonic() >= deadline:
                    return b""
            return data + bytes(self.port.read(min(self.port.in_waiting, BULK_BYTES)))
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(f"reading {self.url}: the line was cut ({error})") from error

    def write(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            self.port.write(data)
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(f"writing to {self.url}: the line was cut ({error})") from error

    def set_baud(self, baud: int) -> None:
        """Go to that rate, once what was written has left. Raises PortError if it cannot."""
        try:
            self.port.flush()
            self.port.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(f"setting {self.url} to {baud} baud: {error}") from error

    def close(self) -> None:
        """Give the port back."""
        # pyserial leaves its socket open when the other end went first.
        socket = getattr(self.port, "_socket", None)
        with contextlib.suppress(serial.SerialException, OSError):
            self.port.close()
        if socket is not None:
            socket.close()

    def __enter__(self) -> "SerialLine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _require_address(url: str) -> None:
    """Raises PortError for a URL without host or port, or of another kind; pyserial's words are
    about its own code."""
    kind, is_url, _ = url.partition("://")
    if not is_url:
        return
    if kind not in ("socket", "rfc2217"):  # pyserial has more, such as loop://, without a board
        raise PortError(
            f"opening {url}: not a port or URL; use a port, socket://host:port or "
            "rfc2217://host:port"
        )
    try:
        parts = urlsplit(url)
        fine = bool(parts.hostname and parts.port)
    except ValueError:
        fine = False
    if not fine:
        raise PortError(f"opening {url}: not an address; give {kind}://host:port, port 1 to 65535")


def _reason(url: str, error: Exception) -> str:
    """Why a port could not be opened and what to do, from pyserial's error."""
    cause = error.__context__
    number = getattr(error, "errno", None) or getattr(cause, "errno", None)
    text = str(error)
    if isinstance(error, AdmissionError):
        return text
    if isinstance(error, ValueError):
        return f"not a port or URL ({text}); use a port, socket://host:port or rfc2217://host:port"
    if number in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        found = ", ".join(sorted(port.device for port in list_ports.comports())) or "none"
        return f"no such port; is the board plugged in? ports found: {found}"
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return f"the port is busy; close the program that holds it ({_holders(url)})"
    if number in (errno.EACCES, errno.EPERM):
        return (
            "no permission; add yourself to the port's group "
            "(sudo usermod -aG dialout $USER, then log in again)"
        )
    if number == errno.ECONNREFUSED:
        return "nothing listens there; is the emulator or the server running?"
    if "not seem to support RFC2217" in text or number in (errno.EPIPE, errno.ECONNRESET):
        return (
            "the server there does not let us in; does another program use the board, and is it "
            "plugged in?"
        )
    if number == errno.ENOTTY or "Inappropriate ioctl" in text:
        return "that is no serial port"
    return text


def _holders(url: str) -> str:
    """Which programs have a port open, where Linux shows it: those of this user."""
    holders = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if link.readlink() == Path(url).resolve():
                process = link.parts[2]
                name = Path("/proc", process, "comm").read_text("utf-8", "replace").strip()
                holders.add(f"{name}, process {process}")
    return "; ".join(sorted(holders)) or "a monitor, an IDE"
