"""The stages from digits to firmware image: what each takes and writes, when it is skipped.

    data -> train -> quantize -> evaluate          build/<recipe>/
             --model FILE -> import -> evaluate    build/<stem of FILE>/   (Keras: -> quantize)
                       -> generate -> build

A stage whose recorded inputs have not changed and whose outputs are there is skipped and says so.
Generated sources and images that somebody changed by hand are used as they are, with a warning:
such a change is an experiment, and the checks on the device tell what it does.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen.boards.facts import Board, load_board
from codegen.cost.preflight import PreflightError
from codegen.errors import BudgetError, CodegenError
from codegen.files.build_id import build_id
from codegen.files.git import git_commit
from codegen.files.manifest import Manifest, atomic_write, sha256_file, sha256_files
from codegen.files.places import BUILD, PROGRAM, PROJECT, RUNS
from codegen.image import firmware_build, pio_registry
from codegen.image.tflm_lib import TflmLib
from training.int8 import presets

if TYPE_CHECKING:
    from training.judge.evaluation_report import DeviceScores

MODEL = "model.tflite"
_settled: set[tuple[Path, str, frozenset[tuple[str, str]]]] = set()  # looked at in this run
_ARTIFACTS = (
    "training/artifacts.py",
    "training/data/idx.py",
)  # how every stage's files are written
HOST_TOOLS = "host"  # build/host/ has programs that codegen runs


@dataclass(frozen=True)
class Choice:
    """What the user asked for; the same options, with the same meaning, for every verb.

    model: a .tflite, Keras file or SavedModel that takes the place of training. variant: added to
    the folder's name, so that several trainings of a recipe lie side by side. tflm_lib: a folder or
    PlatformIO library that takes the place of our own runtime. optimizer: one of the recipe's, by
    default its first. preset: of the converter's optimizations. self_test: the image tests itself
    at each boot. resume: an interrupted training goes on. force: stages to run although they are
    fresh.
    """

    board_id: str
    recipe: str
    data: str
    model: Path | None = None
    variant: str = ""
    seed: int = 1
    optimizer: str = ""
    resume: bool = False
    calibration: int = 500
    preset: str = "default"
    sanitize: bool = False
    tflm_lib: str = ""
    self_test: bool = False
    force: frozenset[str] = frozenset()
    verbose: bool = False

    @property
    def board(self) -> Board:
        return load_board(self.board_id)

    @property
    def name(self) -> str:
        return self.recipe + self.variant if self.model is None else self.model.stem

    @property
    def build_dir(self) -> Path:
        return BUILD / self.name


def check(choice: Choice) -> None:
    """Refuses an unknown board, recipe, preset or model before any work is done."""
    _ = choice.board
    TflmLib.parse(choice.tflm_lib)
    presets.check(choice.preset)
    if choice.model is None:
        from training.recipes import get_recipe

        get_recipe(choice.recipe).optimizer(choice.optimizer or None)
        return
    model = choice.model
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", model.stem):
        raise CodegenError(f"--model {model}: its name becomes a folder; use letters and digits")
    from training.recipes import RECIPES

    if model.stem in (*RECIPES, HOST_TOOLS):
        raise CodegenError(
            f"--model {model} would be built in build/{model.stem}, which has another use; "
            "rename the file"
        )
    if not model.exists():
        raise CodegenError(f"--model {model}: no such file or folder")
    if _kind(model) == "tflite":
        from codegen.model.int8_checks import check_int8
        from codegen.model.op_table import load_supported_ops
        from codegen.model.tflite import Model

        check_int8(Model.read(model), load_supported_ops())


def data(choice: Choice) -> None:
    """data.json, train.npz, digits.npz, data_statistics.json, schema.json."""
    from codegen.files import data_schema
    from training.data import datasets
    from training.data.statistics import STATISTICS
    from training.recipes import get_recipe

    source = choice.data
    if source == "auto" and choice.model is None:
        source = get_recipe(choice.recipe).data

    def inputs() -> dict[str, str]:
        # Asked again after the run: a download changes what there is to read.
        return {
            "source": source,
            **datasets.fingerprint(source),
            "code": _code(
                *_ARTIFACTS,
                "codegen/files/data_schema.py",
                "training/data/statistics.py",
                "training/data/datasets.py",
                "training/data/fashion_npm.py",
                "training/data/image_folder.py",
                "training/data/sources.py",
            ),
        }

    _run(
        choice,
        "data",
        inputs,
        [
            "data.json",
            STATISTICS,
            data_schema.FILE_NAME,
            datasets.TRAIN_SPLIT,
            datasets.TEST_SPLIT,
        ],
        lambda: datasets.prepare(source, choice.build_dir),
    )


def data_statistics(choice: Choice) -> str:
    """A table of what is in the two splits, and what later images are held to."""
    data(choice)
    from codegen.files import data_schema
    from training.data import statistics as room

    path = _shown(choice.build_dir / data_schema.FILE_NAME)
    return (
        f"{room.table(room.load(choice.build_dir))}\n"
        f"data: {path}: {data_schema.load(choice.build_dir)}"
    )


def train(choice: Choice) -> None:
    """float.keras and how its training went, with what it needs before it."""
    if choice.model is not None:
        raise CodegenError("train: --model gives a model that is trained; leave one of them out")
    data(choice)
    from training.data import datasets
    from training.fit import history
    from training.fit.train import train as run
    from training.recipes import get_recipe

    recipe = get_recipe(choice.recipe)
    optimizer = recipe.optimizer(choice.optimizer or None).name

    _run(
        choice,
        "train",
        lambda: {
            "recipe": choice.recipe,
            "seed": str(choice.seed),
            "optimizer": optimizer,
            "digits": _sha(choice, datasets.TRAIN_SPLIT),
            "tensorflow": _version("tensorflow"),
            "code": _code(
                *_ARTIFACTS,
                "training/fit/train.py",
                "training/fit/augment.py",
                "training/fit/batch_last.py",
                "training/fit/history.py",
                "training/tf_runtime.py",
                "training/recipes/blocks.py",
                "training/recipes/recipe.py",
                recipe.source_file.relative_to(PROGRAM).as_posix(),
            ),
        },
        ["float.keras", history.HISTORY, history.PLOT],
        lambda: run(
            choice.recipe,
            choice.build_dir,
            seed=choice.seed,
            optimizer=optimizer,
            resume=choice.resume,
        ),
        seed=choice.seed,
        tools={"tensorflow": _version("tensorflow"), "keras": _version("keras")},
    )


def quantize(choice: Choice) -> None:
    """model.tflite, with what it needs before it: quantized from a recipe, or the user's own."""
    if choice.model is None:
        train(choice)
    else:
        _import_model(choice)
        if _kind(choice.model) != "keras":
            return
    from training.data import datasets
    from training.int8.quantize import CONVERTED_MODEL
    from training.int8.quantize import quantize as run

    _run(
        choice,
        "quantize",
        lambda: {
            "float": _sha(choice, "float.keras"),
            "digits": _sha(choice, datasets.TRAIN_SPLIT),
            "calibration": str(choice.calibration),
            "preset": choice.preset,
            "tensorflow": _version("tensorflow"),
            "code": _code(
                *_ARTIFACTS,
                "training/int8/quantize.py",
                "codegen/model/lean.py",
                "training/int8/presets.py",
                "training/tf_runtime.py",
            ),
        },
        [CONVERTED_MODEL, MODEL],
        lambda: run(choice.build_dir, choice.calibration, choice.preset),
        calibration=choice.calibration,
        tools={"tensorflow": _version("tensorflow")},
    )


