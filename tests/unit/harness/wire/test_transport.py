"""SerialLine over a real pseudo-terminal and a real TCP socket, and its errors as hints."""

import errno
import os
import pty
import socket
import threading
import tty
from collections.abc import Iterator

import pytest
import serial

from harness.errors import PortError
from harness.wire import messages, transport
from harness.wire.device import Device
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
