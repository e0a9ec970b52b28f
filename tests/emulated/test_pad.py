"""The pad: a real browser draws on it, firmware answers, the oracle says what is right."""

from __future__ import annotations

import base64
import contextlib
import http.server
import io
import json
import os
import re
import shutil
import signal
import threading
import wave
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import uvicorn
from PIL import Image
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from codegen.boards.facts import load_board
from codegen.emit.generate import generate
from codegen.files.artifacts import DATA_INFO, INT8_MODEL, TEST_SPLIT
from codegen.files.manifest import sha256_file
from codegen.frontend import parameters
from codegen.frontend.parameters import AudioFrontEnd
from codegen.host import oracle_child
from codegen.image import firmware_build
from codegen.model.tflite import Model
from codegen.samples import split
from codegen.samples.encode import model_input
from codegen.samples.facts import DataInfo
from harness.pad import alone as alone_page
from harness.pad import server
from harness.pad.desk import Desk
from harness.pad.judged import Answer, Host, worst_first
from harness.pad.session import Session
from harness.rig import identity
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.rig.listening import listener
from harness.wire.framing import Decoder, Frame, encode
from harness.wire.messages import Info
from harness.wire.transport import SerialLine
from pipeline import samples
from verification.cases.model_builder import one_op, schema

pytestmark = pytest.mark.emulated

TOKEN = "a token of this test"
BOARD = "host"
WAIT_S = 20
SEVEN = [(60, 0), (40, 0), (-12, 40), (-28, 60), (-20, 50)]  # moves of the pen from its corner


@dataclass(frozen=True)
class Pad:
    url: str
    build_dir: Path
    drawings: Path

    @property
    def page(self) -> str:
        return f"{self.url}/#token={TOKEN}"

    def ask(
        self, method: str, path: str, token: str = TOKEN, data: bytes = b""
    ) -> requests.Response:
        headers = {server.TOKEN_HEADER: token}
        return requests.request(
            method, f"{self.url}/{path}", headers=headers, data=data, timeout=WAIT_S
        )


@contextlib.contextmanager
def served(build_dir: Path, drawings: Path) -> Iterator[Pad]:
    session = Session(BOARD, build_dir, say=lambda _: None)
    desk = Desk(session, build_dir, samples.reader(build_dir), drawings)
    place = listener("127.0.0.1:0", server.DEFAULT_LISTEN, False, 16)
    config = uvicorn.Config(server.application(desk, TOKEN), log_level="warning", lifespan="off")
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        yield Pad(f"http://127.0.0.1:{place.getsockname()[1]}", build_dir, drawings)
    finally:
        serving.should_exit = True
        thread.join()
        session.close()
        desk.close()


@pytest.fixture(scope="module")
def pad(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pad]:
    with served(build_dir, tmp_path_factory.mktemp("pad") / "drawings") as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
        *("--disable-background-networking", "--disable-sync", "--window-size=1280,1000"),
        *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: Chrome, pad: Pad) -> Chrome:
    return opened(browser, pad)


def opened(browser: Chrome, pad: Pad) -> Chrome:
    """The page, freshly opened; all that a browser complains of is a failure of the test before."""
    browser.get("about:blank")  # another fragment alone loads nothing
    browser.get(pad.page)
    until(browser, lambda: browser.execute_script("return document.body.dataset.ready") == "yes")
    browser.get_log("browser")
    return browser


def until(browser: Chrome, condition: Callable[[], object]) -> None:
    WebDriverWait(browser, WAIT_S, poll_frequency=0.05).until(lambda _: condition())


def at(browser: Chrome, name: str) -> WebElement:
    return browser.find_element(By.ID, name)


def draw(browser: Chrome, moves: list[tuple[int, int]], pointer: str = "mouse") -> None:
    pen = ActionChains(browser, duration=10, devices=[PointerInput(pointer, pointer)])
    pen.move_to_element_with_offset(at(browser, "canvas"), -50, -75).click_and_hold()
    for x, y in moves:
        pen.move_by_offset(x, y)
    pen.release().perform()


def settled(browser: Chrome) -> str:
    """The verdict, once the last question is answered."""
    until(browser, lambda: at(browser, "verdict").text != "nothing yet")
    until(browser, lambda: at(browser, "answer").get_attribute("aria-busy") == "false")
    return at(browser, "verdict").text