def evaluate(choice: Choice) -> None:
    """metrics.json and oracle.npz of the quantized model, with what they need before them."""
    quantize(choice)
    if choice.model is not None:
        data(choice)
    from training.data import datasets
    from training.judge import lineage
    from training.judge.evaluate import ORACLE_SCORES
    from training.judge.evaluate import evaluate as run

    float_model = choice.build_dir / "float.keras"

    def measure() -> None:
        metrics = run(choice.build_dir)
        shown = ", ".join(
            f"{kind} {metrics[f'{kind}_accuracy']:.2%}"
            for kind in ("float", "int8")
            if metrics.get(f"{kind}_accuracy") is not None
        )
        print(f"evaluate: {metrics['test_count']} digits: {shown}")
        lineage.keep(BUILD, lineage.record, choice.build_dir, git_commit(PROJECT))

    _run(
        choice,
        "evaluate",
        lambda: {
            "model": _sha(choice, MODEL),
            "digits": _sha(choice, datasets.TEST_SPLIT),
            "float": sha256_file(float_model) if float_model.is_file() else "",
            "oracle": _version("tflite-micro"),
            "runtime": _oracle_runtime(choice),
            "code": _code(
                *_ARTIFACTS,
                "training/judge/evaluate.py",
                "training/judge/footprint.py",
                "codegen/host/oracle.py",
                "codegen/model/pixels.py",
            ),
        },
        ["metrics.json", ORACLE_SCORES],
        measure,
        tools={"tflite-micro": _version("tflite-micro")},
    )


