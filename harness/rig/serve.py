"""Lets other programs and machines use a local port: an RFC 2217 server, one client at a time.

The port is open only as long as a client is, so a board may be plugged in again in between.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from serial.rfc2217 import PortManager

from harness.errors import PortError
from harness.rig.listening import listener
from harness.wire import rfc2217
from harness.wire.telnet import Guard, TelnetError
from harness.wire.transport import BULK_BYTES, SerialLine

DEFAULT_LISTEN = "127.0.0.1:2217"
_BAUD = 115_200  # until the client sets its own
_SLICE_S = 0.05
_HANDOVER_S = 1.0  # from the end of one client to the next
_MOST_WAITING = 4  # beside the one that is served
_PATIENCE_S = 3.0  # with a client that does not say what it wants, or takes nothing
_MODEM_INPUTS = ("cts", "dsr", "ri", "cd")
_MODEM_OUTPUTS = ("dtr", "rts", "break_condition")


class Server:
    """Serves `port` at `url` until it is closed; `say` is told who comes and goes.

    One client has the seat, which is the port; few others wait for it or still have to show their
    token, each in a thread of its own, so that none of them holds up another.
    """

    def __init__(
        self, port: str, listen: str = DEFAULT_LISTEN, say: Callable[[str], None] = print
    ) -> None:
        """Raises HarnessError: no such port or address, or one beyond this machine and no token."""
        self._port = port
        self._say = say
        self._token = rfc2217.read_token()
        SerialLine(port, _BAUD).close()  # so that what is wrong with it is said now
        self._listener = listener(
            listen, DEFAULT_LISTEN, self._token is not None, backlog=_MOST_WAITING
        )
        host, number = self._listener.getsockname()[:2]
        self.url = f"rfc2217://[{host}]:{number}" if ":" in host else f"rfc2217://{host}:{number}"
        self._seat = threading.Lock()
        self._clients: dict[threading.Thread, socket.socket] = {}

    def run(self) -> None:
        """Serve one client after the other until `close`."""
        while True:
            try:
                client, (host, *_) = self._listener.accept()
            except OSError:
                return
            alive = {one: it for one, it in self._clients.items() if one.is_alive()}
            if len(alive) > _MOST_WAITING:
                self._say(f"{host} was turned away: {_MOST_WAITING} are waiting already")
                client.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client, host), daemon=True)
            self._clients = {**alive, thread: client}
            thread.start()

    def close(self) -> None:
        """End the server and its clients."""
        _end(self._listener)
        for thread, client in self._clients.items():
            _end(client)
            thread.join()

    def _serve(self, client: socket.socket, host: str) -> None:
        with client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._token is not None and not rfc2217.admits(client, self._token):
                self._say(f"{host} was turned away: it does not know the token")
                return
            if not self._seat.acquire(timeout=_HANDOVER_S):
                self._say(f"{host} was turned away: another client is connected")
                return
            try:
                self._say(f"{host} connected")
                with SerialLine(self._port, _BAUD) as line:
                    _Session(client, line).run()
                self._say(f"{host} left")
            except (PortError, _StrangerError) as error:
                self._say(f"{host} was cut off: {error}")
            finally:
                self._seat.release()


class _StrangerError(Exception):
    """The client does not speak RFC 2217."""


class _Session:
    """One client on the open line."""

    def __init__(self, client: socket.socket, line: SerialLine) -> None:
        self._client = client
        self._line = line
        self._guard = Guard()
        self._asks_until_s = time.monotonic() + _PATIENCE_S
        self._sending = threading.Lock()
        self._ended = False
        self._cut: PortError | None = None

    def write(self, data: bytes) -> None:
        """For the PortManager too: send to the client."""
        with self._sending:
            self._client.sendall(data)

    def run(self) -> None:
        """Pass bytes both ways until client or line are gone. Raises PortError for the line,
        _StrangerError for the client."""
        self._client.settimeout(_PATIENCE_S)  # of one that does not take what it is sent, too
        with suppress(OSError):  # a client that breaks off has left
            manager = PortManager(_Port(self._line.port), self)
            to_client = threading.Thread(target=self._pass_to_client, args=(manager,), daemon=True)
            to_client.start()
            try:
                while data := self._receive():
                    self._line.write(self._without_telnet(manager, data))
            finally:
                self._ended = True
                to_client.join()
        if self._cut is not None:
            raise self._cut

    def _receive(self) -> bytes:
        """What the client sends next; it may take its time once it has asked for RFC 2217."""
        while self._guard.asked or time.monotonic() < self._asks_until_s:
            with suppress(TimeoutError):
                return self._client.recv(BULK_BYTES)
        raise _StrangerError(f"it did not ask for RFC 2217 within {_PATIENCE_S:g} s")

    def _without_telnet(self, manager: PortManager, data: bytes) -> bytes:
        """The bytes for the board. Raises _StrangerError."""
        try:
            passed = b"".join(manager.filter(self._guard.check(data)))
        except (TelnetError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise _StrangerError(f"it asks for what RFC 2217 does not know ({error!r})") from None
        except struct.error as error:
            raise _StrangerError(f"its request is not whole ({error})") from None
        if passed and not self._guard.asked:
            raise _StrangerError("it did not ask for RFC 2217 before it sent data")
        return passed

    def _pass_to_client(self, manager: PortManager) -> None:
        try:
            while not self._ended:
                if data := self._line.read(_SLICE_S):
                    self.write(b"".join(manager.escape(data)))
                else:
                    manager.check_modem_lines()
        except PortError as error:
            self._cut = error
        except OSError:
            pass  # the client broke off
        with suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class _Port:
    """A pyserial port whose modem lines are off where it has none, as a pseudo-terminal."""

    def __init__(self, port: Any) -> None:
        object.__setattr__(self, "_port", port)

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._port, name)
        except OSError:
            if name not in _MODEM_INPUTS:
                raise
            return False

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            setattr(self._port, name, value)
        except OSError:
            if name not in _MODEM_OUTPUTS:
                raise


def run(port: str, listen: str) -> None:
    """Serve `port` until Ctrl-C. Raises HarnessError."""
    server = Server(port, listen)
    print(
        f"{port} is served at {server.url}; Ctrl-C ends it\n"
        f"use it with: `invoke hil --board BOARD --port {server.url}`",
        flush=True,
    )
    try:
        server.run()
    except KeyboardInterrupt:
        print()
    finally:
        server.close()
