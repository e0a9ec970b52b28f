"""The pad as one file without a server: it talks to a board by the browser's Web Serial."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from codegen.boards.facts import load_board
from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from codegen.host.scores import oracle_scores
from codegen.model.int8_checks import is_plain
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.encode import model_input
from codegen.samples.facts import DataInfo
from codegen.samples.measures import predicted_classes
from harness.pad.desk import model_document
from harness.rig.expected import Expected
from harness.wire import ids

PAGE = Path(__file__).with_name("page")
_MODULES = (
    *("protocol.js", "serial.js", "network_input.js", "alone.js"),
    *("capture.js", "drawing.js", "show.js", "pad.js"),
)
_SAMPLES = 48
_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_TOP_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)
_LOST_ON_THE_WAY = (ids.ErrorCode.BAD_CRC, ids.ErrorCode.BAD_FRAME, ids.ErrorCode.TOO_LONG)


def require(model: Model, info: DataInfo) -> None:
    """Raises CodegenError for a model that the page cannot feed by itself."""
    if info.kind != "image" or info.task != "classify" or not is_plain(model):
        raise CodegenError(
            f"pad --static: is for int8 classifiers of images, the data are {info}; "
            "leave --static out"
        )


def write(board_id: str, build_dir: Path, path: Path) -> int:
    """Writes the page for the image that was built; its bytes. Raises CodegenError or
    HarnessError."""
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    model = Model.read(expected.model_path)
    info = DataInfo.load(build_dir)
    require(model, info)
    (output,) = model.outputs
    facts = {
        "ids": wire_ids(),
        "baud": board.uart.baud,
        "model": {
            **model_document(expected, info, model), "sha256": model.sha256, "port": None,
            "tests": _SAMPLES,
        },
        "scale": output.scale,
        "zeroPoint": output.zero_point,
        "isProbability": model.ops[-1].label in ("SOFTMAX", "LOGISTIC"),
        "isDigit": info.noun == "digit",
        "samples": _samples(build_dir, model, info),
    }  # fmt: skip
    page = one_file(facts).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, page)
    return len(page)


def wire_ids() -> dict[str, Any]:
    """What the page has to know of the protocol: from the table that the firmware compiles."""
    return {
        "version": ids.PROTOCOL_VERSION,
        "replyBit": ids.REPLY_BIT,
        "commands": {name: entry.value for name, entry in ids.COMMANDS.items()},
        "error": int(ids.Event.ERROR),
        "fault": int(ids.Event.FAULT),
        "errors": {str(code): entry.text for code, entry in ids.ERROR_TEXTS.items()},
        "lost": [int(code) for code in _LOST_ON_THE_WAY],
        "formats": {one.name: int(one) for one in ids.InputFormat},
    }


def one_file(facts: dict[str, Any]) -> str:
    """The page with its style, modules and facts inside."""
    sources = [(PAGE / name).read_text("utf-8") for name in _MODULES]
    names = [name for source in sources for name in _TOP_NAME.findall(source)]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, f"one name in two modules of the page: {twice}"
    script = "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
    html = (PAGE / "index.html").read_text("utf-8")
    style = (PAGE / "pad.css").read_text("utf-8")
    for there, here in (
        ('<link rel="stylesheet" href="pad.css">', f"<style>\n{style}</style>"),
        ('<script type="module" src="pad.js"></script>', ""),
        ("</body>", f"{_json(facts)}<script>\n(() => {{\n{script}\n}})();\n</script>\n</body>"),
    ):
        assert there in html
        html = html.replace(there, here)
    return html


def _json(facts: dict[str, Any]) -> str:
    text = json.dumps(facts).replace("<", "\\u003c")  # no tag of a label's ends the element
    return f'<script type="application/json" id="page-facts">{text}</script>\n'


def _samples(build_dir: Path, model: Model, info: DataInfo) -> list[dict[str, Any]]:
    """The first of the test split, with the oracle's scores."""
    split = split_file.load(build_dir).take(slice(0, _SAMPLES))
    inputs = model_input(model, split)
    scores = oracle_scores(model, inputs).reshape(len(split), -1)
    chosen = predicted_classes(scores, len(info.labels))
    assert split.targets is not None
    return [
        {
            "pixels": base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode(),
            "scores": base64.b64encode(one.tobytes()).decode(),
            "predicted": int(predicted),
            "target": int(target),
        }
        for pixels, one, predicted, target in zip(
            np.asarray(split.values), scores, chosen, np.asarray(split.targets), strict=True
        )
    ]
