"""Telnet's commands in a stream of bytes (RFC 854 and 855), checked before pyserial acts on them.

pyserial trusts the other end: an end of a subnegotiation that never began is an exception in its
thread, and one that never ends is kept in memory for as long as it comes.
"""

from __future__ import annotations

import socket
from typing import Any

IAC, SB, SE = 0xFF, 0xFA, 0xF0
WILL, DONT = 0xFB, 0xFE  # and what lies between: WONT, DO
COM_PORT_OPTION = 44  # RFC 2217
_MOST_BYTES = 1024  # of a subnegotiation; the longest in RFC 2217 is a text that names a product


class TelnetError(OSError):
    """The other end does not speak Telnet."""


class Guard:
    """Follows one direction of a connection; `asked` once RFC 2217 was asked for or agreed to."""

    def __init__(self) -> None:
        self.asked = False
        self._command: int | None = None  # IAC came; or WILL to DONT, and its option is next
        self._size: int | None = None  # of the subnegotiation that has begun

    def check(self, data: bytes) -> bytes:
        """What came, in pieces of any size; it is given back. Raises TelnetError."""
        if self._command is None and self._size is None and IAC not in data:
            return data
        for byte in data:
            if self._command is None:
                self._command = IAC if byte == IAC else None
                if byte != IAC:
                    self._count()
            elif self._command == IAC:
                self._command = byte if WILL <= byte <= DONT else None
                self._begin_or_end(byte)
            else:
                self.asked |= byte == COM_PORT_OPTION
                self._command = None
        return data

    def _begin_or_end(self, byte: int) -> None:
        if byte == IAC:  # the byte itself
            self._count()
        elif byte == SB:
            if self._size is not None:
                raise TelnetError("a subnegotiation begins inside of another")
            self._size = 0
        elif byte == SE:
            if self._size is None:
                raise TelnetError("a subnegotiation ends that never began")
            self._size = None

    def _count(self) -> None:
        if self._size is not None:
            self._size += 1
            if self._size > _MOST_BYTES:
                raise TelnetError(f"a subnegotiation has more than {_MOST_BYTES} bytes")


class GuardedSocket:
    """A socket whose `recv` fails where the other end does not speak Telnet."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._guard = Guard()

    def recv(self, size: int) -> bytes:
        """As socket.recv. Raises TelnetError, an OSError, besides."""
        return self._guard.check(self._own.recv(size))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)
