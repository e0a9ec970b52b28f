"""As test_wired.py: verbs that measure, predict, list and export, and those about a project."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.boards.facts import list_boards
from codegen.files.places import BUILD
from harness.pad.server import DEFAULT_LISTEN
from tests.unit.verbs.test_wired import BOARD, House
from verification.cases.model_builder import small_cnn

# Functions that verbs call, by module, besides those of test_wired.py.
MORE = {
    "pipeline.stages": "clean untrained",
    "pipeline.machine": "examine report",
    "pipeline.samples": "reader",
    "harness.farm.listing": "run",
    "harness.pad.session": "Session",
    "harness.pad.desk": "Desk",
    "harness.matrix.document": "update",
    "harness.matrix.outcome": "passed",
    "codegen.files.git": "short_commit",
    "codegen.files.markdown": "read_marked",
    "codegen.files.shared_models": "find_models those_that",
    "codegen.export.export": "export",
    "codegen.export.folder": "check",
    "codegen.export.package": "require",
    "training.int8.untrained": "convert_untrained",
    "verbs.pages.refresh": "run check",
    "verbs.pages.site": "build",
    "verbs.project": "run_shown",
    "verification.bench.measure": "bench read_measurable find_boards",
    "verification.bench.performance_page": "update",
    "verification.bench.cost_fit": "check_request",
}


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> House:
    made = House(monkeypatch, capfd)
    for module, names in MORE.items():
        room = module.rpartition(".")[2]
        for name in names.split():
            monkeypatch.setattr(f"{module}.{name}", made._said(f"{room}.{name}"))
    return made


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(small_cnn())
    return path


def test_a_plan_is_for_the_isa_or_for_the_boards(house: House, net: Path, tmp_path: Path) -> None:
    for asked, said in (
        ("", "net.tflite dsp plan-dsp.svg"),
        ("--isa mve", "net.tflite mve plan-mve.svg"),
        ("--board microbit", "net.tflite scalar plan-scalar.svg"),
        (f"--isa scalar --board microbit --svg {tmp_path}/p.svg", "net.tflite scalar p.svg"),
    ):
        assert house.run(f"plan --model {net} {asked}") == (0, "arena_picture.show_plan")
        assert house.calls[0].startswith(f"arena_picture.show_plan {said}"), asked
    code, said = house.run(f"plan --model {net} --isa dsp --board microbit")
    assert (code, house.calls) == (2, [])
    assert "--isa dsp, but microbit is scalar" in said


def test_preflight_of_a_recipe_of_a_model_and_of_one_to_convert(
    house: House, net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("codegen.frontend.parameters.load", lambda _: "LOADED")
    monkeypatch.setattr("codegen.frontend.parameters.read", lambda _: "READ")
    monkeypatch.setattr("codegen.cost.preflight.run", lambda *given, **_: seen.append(given))
    monkeypatch.setattr("training.int8.user_model.leaned", lambda data: data)
    house.gives["stages.untrained"] = house.gives["untrained.convert_untrained"] = small_cnn()
    assert house.run("preflight")[0] == 0
    assert house.run("preflight --recipe tiny --board microbit")[0] == 0
    assert house.run(f"preflight --model {net}")[0] == 0
    front_end = tmp_path / "frontend.json"
    front_end.touch()
    assert house.run(f"preflight --model {net} --front-end {front_end}")[0] == 0
    keras = tmp_path / "net.keras"
    keras.write_bytes(b"x")
    assert house.run(f"preflight --model {keras}")[0] == 0
    assert house.calls == ["untrained.convert_untrained net.keras"]
    assert [(name, board.id, front) for _, name, board, front in seen] == [
        ("tiny", BOARD, "LOADED"),
        ("tiny", "microbit", "LOADED"),
        ("net.tflite", BOARD, None),
        ("net.tflite", BOARD, "READ"),
        ("net.keras", BOARD, None),
    ]
    net.write_bytes(b"\x1c\0\0\0TFL3" + bytes(100))
    assert house.run(f"preflight --model {net}")[0] == 2


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ("", ["report.run all all False engine=interpreter cycles=False"]),
        (
            "--board microbit --model all --engine aot --profile --cycles",
            ["report.run microbit all True engine=aot cycles=True"],
        ),
        (
            "--markdown {page}",
            [
                "markdown.read_marked page.md {part}",
                "report.run all all False engine=interpreter cycles=False",
                "measure.find_boards all",
                "performance_page.update page.md [namespace(mismatches=0)] measure.find_boards "
                "interpreter",
            ],
        ),
        ("--property", ["property_run.run 8 1"]),
        ("--property --board microbit --count 3 --seed 0", ["property_run.run microbit 3 0"]),
    ],
)
def test_bench(options: str, calls: list[str], house: House, tmp_path: Path) -> None:
    from verification.bench import performance_page

    house.gives["report.run"] = [SimpleNamespace(mismatches=0)]
    house.gives["property_run.run"] = [SimpleNamespace(is_cliff=False)]
    page = tmp_path / "page.md"
    page.touch()
    assert house.run(f"bench {options.format(page=page)}")[0] == 0
    part = performance_page.part("interpreter")
    assert house.calls == [one.format(part=part) for one in calls]


@pytest.mark.parametrize(
    "options",
    [
        *("--count 3", "--seed 3", "--property --cycles", "--property --profile"),
        *("--property --engine aot", "--property --model x", "--board a,a"),
        "--property --board a,a",
    ],
)
def test_options_of_bench_that_do_not_go_together(options: str, house: House) -> None:
    assert house.run(f"bench {options}")[0] == 2
    assert house.calls == []


def test_cycles_and_costs(house: House) -> None:
    house.gives["cost_fit.check_request"] = None
    house.gives["shared_models.those_that"] = ["runnable"]
    assert house.run("cycles")[0] == 0
    assert house.calls == [f"cycles_page.run {BOARD} all interpreter"]
    assert house.run("cycles --board a,b --engine aot")[0] == 0
    assert house.calls == ["cycles_page.run a,b all aot"]
    assert house.run("costs --core cortex-m0,cortex-m4 --count 3")[0] == 0
    assert house.calls[0] == "cost_fit.check_request ['cortex-m0', 'cortex-m4'] 3"
    assert house.calls[1:3] == [
        "shared_models.find_models all",
        "shared_models.those_that shared_models.find_models costs",
    ]
    assert house.calls[3].endswith("['runnable'] 3 cores=['cortex-m0', 'cortex-m4'] classes=*")
    from verification.bench.cost_fit import CORES

    assert house.run("costs --model x")[0] == 0
    assert house.calls[0] == f"cost_fit.check_request {CORES} 200"
    assert house.calls[-1].endswith(f"shared_models.find_models 200 cores={CORES} classes=*")
    assert len(house.calls) == 3


def test_golden_of_models_that_are_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verification.golden.model_generators", lambda paths: dict.fromkeys(paths))
    house.gives["shared_models.find_models"] = ["a", "b"]
    house.gives["shared_models.those_that"] = ["b"]
    assert house.run("golden --model all")[0] == 0
    assert house.calls[2].startswith("golden.run_golden {'b': None} 10 1 ")
    assert house.run("golden --model x")[0] == 0
    assert house.calls[1].startswith("golden.run_golden {'a': None, 'b': None} 20 1 ")
    assert house.run("golden --model x --count 3 --seed 5")[0] == 0
    assert house.calls[1].startswith("golden.run_golden {'a': None, 'b': None} 3 5 ")
    assert house.run("golden --model x --op PAD")[0] == 2


@pytest.mark.parametrize("flags", ["--frames --python", "--frames --oracle", "--python --oracle"])
def test_one_fuzz_at_a_time(flags: str, house: House) -> None:
    code, said = house.run(f"fuzz {flags}")
    assert (code, house.calls) == (2, []) and "choose one of" in said
    assert house.run(f"fuzz {flags} --frames --python --oracle")[0] == 2


def test_boards_list_one_thing_at_a_time(house: House) -> None:
    assert house.run("boards --farm --coordinator h:1") == (0, "")
    assert house.calls == ["listing.run h:1"]
    for wrong in ("--coordinator h:1", "--connected --farm", f"--farm --board {BOARD}"):
        assert house.run(f"boards {wrong}")[0] == 2
        assert house.calls == []
    code, said = house.run(f"boards --board {BOARD}")
    assert code == 0 and "machine mps2-an386" in said and f"board      {BOARD}\n" in said
    real = next(board.id for board in list_boards() if board.emulator is None)
    code, said = house.run(f"boards --board {real}")
    assert code == 0 and "machine" not in said
    code, said = house.run("boards")
    (line,) = [line for line in said.splitlines() if line.startswith(BOARD)]
    assert line.split()[1:3] == ["Cortex-M4F", "dsp"]
    titles = said.splitlines()[0]
    assert line.index("dsp") == titles.index("isa")
    for title in ("flash", "ram"):  # flush right
        end = titles.index(f" {title} ") + 1 + len(title)
        assert line[end - 1] == "B" and line[end] == " "


def test_size_holds_to_a_budget_or_sets_it(house: House) -> None:
    code, said = house.run("size --check --set-budget")
    assert (code, house.calls) == (2, []) and "choose one" in said


def test_stream_asks_a_model_for_a_probability(
    house: House, net: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "harness.run.stream.Settings.parameters", lambda _, output: asked.append(output.shape)
    )
    assert house.run(f"stream --model {net} --count 3 --hold 2")[0] == 0
    assert asked == [(1, 10)]
    assert house.run("stream --threshold 3")[0] == 2
    assert "stages.evaluate" not in house.calls
    assert asked == [(1, 10)]


def test_profile_with_cycles(house: House) -> None:
    predicted = SimpleNamespace(columns=lambda: "COLUMNS", summary=lambda: "SUMMARY")
    house.gives["cycles_page.predict"] = predicted
    assert house.run("profile --cycles") == (0, "SUMMARY\n")
    assert house.calls[-2:] == [
        f"cycles_page.predict model.tflite {BOARD} interpreter",
        f"op_profile.run {BOARD} tiny predicted=COLUMNS",
    ]
    assert house.run("profile --cycles --tflm-lib x")[0] == 2
    assert house.run("profile --cycles --board host")[0] == 2


def test_a_page_to_draw_on(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    session = SimpleNamespace(close=lambda: closed.append(1))
    house.gives["session.Session"] = session
    house.gives["desk.Desk"] = "DESK"
    house.gives["server.require"] = None
    assert house.run("pad --listen h:1 --save x") == (0, "")
    assert [one.split()[0] for one in house.calls] == [
        "stages.require_data", "server.require", "beforehand.require_device", "stages.evaluate",
        "stages.build", "session.Session", "samples.reader", "desk.Desk", "server.run",
    ]  # fmt: skip
    assert "server.require h:1" in house.calls and house.calls[-1] == "server.run DESK h:1"
    assert closed == [1]
    assert house.run("pad")[0] == 0
    assert house.calls[-1] == f"server.run DESK {DEFAULT_LISTEN}"

    monkeypatch.setattr("codegen.model.tflite.Model.read", lambda path: path.name)
    monkeypatch.setattr("codegen.samples.facts.DataInfo.load", lambda path: path.name)
    code, said = house.run(f"pad --static {tmp_path}")
    assert code == 0 and said.startswith(f"pad: {tmp_path / 'index.html'}, 12,345 B: open it")
    assert house.calls[1:] == [
        f"server.require {DEFAULT_LISTEN}", "beforehand.require_image", "stages.evaluate",
        "alone.require model.tflite tiny", "stages.build", f"alone.write {BOARD} tiny index.html",
    ]  # fmt: skip


def test_export(house: House, net: Path, tmp_path: Path) -> None:
    house.gives["export.export"] = 12
    out = tmp_path / "out"
    assert house.run(f"export --to c --output {out}")[0] == 2
    assert house.calls == []
    code, said = house.run(f"export --to c --recipe tiny --output {out}")
    assert (code, said) == (0, f"export: 12 files in {out}; README.md says how they are used\n")
    assert [one.split()[0] for one in house.calls] == [
        "folder.check", "stages.evaluate", "export.export",
    ]  # fmt: skip
    assert house.calls[0].count("name='tiny'") == 1
    assert house.calls[-1].endswith(
        "tiny invoke export --to c --recipe tiny --engine interpreter --output DIR --isa all []"
    )
    assert house.run(f"export --to c --model {net} --name other --output {out} --force")[0] == 0
    assert [one.split()[0] for one in house.calls] == [
        "folder.check", "package.require", "stages.evaluate", "export.export",
    ]  # fmt: skip
    assert "name='other'" in house.calls[0] and "--model net.tflite" in house.calls[-1]
    assert "--force" not in house.calls[-1]


def test_export_with_figures(house: House, net: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    house.gives["measure.find_boards"] = "BOARDS"
    names = ["instructions", "init_instructions", "flash_bytes", "constant_bytes", "stack_bytes"]
    names += ["cycles_0ws"]
    row = SimpleNamespace(cpu="cortex-m0", **{name: n for n, name in enumerate(names)})
    house.gives["measure.bench"] = [row]
    for model, is_read in ((f"--model {net}", True), ("--recipe tiny", False)):
        assert house.run(f"export --to c {model} --output {out} --measure")[0] == 0
        assert ("measure.read_measurable net.tflite" in house.calls) == is_read
        assert house.calls[-3] == "measure.find_boards all"
        assert house.calls[-2].startswith("measure.bench BOARDS [")
        assert "engine=interpreter" in house.calls[-2] and "model.tflite" in house.calls[-2]
        assert "Measured(cpu='cortex-m0', instructions=0, " in house.calls[-1]
    code, said = house.run(f"export --to tflm --recipe tiny --output {out} --measure")
    assert (code, "brings no runtime" in said) == (2, True)
    assert "stages.evaluate" not in house.calls


# ---------------------------------------------------------------- hil on several


def several(house: House, options: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[Any]]:
    """The exit code, and what the matrix was given."""
    given: list[Any] = []

    def run(sources: Any, boards: Any, **how: Any) -> str:
        given.extend([sources, [board.id for board in boards], how])
        return "OUTCOMES"

    monkeypatch.setattr("harness.matrix.run.run", run)
    house.gives.setdefault("outcome.passed", True)
    return house.run(f"hil {options}")[0], given


def test_hil_on_several_boards(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    code, given = several(house, f"--board {BOARD},microbit", monkeypatch)
    assert code == 0
    sources, boards, how = given
    assert boards == [BOARD, "microbit"] and how["json_path"] is None
    assert [(one.name, one.count) for one in sources] == [("tiny", 20)]
    assert house.calls[:2] == ["beforehand.require_device", "beforehand.require_device"]
    assert sources[0].prepare() == BUILD / "tiny"
    sources[0].build(SimpleNamespace(id="microbit"))
    assert house.calls[-2:] == ["stages.evaluate", "stages.build"]
    house.gives["outcome.passed"] = False
    assert several(house, f"--board {BOARD},microbit", monkeypatch)[0] == 1


def test_hil_on_several_takes_no_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in (
        *("--port x", "--place x", "--farm", "--baud 9600", "--trace", "--fault drop=1e-4"),
        "--resume",
    ):
        code, given = several(house, f"--board {BOARD},microbit {option}", monkeypatch)
        assert (code, given) == (2, []), option
        assert house.calls == [], option


def test_hil_on_one_board_for_a_page(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.touch()
    assert several(house, f"--markdown {page} --count 7", monkeypatch)[1][1] == [BOARD]
    assert house.calls[0].startswith("markdown.read_marked page.md")
    assert "document.update page.md OUTCOMES git.short_commit" in house.calls
    assert "beforehand.require_samples count 7" in house.calls


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--port x --place y", "--port and --place both say where"),
        ("--port x --farm", "--port and --farm both say where"),
        ("--place x --farm", "--place and --farm both say where"),
        ("--coordinator h:1", "--coordinator goes with --place or --farm"),
        ("--port x --coordinator h:1", "--coordinator goes with --place or --farm"),
    ],
)
def test_hil_is_told_once_where_the_boards_are(options: str, said: str, house: House) -> None:
    code, printed = house.run(f"hil {options}")
    assert (code, said in printed, house.calls) == (2, True, [])


# ---------------------------------------------------------------- a project


def test_docs_lint_doctor_and_clean(house: House, tmp_path: Path) -> None:
    assert house.run("docs") == (0, "docs: site.build\n")
    assert house.calls == ["refresh.check", "site.build"]
    assert house.run("docs --refresh --page models.md")[0] == 0
    assert house.calls == ["refresh.run models.md", "refresh.check", "site.build"]
    assert house.run("docs --page models.md")[0] == 2
    assert house.run("doctor")[0] == 0
    house.gives["machine.report"] = False
    assert house.run("doctor")[0] == 3
    assert house.run("clean")[0] == 0
    assert house.calls == ["stages.clean False"]
    assert house.run("clean --everything")[0] == 0
    assert house.calls == ["stages.clean True"]
    (tmp_path / "x.tflite").write_bytes(small_cnn())
    for other in ("--recipe tiny", f"--model {tmp_path / 'x.tflite'}"):
        assert house.run(f"clean --everything {other}")[0] == 2
        assert house.run(f"clean {other}")[0] == 0
    assert house.run("new here --board microbit --recipe tiny")[0] == 0
    assert house.calls == ["new_project.make here microbit tiny auto", "new_project.steps here"]
    assert house.run("new here")[0] == 0
    assert house.calls[0] == f"new_project.make here {BOARD} tiny auto"


LINT = ["ruff", "ruff", "mypy", "import-linter", "clang-format"]


def test_lint_runs_each_tool_over_all_sources(house: House) -> None:
    assert house.run("lint")[0] == 0
    assert [one.rpartition(" ")[2] for one in house.calls] == LINT
    programs = Path(sys.executable).parent
    assert str(programs / "lint-imports") in house.calls[3]
    sources = house.calls[4]
    assert str(programs / "clang-format") in sources and "firmware/lib/nn/nn/isa.h" in sources
    assert "codegen/aot/recorder.cc" in sources
    assert "/generated/" not in sources and ".py" not in sources


@pytest.mark.parametrize(
    ("options", "suites", "tested", "workers", "further"),
    [
        ("", "unit golden training emulated hardware", [BOARD], "auto", []),
        ("--only unit", "unit", [], "auto", []),
        ("--only emulated --board host", "emulated", ["host"], "auto", ["--board=host"]),
        ("--only hardware --port x", "hardware", [BOARD], "0", ["--port=x"]),
        ("--only unit --args '-k x'", "unit", [], "auto", ["-k", "x"]),
    ],
)
def test_test_lints_and_makes_images_where_they_are_needed(
    options: str,
    suites: str,
    tested: list[str],
    workers: str,
    further: list[str],
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []
    built: list[str] = []

    def run(names: list[str], make_images: Any, extra: list[str], processes: str) -> bool:
        seen.extend([names, extra, processes])
        make_images()
        return True

    monkeypatch.setattr("verbs.suites.run", run)
    monkeypatch.setattr(
        "pipeline.stages.build",
        lambda chosen: built.append(chosen.board_id + (" sanitized" if chosen.sanitize else "")),
    )
    monkeypatch.setattr(
        "codegen.boards.facts.boards_built_here", lambda: [SimpleNamespace(id="microbit")]
    )
    assert house.run(f"test {options}")[0] == 0
    assert seen == [suites.split(), further, workers]
    sanitized = ["host sanitized"] if tested == ["host"] else []
    assert built == tested + sanitized + (["microbit"] if "emulated" in suites else [])
    linted = [one.rpartition(" ")[2] for one in house.calls if "run_shown" in one]
    assert linted == ([] if "--only" in options else LINT)
    programs = [one for one in house.calls if one.startswith("tools.find")]
    assert bool(programs) == ("emulated" in suites)
    assert ("beforehand.require_device x" in house.calls) == ("--port" in options)


def test_a_suite_that_is_none(house: House) -> None:
    code, said = house.run("test --only nope")
    assert (
        code == 2
        and said.count("hardware, cores, compression, tutorials, export, search, farm") == 1
    )
    for only in ("compression", "farm"):
        assert house.run(f"test --only {only}")[0] == 0
    assert house.run('test --only unit --args "\'"')[0] == 2
    assert house.run("test --only unit --board nope")[0] == 2
