"""A served port end to end: a fake device on a pseudo-terminal, the harness at the other end."""

import os
import pty
import socket
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

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


def test_an_address_of_version_6_is_in_brackets(port: str) -> None:
    server = Server(port, "[::1]:0")
    server.close()
    assert server.url.startswith("rfc2217://[::1]:")


IAC, SB, SE, WILL = b"\xff", b"\xfa", b"\xf0", b"\xfb"
ASKS = IAC + WILL + b"\x2c"


def setting(number: int, value: bytes) -> bytes:
    """A subnegotiation of RFC 2217."""
    return IAC + SB + b"\x2c" + bytes([number]) + value.replace(IAC, 2 * IAC) + IAC + SE


STRANGERS = {
    "an end without a beginning": (ASKS + IAC + SE, "ends that never began"),
    "a subnegotiation without end": (ASKS + IAC + SB + bytes(5000), "has more than 1024 bytes"),
    "parity 99": (ASKS + setting(3, b"\x63"), "KeyError"),
    "stop bits 99": (ASKS + setting(4, b"\x63"), "KeyError"),
    "a baud rate of no bytes": (ASKS + setting(1, b""), "not whole"),
    "a mask of no bytes": (ASKS + setting(11, b""), "TypeError"),
    "a baud rate of 2^32 - 1": (ASKS + setting(1, IAC * 4), ""),
    "another protocol": (b"GET / HTTP/1.1\r\n\r\n", "before it sent data"),
}


@pytest.fixture
def no_traceback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    yield
    assert not seen


def stranger(url: str) -> socket.socket:
    host, _, number = url.removeprefix("rfc2217://").rpartition(":")
    client = socket.create_connection((host, int(number)))
    client.settimeout(5)
    return client


def wait_until_gone(client: socket.socket) -> None:
    with suppress(ConnectionError):
        while client.recv(4096):
            pass


@pytest.mark.usefixtures("no_traceback")
@pytest.mark.parametrize("kind", STRANGERS)
def test_what_a_stranger_sends_costs_its_connection_only(kind: str, port: str) -> None:
    sent, why = STRANGERS[kind]
    said: list[str] = []
    with serving(port, said) as url:
        with stranger(url) as client:
            client.sendall(sent)
            if not why:
                client.shutdown(socket.SHUT_WR)
            wait_until_gone(client)
        assert use(url) == -1
    assert any("was cut off" in line and why in line for line in said) or not why


@pytest.mark.usefixtures("no_traceback")
@pytest.mark.parametrize("sent", [b"", IAC + b"\xf1"], ids=["nothing", "a NOP at times"])
def test_a_slow_stranger_holds_no_seat(
    sent: bytes, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "_PATIENCE_S", 0.3)
    said: list[str] = []
    with serving(port, said) as url, stranger(url) as client:
        with suppress(OSError):
            for _ in range(20):
                client.sendall(sent)
                time.sleep(0.05)
        assert use(url) == -1
    assert "127.0.0.1 was cut off: it did not ask for RFC 2217 within 0.3 s" in said


