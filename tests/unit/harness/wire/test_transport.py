"""SerialLine over a real pseudo-terminal and a real TCP socket, and its errors as hints."""

import errno
import itertools
import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import serial

from harness.errors import PortError
from harness.wire import messages, transport
from harness.wire.device import Device
from harness.wire.rfc2217 import AdmissionError
from harness.wire.transport import SerialLine
from tests.unit.harness.wire.fake_device import FakeDevice


@pytest.fixture
def pseudo_terminal() -> Iterator[tuple[int, str]]:
    """(master's descriptor, name of the slave)."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_port_reads_in_bulk_and_returns_at_the_time_limit(
    pseudo_terminal: tuple[int, str],
) -> None:
    master, name = pseudo_terminal
    with SerialLine(name, 115200) as line:
        assert line.read(0.01) == b""
        os.write(master, bytes(range(256)))
        assert line.read(1.0) == bytes(range(256))
        line.write(b"\0\x11\x13\xff\n\r")  # nothing may be translated on the way
        assert os.read(master, 100) == b"\0\x11\x13\xff\n\r"


def test_port_is_opened_exclusively(pseudo_terminal: tuple[int, str]) -> None:
    _, name = pseudo_terminal
    with (
        SerialLine(name, 115200),
        pytest.raises(PortError, match=f"is busy; close the .*process {os.getpid()}"),
    ):
        SerialLine(name, 115200)


def test_device_over_a_socket() -> None:
    fake = FakeDevice()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(4096):
                fake.write(data)
                connection.sendall(fake.read(0))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with Device(SerialLine(f"socket://127.0.0.1:{server.getsockname()[1]}", 9600)) as device:
            assert device.info().board == "fake"
            assert device.call(messages.STATS)
    finally:
        thread.join(5)
        server.close()


def test_a_port_without_a_descriptor_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_require_address", lambda _: None)
    with SerialLine("loop://", 115200) as line:
        line.write(b"echo")
        assert line.read(1.0) == b"echo"
        assert line.read(0.01) == b""


def test_a_cut_line_is_an_error() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with SerialLine(f"socket://127.0.0.1:{server.getsockname()[1]}", 9600) as line:
        connection, _ = server.accept()
        connection.close()
        with pytest.raises(PortError, match="the line was cut"):
            line.read(1.0)
    server.close()


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("/dev/no-such-port", "no such port; is the board plugged in"),
        ("socket://127.0.0.1:1", "nothing listens there"),
        ("gopher://x", "not a port or URL"),
        ("/dev/null", "that is no serial port"),
    ],
)
def test_ports_that_cannot_be_opened_give_a_hint(url: str, hint: str) -> None:
    with pytest.raises(PortError, match=f"^opening {url}: {hint}") as error:
        SerialLine(url, 115200)
    assert error.value.exit_code == 2


def test_a_forbidden_port_names_the_group(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise serial.SerialException(errno.EACCES, "could not open port")

    monkeypatch.setattr(serial, "serial_for_url", refuse)  # root may open every real one
    with pytest.raises(PortError, match=r"no permission; .* dialout"):
        SerialLine("/dev/ttyACM0", 115200)


def test_a_line_that_takes_nothing_is_an_error_after_its_time(
    pseudo_terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that hangs, behind a terminal and behind a socket whose buffers are full."""
    monkeypatch.setattr(transport, "_WRITE_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        for url in (pseudo_terminal[1], f"socket://127.0.0.1:{server.getsockname()[1]}"):
            with SerialLine(url, 115200) as line, pytest.raises(PortError, match="writing to"):
                for _ in range(100):
                    line.write(b"x" * 1_000_000)


def caused(error: Exception, cause: Exception) -> Exception:
    """As raised while another was handled."""
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AdmissionError("the server asks for a token"), "the server asks for a token"),
        (ValueError("odd"), r"not a port or URL \(odd\); use a port, socket://"),
        (OSError(errno.ENOENT, "x"), "no such port; .* ports found: A, B"),
        (OSError(errno.ENXIO, "x"), "no such port"),
        (OSError(errno.ENODEV, "x"), "no such port"),
        (OSError(errno.EBUSY, "x"), r"the port is busy; close .* \(somebody\)"),
        (OSError(errno.EAGAIN, "x"), "the port is busy"),
        (serial.SerialException("Could not exclusively lock port"), "the port is busy"),
        (OSError(errno.EACCES, "x"), "no permission"),
        (OSError(errno.EPERM, "x"), "no permission"),
        (OSError(errno.ECONNREFUSED, "x"), "nothing listens there"),
        (caused(serial.SerialException("x"), OSError(errno.ECONNREFUSED, "x")), "nothing listens"),
        (
            serial.SerialException("Remote does not seem to support RFC2217"),
            "the server there does not let us in",
        ),
        (OSError(errno.EPIPE, "x"), "the server there does not let us in"),
        (OSError(errno.ECONNRESET, "x"), "the server there does not let us in"),
        (OSError(errno.ENOTTY, "x"), "that is no serial port"),
        (serial.SerialException("(25, 'Inappropriate ioctl')"), "that is no serial port"),
        (serial.SerialException("something else"), "something else"),
    ],
)
def test_each_reason_has_its_remedy(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [Mock(device="B"), Mock(device="A")]
    monkeypatch.setattr(transport.list_ports, "comports", lambda: ports)
    monkeypatch.setattr(transport, "_holders", lambda _: "somebody")

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(serial, "serial_for_url", refuse)
    with pytest.raises(PortError, match=f"^opening COM3: {said}"):
        SerialLine("COM3", 115_200)
    ports.clear()
    if "A, B" in said:
        with pytest.raises(PortError, match=r"ports found: none$"):
            SerialLine("COM3", 115_200)


def test_who_holds_a_port_is_named_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "port"
    assert transport._holders(str(path)) == "a monitor, an IDE"
    with path.open("w"):
        name = Path("/proc/self/comm").read_text("utf-8").strip()
        assert transport._holders(str(path)) == f"{name}, process {os.getpid()}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("loop://", "not a port or URL; use a port"),
        ("spy:///dev/ttyACM0", "not a port or URL"),
        ("socket://", "give socket://host:port, port 1 to 65535"),
        ("socket://:4000", "not an address"),
        ("socket://host", "not an address"),
        ("socket://host:0", "not an address"),
        ("socket://host:x", "not an address"),
        ("rfc2217://host:65536", "give rfc2217://host:port"),
        ("rfc2217://[::1:4000", "give rfc2217://host:port"),
    ],
)
def test_an_address_without_host_or_port_is_none(url: str, said: str) -> None:
    with pytest.raises(PortError, match=said) as refused:
        transport._require_address(url)
    assert str(refused.value).startswith(f"opening {url}: ")
    for fine in ("/dev/ttyACM0", "COM3", "socket://host:1", "rfc2217://[::1]:65535?timeout=1"):
        transport._require_address(fine)