def oracles_class(pad: Pad, png: bytes, folder: Path) -> int:
    """What TFLM says to a drawing."""
    path = folder / "drawing.png"
    path.write_bytes(png)
    model = Model.read(pad.build_dir / INT8_MODEL)
    (scores,) = oracle_child.answers(
        model, [model_input(model, samples.reader(pad.build_dir)(path))], resets=[0]
    )
    return int(scores.reshape(-1).argmax())


def test_strokes_are_answered_as_by_the_oracle(page: Chrome, pad: Pad, tmp_path: Path) -> None:
    draw(page, SEVEN)
    verdict = settled(page)
    data = page.execute_script("return document.getElementById('canvas').toDataURL('image/png')")
    png = base64.b64decode(data.partition(",")[2])
    assert verdict.startswith(f"{oracles_class(pad, png, tmp_path)}, "), verdict
    assert "every bit the same" in at(page, "equal").text
    assert at(page, "bars").get_attribute("aria-label").count(",") == 9  # type: ignore[union-attr]
    assert page.execute_script("return document.getElementById('strip').children.length") > 3
    assert page.find_element(By.CSS_SELECTOR, "#seen img").size["width"] > 50
    page.save_screenshot(str(tmp_path / "pad.png"))
    assert page.get_log("browser") == []


@pytest.mark.parametrize("pointer", ["pen", "touch"])
def test_pen_and_finger_draw_as_the_mouse(page: Chrome, pointer: str) -> None:
    page.execute_script(
        "window.kinds = new Set(); document.getElementById('canvas')"
        ".addEventListener('pointermove', (event) => window.kinds.add(event.pointerType))"
    )
    draw(page, SEVEN, pointer)
    assert settled(page).startswith("7, ")
    assert page.execute_script("return [...window.kinds]") == [pointer]
    assert page.execute_script("return window.scrollY") == 0  # a stroke does not move the page


@pytest.mark.parametrize(
    ("series", "shapes"),
    [
        ([[1, 2, -3]], {"rect": 3}),  # a row of a table
        ([[1, 2, 3], [3, 2, 1]], {"polyline": 2}),
        ([list(range(50))], {"polyline": 1}),
        ([[5]], {"rect": 1}),
    ],
)
def test_numbers_are_drawn_as_bars_or_lines(
    page: Chrome, series: list[list[int]], shapes: dict[str, int]
) -> None:
    drawn = page.execute_async_script(
        "const [series, done] = arguments; import('/show.js').then(({ picture }) =>"
        " done(picture({ series }).innerHTML)).catch((error) => done(String(error)))",
        series,
    )
    assert {name: drawn.count(f"<{name}") for name in shapes} == shapes
    assert "NaN" not in drawn


def test_undo_clear_and_invert(page: Chrome) -> None:
    def ink() -> int:
        return int(
            page.execute_script(
                "const c = document.getElementById('canvas'), d = c.getContext('2d')"
                ".getImageData(0, 0, c.width, c.height).data;"
                "let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] < 128; return n"
            )
        )

    blank = ink()
    draw(page, [(40, 0)])
    one = ink()
    draw(page, [(0, 60)])
    two = ink()
    assert blank == 0 < one < two
    at(page, "undo").click()
    assert ink() == one
    at(page, "invert").click()
    assert ink() == 448 * 448 - one
    at(page, "clear").click()
    assert ink() == 448 * 448
    at(page, "invert").click()
    assert ink() == 0


@pytest.mark.parametrize("button", ["clear", "undo"])
def test_no_answer_is_left_beside_an_empty_canvas(page: Chrome, button: str) -> None:
    draw(page, SEVEN)
    settled(page)
    at(page, button).click()
    until(page, lambda: at(page, "verdict").text == "nothing yet")
    for name in ("bars", "equal", "facts", "strip", "strip-legend", "seen"):
        assert not at(page, name).text
        assert not at(page, name).find_elements(By.CSS_SELECTOR, "*"), name


def test_the_legend_has_the_strips_colours(page: Chrome) -> None:
    draw(page, SEVEN)
    settled(page)
    strip, legend = (
        [one.value_of_css_property("background-color") for one in at(page, name).find_elements(
            By.TAG_NAME, "i")]
        for name in ("strip", "strip-legend")
    )  # fmt: skip
    assert len(legend) > 3
    assert len(set(strip)) == len(strip)
    named = [int(one.text.split()[0]) for one in at(page, "strip-legend").find_elements(
        By.TAG_NAME, "li")]  # fmt: skip
    assert legend == [strip[index] for index in named]