def evaluation(choice: Choice, devices: Sequence[DeviceScores], robustness: bool) -> str:
    """A table of float, int8 and boards; evaluate.json and evaluate.html. After `evaluate`."""
    from training.judge import evaluation_report as room

    report = room.evaluate(choice.build_dir, devices, robustness)
    page = _shown(choice.build_dir / room.REPORT_HTML)
    return (
        f"{room.table(report)}\n\nevaluate: {page} has the pictures, {room.REPORT_JSON} all numbers"
    )


def _oracle_runtime(choice: Choice) -> str:
    """Digest of our own runtime where it takes the oracle's place (codegen/host/oracle.py)."""
    from codegen.model.tflite import Model

    custom = Model.read(choice.build_dir / MODEL).custom_names
    return _code("firmware/lib") if custom else ""


def graph(choice: Choice, stage: str) -> Path:
    """Writes and lists the graph at a stage (training/graph_stages.py); TensorBoard's folder."""
    from training.judge import graph_stages as room

    room.check(stage)
    quantize(choice)
    print(room.text(room.write(choice.build_dir, stage)))
    folder = choice.build_dir / room.FOLDER / stage
    print(
        f"  TensorBoard: tensorboard --logdir {_shown(folder)}\n"
        f"  Netron: netron {_shown(room.netron_file(choice.build_dir, stage))}, or open that file "
        "on netron.app"
    )
    return folder


def seeds(choice: Choice, chosen: Sequence[int]) -> str:
    """A table of the recipe trained with each seed; build/<recipe>-<optimizer>-<seed>/."""
    if choice.model is not None:
        raise CodegenError("seeds: --model gives a model that is trained; leave it out")
    from training.fit import seeds as room
    from training.recipes import get_recipe

    optimizer = get_recipe(choice.recipe).optimizer(choice.optimizer or None).name
    trainings = {}
    for seed in chosen:
        one = replace(choice, seed=seed, variant=f"-{optimizer}-{seed}")
        evaluate(one)
        trainings[seed] = room.read_training(one.build_dir)
    return room.table(f"{choice.recipe}, {optimizer}", trainings)


def compare_modes(choice: Choice, mode: str) -> str:
    """A table of the float model in quantization mode `mode`, or in all; modes/<mode>.tflite."""
    _float_model(choice)
    from training.int8 import modes

    chosen = list(modes.MODES) if mode == "all" else [mode]
    return modes.table(modes.compare(choice.build_dir, chosen, choice.calibration, choice.preset))


def compress(choice: Choice, method: str, given: dict[str, Any]) -> str:
    """A table of the float model compressed by `method`, or by all; compressed/.

    given: options of the method, None for what the user did not state.
    """
    from training.compression import compress as room
    from training.compression.options import chosen
    from training.data import datasets

    methods, options = chosen(method, given)
    if choice.model is not None:
        raise CodegenError(
            "compress: --model gives a model that is trained and quantized; leave it out"
        )
    evaluate(choice)
    for name in methods:
        output = room.model_file(choice.build_dir, name).relative_to(choice.build_dir)
        _run(
            choice,
            f"compress {name}",
            lambda: {
                "float": _sha(choice, "float.keras"),
                "digits": _sha(choice, datasets.TRAIN_SPLIT),
                "test digits": _sha(choice, datasets.TEST_SPLIT),
                "options": repr(options),
                "seed": str(choice.seed),
                "calibration": str(choice.calibration),
                "tools": " ".join(_version(tool) for tool in room.TOOLS),
                "code": _code(*_ARTIFACTS, "training/compression", "codegen/model/lean.py"),
            },
            [output.as_posix(), output.with_suffix(".json").as_posix()],
            partial(
                room.compress,
                choice.build_dir,
                choice.recipe,
                name,
                options,
                choice.seed,
                choice.calibration,
            ),
            seed=choice.seed,
            tools={tool: _version(tool) for tool in room.TOOLS},
        )
    return room.table(choice.build_dir, methods)


def layer_errors(choice: Choice) -> str:
    """A table of what each op loses by int8; layer_errors.csv."""
    _float_model(choice)
    from training.int8 import layer_errors as room

    return room.table(room.measure(choice.build_dir, choice.calibration))