class Port:
    """In place of pyserial's: one without a descriptor, that is read a byte at a time."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.timeout: float | None = 0
        self.baudrate = 9600
        self.waited = 0
        self.done: list[str] = []

    @property
    def in_waiting(self) -> int:
        return len(self.pieces[0]) if self.pieces else 0

    def read(self, size: int) -> bytes:
        if not self.pieces:
            self.waited += 1
            return b""
        data, rest = self.pieces[0][:size], self.pieces[0][size:]
        self.pieces[:1] = [rest] if rest else []
        return data

    def flush(self) -> None:
        self.done.append(f"flush at {self.baudrate}")

    def close(self) -> None:
        self.done.append("close")


def test_without_a_descriptor_a_read_waits_for_its_first_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port: Any = Port(b"abcdef", b"ghi")
    opened = Mock(return_value=port)
    monkeypatch.setattr(serial, "serial_for_url", opened)
    ticks = itertools.count(10)
    monkeypatch.setattr(transport.time, "monotonic", lambda: next(ticks))
    line = SerialLine("COM3", 9600)
    assert opened.call_args.kwargs["exclusive"] is True
    assert opened.call_args.kwargs["timeout"] == 0
    assert port.timeout == transport._SLICE_S
    assert line.read(3) == b"abcdef"
    assert line.read(3) == b"ghi"
    assert line.read(3) == b"" and port.waited == 3  # at 1, 2 and 3 seconds
    line.set_baud(19_200)
    line.close()
    assert port.done == ["flush at 9600", "close"] and port.baudrate == 19_200
    SerialLine("socket://host:1", 9600)
    assert opened.call_args.kwargs["exclusive"] is None


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (lambda line: line.read(0), "reading COM3: the line was cut"),
        (lambda line: line.write(b"x"), "writing to COM3: the line was cut"),
        (lambda line: line.set_baud(5), "setting COM3 to 5 baud: gone"),
    ],
)
@pytest.mark.parametrize("kind", [serial.SerialException, OSError, ValueError])
def test_what_goes_wrong_on_an_open_line_is_a_ports_error(
    what: Any, said: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = Mock(**{f"{name}.side_effect": kind("gone") for name in ("read", "write", "flush")})
    port.fileno.side_effect = OSError()
    port.close.side_effect = OSError()
    monkeypatch.setattr(serial, "serial_for_url", lambda *_, **__: port)
    line = SerialLine("COM3", 9600)
    with pytest.raises(PortError, match=said):
        what(line)
    line.close()
    port._socket.close.assert_called_once()