def test_a_bit_that_differs_is_marked(page: Chrome, monkeypatch: pytest.MonkeyPatch) -> None:
    rightly = Host.answer

    def one_bit_else(host: Host, one: split.Split) -> Answer:
        answer = rightly(host, one)
        first, *rest = answer.outputs
        return replace(answer, outputs=(first[:-1] + bytes([first[-1] ^ 1]), *rest))

    monkeypatch.setattr(Host, "answer", one_bit_else)
    draw(page, SEVEN)
    settled(page)
    assert "differs from this machine's" in at(page, "equal").text
    assert at(page, "equal").get_attribute("class") == "bad"


def test_it_is_drawn_on_by_keyboard(page: Chrome) -> None:
    at(page, "canvas").send_keys(Keys.SPACE, *[Keys.ARROW_DOWN] * 9)
    assert settled(page).startswith("1, ")


def test_drawings_are_saved_as_data(page: Chrome, pad: Pad) -> None:
    draw(page, SEVEN)
    Select(at(page, "label")).select_by_visible_text("7")
    page.find_element(By.CSS_SELECTOR, "#save button").click()
    until(page, lambda: "train with --data" in at(page, "saved").text)
    assert at(page, "saved").text.endswith(" --image-size 28x28")
    (path,) = (pad.drawings / "7").iterdir()
    assert path.name == "0000.png"
    with Image.open(path) as image:
        assert image.size == (448, 448)
    page.find_element(By.CSS_SELECTOR, "#save button").click()  # cleared since
    until(page, lambda: at(page, "saved").text == "nothing is drawn")


def test_a_sample_of_the_gallery_is_asked(page: Chrome, pad: Pad) -> None:
    Select(at(page, "order")).select_by_value("worst")
    until(page, lambda: len(page.find_elements(By.CSS_SELECTOR, "#gallery button")) == 24)
    page.find_element(By.CSS_SELECTOR, "#gallery button").click()
    until(page, lambda: "(it is " in at(page, "verdict").text)
    assert page.find_elements(By.CSS_SELECTOR, "#gallery button.wrong")
    label = page.find_element(By.CSS_SELECTOR, "#gallery button").get_attribute("aria-label")
    assert label is not None
    index = int(label.split()[1].rstrip(":"))
    targets = split.load(pad.build_dir).targets
    assert targets is not None
    truth = int(targets[index])
    assert at(page, "verdict").text.endswith(f"(it is {truth})")
    assert not at(page, "verdict").text.startswith(f"{truth},")  # the worst one is wrong


