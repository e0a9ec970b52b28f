"""Who is let in by a server with a token, and what a client says where it is not."""

from __future__ import annotations

import hmac
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
import serial
from serial import SerialException

from harness.errors import HarnessError
from harness.wire import rfc2217
from harness.wire.rfc2217 import AdmissionError, RemoteSerial, admits
from harness.wire.telnet import Guard, GuardedSocket

TOKEN = "0123456789abcdef"
CHALLENGE = b"5" * 32


def answer(challenge: bytes, token: str = TOKEN) -> bytes:
    return hmac.new(token.encode(), challenge, "sha256").hexdigest().encode()


class Client:
    """The server's socket: what the client sends, in pieces, each after `after_s` seconds."""

    def __init__(self, now_s: list[float], reply: Callable[[bytes], list[bytes]], after_s: float):
        self._now_s = now_s
        self._reply = reply
        self._after_s = after_s
        self._pieces: list[bytes] | None = None
        self.sent: list[bytes] = []
        self.timeout_s = 0.0
        self.received = 0

    def settimeout(self, timeout_s: float) -> None:
        assert timeout_s > 0  # 0 would not wait at all
        self.timeout_s = timeout_s

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)

    def recv(self, size: int) -> bytes:
        assert size == 64
        self.received += 1
        self._now_s[0] += min(self._after_s, self.timeout_s)
        if self._after_s > self.timeout_s:
            raise TimeoutError
        if self._pieces is None:
            self._pieces = self._reply(self.sent[0])
        return self._pieces.pop(0)


