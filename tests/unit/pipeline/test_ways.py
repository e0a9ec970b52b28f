"""Which stages each verb runs, on what, in which order; what it refuses, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from codegen.engines import AOT
from codegen.errors import BudgetError, CodegenError
from codegen.model.tflite import Model
from harness.run import recorded
from pipeline import beforehand, choice, image, stages
from pipeline.choice import Choice
from pipeline.stage import Stage
from training.errors import TrainingError
from verification.cases.model_builder import ModelBuilder, small_cnn

TINY = Choice("host", "tiny", "auto")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Stage]:
    """The stages that would run."""
    found: list[Stage] = []
    monkeypatch.setattr(choice, "BUILD", tmp_path / "build")
    monkeypatch.setattr(stages, "BUILD", tmp_path / "build")
    monkeypatch.setattr(stages, "run", lambda stage, *_, **__: found.append(stage))
    return found


def names(ran: list[Stage]) -> list[str]:
    return [stage.name for stage in ran]


def two_inputs() -> bytes:
    b = ModelBuilder()
    one, two, result = (b.tensor([1, 4], scale=0.1) for _ in range(3))
    b.op("ADD", [one, two], [result])
    return b.build([one, two], [result])


@pytest.fixture
def model(tmp_path: Path) -> Choice:
    """One that does not take the default data's digits."""
    path = tmp_path / "mine.tflite"
    path.write_bytes(small_cnn(image=12))
    return replace(TINY, model=path)


@pytest.fixture
def pair(tmp_path: Path) -> Choice:
    path = tmp_path / "pair.tflite"
    path.write_bytes(two_inputs())
    return replace(TINY, model=path)


@pytest.fixture
def floating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choice:
    """A Keras file of one input that takes the default data's digits."""
    monkeypatch.setattr(stages, "_float_edges", lambda _: edges())
    path = tmp_path / "net.keras"
    path.write_bytes(b"")
    return replace(TINY, model=path)


def edges(inputs: int = 1, digits: bool = True) -> Any:
    return SimpleNamespace(
        inputs=[SimpleNamespace(name=f"in{i}") for i in range(inputs)],
        takes=lambda _: digits,
        gives_classes=lambda count: digits and count == 10,
        taken="numbers",
        wanted_arrays="x0",
    )


def test_a_recipe_is_trained_and_quantized_on_its_data(ran: list[Stage]) -> None:
    stages.quantize(replace(TINY, calibration=77, preset="small", seed=5))
    assert names(ran) == ["data", "train", "export", "quantize"]
    data, train, _, quantize = ran
    assert data.arguments["trained"] is False
    assert train.arguments["seed"] == 5 and train.facts == {"seed": 5}
    assert train.options()["seed"] == "5"
    assert "frontend.json" not in train.inputs and train.without == stages.FRONT_ENDS
    assert train.data == ()
    assert quantize.inputs == ("float.keras", "train.npz")
    assert quantize.options() == {"calibration": "77", "preset": "small"}
    assert quantize.facts == {"calibration": 77}


def test_a_recipe_with_a_front_end_makes_that_first(ran: list[Stage]) -> None:
    stages.train(Choice("host", "keyword", "auto"))
    assert names(ran) == ["data", "frontend", "train", "export"]
    train = ran[2]
    assert "frontend.json" in train.inputs and train.without == ()
    assert train.data == (stages.FRONT_END_LIB,)
    ran.clear()
    with suppress(Exception):  # there are no data to take the shape from
        stages.untrained(Choice("host", "keyword", "auto"))
    assert names(ran) == ["data", "frontend"]
    ran.clear()
    with suppress(Exception):
        stages.untrained(TINY)
    assert names(ran) == ["data"]