def test_another_order_takes_the_place_of_one_that_is_under_way(
    page: Chrome, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, rightly = threading.Event(), Desk.gallery

    def slow(desk: Desk, worst: bool, start: int, count: int) -> list[dict[str, Any]]:
        assert not worst or go_on.wait(WAIT_S)
        return rightly(desk, worst, start, count)

    def numbers() -> list[int]:
        labels = page.execute_script(
            "return [...document.querySelectorAll('#gallery button')].map((e) => e.ariaLabel)"
        )
        return [int(label.split()[1].rstrip(":")) for label in labels]

    monkeypatch.setattr(Desk, "gallery", slow)
    Select(at(page, "order")).select_by_value("worst")
    assert at(page, "gallery-state").text == "asking this machine about all of them"
    Select(at(page, "order")).select_by_value("first")
    until(page, lambda: numbers() == list(range(24)))
    go_on.set()
    at(page, "more").click()
    until(page, lambda: len(numbers()) > 24)
    assert numbers() == list(range(48))
    assert at(page, "gallery-state").text == ""


def test_a_file_is_answered_and_one_that_is_none_is_refused(page: Chrome, tmp_path: Path) -> None:
    grey = np.full((90, 90), 255, np.uint8)
    grey[10:80, 42:50] = 0
    Image.fromarray(grey).save(tmp_path / "one.png")
    (tmp_path / "none.png").write_bytes(b"no picture")
    at(page, "file").send_keys(str(tmp_path / "one.png"))
    assert settled(page).startswith("1, ")
    at(page, "file").send_keys(str(tmp_path / "none.png"))
    until(page, lambda: at(page, "verdict").text.startswith("none.png: no image"))
    assert at(page, "state").text == ""  # the board is well


def test_a_picture_is_taken_with_the_camera(page: Chrome) -> None:
    at(page, "camera").click()
    until(page, lambda: at(page, "camera").text == "Take the picture")
    at(page, "camera").click()
    until(page, lambda: at(page, "verdict").text != "nothing yet")


def test_a_camera_that_is_denied_is_no_trouble_of_the_boards(page: Chrome) -> None:
    page.execute_script(
        "navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('Permission denied', 'NotAllowedError') }"
    )
    at(page, "camera").click()
    until(page, lambda: at(page, "verdict").text == "NotAllowedError: Permission denied")
    assert at(page, "state").text == ""


def test_a_pulled_line_is_said_and_comes_back(page: Chrome, build_dir: Path) -> None:
    draw(page, SEVEN)
    before = settled(page)
    elf = Expected.load(load_board(BOARD), build_dir).elf.resolve()
    os.kill(_process_of(elf), signal.SIGKILL)
    draw(page, [(0, 1)])
    until(page, lambda: "bad" in (at(page, "state").get_attribute("class") or ""))
    assert at(page, "state").text
    draw(page, [(0, 1)])
    until(page, lambda: at(page, "state").text == "the board answers again")
    at(page, "undo").click()
    at(page, "undo").click()
    assert settled(page) == before


def test_another_firmware_is_said_and_the_right_one_again(
    page: Chrome, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(page, SEVEN)
    before = settled(page)
    rightly = identity.check_info

    def of_another_build(info: Info, expected: Expected) -> None:
        rightly(info, replace(expected, image=replace(expected.image, build_id="0" * 16)))

    with monkeypatch.context() as patched:
        patched.setattr(identity, "check_info", of_another_build)
        until(page, lambda: at(page, "state").text.startswith("build id: "))
        assert at(page, "state").get_attribute("class") == "bad"
    until(page, lambda: at(page, "state").text == "the board answers again")
    assert settled(page) == before


def test_two_tabs_get_their_own_answers(page: Chrome, pad: Pad) -> None:
    draw(page, SEVEN)
    first = settled(page)
    page.switch_to.new_window("tab")
    try:
        page.get(pad.page)
        until(page, lambda: page.execute_script("return document.body.dataset.ready") == "yes")
        assert at(page, "verdict").text == "nothing yet"
        at(page, "canvas").send_keys(Keys.SPACE, *[Keys.ARROW_DOWN] * 9)
        assert settled(page).startswith("1, ")
        page.close()
    finally:
        page.switch_to.window(page.window_handles[0])
    assert at(page, "verdict").text == first


def test_a_phone_scrolls_down_only(page: Chrome) -> None:
    page.set_window_size(400, 850)
    try:
        wide = page.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide == 0
        nameless = page.execute_script(
            "return [...document.querySelectorAll('button, input, select, canvas')].filter((e) =>"
            "!e.textContent.trim() && !e.getAttribute('aria-label') && !e.labels?.length).length"
        )
        assert nameless == 0
    finally:
        page.set_window_size(1280, 1000)


def test_nothing_is_told_without_the_token(pad: Pad) -> None:
    assert pad.ask("GET", "api/model", token="").status_code == 403
    assert pad.ask("GET", "api/model", token=TOKEN[:-1]).status_code == 403
    assert pad.ask("GET", "api/model").json()["board"] == BOARD


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "api/test?index=99999999", "the test split has 0 to"),
        ("GET", "api/test?index=-1", "no whole number"),
        ("GET", "api/test", "index is missing"),
        ("GET", "api/gallery?start=0&count=x", "no whole number"),
        ("POST", "api/answer?name=a.png", "a.png"),
        ("POST", "api/answer?name=..%2F..%2Fa.npy", "no .npy file"),
        ("POST", "api/drawings?label=%2F%2E%2E", "no picture"),
    ],
)
def test_wrong_requests_get_a_line(pad: Pad, method: str, path: str, message: str) -> None:
    answer = pad.ask(method, path, data=b"x" if method == "POST" else b"")
    assert answer.status_code == 400
    assert message in answer.json()["error"]
    assert not (pad.drawings.parent / "_").exists()


def test_a_label_is_no_path(pad: Pad) -> None:
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "png")
    answer = pad.ask("POST", "api/drawings?label=..%2F..%2Fetc", data=buffer.getvalue()).json()
    assert Path(answer["path"]).resolve().is_relative_to(pad.drawings.resolve())


