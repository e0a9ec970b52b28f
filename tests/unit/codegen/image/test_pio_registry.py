"""A board of the registry is refused at once where neither platform nor registry is in reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.image import pio_registry

CLOSED_PORT = "http://127.0.0.1:9/"  # discard: nobody listens


class NotFound(BaseHTTPRequestHandler):
    """Answers as a server does that has no such page."""

    def do_HEAD(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), NotFound) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/"
        http.shutdown()


def test_any_answer_of_any_host_counts(server: str) -> None:
    assert not pio_registry.answers([CLOSED_PORT])
    assert pio_registry.answers([CLOSED_PORT, server])


def test_platform_is_the_one_in_platformio_ini() -> None:
    assert pio_registry.platform_of(load_board("pico_arduino")) == "raspberrypi"
    assert pio_registry.platform_of(load_board("teensy41")) == "teensy"


def test_installed_version(tmp_path: Path) -> None:
    assert pio_registry.installed_version("teensy", tmp_path) is None
    folder = tmp_path / "platforms" / "teensy"
    folder.mkdir(parents=True)
    (folder / "platform.json").write_text(json.dumps({"version": "5.0.0"}))
    assert pio_registry.installed_version("teensy", tmp_path) == "5.0.0"


@pytest.mark.parametrize(
    ("board_id", "version", "in_reach", "refused"),
    [
        ("pico_arduino", None, False, True),
        ("pico_arduino", None, True, False),
        ("pico_arduino", "1.0.0", False, False),
        ("microbit", None, False, False),
    ],
)
def test_refused_where_the_platform_cannot_come_from(
    monkeypatch: pytest.MonkeyPatch,
    board_id: str,
    version: str | None,
    in_reach: bool,
    refused: bool,
) -> None:
    monkeypatch.setattr(pio_registry, "installed_version", lambda _: version)
    monkeypatch.setattr(pio_registry, "answers", lambda: in_reach)
    if not refused:
        pio_registry.require_platform(load_board(board_id))
        return
    message = (
        r"^build pico_arduino: PlatformIO's platform raspberrypi is not installed, and its reg"
    )
    with pytest.raises(pio_registry.PlatformMissingError, match=message) as caught:
        pio_registry.require_platform(load_board(board_id))
    assert caught.value.exit_code == 3