@pytest.mark.parametrize(
    ("reply", "after_s", "admitted", "reads"),
    [
        (lambda one: [answer(one)], 0.1, True, 1),
        (lambda one: [answer(one)[:9], answer(one)[9:]], 1.4, True, 2),
        (lambda one: [answer(one)[:9], answer(one)[9:]], 1.6, False, 2),  # 3.2 s in all
        (lambda one: [answer(one)[:-1] + b"x"], 0.1, False, 1),
        (lambda one: [answer(one, "another one, too")], 0.1, False, 1),
        (lambda one: [answer(one)[:9], b""], 0.1, False, 2),  # hung up
        (lambda _: [b"\xff\xfd\x2c"], 0.1, False, 1),  # no token: Telnet begins at once
        (lambda _: [b"ab", b"\xff\xfd\x2c"], 0.1, False, 2),
    ],
)
def test_only_who_knows_the_token_in_time_is_admitted(
    reply: Callable[[bytes], list[bytes]],
    after_s: float,
    admitted: bool,
    reads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [100.0]
    monkeypatch.setattr(rfc2217.time, "monotonic", lambda: now_s[0])
    client: Any = Client(now_s, reply, after_s)
    assert admits(client, TOKEN) == admitted
    challenge, told = client.sent
    assert len(challenge) == 32 and bytes.fromhex(challenge.decode())
    assert told == (b"+" if admitted else b"-")
    assert client.received == reads and client.timeout_s == 3.0
    assert now_s[0] <= 103.001


def test_no_two_are_challenged_alike_and_who_has_gone_is_refused() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.close()
        assert not admits(ours, TOKEN)
    challenges = set()
    for _ in range(3):
        client: Any = Client([0.0], lambda one: [answer(one)], 0.0)
        admits(client, TOKEN)
        challenges.add(client.sent[0])
    assert len(challenges) == 3


@pytest.mark.parametrize("value", [None, "", TOKEN, TOKEN + "0", TOKEN[1:], "x"])
def test_a_token_has_its_length(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(rfc2217.TOKEN_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(rfc2217.TOKEN_VARIABLE, value)
    if value and len(value) < 16:
        with pytest.raises(HarnessError, match=f"has {len(value)} characters; take at least 16"):
            rfc2217.read_token()
    else:
        assert rfc2217.read_token() == (value or None)


# ---------------------------------------------------------------- the client's side


def remote(*received: bytes | None, token: str | None = TOKEN) -> Any:
    """A port whose server sent these bytes, one each; None: it hung up."""
    port: Any = RemoteSerial.__new__(RemoteSerial)
    port._read_buffer = queue.Queue()
    for byte in received:
        port._read_buffer.put(byte)
    port._token = token
    port._thread = Mock()
    port.written = []
    port._internal_raw_write = port.written.append
    return port


def bytes_of(data: bytes) -> list[bytes]:
    return [bytes([byte]) for byte in data]


@pytest.fixture(autouse=True)
def options(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What pyserial itself sent of options; and nobody waits long."""
    sent: list[bytes] = []
    monkeypatch.setattr(rfc2217, "_LIMIT_S", 3.0)
    monkeypatch.setattr(
        serial.rfc2217.Serial, "telnet_send_option", lambda _, action, option: sent.append(option)
    )
    return sent


def test_a_challenge_is_answered_once_before_the_first_option(options: list[bytes]) -> None:
    port = remote(*bytes_of(CHALLENGE + b"+" + b"more"))
    port.telnet_send_option(b"\xfd", b"\x2c")
    assert port.written == [answer(CHALLENGE)] and options == [b"\x2c"]
    assert port._received() == bytes_of(b"more")
    port.telnet_send_option(b"\xfd", b"\x00")
    assert len(port.written) == 1 and options == [b"\x2c", b"\x00"]


def test_the_reading_thread_waits_for_nothing(options: list[bytes]) -> None:
    port = remote()
    port._thread = threading.current_thread()
    port.telnet_send_option(b"\xfd", b"\x2c")
    assert (port.written, port._token, options) == ([], TOKEN, [b"\x2c"])
    remote(token=None).telnet_send_option(b"\xfd", b"\x01")
    assert options == [b"\x2c", b"\x01"]


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (bytes_of(CHALLENGE + b"-"), "the server has another token"),
        ([*bytes_of(CHALLENGE), None], "the server hung up"),
        ([None], "the server hung up"),
        (bytes_of(CHALLENGE), "the server asks for no token; unset MCUFORGE_TOKEN"),
        (bytes_of(CHALLENGE[1:]), "the server asks for no token"),
    ],
)
def test_why_a_client_is_not_let_in(
    received: list[bytes | None], said: str, monkeypatch: pytest.MonkeyPatch, options: list[bytes]
) -> None:
    monkeypatch.setattr(rfc2217, "_LIMIT_S", 0.05)
    with pytest.raises(AdmissionError, match=said):
        remote(*received).telnet_send_option(b"\xfd", b"\x2c")
    assert options == []


@pytest.mark.parametrize(
    ("token", "came", "said"),
    [
        (None, CHALLENGE, "the server asks for a token; set MCUFORGE_TOKEN"),
        (None, CHALLENGE[1:], "no answer"),
        (None, b"", "no answer"),
        (TOKEN, CHALLENGE, "no answer"),
    ],
)
def test_a_server_that_asks_for_a_token_is_known_by_its_challenge(
    token: str | None, came: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(port: Any, _: str, **__: object) -> None:
        port._read_buffer = queue.Queue()
        for byte in [*bytes_of(came), None]:
            port._read_buffer.put(byte)
        raise SerialException("no answer")

    monkeypatch.setattr(serial.rfc2217.Serial, "__init__", opened)
    monkeypatch.delenv(rfc2217.TOKEN_VARIABLE, raising=False)
    if token is not None:
        monkeypatch.setenv(rfc2217.TOKEN_VARIABLE, token)
    with pytest.raises(SerialException, match=said):
        RemoteSerial("rfc2217://host:1")


def test_a_port_that_never_opened_has_received_nothing() -> None:
    port: Any = RemoteSerial.__new__(RemoteSerial)
    assert port._received() == []


def test_the_socket_is_guarded_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(serial.rfc2217.Serial, "close", lambda _: closed.append("pyserial's"))
    port = remote()
    ours, theirs = socket.socketpair()
    port._socket = ours
    assert isinstance(port._socket, GuardedSocket)
    port.close()
    assert closed == ["pyserial's"] and ours.fileno() == -1
    theirs.close()
    port._socket = None
    port.close()


@pytest.mark.parametrize("kind", [OSError, LookupError, TypeError, ValueError])
def test_what_goes_wrong_while_reading_ends_the_line(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise kind

    monkeypatch.setattr(serial.rfc2217.Serial, "_telnet_read_loop", fails)
    port = remote()
    port._telnet_read_loop()
    assert port._read_buffer.get_nowait() is None


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (b"\xff\xfb\x2c", True),
        (b"\xff\xfc\x2c", True),
        (b"\xff\xfd\x2c", True),
        (b"\xff\xfe\x2c", True),
        (b"\xff\xfd\x00\xff\xfb\x63", False),
        (b"\xff\xf1\x2c\xff\xf9\x2c", False),  # commands without an option
        (b"\xff\xff\x2c", False),
        (b"\x2c", False),
        (b"\xff\xfd\x2c\xff\xfd\x00", True),
        (b"\xff\xfd\xf0\xff\xfd\x00", False),  # an option of SE's number begins and ends nothing
    ],
)
def test_whether_rfc_2217_was_asked_for(data: bytes, asked: bool) -> None:
    guard = Guard()
    assert not guard.asked
    assert guard.check(data) == data
    assert guard.asked == asked
