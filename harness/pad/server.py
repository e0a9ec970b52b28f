"""The pad's HTTP server: Starlette and uvicorn, one page, documents of the desk.

The page itself is open; every document wants the token, which the printed address carries behind
its "#", where no other site and no log sees it.
"""

from __future__ import annotations

import hmac
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from codegen.errors import CodegenError
from harness.errors import HarnessError
from harness.pad.desk import BadRequestError, Desk
from harness.rig.listening import listener
from harness.wire.rfc2217 import read_token

DEFAULT_LISTEN = "127.0.0.1:8321"
PAGE = Path(__file__).with_name("page")
TOKEN_HEADER = "X-Token"
_MOST_BYTES = 32 << 20  # of a file
_MOST_TILES = 200
_BACKLOG = 16
_POLICY = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:"

Work = Callable[[Request, bytes], Any]


def application(desk: Desk, token: str) -> Starlette:
    """The page at /, the documents below /api."""

    def api(path: str, method: str, work: Work) -> Route:
        async def endpoint(request: Request) -> Response:
            given = request.headers.get(TOKEN_HEADER, "")
            if not hmac.compare_digest(given.encode(), token.encode()):
                return _refusal(403, "the address has no token, or an old one: take the one that "
                                "`invoke pad` printed last")  # fmt: skip
            if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
                return _refusal(413, f"a file of more than {_MOST_BYTES >> 20} MB; take a smaller")
            body = await request.body()
            try:
                return JSONResponse(await run_in_threadpool(work, request, body))
            except (CodegenError, BadRequestError) as error:
                return _refusal(400, str(error))
            except HarnessError as error:
                return _refusal(503, str(error))  # the board, not what was asked

        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            api("/api/model", "GET", lambda *_: desk.model()),
            api("/api/state", "GET", lambda *_: desk.check()),
            api("/api/answer", "POST", lambda r, body: desk.answer_file(_text(r, "name"), body)),
            api("/api/test", "GET", lambda r, _: desk.answer_test(_number(r, "index"))),
            api("/api/gallery", "GET", lambda r, _: _gallery(desk, r)),
            api("/api/drawings", "POST", lambda r, body: desk.save(_text(r, "label"), body)),
            Mount("/", _Page(directory=PAGE, html=True)),
        ]
    )


def require(listen: str) -> None:
    """Raises HarnessError for an address that cannot be had, or a token that is too short."""
    listener(listen, DEFAULT_LISTEN, read_token() is not None, _BACKLOG).close()


def run(desk: Desk, listen: str = DEFAULT_LISTEN, say: Callable[[str], None] = print) -> None:
    """Serves until Ctrl-C. Raises HarnessError for an address that cannot be had."""
    token = read_token()
    place = listener(listen, DEFAULT_LISTEN, token is not None, _BACKLOG)
    token = token or secrets.token_hex(16)
    say(f"pad: open {_url(place)}/#token={token}\nCtrl-C ends it")
    config = uvicorn.Config(application(desk, token), log_level="warning", lifespan="off")
    try:
        uvicorn.Server(config).run(sockets=[place])
    except KeyboardInterrupt:
        say("")


class _Page(StaticFiles):
    """The files of the page, with what a browser may load for them."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        response = super().file_response(*arguments, **named)
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["Cache-Control"] = "no-store"  # another version's page speaks otherwise
        return response


def _gallery(desk: Desk, request: Request) -> Any:
    worst = request.query_params.get("order") == "worst"
    count = min(_number(request, "count"), _MOST_TILES)
    return desk.gallery(worst, _number(request, "start"), count)


def _text(request: Request, name: str) -> str:
    text = request.query_params.get(name, "")
    if not text:
        raise BadRequestError(f"{request.url.path}: {name} is missing")
    return text


def _number(request: Request, name: str) -> int:
    text = _text(request, name)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequestError(f"{request.url.path}: {name} is {text[:40]!r}, no whole number")
    return int(text)


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)


def _url(place: socket.socket) -> str:
    host, number = place.getsockname()[:2]
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"
