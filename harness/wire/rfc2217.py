"""Ports of other programs and machines, by RFC 2217; and the token that a server may ask for.

Who knows the token proves so, and it never goes over the network: the server opens with a random
challenge, the client answers with its HMAC-SHA256 under the token (RFC 2104), the server says yes
or no to that, and only then does RFC 2217 begin. This keeps strangers out. It hides nothing: what
follows is not encrypted.
"""

import hmac
import os
import queue
import re
import secrets
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from serial import SerialException, rfc2217

from harness.errors import HarnessError
from harness.wire.telnet import GuardedSocket

TOKEN_VARIABLE = "MCUFORGE_TOKEN"
_LEAST_CHARACTERS = 16
_CHALLENGE_BYTES = 16
_ADMITTED, _REFUSED = b"+", b"-"
_LIMIT_S = 3.0


def read_token() -> str | None:
    """The token of the environment, None without one. Raises HarnessError if it is short."""
    token = os.environ.get(TOKEN_VARIABLE)
    if token and len(token) < _LEAST_CHARACTERS:
        raise HarnessError(
            f"{TOKEN_VARIABLE} has {len(token)} characters; take at least {_LEAST_CHARACTERS}, "
            "as from: openssl rand -hex 16"
        )
    return token or None


class AdmissionError(SerialException):
    """The server's token and ours, or the lack of one, do not go together; the text says how."""


def admits(client: socket.socket, token: str) -> bool:
    """The server's side: challenge the client; True if it knows the token. It is told."""
    challenge = secrets.token_hex(_CHALLENGE_BYTES).encode()
    expected = _answer(token, challenge)
    received = b""
    client.settimeout(_LIMIT_S)
    deadline_s = time.monotonic() + _LIMIT_S  # for all of the answer, however slowly it comes
    with suppress(OSError):
        client.sendall(challenge)
        # A client without a token begins with Telnet at once.
        while len(received) < len(expected) and rfc2217.IAC not in received:
            client.settimeout(max(0.001, deadline_s - time.monotonic()))
            if not (data := client.recv(len(expected))):
                break
            received += data
    admitted = hmac.compare_digest(received, expected)
    with suppress(OSError):
        client.settimeout(_LIMIT_S)
        client.sendall(_ADMITTED if admitted else _REFUSED)
    return admitted


class RemoteSerial(rfc2217.Serial):
    """An RFC 2217 port, behind a token if the environment has one."""

    def __init__(self, url: str, **options: Any) -> None:
        """Raises AdmissionError, and what pyserial does."""
        self._token = read_token()
        challenged = self._token is None
        try:
            super().__init__(url, **options)
        except (SerialException, OSError) as error:
            if challenged and re.match(rb"[0-9a-f]{32}", b"".join(self._received())):
                raise AdmissionError(
                    f"the server asks for a token; set {TOKEN_VARIABLE} to the server's"
                ) from error
            raise

    def __setattr__(self, name: str, value: Any) -> None:
        """As usual; the socket that pyserial opens is put under guard."""
        if isinstance(value, socket.socket):
            value = GuardedSocket(value)
        super().__setattr__(name, value)

    def _telnet_read_loop(self) -> None:
        """As pyserial; what goes wrong in this thread ends the line, without a traceback."""
        try:
            super()._telnet_read_loop()
        except (OSError, LookupError, TypeError, ValueError):  # by what the server sends
            self._read_buffer.put(None)

    def close(self) -> None:
        """As pyserial, which leaves its socket open when the other end went first."""
        connection = self._socket
        super().close()
        if connection is not None:
            connection.close()

    def telnet_send_option(self, action: bytes, option: bytes) -> None:
        """As pyserial; before the first one the challenge is answered."""
        # The reading thread answers a server that asks for no token; it cannot wait for itself.
        if self._token is not None and threading.current_thread() is not self._thread:
            token, self._token = self._token, None
            self._internal_raw_write(_answer(token, self._take(2 * _CHALLENGE_BYTES)))
            if self._take(len(_ADMITTED)) != _ADMITTED:
                raise AdmissionError(
                    f"the server has another token; {TOKEN_VARIABLE} must be equal on both sides"
                )
        super().telnet_send_option(action, option)

    def _take(self, count: int) -> bytes:
        """The first bytes that the server sends, all of them in time."""
        taken = b""
        deadline_s = time.monotonic() + _LIMIT_S
        while len(taken) < count:
            try:
                byte = self._read_buffer.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except queue.Empty:
                raise AdmissionError(
                    f"the server asks for no token; unset {TOKEN_VARIABLE}"
                ) from None
            if byte is None:
                raise AdmissionError("the server hung up; does another program use the board?")
            taken += byte
        return taken

    def _received(self) -> list[bytes]:
        """What came and was not read; the connection has ended."""
        waiting = getattr(self, "_read_buffer", None)
        return [] if waiting is None else [byte for byte in waiting.queue if byte is not None]


def _answer(token: str, challenge: bytes) -> bytes:
    return hmac.new(token.encode(), challenge, "sha256").hexdigest().encode()
