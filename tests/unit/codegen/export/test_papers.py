"""Model card and SBOM of an export."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen.export import card, sbom
from codegen.export.card import Measured
from codegen.export.request import Request, check
from codegen.files.artifacts import METRICS
from codegen.files.manifest import Manifest, atomic_write
from codegen.model.tflite import Model
from tests.unit.codegen.fakes import made_up_plan

COMMAND = "invoke export --to c ..."


@pytest.fixture
def asked(tmp_path: Path) -> Request:
    return check("c", "aot", "net", "dsp", tmp_path / "out")


def text(asked: Request, model: Model, folder: Path, *measured: Measured) -> str:
    plans = dict.fromkeys(("scalar", "dsp", "mve"), made_up_plan(5120))
    return card.text(asked, model, plans, folder, "1.2.3", "abc", COMMAND, measured)


def test_what_is_not_known_is_said(asked: Request, cnn: Model, tmp_path: Path) -> None:
    found = text(asked, cnn, tmp_path)
    assert "Accuracy: not measured" in found
    assert "| cortex-m4 |" in found and "cycles, estimated" in found
    (m55,) = [line for line in found.splitlines() if line.startswith("| cortex-m55 |")]
    assert "| - |" in m55  # no cycles are claimed of it
    assert "| dsp | Cortex-M4, M7, M33 | 5,120 |" in found and "| mve |" not in found
    assert cnn.sha256 in found and COMMAND in found and "mcuforge 1.2.3, commit abc" in found
    for op in cnn.ops:
        assert f"| {op.index} | {op.name} |" in found
    assert "none is known of" in found
    assert "made elsewhere" not in found and "| training |" not in found


def test_what_the_stages_recorded(asked: Request, cnn: Model, tmp_path: Path) -> None:
    (tmp_path / "train.npz").write_bytes(b"data")
    manifest = Manifest.load(tmp_path)
    manifest.record("data", {}, [tmp_path / "train.npz"])
    manifest.record("train", {"recipe": "tiny"}, [], seed=7, tools={"tensorflow": "2.0"})
    metrics = {"measures": {"int8": {"accuracy": 0.875}}, "test_count": 30, "oracle": "TFLM"}
    atomic_write(tmp_path / METRICS, json.dumps(metrics).encode())
    found = text(asked, cnn, tmp_path)
    assert f"train.npz sha256 `{Manifest.load(tmp_path).outputs('data')['train.npz']}`" in found
    assert "recipe tiny, seed 7, tensorflow 2.0" in found
    assert "none is known of" not in found and "made elsewhere" not in found
    assert "On 30 test samples, by TFLM:" in found and "| accuracy | 0.875 |" in found


def test_a_model_that_was_made_elsewhere(asked: Request, cnn: Model, tmp_path: Path) -> None:
    Manifest.load(tmp_path).record("import", {"model": "0123"}, [])
    found = text(asked, cnn, tmp_path)
    assert "| made elsewhere as | a model with sha256 `0123` |" in found


def test_a_front_end_takes_memory_where_it_is_exported(
    asked: Request, cnn: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Front end" not in text(asked, cnn, tmp_path)
    monkeypatch.setattr(card.parameters, "load", lambda _: SimpleNamespace(kind="audio"))
    monkeypatch.setattr(card.host, "memory_bytes", lambda _: 1234)
    assert "Front end (audio): 1,234 B of static RAM besides." in text(asked, cnn, tmp_path)
    upstreams = check("tflm", "interpreter", "net", "all", tmp_path / "out")
    assert "Front end" not in text(upstreams, cnn, tmp_path)


def test_what_was_measured(asked: Request, cnn: Model, tmp_path: Path) -> None:
    rows = [
        Measured(cpu, 12345, 6, 789, 1011, 12, cycles)
        for cpu, cycles in (("cortex-m4", 15678), ("cortex-m55", None))
    ]
    found = text(asked, cnn, tmp_path, *rows)
    assert "| cortex-m4 | 12,345 | 6 | 789 | 1,011 | 12 | 15,678 |" in found
    assert "| cortex-m55 | 12,345 | 6 | 789 | 1,011 | 12 | - |" in found
    assert "estimated" not in found


def test_the_bill_of_materials(asked: Request, cnn: Model) -> None:
    first = sbom.text(asked, cnn, "1.2.3", {"a.cc": b"a", "b.h": b"b"})
    document = json.loads(first)
    # CycloneDX 1.5: what a document has to have, and what its references point to
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.5")
    components = [*document["components"], document["metadata"]["component"]]
    assert all({"type", "name"} <= one.keys() for one in components)
    references = {one["bom-ref"] for one in components}
    for dependency in document["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", [])} <= references
    assert cnn.sha256 in [h["content"] for one in components for h in one.get("hashes", [])]
    assert sbom.text(asked, cnn, "1.2.3", {"b.h": b"b", "a.cc": b"a"}) == first
    assert sbom.text(asked, cnn, "1.2.3", {"a.cc": b"A", "b.h": b"b"}) != first