@pytest.mark.usefixtures("no_traceback")
def test_strangers_who_dawdle_with_the_token_keep_nobody_out(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    monkeypatch.setattr(rfc2217, "_LIMIT_S", 1.0)
    said: list[str] = []
    with serving(port, said) as url, stranger(url) as slow, stranger(url):
        assert use(url) == -1  # while the others have their time
        start_s = time.monotonic()
        with suppress(OSError):
            for _ in range(60):  # a byte of an answer now and then
                slow.sendall(b"0")
                time.sleep(0.05)
        wait_until_gone(slow)
        assert time.monotonic() - start_s < 3.5
    assert said.count("127.0.0.1 was turned away: it does not know the token") == 2


@pytest.mark.usefixtures("no_traceback")
def test_few_may_wait(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    said: list[str] = []
    with serving(port, said) as url, ExitStack() as stack:
        for _ in range(serve._MOST_WAITING + 1):
            assert stack.enter_context(stranger(url)).recv(1)  # of the challenge
        wait_until_gone(stack.enter_context(stranger(url)))
    assert "127.0.0.1 was turned away: 4 are waiting already" in said


@pytest.mark.usefixtures("no_traceback")
def test_a_client_that_takes_nothing_loses_the_seat(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "_PATIENCE_S", 0.3)
    ours, client = socket.socketpair()
    with ours, client, SerialLine(port, 115_200) as line:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        session = threading.Thread(target=serve._Session(ours, line).run, daemon=True)
        session.start()
        client.settimeout(1.0)
        with suppress(OSError):  # each is answered, and no answer is read
            client.sendall(ASKS + (IAC + WILL + b"\x63") * 100_000)
        session.join(5)
        assert not session.is_alive()


@pytest.mark.usefixtures("no_traceback")
def test_who_closes_the_server_ends_its_clients_and_waits_for_them(port: str) -> None:
    said: list[str] = []
    server = Server(port, ANY, said.append)
    thread = threading.Thread(target=server.run)
    thread.start()
    with SerialLine(server.url, 115_200):
        assert all(one.daemon for one in server._clients)  # one that hangs holds no program up
        server.close()
        assert said == ["127.0.0.1 connected", "127.0.0.1 left"]
        assert not any(one.is_alive() for one in server._clients)
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.usefixtures("no_traceback")
def test_a_line_that_is_cut_is_said_and_ends_the_client(
    port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    with serving(port, said) as url, SerialLine(url, 115_200) as line:

        def cut(*_: object) -> bytes:
            raise PortError("the cable was pulled")

        monkeypatch.setattr(serve.SerialLine, "read", cut)
        wait_until_gone(line.port._socket)
        deadline_s = time.monotonic() + 5
        while len(said) < 2 and time.monotonic() < deadline_s:
            time.sleep(0.01)
    assert said[1] == "127.0.0.1 was cut off: the cable was pulled"


def test_a_port_without_modem_lines_has_them_off() -> None:
    class Bare:
        rate = 5

        @property
        def cts(self) -> bool:
            raise OSError("no such line")

        @property
        def rts(self) -> bool:
            return True

        @rts.setter
        def rts(self, _: bool) -> None:
            raise OSError("no such line")

        def _broken(self, *_: bool) -> bool:
            raise OSError("broken")

        other = property(_broken, _broken)  # type: ignore[arg-type]

    port = serve._Port(Bare())
    assert (port.rate, port.cts) == (5, False)
    port.rts = True
    port.rate = 6
    assert port.rate == 6
    with pytest.raises(OSError, match="broken"):
        _ = port.other
    with pytest.raises(OSError, match="broken"):
        port.other = True


def test_serving_says_how_it_is_used_and_ends_by_ctrl_c(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    closed: list[str] = []

    class Interrupted(Server):
        def run(self) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            closed.append(self.url)
            super().close()

    monkeypatch.setattr(serve, "Server", Interrupted)
    serve.run(port, ANY)
    (url,) = closed
    said = capsys.readouterr().out
    assert f"{port} is served at {url}; Ctrl-C ends it\n" in said
    assert said.endswith(f"`invoke hil --board BOARD --port {url}`\n\n")  # it ran, until Ctrl-C


def test_a_tunnel_is_no_difference(port: str) -> None:
    """`ssh -L` passes bytes on from a port of its own, as this does."""
    with serving(port) as url:
        host, _, number = url.removeprefix("rfc2217://").rpartition(":")
        entry = socket.create_server(("127.0.0.1", 0))

        def passed(one: socket.socket, other: socket.socket) -> None:
            with suppress(OSError):
                while data := one.recv(4096):
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)

        def relay() -> None:
            client, _ = entry.accept()
            with client, socket.create_connection((host, int(number))) as server:
                back = threading.Thread(target=passed, args=(server, client))
                back.start()
                passed(client, server)
                back.join()

        thread = threading.Thread(target=relay)
        thread.start()
        assert use(f"rfc2217://127.0.0.1:{entry.getsockname()[1]}") == -1
        thread.join()
        entry.close()
