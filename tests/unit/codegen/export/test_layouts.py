"""How an export is laid out for each kind of project."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import ISAS
from codegen.export import layouts, package
from codegen.export.package import Package
from codegen.export.request import TARGETS, check
from codegen.files.artifacts import INT8_MODEL
from codegen.memory.planner import plan_model
from codegen.memory.upstream_arena import upstream_arena_bytes
from codegen.model.tflite import Model


def made(target: str, folder: Path, cnn_bytes: bytes) -> Package:
    (folder / INT8_MODEL).write_bytes(cnn_bytes)
    return package.make(check(target, "interpreter", "net", "all", folder / "out"), folder, "again")


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory, cnn_bytes: bytes) -> Package:
    return made("c", tmp_path_factory.mktemp("net"), cnn_bytes)


@pytest.mark.parametrize("engine", ["aot", "interpreter"])
def test_an_arena_is_its_engines(
    engine: str, cnn: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, planned in (("plan_aot", "aot"), ("plan_model", "interpreter")):
        monkeypatch.setattr(package, name, lambda _, isa, planned=planned: f"{planned} {isa}")
    asked = check("c", engine, "net", "all", tmp_path / "out")
    found: Any = package._plan(asked, cnn, "dsp")
    assert found == f"{engine} dsp"


def test_each_target_has_one() -> None:
    assert layouts.LAYOUTS.keys() == TARGETS.keys()


@pytest.mark.parametrize("target", sorted(TARGETS.keys() - {"tflm"}))
def test_nothing_of_the_package_is_missing(target: str, net: Package) -> None:
    files = layouts.LAYOUTS[target](net)
    names = {Path(path).stem for path in files}
    assert {Path(name).stem for name in (*net.sources, *net.test)} <= names
    assert "README.md" in files


@pytest.mark.parametrize(
    ("target", "file"),
    [("c", "CMakeLists.txt"), ("zephyr", "CMakeLists.txt"), ("cmsis-pack", "mcuforge.net.pdsc")],
)
def test_each_source_is_named(target: str, file: str, net: Package) -> None:
    files = layouts.LAYOUTS[target](net)
    named = set(re.findall(r"src/\w+\.cc", files[file]))
    assert named == {path for path in files if path.startswith("src/") and path.endswith(".cc")}


def test_the_platformio_library_is_one(net: Package) -> None:
    files = layouts.platformio(net)
    library = json.loads(files["lib/net/library.json"])
    assert library["headers"] == "net.h"
    assert f"lib/net/{library['build']['srcDir']}/net.h" in files


def test_arduino_has_no_ending_that_its_builder_may_not_know(net: Package) -> None:
    sources = [path for path in layouts.arduino(net) if path.startswith("src/")]
    assert {Path(path).suffix for path in sources} == {".c", ".cpp", ".h", ".def"}
    assert all(path.count("/") == 1 for path in sources)


def test_upstream_gets_the_three_files_and_no_runtime(tmp_path: Path, cnn_bytes: bytes) -> None:
    files = layouts.tflm(made("tflm", tmp_path, cnn_bytes))
    top = {path for path in files if "/" not in path} - {"README.md"}
    assert top == {"net_arena.h", "net_model_data.cc", "net_model_data.h", "net_op_resolver.h"}
    assert "namespace net {" in files["net_op_resolver.h"]
    assert '"tensorflow/lite/micro/micro_mutable_op_resolver.h"' in files["net_op_resolver.h"]
    assert not [path for path in files if "/nn_" in path or "/tflm_" in path]


def test_the_bill_is_of_what_is_compiled(net: Package) -> None:
    files = layouts.c(net)
    changed = {**files, "src/net.cc": files["src/net.cc"] + "\n"}
    papers = {**files, "README.md": "other"}
    assert package.bill(net, files) == package.bill(net, papers) != package.bill(net, changed)


@pytest.mark.parametrize("engine", ["interpreter", "aot"])
def test_an_engine_has_the_sources_of_its_own(
    engine: str, tmp_path: Path, cnn_bytes: bytes
) -> None:
    (tmp_path / INT8_MODEL).write_bytes(cnn_bytes)
    asked = check("c", engine, "net", "dsp", tmp_path / "out")
    names = set(package.make(asked, tmp_path, "again").sources)
    of_interpreter = {"net_model_data.h", "net_model_data.cc", "net_op_resolver.h"}
    assert names & of_interpreter == (of_interpreter if engine == "interpreter" else set())
    assert bool(names & {"net_sample.h", "net_sample.cc", "net_frontend.h"}) is False
    assert {"net.h", "net.cc", "net_target.h", "net_kernel.h", "net_labels.h"} <= names
    of_aot = {"net_model.h", "net_model.cc"}
    assert names & of_aot == (of_aot if engine == "aot" else set())


def test_an_arena_is_its_runtimes(tmp_path: Path, cnn_bytes: bytes) -> None:
    model = Model.parse(cnn_bytes)
    plans = {isa: plan_model(model, isa) for isa in ISAS}
    for target in ("c", "tflm"):
        asked = check(target, "interpreter", "net", "all", tmp_path / "out")
        found = package._arena_bytes(asked, model, plans)
        if target == "c":
            assert found == {isa: plan.arena_bytes for isa, plan in plans.items()}
        else:  # one for all, of upstream's larger structures
            assert set(found.values()) == {upstream_arena_bytes(model, plans.values())}
            assert min(found.values()) > max(plan.arena_bytes for plan in plans.values())
