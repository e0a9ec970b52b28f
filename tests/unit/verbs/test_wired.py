"""What each verb asks of which room, in which order, what it prints and how it ends. No room works
here: each says its name and gives back what the test wants."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from invoke import Program
from rich.console import Console

import tasks
from pipeline.choice import Choice
from verification.cases.model_builder import small_cnn

ROOT = Path(tasks.__file__).parent
BOARD = "mps2_an386"

# Functions that verbs call, by module.
ROOMS = {
    "pipeline.stages": (
        "data data_statistics require_data has_data train seeds quantize evaluate evaluation "
        "familiarity graph compare_modes layer_errors compress require_comparable generate build "
        "bless blessed_model"
    ),
    "pipeline.beforehand": "require_image require_device require_samples at_most",
    "pipeline.report_stage": "make print_pdf",
    "pipeline.new_project": "make steps",
    "harness.rig.link": "emulate",
    "harness.rig.flash": "require flash",
    "harness.rig.monitor": "run",
    "harness.rig.serve": "run",
    "harness.rig.debug": "require run",
    "harness.rig.ports": "print_connected",
    "harness.run.hil": "run",
    "harness.run.op_diff": "run",
    "harness.run.op_profile": "run",
    "harness.run.stream": "run",
    "harness.run.one_input": "mismatches",
    "harness.run.recorded": "latest_scores",
    "harness.pad.alone": "require write",
    "harness.pad.server": "require run",
    "codegen.image.size_report": "run",
    "codegen.memory.arena_picture": "show_plan",
    "codegen.cost.preflight": "run",
    "codegen.tools": "find",
    "training.judge.lineage": "table comparison",
    "training.judge.predict": "prepared predict table write_picture",
    "training.data.drawing": "as_text",
    "verification.mutation.run": "run_mutation",
    "verification.golden": "run_golden",
    "verification.fuzz": "run_fuzz",
    "verification.python_fuzz": "run_python_fuzz",
    "verification.differential": "run_differential",
    "verification.frame_fuzz": "run_frame_fuzz",
    "verification.bench.report": "run",
    "verification.bench.property_run": "run",
    "verification.bench.cost_fit": "refit",
    "verification.bench.cycles_page": "run predict is_comparable beside",
    "verbs.suites": "run",
    "verbs.shell": "run_shown",
}


def image(values: Any, kind: str = "image") -> SimpleNamespace:
    info = SimpleNamespace(kind=kind, noun="digit")
    return SimpleNamespace(values=np.asarray(values), info=info)


class House:
    """calls: what was asked so far. gives: what a function gives back, by "room.function"; without
    it the name of the function."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.calls: list[str] = []
        self.gives: dict[str, Any] = {
            "stages.has_data": True,
            "mutation.run_mutation": SimpleNamespace(passed=True),
            "golden.run_golden": SimpleNamespace(passed=True, cases={"host": 1200}, seconds=7.4),
            "stages.bless": ["first", "second"],
            "stream.run": SimpleNamespace(mismatches=0),
            "op_diff.run": None,
            "hil.run": SimpleNamespace(passed=True, inference_us={}),
            "beforehand.at_most": 20,
            "report_stage.make": 12345,
            "alone.write": 12345,
            "one_input.mismatches": [],
            "predict.prepared": image([[[1, 2]]]),
            "predict.predict": SimpleNamespace(samples="SAMPLES"),
            "cycles_page.is_comparable": True,
            "suites.run": True,
        }
        self._capfd = capfd
        for module, names in ROOMS.items():
            room = module.rpartition(".")[2]
            room = "mutation" if module.startswith("verification.mutation") else room
            for name in names.split():
                monkeypatch.setattr(f"{module}.{name}", self._said(f"{room}.{name}"))
        monkeypatch.setattr("verbs.judge.run_shown", self._said("shell.run_shown"))

    def _said(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            words = [_word(one) for one in arguments]
            words += [f"{key}={_word(one)}" for key, one in named.items() if _word(one)]
            self.calls.append(" ".join([name, *filter(None, words)]))
            return self.gives.get(name, name)

        return call

    def run(self, command: str) -> tuple[int, str]:
        """(exit code, what was printed)."""
        self.calls.clear()
        code = 0
        try:
            Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(command)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = self._capfd.readouterr()
        return code, said.out + said.err


def _word(value: Any) -> str:
    if isinstance(value, (Choice, Console)) or value is None or callable(value):
        return ""  # the choice is checked elsewhere
    if isinstance(value, Path):
        return value.name
    return str(value.id) if hasattr(value, "id") else str(value)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> House:
    return House(monkeypatch, capfd)


BUILT = ["beforehand.require_device", "stages.build"]


@pytest.mark.parametrize(
    ("command", "calls", "printed"),
    [
        ("data", ["stages.data_statistics"], "stages.data_statistics\n"),
        ("train", ["stages.train"], ""),
        ("seeds --seeds 4,5", ["stages.seeds [4, 5]"], "stages.seeds\n"),
        ("quantize", ["stages.evaluate"], ""),
        (
            "quantize --layers",
            ["stages.require_comparable", "stages.evaluate", "stages.layer_errors"],
            "stages.layer_errors\n",
        ),
        (
            "quantize --mode all",
            ["stages.compare_modes all"],
            "stages.compare_modes\n",
        ),
        (
            "compress qat --epochs 2",
            [
                "stages.compress qat "
                "{'sparsity': None, 'schedule': None, 'clusters': None, 'epochs': 2}"
            ],
            "stages.compress\n",
        ),
        ("generate", ["stages.generate"], ""),
        ("build", ["beforehand.require_image", "stages.build"], ""),
        (
            "evaluate --robustness",
            [
                "stages.require_data evaluate", "stages.evaluate", "recorded.latest_scores tiny",
                "stages.evaluation recorded.latest_scores True",
            ],
            "stages.evaluation\n",
        ),
        (
            f"evaluate --board {BOARD}",
            [
                "stages.require_data evaluate", "stages.evaluate",
                f"recorded.latest_scores tiny {BOARD}",
                "stages.evaluation recorded.latest_scores False",
            ],
            "stages.evaluation\n",
        ),
        ("view train", ["stages.graph train"], ""),
        (
            "bless --margin 0.5",
            ["stages.require_data bless", "stages.bless 0.5"],
            "first\nsecond\n",
        ),
        ("runs", ["lineage.table build"], "lineage.table\n"),
        ("runs --compare a,b", ["lineage.comparison build a,b"], "lineage.comparison\n"),
        ("emulate", [*BUILT, f"link.emulate {BOARD} tiny"], ""),
        ("monitor", [*BUILT, f"monitor.run {BOARD} tiny"], ""),
        ("monitor --port /dev/x", [f"monitor.run {BOARD} tiny port=/dev/x"], ""),
        ("serve /dev/x", ["serve.run /dev/x 127.0.0.1:2217"], ""),
        ("serve /dev/x --listen h:1", ["serve.run /dev/x h:1"], ""),
        ("boards --connected", ["ports.print_connected"], ""),
        (
            "flash --port /dev/x",
            [
                "beforehand.require_image", f"flash.require {BOARD} port=/dev/x", "stages.build",
                f"flash.flash {BOARD} tiny port=/dev/x",
            ],
            "",
        ),
        (
            "debug --serve --gdb-port 7",
            [
                f"debug.require {BOARD} serve=True gdb_port=7", "beforehand.require_image",
                "stages.build", f"debug.run {BOARD} tiny serve=True gdb_port=7",
            ],
            "",
        ),
        (
            "size --check",
            [
                "beforehand.require_image", "stages.build",
                f"size_report.run {BOARD} {BOARD} tiny symbols=20 check=True write_budget=False",
            ],
            "",
        ),
        (
            "size --engine aot --symbols 3 --set-budget",
            [
                "beforehand.require_image", "stages.build",
                f"size_report.run {BOARD} {BOARD} tiny-aot symbols=3 check=False "
                "write_budget=True",
            ],
            "",
        ),
        (
            "diff",
            [*BUILT, f"op_diff.run {BOARD} tiny"],
            "",
        ),
        (
            "diff --digit 3",
            [
                "beforehand.require_device", "stages.require_data diff --digit",
                "beforehand.require_samples digit 3 first=0", "stages.evaluate", "stages.build",
                f"op_diff.run {BOARD} tiny digit=3",
            ],
            "",
        ),
        ("profile", [*BUILT, f"op_profile.run {BOARD} tiny"], ""),
        (
            "mutate --room lib/nn --count 3 --seed 7",
            ["mutation.run_mutation lib/nn 3 7"],
            "namespace(passed=True)\n",
        ),
        (
            "fuzz --frames --count 9 --seed 2",
            ["frame_fuzz.run_frame_fuzz 9 2"],
            "fuzz: 9 streams, frame_fuzz.run_frame_fuzz frames accepted, 0 finds\n",
        ),
        (
            "report",
            [
                "beforehand.require_device", "stages.has_data", "stages.evaluate", "stages.build",
                "report_stage.make report.html",
            ],
            "report: build/tiny/report.html, 12,345 B\n",
        ),
    ],
)  # fmt: skip
def test_what_a_verb_asks_for(command: str, calls: list[str], printed: str, house: House) -> None:
    code, said = house.run(command)
    assert (code, said) == (0, printed)
    assert house.calls == calls


@pytest.mark.parametrize(
    ("command", "room", "found"),
    [
        ("mutate --room lib/nn", "mutation.run_mutation", SimpleNamespace(passed=False)),
        ("golden", "golden.run_golden", SimpleNamespace(passed=False)),
        ("diff", "op_diff.run", "an op"),
        ("stream", "stream.run", SimpleNamespace(mismatches=1)),
        ("hil", "hil.run", SimpleNamespace(passed=False, inference_us={})),
        ("test --only unit", "suites.run", False),
        (
            "bench --property",
            "property_run.run",
            [SimpleNamespace(is_cliff=False), SimpleNamespace(is_cliff=True)],
        ),
        ("bench", "report.run", [SimpleNamespace(mismatches=0), SimpleNamespace(mismatches=2)]),
    ],
)
def test_what_is_wrong_ends_with_1(command: str, room: str, found: Any, house: House) -> None:
    house.gives[room] = found
    assert house.run(command)[0] == 1


@pytest.mark.parametrize(
    ("command", "room", "found"),
    [
        ("stream", "stream.run", SimpleNamespace(mismatches=0)),
        ("hil", "hil.run", SimpleNamespace(passed=True, inference_us={})),
        ("test --only unit", "suites.run", True),
        ("bench --property", "property_run.run", [SimpleNamespace(is_cliff=False)]),
        ("bench", "report.run", [SimpleNamespace(mismatches=0)]),
    ],
)
def test_what_is_right_ends_with_0(command: str, room: str, found: Any, house: House) -> None:
    house.gives[room] = found
    assert house.run(command)[0] == 0


@pytest.mark.parametrize(
    ("option", "room"),
    [
        ("", "fuzz.run_fuzz"),
        ("--python", "python_fuzz.run_python_fuzz"),
        ("--oracle", "differential.run_differential"),
    ],
)
def test_each_fuzz_has_its_room(
    option: str, room: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verification.fuzz_bases.base_models", lambda: "MODELS")
    others = {"no answer": 2}
    counts = {"executions": 9, "accepted": 4}
    others_seen = SimpleNamespace(most_common=others.items)
    house.gives[room] = SimpleNamespace(passed=True, others=others_seen, **counts)
    code, said = house.run(f"fuzz {option} --count 9 --seed 3")
    assert house.calls == [f"{room} MODELS 9 3 finds_dir=fuzz"]
    assert code == 0
    assert said == "fuzz: 2 no answer\nfuzz: 9 executions, 4 models accepted, 0 finds\n"
    house.gives[room].passed = False
    assert house.run(f"fuzz {option} --count 9 --seed 3") == (1, "fuzz: 2 no answer\n")


def test_golden_says_what_it_compared(house: House) -> None:
    assert house.run("golden --op PAD --board host,cortex-m0 --engine aot") == (
        0, "golden: models: 1,200 on host; 0 mismatches, 7 s\n",
    )  # fmt: skip
    (call,) = house.calls
    assert call.endswith("2000 1 boards=['host', 'cortex-m0'] op=PAD engine=aot")
    house.run("golden --count 7 --seed 9")
    assert house.calls[0].endswith("7 9 boards=['host'] engine=interpreter")


def test_a_model_without_data_is_reported_without_an_evaluation(
    house: House, tmp_path: Path
) -> None:
    house.gives["stages.has_data"] = False
    page, pdf = tmp_path / "a.html", tmp_path / "a.pdf"
    code, said = house.run(f"report --out {page} --pdf {pdf} --port /dev/x --baud 9600")
    assert code == 0
    assert house.calls == [
        "beforehand.require_device /dev/x baud=9600", "tools.find chromium report --pdf",
        "stages.has_data", "stages.quantize", "stages.build",
        "report_stage.make a.html /dev/x 9600", "report_stage.print_pdf a.html a.pdf",
    ]  # fmt: skip
    assert said.count("report: ") == 2


def test_a_prediction_asks_a_board_where_one_is_named(house: House, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.touch()
    alone = [
        "stages.require_data predict", "stages.data", "predict.prepared tiny a.png",
        "stages.quantize", "stages.familiarity", "predict.predict tiny a.png",
        "drawing.as_text [[1 2]]", f"predict.table {house.gives['predict.predict']}",
    ]  # fmt: skip
    code, said = house.run(f"predict {photo}")
    assert (code, house.calls) == (0, alone)
    assert said == "drawing.as_text\npredict.table\n"
    for asked in (f"--board {BOARD}", "--port /dev/x"):
        code, said = house.run(f"predict {photo} {asked}")
        assert code == 0
        assert house.calls[1].startswith("beforehand.require_device")
        assert house.calls[-2:][0] == "stages.build"
        assert said.endswith(f"predict: {BOARD} answers as int8, bit for bit\n")
    house.gives["one_input.mismatches"] = ["3 of 10"]
    code, said = house.run(f"predict {photo} --port /dev/x")
    assert code == 1
    assert "answers otherwise: digit 3 of 10; `invoke diff` names the op" in said


def test_a_prediction_of_colours_and_of_no_picture(house: House, tmp_path: Path) -> None:
    photo, png = tmp_path / "a.png", tmp_path / "seen.png"
    photo.touch()
    house.gives["predict.prepared"] = image([[[[1, 2, 3]]]])
    assert house.run(f"predict {photo} --png {png}") == (0, "predict.table\n")
    assert "predict.write_picture seen.png [[[1 2 3]]]" in house.calls
    house.gives["predict.prepared"] = image([[1]], kind="table")
    assert house.run(f"predict {photo}") == (0, "predict.table\n")
    code, said = house.run(f"predict {photo} --png {png}")
    assert (code, "no images" in said) == (2, True)
    assert house.run(f"predict {tmp_path / 'absent.png'}")[0] == 2


def test_the_blessed_model_is_flashed(house: House, tmp_path: Path) -> None:
    model = tmp_path / "net.tflite"
    model.write_bytes(small_cnn())
    house.gives["stages.blessed_model"] = model
    assert house.run("flash --blessed")[0] == 0
    assert house.calls[0] == "stages.blessed_model"
    assert house.calls[-1] == f"flash.flash {BOARD} net"
    for other in (f"--model {model}", "--recipe tiny"):
        assert house.run(f"flash --blessed {other}")[0] == 2
        assert house.calls == []


def test_tensorboard_is_started_on_the_graph(house: House) -> None:
    house.gives["stages.graph"] = Path("graph/train")
    assert house.run("view train --tensorboard")[0] == 0
    assert house.calls[1].startswith("shell.run_shown")
    assert house.calls[1].endswith("'--logdir', 'graph/train'] TensorBoard")


def test_a_page_that_stands_alone_needs_no_port(house: House, tmp_path: Path) -> None:
    assert house.run(f"pad --static {tmp_path} --port /dev/x")[0] == 2
    assert house.run(f"pad --static {tmp_path} --listen h:1")[0] == 2
    assert "beforehand.require_image" not in house.calls


def test_cycles_are_told_beside_a_real_boards_clock(house: House) -> None:
    house.gives["hil.run"] = SimpleNamespace(passed=True, inference_us={"median": 2000.0})
    code, said = house.run("hil --port /dev/x")
    assert (code, said) == (0, "cycles_page.beside\n")
    assert house.calls[-1] == "cycles_page.beside cycles_page.predict 50000"  # 25 MHz
    house.gives["cycles_page.is_comparable"] = False
    assert house.run("hil --port /dev/x") == (0, "")
    house.gives["hil.run"] = SimpleNamespace(passed=True, inference_us={})
    house.gives["cycles_page.is_comparable"] = True
    assert house.run("hil --port /dev/x") == (0, "")
    house.gives["hil.run"] = SimpleNamespace(passed=True, inference_us={"median": 2000.0})
    assert house.run("hil") == (0, "")


def test_the_count_of_hil_is_held_to_the_data_only_where_it_was_given(house: House) -> None:
    house.run("hil")
    assert [one for one in house.calls if "at_most" in one or "samples" in one] == [
        "beforehand.at_most 1000"
    ]
    house.run("hil --count 30")
    assert [one for one in house.calls if "at_most" in one or "samples" in one] == [
        "beforehand.require_samples count 30"
    ]
    order = [one.split()[0] for one in house.calls]
    assert order == [
        "beforehand.require_device", "beforehand.require_samples", "stages.evaluate",
        "stages.build", "hil.run",
    ]  # fmt: skip