def _process_of(elf: Path) -> int:
    """The process of this machine that runs that file, as a child of ours."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        pid = int(status.parent.name)
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and (status.parent / "exe").resolve() == elf:
                return pid
        except OSError:
            continue
    raise AssertionError(f"nobody runs {elf}")


# ---------------------------------------------------------------- the page that stands alone


# In place of the browser's serial port: bytes over HTTP, to the firmware's own line.
PORT_OF_THE_TEST = """
Object.defineProperty(navigator, "serial", { value: { requestPort: async () => {
  let open = false;
  return {
    async open(options) {
      open = true;
      await fetch(`${URL_}/open?baud=${options.baudRate}`, { method: "POST" });
      this.readable = new ReadableStream({ async pull(controller) {
        while (open) {
          const answer = await fetch(`${URL_}/read`, { method: "POST" });
          if (answer.status !== 200) { controller.error(new Error("cut")); return; }
          const bytes = new Uint8Array(await answer.arrayBuffer());
          if (bytes.length > 0) { controller.enqueue(bytes); return; }
        }
        controller.close();
      } });
      this.writable = new WritableStream({ async write(bytes) {
        await fetch(`${URL_}/write`, { method: "POST", body: bytes });
      } });
    },
    async close() { open = false; },
  };
} } });
"""


@pytest.fixture
def alone(browser: Chrome, build_dir: Path, tmp_path: Path) -> Iterator[Chrome]:
    """The page of `pad --static` from a file, its serial port a board's that runs here."""
    page = tmp_path / "alone" / "index.html"
    assert alone_page.write(BOARD, build_dir, page) == page.stat().st_size < 1 << 20
    expected = Expected.load(load_board(BOARD), build_dir)
    with open_emulator(expected.board, expected.elf) as emulator, SerialBridge(emulator) as url:
        emulator.resume()
        source = PORT_OF_THE_TEST.replace("${URL_}", url)
        added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
        browser.get(page.as_uri())
        until(browser, lambda: browser.execute_script("return document.body.dataset.ready"))
        yield browser
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)
        browser.get("about:blank")


class SerialBridge:
    """A board's line over HTTP, for the page's stand-in of a serial port."""

    def __init__(self, emulator: Emulator) -> None:
        line = SerialLine(emulator.url, 115_200)
        self.line = line

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = b""
                if self.path == "/write":
                    line.write(body)
                elif self.path == "/read":
                    content = line.read(0.2)
                with contextlib.suppress(BrokenPipeError):  # of a page that has gone
                    self.send_response(200)
                    self.send_header("Access-Control-Allow-Origin", "*")
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.line.close()


def test_the_page_alone_asks_a_board_over_its_port(alone: Chrome) -> None:
    draw(alone, SEVEN)
    until(alone, lambda: "press Connect" in at(alone, "state").text)
    at(alone, "connect").click()
    until(alone, lambda: at(alone, "board").text.startswith("host, build "))
    alone.find_element(By.CSS_SELECTOR, "#gallery button").click()
    until(alone, lambda: "every bit the same" in at(alone, "equal").text)
    assert "(it is " in at(alone, "verdict").text
    draw(alone, [(0, 1)])
    assert settled(alone).startswith("7, ")
    assert at(alone, "equal").text == ""  # nobody there to compare it with
    assert not at(alone, "save").is_displayed()


def test_the_page_alone_has_its_worst_samples_first(alone: Chrome, build_dir: Path) -> None:
    def first() -> str:
        buttons = alone.find_elements(By.CSS_SELECTOR, "#gallery button")
        return str(buttons[0].get_attribute("aria-label")) if buttons else ""

    of_the_test = split.load(build_dir).take(slice(0, 48))
    host = Host(Model.read(build_dir / INT8_MODEL))
    worst = worst_first(host, of_the_test)[0][0]
    host.close()
    assert first().startswith("digit 0:")
    Select(at(alone, "order")).select_by_value("worst")
    until(alone, lambda: first().startswith(f"digit {worst}:"))