def test_a_models_way_is_shorter(ran: list[Stage], model: Choice, floating: Choice) -> None:
    stages.quantize(model)
    assert names(ran) == ["import"]
    (stage,) = ran
    assert stage.outputs == ("model.tflite",) and not stage.tools
    ran.clear()
    stages.quantize(floating)
    assert names(ran) == ["import", "data", "quantize"]
    assert "float.keras" in ran[0].outputs and ran[0].tools == ("tensorflow",)
    assert ran[2].inputs == ("float.keras", "float_edges.json", "train.npz")
    assert ran[2].arguments["saved_model"] is None
    ran.clear()
    samples = floating.model.with_name("samples.npz") if floating.model else None
    assert samples is not None
    samples.write_bytes(b"x")
    stages.quantize(replace(floating, calibration_data=samples))
    assert names(ran) == ["import", "quantize"]
    assert ran[1].inputs == ("float.keras", "float_edges.json")
    assert "calibration data" in ran[1].options()


def test_a_saved_model_is_its_own_source(
    ran: list[Stage], floating: Choice, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside/a").write_bytes(b"1")
    saved = replace(floating, model=folder)
    stages.quantize(saved)
    assert ran[0].outputs == ("float_edges.json",)
    assert ran[2].inputs == ("float_edges.json", "train.npz")
    assert ran[2].arguments["saved_model"] == folder
    before = ran[2].options()["model"]
    (folder / "inside/a").write_bytes(b"2")
    assert ran[2].options()["model"] != before
    with pytest.raises(CodegenError, match="a Keras model is needed"):
        stages.require_float(saved)
    stages.require_float(floating)
    stages.require_float(TINY)


def test_without_samples_nothing_is_quantized(
    ran: list[Stage], floating: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "_float_edges", lambda _: edges(digits=False))
    with pytest.raises(CodegenError, match=r"takes numbers.*\(x0\), or --data$"):
        stages.quantize(floating)
    monkeypatch.setattr(stages, "_float_edges", lambda _: edges(inputs=2))
    with pytest.raises(CodegenError, match=r"\(x0\)$"):
        stages.quantize(floating)


def test_which_models_have_data(
    floating: Choice, model: Choice, pair: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stages.has_data(TINY) and stages.has_data(floating)
    assert not stages.has_data(model) and stages.has_data(replace(model, data="x.npz"))
    assert not stages.has_data(pair) and not stages.has_data(replace(pair, data="x.npz"))
    assert not stages.has_data(replace(floating, calibration_data=Path("x.npz")))
    stages.require_data(TINY, "evaluate")
    for wrong, message in [
        (pair, "has several inputs"),
        (model, "does not take the digits"),
        (replace(floating, calibration_data=Path("x.npz")), "is calibrated with samples"),
    ]:
        with pytest.raises(CodegenError, match=f"^evaluate: .*{message}"):
            stages.require_data(wrong, "evaluate")
    monkeypatch.setattr(stages, "_float_edges", lambda _: edges(digits=False))
    assert not stages.has_data(floating)


def test_evaluation_of_each_kind(
    ran: list[Stage], model: Choice, pair: Choice, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    model.build_dir.mkdir(parents=True)
    for name in ("digits.npz", "inputs.npz", "data.json", "metrics.json", "oracle.npz"):
        (model.build_dir / name).write_bytes(b"")
    stages.evaluate(model)
    assert names(ran) == ["import"] and not list(model.build_dir.iterdir())
    assert "no data: accuracy not measured" in capsys.readouterr().out
    ran.clear()
    stages.evaluate(pair)
    assert names(ran) == ["import"]
    ran.clear()
    arrays = pair.build_dir.parent.parent / "x.npz"
    arrays.write_bytes(b"x")
    stages.evaluate(replace(pair, data=str(arrays)))
    assert names(ran) == ["import", "data"] and ran[1].entry.endswith("model_inputs:prepare")
    assert ran[1].inputs == ("model.tflite",) and ran[1].arguments["names"] == []
    with pytest.raises(CodegenError, match=r"give a \.npz with an array"):
        stages.evaluate(replace(pair, data="x.csv"))
    ran.clear()
    custom = SimpleNamespace(custom_names=["x"])
    monkeypatch.setattr(Model, "read", lambda _: custom)
    stages.evaluate(TINY)
    assert names(ran) == ["data", "train", "export", "quantize", "evaluate"]
    assert ran[-1].data == (stages.RUNTIME,)


def test_generated_sources_go_by_engine_and_data(ran: list[Stage], model: Choice) -> None:
    stages.generate(replace(model, engine=AOT))
    assert names(ran) == ["import", "generate"]
    assert "generated/aot_model.cc" in ran[1].outputs and ran[1].inputs == ("model.tflite",)
    assert "data.json" not in ran[1].inputs_if_there and ran[1].keep_edited
    ran.clear()
    stages.build(TINY)
    assert names(ran)[-3:] == ["data", "generate", "build host"]
    assert "generated/model_data.cc" in ran[-2].outputs
    assert ran[-2].inputs == ("model.tflite", "digits.npz")
    assert "data.json" in ran[-2].inputs_if_there


def test_a_models_front_end_is_the_users_or_none(ran: list[Stage], model: Choice) -> None:
    model.build_dir.mkdir(parents=True)
    left = model.build_dir / "frontend.json"
    left.write_text("{}")
    stages.quantize(model)
    assert not left.exists()


def test_what_takes_no_model(model: Choice) -> None:
    for verb in (
        lambda: stages.train(model),
        lambda: stages.seeds(model, [1]),
        lambda: stages.compress(model, "prune", {}),
    ):
        with pytest.raises(CodegenError, match="--model gives a model that is trained"):
            verb()


def test_a_graph_is_listed_and_where_to_look_at_it(
    ran: list[Stage], floating: Choice, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr("training.judge.graph_stages.write", lambda folder, stage: stage)
    monkeypatch.setattr("training.judge.graph_stages.text", lambda listing: f"listed {listing}")
    folder = stages.graph(floating, "frozen")
    assert folder == floating.build_dir / "graph/frozen"
    assert names(ran) == ["import", "data", "quantize"]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "listed frozen"
    assert said[1] == f"  TensorBoard: tensorboard --logdir {folder}"
    assert said[2].startswith(f"  Netron: netron {folder}/frozen.pb, or open")
    saved = replace(floating, model=tmp_path)
    with pytest.raises(CodegenError, match="a Keras model is needed"):
        stages.graph(saved, "frozen")
    stages.graph(saved, "tflite")  # of which there is one
    with pytest.raises(TrainingError, match="nothing"):
        stages.graph(floating, "nothing")


def test_pages_are_of_what_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    asked: list[Any] = []
    room = "training.judge.evaluation_report"
    monkeypatch.setattr(f"{room}.takes", lambda _: bool(asked))
    monkeypatch.setattr("training.judge.measures_table.table", lambda _: "measures")
    monkeypatch.setattr(f"{room}.evaluate", lambda *args, workers: asked.append((*args, workers)))
    monkeypatch.setattr(f"{room}.table", lambda _: "table")
    assert stages.evaluation(TINY, [], True) == "measures"
    asked.append("it takes them")
    said = stages.evaluation(TINY, [], True, "2")
    assert asked[1:] == [(TINY.build_dir, [], True, "2")]
    page, numbers = f"{TINY.build_dir}/evaluate.html", "evaluate.json"
    assert said == f"table\n\nevaluate: {page} has the pictures, {numbers} all numbers"


def test_familiarity_is_of_training_data(ran: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    TINY.build_dir.mkdir(parents=True)
    made = TINY.build_dir / "familiarity.npz"
    info = SimpleNamespace(task="classify")
    monkeypatch.setattr("codegen.samples.facts.DataInfo.load", lambda _: info)
    made.touch()
    stages.familiarity(TINY)
    assert not ran and not made.exists()  # there are no training data
    (TINY.build_dir / "train.npz").touch()
    stages.familiarity(TINY)
    assert names(ran) == ["familiarity"] and ran[0].data == (stages.FRONT_END_LIB,)
    info.task = "reconstruct"
    made.touch()
    stages.familiarity(TINY)
    assert names(ran) == ["familiarity"] and not made.exists()


def test_modes_and_layers_are_compared_apart(
    ran: list[Stage], floating: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def call(function: Any, scratch: Path, what: str, **given: Any) -> str:
        assert scratch.is_dir() and given.pop("confined") is False
        asked.append((function.__module__, what, given))
        return "said"

    monkeypatch.setattr("training.int8.contained.call", call)
    given = {"build_dir": floating.build_dir, "calibration": 500}
    assert stages.compare_modes(floating, "all") == "said"
    assert stages.layer_errors(floating) == "said"
    assert names(ran) == ["import", "data"] * 2
    assert stages.compare_modes(TINY, "int8") == "said"
    assert names(ran)[4:] == ["data", "train", "export"]
    modes, layers, int8 = asked
    assert modes[:2] == ("training.int8.modes", "quantize --mode all")
    assert modes[2] == {**given, "modes": modes[2]["modes"], "preset": "default"}
    assert len(modes[2]["modes"]) > 3 and int8[2]["modes"] == ["int8"]
    assert layers == ("training.int8.layer_errors", "quantize --layers", given)
    with pytest.raises(TrainingError):
        stages.compare_modes(TINY, "none")
    ran.clear()
    with pytest.raises(CodegenError, match=r"^quantize --mode, --layers: .*own"):
        stages.require_comparable(replace(floating, calibration_data=Path("x.npz")))
    assert names(ran) == ["import"]  # nothing is quantized before
    monkeypatch.setattr(stages, "_float_edges", lambda _: edges(inputs=2))
    with pytest.raises(CodegenError, match=r"^quantize --mode, --layers: .*several inputs"):
        stages.layer_errors(floating)


def test_an_evaluation_is_told_and_kept(
    ran: list[Stage], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(Model, "read", lambda _: SimpleNamespace(custom_names=[]))
    monkeypatch.setattr("training.judge.measures_table.line", lambda _, metrics: metrics)
    monkeypatch.setattr("training.judge.lineage.keep", lambda *args: kept.append(args))
    stages.evaluate(TINY)
    assert ran[-1].data == () and not kept and not capsys.readouterr().out  # it is up to date
    monkeypatch.setattr(
        stages, "run", lambda stage, *_, **__: "99 %" if stage.name == "evaluate" else None
    )
    stages.evaluate(TINY)
    assert capsys.readouterr().out == "evaluate: 99 %\n"
    (one,) = kept
    assert one[2] == TINY.build_dir and one[1].__name__ == "record"


def test_how_to_go_on_names_all_that_was_chosen(
    ran: list[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    stages.train(replace(TINY, seed=3, optimizer="adam", data="my data"))
    (train,) = (stage for stage in ran if stage.name == "train")
    command = "invoke train --recipe tiny --data 'my data' --seed 3 --optimizer adam --resume"
    assert train.arguments["again"] == command
    ran.clear()
    stages.train(replace(TINY, variant="-adam-3"))
    (train,) = (stage for stage in ran if stage.name == "train")
    assert train.arguments["again"] == ""
    proof = stages._hil_command(
        replace(
            TINY,
            engine=AOT,
            front_end=Path("f.json"),
            tflm_lib="a/b",
            calibration_data=Path("c.npz"),
        )
    )
    assert proof == (
        "invoke hil --recipe tiny --data auto --board host --engine aot --front-end f.json "
        "--calibration-data c.npz --tflm-lib a/b"
    )


def test_each_seed_has_a_folder(ran: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated: list[Choice] = []
    monkeypatch.setattr(stages, "evaluate", evaluated.append)
    monkeypatch.setattr("training.fit.seeds.read_training", lambda folder: folder.name)
    monkeypatch.setattr("training.fit.seeds.table", lambda title, found: f"{title}: {found}")
    monkeypatch.setattr(stages, "sha256_file", lambda path: path.name)
    said = stages.seeds(TINY, [3, 4])
    assert [(one.seed, one.name) for one in evaluated] == [(3, "tiny-adam-3"), (4, "tiny-adam-4")]
    assert said == "tiny, adam: {3: 'tiny-adam-3', 4: 'tiny-adam-4'}"
    monkeypatch.setattr(stages, "sha256_file", lambda path: path.parent.name)
    with pytest.raises(CodegenError, match="the workers have different data for --data auto"):
        stages.seeds(TINY, [3, 4])


def test_each_compression_is_a_stage(ran: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "evaluate", lambda _: None)
    task = SimpleNamespace(task="classify")
    monkeypatch.setattr("codegen.samples.facts.DataInfo.load", lambda _: task)
    monkeypatch.setattr("training.compression.compress.table", lambda _, methods: ",".join(methods))
    assert stages.compress(replace(TINY, seed=9), "prune", {}) == "prune"
    assert names(ran)[-1] == "compress prune"
    assert ran[-1].arguments["seed"] == 9 and ran[-1].facts == {"seed": 9}
    assert len(ran[-1].outputs) == 2 and ran[-1].outputs[1].endswith(".json")


def test_a_forced_verb_forces_its_stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forced: dict[str, bool] = {}
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    monkeypatch.setattr(stages, "run", lambda stage, _, force: forced.update({stage.name: force}))
    stages.build(replace(TINY, force=frozenset({"build", "data"})))
    assert forced["build host"] and forced["data"] and not forced["train"]


@pytest.fixture
def blessing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the gate is given."""
    given: dict[str, Any] = {"budgets": {}}
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    for name in ("evaluate", "build"):
        monkeypatch.setattr(stages, name, lambda _: None)
    monkeypatch.setattr(stages, "git_commit", lambda _: "c0ffee")
    monkeypatch.setattr(stages, "sha256_file", lambda path: path.name)
    info = SimpleNamespace(board="host", model_sha256="m", build_id="b")
    monkeypatch.setattr(stages.firmware_build.FirmwareInfo, "load", lambda _: info)
    monkeypatch.setattr(
        "harness.run.recorded.require_run",
        lambda board, model, how, _: given.update(run=(board, how, model)),
    )
    monkeypatch.setattr(recorded, "last_run_problem", lambda *_: given.get("last", ""))
    monkeypatch.setattr("training.judge.lineage.keep", lambda *_: None)
    monkeypatch.setattr("codegen.image.budgets.read_budgets", lambda: given["budgets"])
    monkeypatch.setattr("codegen.image.breakdown.read_breakdown", lambda *_: None)

    def gate(_: Path, __: Path, margins: Any, problems: Sequence[str], facts: Any) -> list[str]:
        given.update(margins=margins, problems=list(problems), facts=facts)
        return ["compared"]

    monkeypatch.setattr("training.judge.bless.bless", gate)
    return given


def test_blessing_looks_at_budget_and_last_run(
    blessing: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stages.bless(TINY, None, 2.5) == ["compared"]
    assert blessing["problems"] == [] and blessing["margins"].recall == 2.5
    assert blessing["margins"].accuracy == type(blessing["margins"])().accuracy
    assert blessing["facts"]["name"] == "tiny" and blessing["facts"]["board"] == "host"
    how = "invoke hil --recipe tiny --data auto --board host"
    assert blessing["run"] == ("host", how, TINY.build_dir / "model.tflite")
    blessing["last"] = "it failed"
    stages.bless(TINY, 1.0, None)
    assert blessing["problems"] == ["it failed"] and blessing["margins"].accuracy == 1.0

    def outgrown(*_: object) -> None:
        raise BudgetError("too large")

    monkeypatch.setattr("codegen.image.budgets.check_growth", outgrown)
    stages.bless(TINY, None, None)
    assert blessing["problems"] == ["it failed"]  # without a budget none is exceeded
    blessing["budgets"] = {"host": {"tiny": {}}}
    stages.bless(TINY, None, None)
    assert blessing["problems"] == ["too large"]
    stages.bless(replace(TINY, model=Path("x/tiny.tflite")), None, None)
    assert blessing["run"][1] == "invoke hil --model x/tiny.tflite --data auto --board host"


def test_the_numbers_of_samples(ran: list[Stage], monkeypatch: pytest.MonkeyPatch) -> None:
    count = SimpleNamespace(test_count=30)
    monkeypatch.setattr(beforehand.DataInfo, "load", lambda _: count)
    assert [beforehand.at_most(TINY, n) for n in (None, 1, 30, 31)] == [None, 1, 30, 30]
    for number, first in [(None, 1), (1, 1), (30, 1), (0, 0), (29, 0)]:
        beforehand.require_samples(TINY, "digit", number, first)
    for number, first, last in [(0, 1, 30), (31, 1, 30), (-1, 0, 29), (30, 0, 29)]:
        with pytest.raises(
            CodegenError, match=f"--digit {number}: there are 30 test.*{first} to {last}"
        ):
            beforehand.require_samples(TINY, "digit", number, first)
    assert names(ran) == ["data"] * 13
    monkeypatch.setattr(stages, "has_data", lambda _: False)
    assert beforehand.at_most(TINY, 99) == 99
    beforehand.require_samples(TINY, "digit", 99)


def test_every_port_is_tried_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        beforehand.pio_registry, "require_platform", lambda board: asked.append(board.id)
    )
    monkeypatch.setattr(beforehand.firmware_build, "require", lambda *args: asked.append(args[1]))
    monkeypatch.setattr(
        beforehand.link, "require", lambda _, port, baud: asked.append((port, baud))
    )
    beforehand.require_device(TINY)
    assert asked == ["host", False, (None, None)]
    beforehand.require_device(replace(TINY, sanitize=True), "A", "B", baud=9)
    assert asked[4:] == [True, ("A", 9), ("B", 9)]


def test_nothing_is_compiled_for_a_model_that_does_not_fit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "model.tflite").write_bytes(small_cnn())
    built: list[Any] = []
    monkeypatch.setattr(image.firmware_build, "build", lambda *args: built.append(args))
    board = TINY.board
    image.build(board, tmp_path, False, True, None, True, "interpreter")
    assert built[0][:2] == (board, tmp_path) and built[0][3:] == (False, True, None, True)

    def refuse(*_: object) -> None:
        raise BudgetError("does not fit")

    monkeypatch.setattr(image, "require", refuse)
    with pytest.raises(BudgetError):
        image.build(board, tmp_path, False, True, None, True, "interpreter")
    assert len(built) == 1


def test_what_is_chosen(tmp_path: Path) -> None:
    keras = tmp_path / "n.h5"
    for one, kind, name in [
        (TINY, "", "tiny"),
        (replace(TINY, variant="-a"), "", "tiny-a"),
        (replace(TINY, model=tmp_path / "a.b.tflite", variant="-a"), "tflite", "a.b"),
        (replace(TINY, model=keras), "keras", "n"),
        (replace(TINY, model=tmp_path), "saved", tmp_path.stem),
    ]:
        assert (one.model_kind, one.name) == (kind, name)
    for wrong, message in [
        (replace(TINY, front_end=tmp_path / "f.json"), "a recipe states its own"),
        (replace(TINY, tflm_lib="x/y", engine=AOT), "leave one out"),
        (replace(TINY, calibration_data=tmp_path / "x.npz"), "is for a Keras model"),
        (
            replace(TINY, model=tmp_path / "n.h5", calibration_data=tmp_path / "x.npz"),
            "that is there",
        ),
        (replace(TINY, preset="none"), "none"),
        (replace(TINY, optimizer="none"), "no optimizer 'none'"),
    ]:
        with pytest.raises((CodegenError, TrainingError), match=message):
            choice.check(wrong)
    choice.check(TINY)


def test_clean_says_what_it_removed(
    ran: list[Stage], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(stages, "PROJECT", tmp_path)
    monkeypatch.setattr(stages, "RUNS", tmp_path / "runs")
    for name in ("build/tiny", "build/other", ".pio", "runs"):
        (tmp_path / name).mkdir(parents=True)
    stages.clean(TINY, everything=False)
    stages.clean(TINY, everything=True)
    removed = ["build/tiny/", "build/", ".pio/", "runs/"]
    assert capsys.readouterr().out.splitlines() == [f"clean: removed {one}" for one in removed]
    assert not list(tmp_path.glob("*"))
