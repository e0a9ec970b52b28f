"""The pad's documents over HTTP, without a socket: tokens, limits, what errors become."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from codegen.errors import CodegenError
from harness.errors import DeviceTimeoutError, HarnessError
from harness.pad import server
from harness.pad.desk import BadRequestError
from harness.rig.listening import listener
from harness.wire.rfc2217 import TOKEN_VARIABLE

TOKEN = "0123456789abcdef"


class FakeDesk:
    """Says what it was asked; `error` is raised instead."""

    error: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        def asked(*arguments: Any) -> Any:
            if self.error:
                raise self.error
            said = [one.decode() if isinstance(one, bytes) else one for one in arguments]
            return [name, *said]

        return asked


DESK = FakeDesk()
APPLICATION = server.application(DESK, TOKEN)  # type: ignore[arg-type]


def ask(
    path: str, method: str = "GET", body: bytes = b"", token: str | None = TOKEN, **headers: str
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and document."""
    path, _, query = path.partition("?")
    given = {"x-token": token, "content-length": str(len(body)), **headers}
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in given.items() if v is not None],
        "root_path": "", "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    asyncio.run(APPLICATION(scope, receive, send))  # type: ignore[arg-type]
    text = b"".join(one.get("body", b"") for one in sent[1:])
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    is_json = found.get("content-type") == "application/json"
    return sent[0]["status"], found, json.loads(text) if is_json else text


@pytest.mark.parametrize(
    ("method", "path", "document"),
    [
        ("GET", "/api/model", ["model"]),
        ("GET", "/api/state", ["check"]),
        ("POST", "/api/answer?name=a.png", ["answer_file", "a.png", "body"]),
        ("GET", "/api/test?index=7", ["answer_test", 7]),
        ("GET", "/api/test?index=123456789", ["answer_test", 123456789]),
        ("GET", "/api/gallery?order=worst&start=3&count=9", ["gallery", True, 3, 9]),
        ("GET", "/api/gallery?start=0&count=200", ["gallery", False, 0, 200]),
        ("GET", "/api/gallery?order=first&start=0&count=201", ["gallery", False, 0, 200]),
        ("POST", "/api/drawings?label=7", ["save", "7", "body"]),
    ],
)
def test_documents(method: str, path: str, document: list[object]) -> None:
    body = b"body" if method == "POST" else b""
    status, _, found = ask(path, method, body)
    assert (status, found) == (200, document)
    for token in ("", None, TOKEN[:-1], TOKEN + "0"):
        status, _, found = ask(path, method, body, token)
        assert status == 403
        assert "take the one that `invoke pad` printed last" in found["error"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/api/test", "/api/test: index is missing"),
        ("/api/test?index=", "index is missing"),
        ("/api/test?index=-1", "index is '-1', no whole number"),
        ("/api/test?index=1234567890", "no whole number"),
        ("/api/test?index=%C2%B2", "no whole number"),
        ("/api/gallery?start=x&count=1", "start is 'x'"),
        ("/api/gallery?start=1", "count is missing"),
    ],
)
def test_bad_requests(path: str, why: str) -> None:
    status, _, found = ask(path)
    assert status == 400
    assert why in found["error"]


def test_too_large_a_file_is_not_read() -> None:
    most = 32 << 20
    length = {"content-length": str(most)}
    assert ask("/api/answer?name=a", "POST", b"it", **length)[0] == 200
    length = {"content-length": str(most + 1)}
    status, _, found = ask("/api/answer?name=a", "POST", b"it", **length)
    assert (status, found["error"]) == (413, "a file of more than 32 MB; take a smaller")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CodegenError("no picture"), 400),
        (BadRequestError("not there"), 400),
        (DeviceTimeoutError("INFER", "no reply"), 503),
        (HarnessError("unplugged"), 503),
    ],
)
def test_whose_fault_it_was(error: Exception, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DESK, "error", error)
    assert ask("/api/state")[::2] == (status, {"error": str(error)})


def test_the_page_is_open_and_loads_nothing_from_elsewhere() -> None:
    status, headers, text = ask("/", token=None)
    assert status == 200
    assert b"pad.js" in text
    assert headers["content-security-policy"].startswith("default-src 'self';")
    assert headers["cache-control"] == "no-store"
    assert ask("/../desk.py", token=None)[0] == 404


def test_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    server.require("127.0.0.1:0")
    with pytest.raises(HarnessError, match="beyond this machine"):
        server.require("0.0.0.0:0")
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    server.require("0.0.0.0:0")
    for host, wanted in (("127.0.0.1", "http://127.0.0.1:"), ("[::1]", "http://[::1]:")):
        with listener(f"{host}:0", "", False, 1) as place:
            assert server._url(place) == f"{wanted}{place.getsockname()[1]}"
            with pytest.raises(HarnessError, match=r"Address already in use.*; choose another"):
                server.require(server._url(place).removeprefix("http://"))


@pytest.mark.parametrize("token", ["", TOKEN])
def test_the_printed_address_has_the_token(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Any] = []

    class Uvicorn:
        def __init__(self, config: Any) -> None:
            self.config = config

        def run(self, sockets: list[Any]) -> None:
            served.append(self.config.app)
            sockets[0].close()
            raise KeyboardInterrupt

    monkeypatch.setattr(server.uvicorn, "Server", Uvicorn)
    monkeypatch.setenv(TOKEN_VARIABLE, token) if token else monkeypatch.delenv(
        TOKEN_VARIABLE, raising=False
    )
    said: list[str] = []
    server.run(DESK, "127.0.0.1:0", said.append)  # type: ignore[arg-type]
    address, _, printed = said[0].splitlines()[0].partition("/#token=")
    assert address.startswith("pad: open http://127.0.0.1:")
    assert printed == token or (not token and len(printed) == 32)
    assert said[1:] == [""]
    assert len(served) == 1