def generate(choice: Choice) -> None:
    """generated/, with what it needs before it."""
    quantize(choice)
    data(choice)  # for the golden vectors
    from codegen.emit.generate import generate as run
    from training.data import datasets

    labels = choice.build_dir / "data.json"
    _run(
        choice,
        "generate",
        lambda: {
            "model": _sha(choice, MODEL),
            "labels": sha256_file(labels) if labels.is_file() else "",
            "digits": _sha(choice, datasets.TEST_SPLIT),
            "code": _code("codegen", "firmware/lib"),
        },
        [f"generated/{name}" for name in firmware_build.GENERATED_FILES],
        lambda: run(choice.build_dir / MODEL, choice.build_dir),
        keep_edited=True,
    )


def build(choice: Choice) -> None:
    """The board's image and firmware.json, with what they need before them."""
    board = choice.board
    library = TflmLib.parse(choice.tflm_lib)
    pio_registry.require_platform(board)
    generate(choice)

    def compile_image() -> None:
        from codegen.cost.preflight import require
        from codegen.model.tflite import Model

        model = Model.read(choice.build_dir / MODEL)
        require(model, choice.name, board)
        firmware_build.build(
            board,
            choice.build_dir,
            model.sha256,
            choice.sanitize,
            choice.verbose,
            library,
            choice.self_test,
        )

    outputs = firmware_build.output_files(board, choice.build_dir, choice.sanitize)
    _run(
        choice,
        f"build {firmware_build.environment_name(board, choice.sanitize)}",
        lambda: {
            "model": _sha(choice, MODEL),
            **firmware_build.inputs(
                board, choice.build_dir, choice.sanitize, library, choice.self_test
            ),
        },
        [path.relative_to(choice.build_dir).as_posix() for path in outputs],
        compile_image,
        keep_edited=True,
    )


def bless(choice: Choice, accuracy_margin: float | None, recall_margin: float | None) -> list[str]:
    """Makes the model the one to deploy if it is good enough and fits; blessed.tflite, .jsonl.

    margins: in percentage points, None for the gate's own. Returns what was compared, as lines.
    """
    from training.judge import bless as room
    from training.judge import lineage

    given = {"accuracy": accuracy_margin, "recall": recall_margin}
    margins = room.Margins(**{name: value for name, value in given.items() if value is not None})
    evaluate(choice)
    problems = _budget_problems(choice)
    facts = {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "name": choice.name,
        "board": choice.board_id,
        "git_commit": git_commit(PROJECT),
    }
    lines = room.bless(choice.build_dir, BUILD, margins, problems, facts)
    lineage.keep(BUILD, lineage.bless, choice.name, _sha(choice, MODEL))
    return lines


def blessed_model() -> Path:
    """What `flash --blessed` deploys; it is built in build/blessed/ like any --model."""
    from training.judge.bless import blessed

    return blessed(BUILD)


def _budget_problems(choice: Choice) -> list[str]:
    """Why the model's image exceeds its board's memory or its budget; empty if it does not."""
    from codegen.image.breakdown import read_breakdown
    from codegen.image.budgets import check_growth, read_budgets

    try:
        build(choice)
        if choice.name in read_budgets().get(choice.board_id, {}):
            image = firmware_build.image_dir(choice.board, choice.build_dir)
            check_growth(read_breakdown(image, choice.board_id), choice.name)
    except (BudgetError, PreflightError) as error:
        return [str(error)]
    return []


def clean(choice: Choice, everything: bool) -> None:
    """Removes build/<name>, or all that any stage ever made."""
    doomed = [choice.build_dir]
    if everything:
        doomed = [BUILD, PROJECT / ".pio", RUNS, PROGRAM / "firmware" / "generated"]
    for path in doomed:
        if path.exists():
            shutil.rmtree(path)
            print(f"clean: removed {path.relative_to(PROJECT)}/")


def _kind(model: Path) -> str:
    """tflite, keras or saved: what the user's own model is."""
    from training.int8.untrained import KERAS_SUFFIXES

    if model.is_dir():
        return "saved"
    return "keras" if model.suffix in KERAS_SUFFIXES else "tflite"


def _float_model(choice: Choice) -> None:
    """float.keras: trained, or the user's own Keras model."""
    if choice.model is None:
        train(choice)
    elif _kind(choice.model) == "keras":
        _import_model(choice)
    else:
        raise CodegenError(
            f"--model {choice.model}: to compare quantizations a Keras model is needed; give a "
            ".keras or .h5 file"
        )


