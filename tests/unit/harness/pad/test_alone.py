"""The page as one file: what it takes, and that its facts are those of model, data and protocol."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.host.scores import oracle_scores
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.encode import model_input
from harness.pad import alone
from harness.wire import ids
from tests.unit.harness.pad.places import BOARD, COUNT, INFO, MODEL, PIXELS, TARGETS, build
from verification.cases.model_builder import one_op


def test_only_classifiers_of_images_stand_alone() -> None:
    alone.require(MODEL, INFO)
    tensor = {"shape": [1, 4], "scale": 0.1}
    two = Model.parse(one_op("ADD", [tensor, tensor], [tensor]))
    for model, info in (
        (MODEL, replace(INFO, kind="signal")),
        (MODEL, replace(INFO, task="regress")),
        (two, INFO),
    ):
        with pytest.raises(CodegenError, match="pad --static: is for int8 classifiers of images"):
            alone.require(model, info)


def test_the_facts_in_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    label = "</script>"
    expected = build(tmp_path, replace(INFO, labels=["a", "b", label]))
    monkeypatch.setattr(alone.Expected, "load", lambda *_: expected)
    path = tmp_path / "new" / "pad.html"
    size = alone.write(BOARD.id, tmp_path, path)
    page = path.read_text("utf-8")
    assert len(page.encode()) == size
    assert page.count("</script>") == 2  # the facts' and the page's own
    found = re.search(r'<script type="application/json" id="page-facts">(.*)</script>', page)
    assert found is not None
    facts = json.loads(found[1])
    assert facts["baud"] == BOARD.uart.baud
    assert facts["model"]["labels"] == ["a", "b", label]
    assert (facts["model"]["sha256"], facts["model"]["port"]) == (MODEL.sha256, None)
    assert (facts["scale"], facts["zeroPoint"]) == (MODEL.outputs[0].scale, -128)
    assert facts["isProbability"]
    assert not facts["isDigit"]
    assert facts["ids"]["version"] == ids.PROTOCOL_VERSION
    inputs = model_input(MODEL, split_file.load(tmp_path))
    scores = oracle_scores(MODEL, inputs).reshape(COUNT, -1)
    assert len(facts["samples"]) == COUNT
    for i, sample in enumerate(facts["samples"]):
        assert base64.b64decode(sample["pixels"]) == PIXELS[i].tobytes()
        assert base64.b64decode(sample["scores"]) == scores[i].tobytes()
        assert sample["target"] == TARGETS[i]
        assert sample["predicted"] == int(np.argmax(scores[i]))


def test_one_script_and_one_style_without_imports() -> None:
    page = alone.one_file({})
    assert "import {" not in page
    assert not re.search(r"^export ", page, re.MULTILINE)
    assert "<style>" in page
    assert 'src="' not in page
    assert 'href="pad.css"' not in page


def test_the_wire_of_the_page_is_the_firmwares() -> None:
    known = alone.wire_ids()
    assert known["replyBit"] == ids.REPLY_BIT
    assert known["commands"] == {name: entry.value for name, entry in ids.COMMANDS.items()}
    assert known["lost"] == [
        int(ids.ErrorCode[name]) for name in ("BAD_CRC", "BAD_FRAME", "TOO_LONG")
    ]
    assert (known["error"], known["fault"]) == (int(ids.Event.ERROR), int(ids.Event.FAULT))
