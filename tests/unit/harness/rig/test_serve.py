"""A served port end to end: a fake device on a pseudo-terminal, the harness at the other end."""

import os
import pty
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from harness.errors import HarnessError, PortError
from harness.rig import serve
from harness.rig.serve import Server
from harness.wire import ids, rfc2217
from harness.wire.device import Device
from harness.wire.rfc2217 import TOKEN_VARIABLE
from harness.wire.transport import SerialLine
from tests.unit.harness.wire.fake_device import FakeDevice

TOKEN = "0123456789abcdef"
ANY = "127.0.0.1:0"
SOON = "?timeout=0.3"  # of pyserial: give up when the server does not answer for so long


@pytest.fixture
def port() -> Iterator[str]:
    """The name of a pseudo-terminal with a fake device at its other end."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    fake = FakeDevice()

    def answer() -> None:
        while data := os.read(master, 4096):
            if data == b"stop":
                return
            fake.write(data)
            os.write(master, fake.read(0))

    thread = threading.Thread(target=answer)
    thread.start()
    yield os.ttyname(slave)
    os.write(slave, b"stop")
    thread.join()
    os.close(master)
    os.close(slave)


@contextmanager
def serving(port: str, said: list[str] | None = None) -> Iterator[str]:
    """The URL of a server."""
    server = Server(port, ANY, ([] if said is None else said).append)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.url
    finally:
        server.close()
        thread.join()


def use(url: str) -> int:
    """Bring the fake up and run it on an input of the bytes that Telnet escapes."""
    with Device(SerialLine(url, 230_400), timeout_s=5) as device:
        device.synchronize()
        device.info()
        pixels = np.array([255, 0, 13, 10], np.uint8)
        return int(device.infer(pixels, ids.InputFormat.PIXELS_U8).scores[1])


def test_a_served_port_is_used_by_one_client_after_the_other(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with serving(port, said) as url:
        assert use(url) == use(url) == -1
        monkeypatch.setattr(serve, "_HANDOVER_S", 0.1)
        with SerialLine(url, 115_200), pytest.raises(PortError, match="does another program use"):
            SerialLine(url + SOON, 115_200)
    assert said.count("127.0.0.1 connected") == 3
    assert "127.0.0.1 was turned away: another client is connected" in said


def test_a_token_is_asked_for_and_never_sent(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    with serving(port, said) as url:
        assert use(url) == -1
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN[::-1])
        with pytest.raises(PortError, match="the server has another token; MCUFORGE_TOKEN must be"):
            SerialLine(url, 115_200)
        monkeypatch.delenv(TOKEN_VARIABLE)
        with pytest.raises(PortError, match="the server asks for a token; set MCUFORGE_TOKEN to"):
            SerialLine(url + SOON, 115_200)
    assert said.count("127.0.0.1 was turned away: it does not know the token") == 2
    assert said.count("127.0.0.1 connected") == 1
    monkeypatch.setattr(rfc2217, "_LIMIT_S", 0.3)
    with serving(port) as url:
        monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
        with pytest.raises(PortError, match="the server asks for no token; unset"):
            SerialLine(url, 115_200)


@pytest.mark.parametrize(
    ("listen", "message"),
    [
        ("0.0.0.0:0", f"beyond this machine anybody could use the board; set {TOKEN_VARIABLE}"),
        ("[::]:0", "beyond this machine"),
        ("127.0.0.1", "not an address; give HOST:PORT"),
        ("127.0.0.1:99999", "not an address"),
        ("203.0.113.1:1", "beyond this machine"),
    ],
)
def test_a_wrong_address_is_bad_input(port: str, listen: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message) as error:
        Server(port, listen)
    assert error.value.exit_code == 2


def test_what_cannot_be_served_is_said_at_once(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PortError, match="no such port"):
        Server("/dev/mcuforge-absent", ANY)
    monkeypatch.setenv(TOKEN_VARIABLE, "short")
    with pytest.raises(HarnessError, match="has 5 characters; take at least 16"):
        Server(port, ANY)


def test_a_token_opens_the_server_to_other_machines(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    Server(port, "0.0.0.0:0").close()
