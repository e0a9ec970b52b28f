"""Where a server of this machine listens: on itself, or beyond with a token."""

from __future__ import annotations

import ipaddress
import socket

from harness.errors import HarnessError
from harness.wire.rfc2217 import TOKEN_VARIABLE


def listener(listen: str, default: str, has_token: bool, backlog: int) -> socket.socket:
    """A socket that listens at HOST:PORT. default: what the messages propose in its place.

    Raises HarnessError for no such address, one beyond this machine without a token, one in use.
    """
    host, _, number = listen.rpartition(":")
    try:
        if not 0 <= int(number) <= 0xFFFF:
            raise ValueError
        family, _, _, _, address = socket.getaddrinfo(
            host.strip("[]"), int(number), type=socket.SOCK_STREAM
        )[0]
    except (OSError, ValueError):
        raise HarnessError(
            f"--listen {listen}: not an address; give HOST:PORT, as {default}"
        ) from None
    if not ipaddress.ip_address(address[0]).is_loopback and not has_token:
        raise HarnessError(
            f"--listen {listen}: beyond this machine anybody could use the board; set "
            f"{TOKEN_VARIABLE} to a secret here and for the clients, or stay with "
            f"{default} and come in through ssh -L"
        )
    try:
        return socket.create_server(address[:2], family=family, backlog=backlog)
    except OSError as error:
        raise HarnessError(f"--listen {listen}: {error.strerror}; choose another") from error
