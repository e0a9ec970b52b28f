"""RFC 2217 servers that flood, dawdle or do not speak Telnet: one error, in time, no traceback."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import serial
from serial.rfc2217 import PortManager

from harness.errors import DeviceError, PortError
from harness.wire import rfc2217, telnet
from harness.wire.device import Device
from harness.wire.telnet import Guard, TelnetError
from harness.wire.transport import SerialLine

IAC, SB, SE, WILL, DO = b"\xff", b"\xfa", b"\xf0", b"\xfb", b"\xfd"
SOON = "?timeout=0.3"  # of pyserial: give up when the server does not answer for so long
IN_TIME_S = 5.0

Script = Callable[[socket.socket], None]


@contextmanager
def server(script: Script) -> Iterator[str]:
    """The URL of a server that follows the script with its one client."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            client, _ = listener.accept()
            with client:
                script(client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        thread.join()


def flood(block: bytes) -> Script:
    def script(client: socket.socket) -> None:
        while True:
            client.sendall(block)

    return script


def dawdle(client: socket.socket) -> None:
    """A byte now and then, none too late."""
    while True:
        client.sendall(b"0")
        time.sleep(0.1)


def then(script: Script) -> Script:
    """As a real server until the client's line is open, and then as in the script."""

    class Connection:
        def __init__(self, client: socket.socket) -> None:
            self.write = client.sendall

    def agree(client: socket.socket) -> None:
        with serial.serial_for_url("loop://") as port:
            manager = PortManager(port, Connection(client))
            client.settimeout(0.3)
            with suppress(TimeoutError):
                while data := client.recv(4096):
                    list(manager.filter(data))
        client.settimeout(None)
        script(client)

    return agree


SCRIPTS = {
    "text": flood(b"Hello world, I am chatty\r\n" * 44),
    "noise": flood(bytes(byte for byte in os.urandom(4096) if byte != 255)),
    "an end without a beginning": flood(IAC + SE),
    "a subnegotiation without end": flood(IAC + SB + b"A" * 4000),
    "empty subnegotiations": flood(IAC + SB + IAC + SE),
    "subnegotiations that say nothing": flood(IAC + SB + b"\x2c\x65" + IAC + SE),
    "requests for options": flood(IAC + DO + b"\x63" + IAC + WILL + b"\x63"),
    "a byte now and then": dawdle,
}


@pytest.fixture(autouse=True)
def no_traceback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An exception that ends a thread is printed in full."""
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    yield
    assert not seen


@pytest.mark.parametrize("kind", SCRIPTS)
def test_opening_ends_in_time(kind: str) -> None:
    start_s = time.monotonic()
    with server(SCRIPTS[kind]) as url, pytest.raises(PortError, match="opening rfc2217"):
        SerialLine(url + SOON, 115_200)
    assert time.monotonic() - start_s < IN_TIME_S


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_request_ends_in_time(kind: str) -> None:
    with (
        server(then(SCRIPTS[kind])) as url,
        Device(SerialLine(url, 115_200), timeout_s=0.1) as device,
    ):
        start_s = time.monotonic()
        with pytest.raises((DeviceError, PortError)):
            device.info()
        assert time.monotonic() - start_s < IN_TIME_S


@pytest.mark.parametrize("kind", ["text", "a byte now and then"])
def test_a_token_is_given_up_in_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rfc2217.TOKEN_VARIABLE, "0123456789abcdef")
    monkeypatch.setattr(rfc2217, "_LIMIT_S", 0.3)
    start_s = time.monotonic()
    with server(SCRIPTS[kind]) as url, pytest.raises(PortError, match="opening rfc2217"):
        SerialLine(url + SOON, 115_200)
    assert time.monotonic() - start_s < 2.5


@pytest.mark.parametrize("at_a_time", [1, 2, 3, 1000])
def test_telnet_is_let_through(at_a_time: int) -> None:
    stream = b"data" + IAC + IAC + IAC + WILL + b"\x2c" + IAC + SB + b"\x2c\x01" + IAC + IAC
    stream += b"\0\0\0" + IAC + SE + IAC + b"\xf1" + b"more" + IAC + WILL + SE
    guard = Guard()
    pieces = [stream[at : at + at_a_time] for at in range(0, len(stream), at_a_time)]
    assert b"".join(map(guard.check, pieces)) == stream
    assert guard.asked


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (IAC + SE, "never began"),
        (IAC + SB + b"\x2c" + IAC + SE + IAC + SE, "never began"),
        (IAC + SB + b"\x2c" + IAC + SB, "inside of another"),
        (IAC + SB + bytes(telnet._MOST_BYTES + 1), "more than 1024 bytes"),
        (IAC + SB + IAC * (2 * telnet._MOST_BYTES + 2), "more than 1024 bytes"),
    ],
)
def test_what_is_no_telnet_is_refused(stream: bytes, said: str) -> None:
    Guard().check(IAC + SB + bytes(telnet._MOST_BYTES) + IAC + SE)
    for pieces in ([stream], [bytes([byte]) for byte in stream]):
        guard = Guard()
        with pytest.raises(TelnetError, match=said):
            for piece in pieces:
                guard.check(piece)
    assert not guard.asked