def _import_model(choice: Choice) -> None:
    """Brings the user's own model in: a Keras file as float.keras, in the place of a training; a
    .tflite or SavedModel as model.tflite, in that of a quantization too."""
    source = choice.model
    assert source is not None
    kind = _kind(source)
    if kind == "tflite":
        _run(
            choice,
            "import",
            lambda: {"model": sha256_file(source)},
            [MODEL],
            lambda: _copy_tflite(choice, source),
        )
        return
    data(choice)
    from training.data import datasets
    from training.fit.train import FLOAT_MODEL
    from training.int8 import user_model
    from training.int8.quantize import CONVERTED_MODEL

    files = [source] if kind == "keras" else [one for one in source.rglob("*") if one.is_file()]

    def inputs() -> dict[str, str]:
        return {
            "model": sha256_files(files),
            "digits": _sha(choice, datasets.TRAIN_SPLIT),
            "calibration": str(choice.calibration) if kind == "saved" else "",
            "preset": choice.preset if kind == "saved" else "",
            "tensorflow": _version("tensorflow"),
            "code": _code(
                *_ARTIFACTS,
                "training/int8/user_model.py",
                "training/int8/quantize.py",
                "codegen/model/lean.py",
                "training/int8/untrained.py",
            ),
        }

    def action() -> None:
        if kind == "keras":
            user_model.import_keras(source, choice.build_dir)
        else:
            user_model.import_saved_model(
                source, choice.build_dir, choice.calibration, choice.preset
            )
            (choice.build_dir / FLOAT_MODEL).unlink(missing_ok=True)

    outputs = [FLOAT_MODEL] if kind == "keras" else [CONVERTED_MODEL, MODEL]
    _run(choice, "import", inputs, outputs, action)


def _copy_tflite(choice: Choice, source: Path) -> None:
    from training.fit.train import FLOAT_MODEL

    atomic_write(choice.build_dir / MODEL, source.read_bytes())
    (choice.build_dir / FLOAT_MODEL).unlink(missing_ok=True)


def _run(
    choice: Choice,
    stage: str,
    inputs: Callable[[], Mapping[str, str]],
    outputs: Iterable[str],
    action: Callable[[], object],
    keep_edited: bool = False,
    **facts: Any,
) -> None:
    """Runs a stage and records it, unless it is fresh.

    inputs is called before the run and again after it, for what is recorded. outputs: paths
    relative to the build folder. keep_edited: outputs changed by hand are left alone while the
    inputs are the same.
    """
    manifest = Manifest.load(choice.build_dir)
    wanted = dict(inputs())
    key = (choice.build_dir, stage, frozenset(wanted.items()))
    if key in _settled:  # another verb's or stage's prerequisite in this very run
        return
    _settled.add(key)
    forced = stage.partition(" ")[0] in choice.force
    if not forced:
        if manifest.is_fresh(stage, wanted):
            print(f"{stage}: up to date (inputs unchanged)", flush=True)
            return
        if keep_edited and manifest.inputs(stage) == wanted:
            edited = _edited(choice.build_dir, manifest.outputs(stage))
            if edited:
                sys.stderr.write(
                    f"warning: {stage}: {', '.join(edited)} in {_shown(choice.build_dir)} was "
                    "changed by hand and is used as it is; delete it to have it made anew\n"
                )
                return
    print(f"{stage}: {_shown(choice.build_dir)}", flush=True)
    choice.build_dir.mkdir(parents=True, exist_ok=True)
    action()
    manifest.record(stage, inputs(), [choice.build_dir / name for name in outputs], **facts)


def _edited(build_dir: Path, recorded: Mapping[str, str]) -> list[str]:
    """Names of the recorded outputs with other contents; empty if one is missing altogether."""
    if not recorded or not all((build_dir / name).is_file() for name in recorded):
        return []
    return [name for name, sha in recorded.items() if sha256_file(build_dir / name) != sha]


def _sha(choice: Choice, name: str) -> str:
    path = choice.build_dir / name
    if not path.is_file():
        raise CodegenError(f"{_shown(path)} is missing, although the stage before it ended well")
    return sha256_file(path)


def _code(*names: str) -> str:
    """Digest of the program's own files, so that changed code runs its stage again."""
    return build_id({name: PROGRAM / name for name in names}, [])


def _version(package: str) -> str:
    return importlib.metadata.version(package)


def _shown(path: Path) -> str:
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