def test_its_frames_are_those_of_the_protocol(page: Chrome) -> None:
    """Both ways, of the worked examples of docs/protocol.md and of bodies of every length."""
    rng = np.random.default_rng(2)
    lengths = [*range(12), *range(240, 262), 505, 510, 762, 1000]
    frames = [
        Frame(
            2,
            7,
            rng.choice([0, 1, 255], length, p=[share, 1 - share, 0]).astype(np.uint8).tobytes(),
        )
        for length in lengths
        for share in (0.0, 0.02, 0.5)
    ]
    text = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
    examples = [bytes.fromhex(one) for one in re.findall(r"```frame \w+\n([0-9a-f ]+)\n", text)]
    assert len(examples) > 5
    frames += [item for one in examples for item in Decoder().feed(one) if isinstance(item, Frame)]
    lines = [encode(frame) for frame in frames]
    assert lines[-len(examples) :] == examples
    asked = [
        [frame.type, frame.seq, list(frame.payload), list(line)]
        for frame, line in zip(frames, lines, strict=True)
    ]
    wrong = page.execute_async_script(
        """
        const [asked, done] = arguments;
        import("/protocol.js").then(({ encodeFrame, FrameDecoder }) => done(asked.filter(
          ([type, seq, payload, line]) => {
            const made = encodeFrame({ version: 2 }, type, seq, payload);
            const [read, more] = new FrameDecoder().feed(Uint8Array.from([9, 9, ...line]));
            return String(made) !== String(line) || more || !read || read.type !== type
              || read.seq !== seq || String(read.payload) !== String(payload);
          }).length)).catch((error) => done(String(error)));
        """,
        asked,
    )
    assert wrong == 0


# ---------------------------------------------------------------- sound


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pad]:
    """Of a model whose scores are the bands of its front end, so that any sound has a class."""
    front_end = AudioFrontEnd(samples=8000, window=640, stride=640, channels=10)
    folder = tmp_path_factory.mktemp("heard")
    count = int(np.prod(front_end.feature_shape))
    tensor = {"shape": [1, *front_end.feature_shape], "scale": 0.1, "zero_point": -128}
    model = one_op(
        "RESHAPE",
        [tensor, {"values": np.array([1, count], np.int32)}],
        [{**tensor, "shape": [1, count]}],
        schema.ReshapeOptionsT(),
    )
    (folder / INT8_MODEL).write_bytes(model)
    parameters.save(front_end, folder)
    labels = [f"band {i % 10} of {i // 10}" for i in range(count)]
    info = DataInfo("wav", "x", 0, 30, {}, labels, shape=[8000], kind="audio", dtype="int16",
                    rate_hz=16000.0)  # fmt: skip
    (folder / DATA_INFO).write_text(json.dumps(asdict(info)))
    tones = [
        8000 * np.sin(2 * np.pi * hz * np.arange(8000) / 16000) for hz in np.linspace(200, 6000, 30)
    ]
    np.savez(folder / TEST_SPLIT, samples=np.array(tones, np.int16), targets=np.zeros(30, int))
    generate(folder / INT8_MODEL, folder)
    firmware_build.build(load_board(BOARD), folder, sha256_file(folder / INT8_MODEL))
    with served(folder, folder / "drawings") as one:
        yield one


def seen_size(page: Chrome) -> list[int]:
    until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#seen img"))
    script = (
        "const e = document.querySelector('#seen img'); return [e.naturalWidth, e.naturalHeight]"
    )
    until(page, lambda: page.execute_script(script) != [0, 0])
    return list(page.execute_script(script))


def test_sounds_are_picked_dropped_and_recorded(
    browser: Chrome, heard: Pad, tmp_path: Path
) -> None:
    page = opened(browser, heard)
    assert not at(page, "drawing").is_displayed()
    assert not at(page, "camera").is_displayed()
    assert at(page, "drop").text.startswith("Drop a WAV file here")

    page.find_element(By.CSS_SELECTOR, "#gallery button").click()
    assert settled(page).startswith("band ")
    assert "every bit the same" in at(page, "equal").text
    assert "front end" in at(page, "facts").text
    assert seen_size(page) == [12, 10]  # frames of the front end, its bands

    with wave.open(str(tmp_path / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 44100, 0, "NONE", ""))
        tone = 9000 * np.sin(2 * np.pi * 1000 * np.arange(44100) / 44100)
        file.writeframes(tone.astype("<i2").tobytes())
    at(page, "file").send_keys(str(tmp_path / "tone.wav"))
    until(page, lambda: "first of 2 samples" in at(page, "facts").text)

    at(page, "microphone").click()
    until(page, lambda: at(page, "microphone").text == "Listening")
    until(page, lambda: at(page, "microphone").text == "Microphone")
    until(page, lambda: "first of" not in at(page, "facts").text)
    assert settled(page).startswith("band ")
    assert "every bit the same" in at(page, "equal").text
    assert page.get_log("browser") == []
