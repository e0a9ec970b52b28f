"""The stages from digits to firmware image: what each takes and writes.

    data -> train -> quantize -> evaluate          build/<recipe>/
             --model FILE -> import -> evaluate    build/<stem of FILE>/   (Keras: -> quantize)
                       -> generate -> build

A stage whose recorded inputs have not changed and whose outputs are there is skipped and says so.
Generated sources that somebody changed by hand are used as they are, with a warning: such a change
is an experiment, and the checks on the device tell what it does. An image that is not as it was
built is built again: half of one may well run.
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen import campaign
from codegen.cost.preflight import PreflightError
from codegen.engines import AOT, INTERPRETER
from codegen.errors import BudgetError, CodegenError
from codegen.files.artifacts import (
    AOT_FILES,
    CONVERTED_MODEL,
    DATA_INFO,
    FAMILIARITY,
    FLOAT_EDGES,
    FLOAT_MODEL,
    FRONTEND,
    GENERATED,
    GENERATED_FILES,
    HISTORY,
    HISTORY_PLOT,
    INT8_MODEL,
    METRICS,
    MODEL_INPUTS,
    ORACLE_SCORES,
    REPORT_HTML,
    REPORT_JSON,
    SAVED_MODEL,
    SAVED_MODEL_FILES,
    SCHEMA,
    STATISTICS,
    TEST_SPLIT,
    TRAIN_SPLIT,
)
from codegen.files.git import git_commit
from codegen.files.manifest import sha256_file, sha256_files
from codegen.files.places import BUILD, COMMAND, PROJECT, RUNS
from codegen.image import firmware_build, pio_registry
from codegen.image.tflm_lib import TflmLib
from codegen.progress import progress
from pipeline import image
from pipeline.choice import Choice
from pipeline.stage import Stage, run, shown

if TYPE_CHECKING:
    from training.fit.seeds import Training
    from training.int8.edges import Edges
    from training.judge.report import DeviceScores

RUNTIME = "firmware/lib"  # what the host's runtime is compiled from, with the tables of ops
FRONT_END_LIB = "firmware/lib/frontend"
FRONT_ENDS = ("codegen.frontend.host", "training.recipes.standard")  # what only those need


def data(choice: Choice) -> None:
    """data.json, train.npz, digits.npz, data_statistics.json, schema.json."""
    from training.data import datasets
    from training.recipes import get_recipe

    source, reading = choice.data, choice.reading
    if choice.model is None:
        recipe = get_recipe(choice.recipe)
        source = recipe.data if source == "auto" else source
        of_images = datasets.are_image_files(source)
        reading = recipe.reading(reading, of_images, is_default=source == recipe.data)
    _run(
        choice,
        Stage(
            "data",
            "training.data.datasets:prepare",
            outputs=(DATA_INFO, STATISTICS, SCHEMA, TRAIN_SPLIT, TEST_SPLIT),
            arguments={
                "source": source,
                "build_dir": choice.build_dir,
                "options": reading,
                "trained": choice.model_kind == "tflite",
            },
            options=lambda: {
                "source": source,
                "trained": str(choice.model_kind == "tflite"),
                **datasets.fingerprint(source, reading),
            },
        ),
    )


def has_data(choice: Choice) -> bool:
    """Whether there are data that are inputs of the model.

    A model of the user's own comes without any. Where it does not take what the default data are,
    digits, or is calibrated with others, it is run on random inputs, unless --data gives some.
    """
    if _has_several_inputs(choice):
        return False
    if choice.model is None or choice.data != "auto":
        return True
    if choice.model_kind != "tflite":
        return choice.calibration_data is None and _takes_digits(choice)
    from codegen.model.int8_checks import takes_pixels
    from codegen.model.tflite import Model
    from training.data.datasets import PIXELS

    return takes_pixels(Model.read(choice.model), PIXELS)


def _takes_digits(choice: Choice) -> bool:
    """Of a float model: whether its input and output are those of the default data's classifier."""
    from training.data.datasets import PIXELS
    from training.data.sources import DIGIT_LABELS

    found = _float_edges(choice)
    return found.takes(PIXELS) and found.gives_classes(len(DIGIT_LABELS))


def require_data(choice: Choice, verb: str) -> None:
    """Raises CodegenError where `verb` wants labelled data and there are none for the model."""
    if _has_several_inputs(choice):
        raise CodegenError(
            f"{verb}: {choice.model} has several inputs; hil, diff and profile take such a model, "
            "hil with --data of an array for each"
        )
    if not has_data(choice):
        why = (
            "is calibrated with samples of its own"
            if choice.calibration_data
            else "does not take the digits that are the default data"
        )
        raise CodegenError(
            f"{verb}: {choice.model} {why}, and comes without labelled ones; give --data, or use "
            "hil, diff or profile, which send random inputs"
        )


def data_statistics(choice: Choice) -> str:
    """A table of what is in the two splits, and what later images are held to."""
    data(choice)
    from codegen.files import data_schema
    from training.data import statistics as room

    path = shown(choice.build_dir / SCHEMA)
    return (
        f"{room.table(room.load(choice.build_dir))}\n"
        f"data: {path}: {data_schema.load(choice.build_dir)}"
    )


def train(choice: Choice) -> None:
    """float.keras, how its training went, and saved_model/, with what they need before them."""
    if choice.model is not None:
        raise CodegenError("train: --model gives a model that is trained; leave one of them out")
    data(choice)
    from training.recipes import get_recipe

    recipe = get_recipe(choice.recipe)
    optimizer = recipe.optimizer(choice.optimizer or None).name
    if recipe.has_front_end:
        _front_end(choice)
    _run(
        choice,
        Stage(
            "train",
            "training.fit.train:train",
            outputs=(FLOAT_MODEL, HISTORY, HISTORY_PLOT),
            arguments={
                "recipe": choice.recipe,
                "build_dir": choice.build_dir,
                "seed": choice.seed,
                "optimizer": optimizer,
                "resume": choice.resume,
                "again": _train_again(choice),
            },
            inputs=(TRAIN_SPLIT, FRONTEND) if recipe.has_front_end else (TRAIN_SPLIT,),
            options=lambda: {
                **_recipe(choice),
                "seed": str(choice.seed),
                "optimizer": optimizer,
            },
            tools=("tensorflow", "keras"),
            code=(_recipe_module(choice),),
            without=() if recipe.has_front_end else FRONT_ENDS,
            data=(FRONT_END_LIB,) if recipe.has_front_end else (),
            facts={"seed": choice.seed},
        ),
    )
    _run(
        choice,
        Stage(
            "export",
            "training.int8.saved_model:export",
            outputs=tuple(f"{SAVED_MODEL}/{name}" for name in SAVED_MODEL_FILES),
            arguments={"build_dir": choice.build_dir},
            inputs=(FLOAT_MODEL,),
            tools=("tensorflow",),
        ),
    )


def _train_again(choice: Choice) -> str:
    """The command that goes on with the training; "" for one of several, which begins anew."""
    if choice.variant:
        return ""
    how = {"--seed": str(choice.seed), "--optimizer": choice.optimizer}
    return f"{_command('train', choice, how)} --resume"


def _command(verb: str, choice: Choice, further: Mapping[str, str]) -> str:
    """What has a verb work on the choice's model and data. further: options with their values."""
    of_model = {"--recipe": choice.recipe} if choice.model is None else {"--model": choice.model}
    stated = {**of_model, "--data": choice.data, **choice.reading.given(), **further}
    words = [word for flag, value in stated.items() if value for word in (flag, str(value))]
    return shlex.join([COMMAND, verb, *words])


def untrained(choice: Choice) -> bytes:
    """The recipe's network as an int8 .tflite of random weights, with the data that give its shape
    and the front end before it."""
    data(choice)
    from training.int8.untrained_recipe import convert_recipe
    from training.recipes import get_recipe

    if get_recipe(choice.recipe).has_front_end:
        _front_end(choice)
    return convert_recipe(choice.recipe, choice.build_dir)


def _front_end(choice: Choice) -> None:
    """frontend.json, with the data before it."""
    _run(
        choice,
        Stage(
            "frontend",
            "training.fit.front_end:prepare",
            outputs=(FRONTEND,),
            arguments={"recipe": choice.recipe, "build_dir": choice.build_dir},
            inputs=(TRAIN_SPLIT, DATA_INFO),
            options=lambda: _recipe(choice),
            code=(_recipe_module(choice),),
        ),
    )


def quantize(choice: Choice) -> None:
    """model.tflite, with what it needs before it: quantized from a recipe, or the user's own."""
    if choice.model is None:
        train(choice)
    else:
        _own_front_end(choice)
        _import_model(choice)
        if choice.model_kind == "tflite":
            return
    calibrated = choice.calibration_data
    if calibrated is None and choice.model is not None:
        _require_calibration(choice)
        data(choice)
    source = choice.model if choice.model_kind == "saved" else None
    inputs = (
        *(() if source else (FLOAT_MODEL,)),
        *(() if choice.model is None else (FLOAT_EDGES,)),
        *(() if calibrated else (TRAIN_SPLIT,)),
    )
    _run(
        choice,
        Stage(
            "quantize",
            "training.int8.quantize:quantize",
            outputs=(CONVERTED_MODEL, INT8_MODEL),
            arguments={
                "build_dir": choice.build_dir,
                "calibration": choice.calibration,
                "preset": choice.preset,
                "saved_model": source,
                "calibration_data": calibrated,
            },
            inputs=inputs,
            inputs_if_there=(FRONTEND,),
            options=lambda: {
                **_quantization(choice),
                **({"model": _model_sha256(source)} if source else {}),
                **({"calibration data": sha256_file(calibrated)} if calibrated else {}),
            },
            tools=("tensorflow",),
            facts={"calibration": choice.calibration},
        ),
    )


def evaluate(choice: Choice) -> None:
    """metrics.json and oracle.npz of the quantized model, with what they need before them."""
    quantize(choice)
    if _has_several_inputs(choice) and choice.data != "auto":
        _model_inputs(choice)
        return
    if not has_data(choice):
        for name in (TEST_SPLIT, MODEL_INPUTS, DATA_INFO, METRICS, ORACLE_SCORES):  # of --data
            (choice.build_dir / name).unlink(missing_ok=True)
        print("evaluate: no data: accuracy not measured")
        return
    if choice.model is not None:
        data(choice)
    from codegen.model.tflite import Model

    # Our own runtime takes the oracle's place for custom ops (codegen/host/oracle.py).
    custom = Model.read(choice.build_dir / INT8_MODEL).custom_names
    stage = Stage(
        "evaluate",
        "training.judge.evaluate:evaluate",
        outputs=(METRICS, ORACLE_SCORES),
        arguments={"build_dir": choice.build_dir},
        inputs=(INT8_MODEL, TEST_SPLIT),
        inputs_if_there=(FLOAT_MODEL, FRONTEND),
        tools=("tflite-micro",),
        data=(RUNTIME,) if custom else (),
    )
    try:
        metrics = _run(choice, stage)
    except CodegenError:
        if choice.model is not None:  # no schema for others is left by data that it does not take
            (choice.build_dir / SCHEMA).unlink(missing_ok=True)
        raise
    if metrics is None:
        return
    from training.judge import lineage, measures_table

    print(f"evaluate: {measures_table.line(choice.build_dir, metrics)}")
    lineage.keep(BUILD, lineage.record, choice.build_dir, git_commit(PROJECT))


def evaluation(
    choice: Choice,
    devices: Sequence[DeviceScores],
    robustness: bool,
    workers: str = campaign.ALONE,
) -> str:
    """A table of float, int8 and boards; evaluate.json and evaluate.html. After `evaluate`."""
    from training.judge import evaluation_report as room
    from training.judge import measures_table

    if not room.takes(choice.build_dir):
        (choice.build_dir / REPORT_HTML).unlink(missing_ok=True)  # of another task's data
        return measures_table.table(choice.build_dir)
    report = room.evaluate(choice.build_dir, devices, robustness, workers=workers)
    page = shown(choice.build_dir / REPORT_HTML)
    return f"{room.table(report)}\n\nevaluate: {page} has the pictures, {REPORT_JSON} all numbers"


def familiarity(choice: Choice) -> None:
    """familiarity.npz, by which `predict` knows what is not like the training data; none where
    there are none, or the error of a reconstruction says it. After `quantize` and `data`."""
    from codegen.samples.facts import DataInfo

    split = choice.build_dir / TRAIN_SPLIT
    if not split.is_file() or DataInfo.load(choice.build_dir).task == "reconstruct":
        (choice.build_dir / FAMILIARITY).unlink(missing_ok=True)
        return
    _run(
        choice,
        Stage(
            "familiarity",
            "training.judge.familiarity:measure",
            outputs=(FAMILIARITY,),
            arguments={"build_dir": choice.build_dir},
            inputs=(TRAIN_SPLIT, DATA_INFO),
            inputs_if_there=(FRONTEND,),
            data=(FRONT_END_LIB,),
        ),
    )


def graph(choice: Choice, stage: str) -> Path:
    """Writes and lists the graph at a stage (training/graph_stages.py); TensorBoard's folder."""
    from training.judge import graph_stages as room

    room.check(stage)
    if stage != "tflite":
        require_float(choice)
    quantize(choice)
    print(room.text(room.write(choice.build_dir, stage)))
    folder = choice.build_dir / room.FOLDER / stage
    print(
        f"  TensorBoard: tensorboard --logdir {shown(folder)}\n"
        f"  Netron: netron {shown(room.netron_file(choice.build_dir, stage))}, or open that file "
        "on netron.app"
    )
    return folder


def seeds(choice: Choice, chosen: Sequence[int], workers: str = campaign.ALONE) -> str:
    """A table of the recipe trained with each seed; build/<recipe>-<optimizer>-<seed>/, where the
    worker is. Raises CampaignError where one has other data than another."""
    if choice.model is not None:
        raise CodegenError("seeds: --model gives a model that is trained; leave it out")
    from training.fit import seeds as room
    from training.recipes import get_recipe

    optimizer = get_recipe(choice.recipe).optimizer(choice.optimizer or None).name
    choices = [replace(choice, seed=seed, variant=f"-{optimizer}-{seed}") for seed in chosen]
    trainings, data_of = {}, set()
    with progress("seeds", len(chosen), "trainings") as step:
        for one, (training, data_sha256) in zip(
            choices, campaign.each(_trained, choices, workers), strict=True
        ):
            trainings[one.seed] = training
            data_of.add(data_sha256)
            step.advance()
    if len(data_of) > 1:
        raise campaign.CampaignError(
            f"seeds: the workers have different data for --data {choice.data}; give each the same"
        )
    return room.table(f"{choice.recipe_name}, {optimizer}", trainings)


def _trained(choice: Choice) -> tuple[Training, str]:
    """An evaluated training, and which data it has."""
    from training.fit import seeds as room

    evaluate(choice)
    return room.read_training(choice.build_dir), sha256_file(choice.build_dir / TRAIN_SPLIT)


def compare_modes(choice: Choice, mode: str) -> str:
    """A table of the float model in quantization mode `mode`, or in all; modes/<mode>.tflite."""
    _float_model(choice)
    from training.int8 import modes

    modes.check(mode)
    return _apart(
        modes.show,
        f"quantize --mode {mode}",
        build_dir=choice.build_dir,
        modes=list(modes.MODES) if mode == "all" else [mode],
        calibration=choice.calibration,
        preset=choice.preset,
    )


def compress(choice: Choice, method: str, given: dict[str, Any]) -> str:
    """A table of the float model compressed by `method`, or by all; compressed/.

    given: options of the method, None for what the user did not state.
    """
    from codegen.samples.facts import DataInfo
    from training.compression import compress as room
    from training.compression.options import chosen, require_task

    methods, options = chosen(method, given)
    if choice.model is not None:
        raise CodegenError(
            "compress: --model gives a model that is trained and quantized; leave it out"
        )
    data(choice)
    require_task(DataInfo.load(choice.build_dir).task)
    evaluate(choice)
    for name in methods:
        output = room.model_file(choice.build_dir, name).relative_to(choice.build_dir)
        _run(
            choice,
            Stage(
                f"compress {name}",
                "training.compression.compress:compress",
                outputs=(output.as_posix(), output.with_suffix(".json").as_posix()),
                arguments={
                    "build_dir": choice.build_dir,
                    "recipe": choice.recipe,
                    "method": name,
                    "options": options,
                    "seed": choice.seed,
                    "calibration": choice.calibration,
                },
                inputs=(FLOAT_MODEL, TRAIN_SPLIT, TEST_SPLIT),
                options=lambda: {
                    "options": repr(options),
                    "seed": str(choice.seed),
                    "calibration": str(choice.calibration),
                },
                tools=room.TOOLS,
                code=("training.compression.worker", _recipe_module(choice)),
                facts={"seed": choice.seed},
            ),
        )
    return room.table(choice.build_dir, methods)


def layer_errors(choice: Choice) -> str:
    """A table of what each op loses by int8; layer_errors.csv."""
    _float_model(choice)
    from training.int8 import layer_errors as room

    return _apart(
        room.show,
        "quantize --layers",
        build_dir=choice.build_dir,
        calibration=choice.calibration,
    )


def _apart(function: Callable[..., str], what: str, **arguments: Any) -> str:
    """What a function of training says, in a process of its own: the converter may end it."""
    from training.int8 import contained

    with tempfile.TemporaryDirectory() as scratch:
        said: str = contained.call(function, Path(scratch), what, confined=False, **arguments)
    return said


def generate(choice: Choice) -> None:
    """generated/, with what it needs before it."""
    quantize(choice)
    with_data = has_data(choice)
    if with_data:
        data(choice)  # for the golden vectors
    files = AOT_FILES if choice.engine == AOT else GENERATED_FILES
    _run(
        choice,
        Stage(
            "generate",
            "codegen.emit.generate:generate",
            outputs=tuple(f"{GENERATED}/{name}" for name in files),
            arguments={
                "model_path": choice.build_dir / INT8_MODEL,
                "build_dir": choice.build_dir,
                "engine": choice.engine,
            },
            inputs=(INT8_MODEL, TEST_SPLIT) if with_data else (INT8_MODEL,),
            inputs_if_there=(FRONTEND, *((DATA_INFO,) if with_data else ())),
            options=lambda: {"engine": choice.engine},
            data=(RUNTIME,),
            keep_edited=True,
        ),
    )


def build(choice: Choice) -> None:
    """The board's image and firmware.json, with what they need before them."""
    board = choice.board
    library = TflmLib.parse(choice.tflm_lib)
    pio_registry.require_platform(board)
    generate(choice)
    outputs = firmware_build.output_files(board, choice.build_dir, choice.sanitize)
    _run(
        choice,
        Stage(
            firmware_build.stage_name(board, choice.sanitize),
            "pipeline.image:build",
            outputs=tuple(path.relative_to(choice.build_dir).as_posix() for path in outputs),
            arguments={
                "board": board,
                "build_dir": choice.build_dir,
                "sanitize": choice.sanitize,
                "verbose": choice.verbose,
                "tflm_lib": library,
                "self_test": choice.self_test,
                "engine": choice.engine,
            },
            inputs=(INT8_MODEL,),
            options=lambda: firmware_build.inputs(
                board, choice.build_dir, choice.sanitize, library, choice.self_test
            ),
            code=image.SCRIPTS,
            without=image.UPLOAD_ONLY,
        ),
    )


def bless(choice: Choice, accuracy_margin: float | None, recall_margin: float | None) -> list[str]:
    """Makes the model the one to deploy if it is good enough and fits; blessed.tflite, .jsonl.

    margins: in percentage points, None for the gate's own. Returns what was compared, as lines.
    """
    from harness.run import recorded
    from training.judge import bless as room
    from training.judge import lineage

    given = {"accuracy": accuracy_margin, "recall": recall_margin}
    margins = room.Margins(**{name: value for name, value in given.items() if value is not None})
    how = _hil_command(choice)
    recorded.require_run(choice.board_id, choice.build_dir / INT8_MODEL, how, RUNS)
    evaluate(choice)
    problems = _budget_problems(choice) or _run_problems(choice, how)
    facts = {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "name": choice.name,
        "board": choice.board_id,
        "git_commit": git_commit(PROJECT),
    }
    lines = room.bless(choice.build_dir, BUILD, margins, problems, facts)
    lineage.keep(BUILD, lineage.bless, choice.name, sha256_file(choice.build_dir / INT8_MODEL))
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
            folder = firmware_build.image_dir(choice.board, choice.build_dir)
            check_growth(read_breakdown(folder, choice.board_id), choice.name)
    except (BudgetError, PreflightError) as error:
        return [str(error)]
    return []


def _hil_command(choice: Choice) -> str:
    """What proves the choice's image on its board."""
    how = {
        "--board": choice.board_id,
        "--engine": "" if choice.engine == INTERPRETER else choice.engine,
        "--front-end": str(choice.front_end or ""),
        "--calibration-data": str(choice.calibration_data or ""),
        "--tflm-lib": choice.tflm_lib,
    }
    return _command("hil", choice, how)


def _run_problems(choice: Choice, how: str) -> list[str]:
    """Why the last run of the image on its board is no proof that it works; empty if it is."""
    from harness.run.recorded import last_run_problem

    folder = firmware_build.image_dir(choice.board, choice.build_dir)
    found = firmware_build.FirmwareInfo.load(folder)
    problem = last_run_problem(found.board, found.model_sha256, found.build_id, how, RUNS)
    return [problem] if problem else []


def clean(choice: Choice, everything: bool) -> None:
    """Removes build/<name>, or all that any stage ever made."""
    doomed = [choice.build_dir]
    if everything:
        doomed = [BUILD, PROJECT / ".pio", RUNS]
    for path in doomed:
        if path.exists():
            shutil.rmtree(path)
            print(f"clean: removed {path.relative_to(PROJECT)}/")


def _has_several_inputs(choice: Choice) -> bool:
    """Whether no single array of samples is the model's input."""
    if choice.model is None:
        return False
    if choice.model_kind != "tflite":
        return len(_float_edges(choice).inputs) > 1
    from codegen.model.tflite import Model

    return len(Model.read(choice.model).inputs) > 1


def _model_inputs(choice: Choice) -> None:
    """inputs.npz and data.json, from --data with an array for each of the model's inputs."""
    source = Path(choice.data)
    if source.suffix.lower() != ".npz":
        raise CodegenError(
            f"--data {choice.data}: {choice.model} has several inputs; give a .npz with an array "
            "for each, called as the input or x0, x1, ..."
        )
    task = choice.reading.task
    names = [] if choice.model_kind == "tflite" else [e.name for e in _float_edges(choice).inputs]
    _run(
        choice,
        Stage(
            "data",
            "training.data.model_inputs:prepare",
            outputs=(DATA_INFO, MODEL_INPUTS),
            arguments={
                "source": source,
                "build_dir": choice.build_dir,
                "task": task,
                "names": names,
            },
            inputs=(INT8_MODEL,) if choice.model_kind == "tflite" else (INT8_MODEL, FLOAT_EDGES),
            options=lambda: {"source": sha256_file(source), "task": task},
        ),
    )


def require_float(choice: Choice) -> None:
    """Raises CodegenError where there is no float.keras, but a model that was made elsewhere."""
    if choice.model_kind not in ("", "keras"):
        raise CodegenError(
            f"--model {choice.model}: a Keras model is needed; give a .keras or .h5 file"
        )


def _float_model(choice: Choice) -> None:
    """float.keras: trained, or the user's own Keras model, and data that it takes."""
    require_comparable(choice)
    (train if choice.model is None else data)(choice)


def require_comparable(choice: Choice) -> None:
    """Raises CodegenError where there is no float.keras to set other models beside, or no labelled
    data for it. A model of the user's own is imported for that."""
    require_float(choice)
    if choice.model is not None:
        _import_model(choice)
        require_data(choice, "quantize --mode, --layers")


def _own_front_end(choice: Choice) -> None:
    """frontend.json as the user gives it, none where he gives none."""
    from codegen.frontend import parameters

    if choice.front_end is None:
        (choice.build_dir / FRONTEND).unlink(missing_ok=True)
        return
    choice.build_dir.mkdir(parents=True, exist_ok=True)
    parameters.save(parameters.read(choice.front_end), choice.build_dir)


def _import_model(choice: Choice) -> None:
    """Brings the user's own model in: a .tflite as model.tflite, in the place of a quantization; of
    a Keras file or SavedModel what it takes, and a Keras file as float.keras."""
    source = choice.model
    assert source is not None
    kind = choice.model_kind
    outputs = {
        "tflite": (INT8_MODEL,),
        "keras": (FLOAT_EDGES, FLOAT_MODEL),
        "saved": (FLOAT_EDGES,),
    }
    entry = "import_tflite" if kind == "tflite" else "import_float"
    stage = Stage(
        "import",
        f"training.int8.user_model:{entry}",
        outputs=outputs[kind],
        arguments={"path": source, "build_dir": choice.build_dir},
        options=lambda: {"model": _model_sha256(source)},
        tools=() if kind == "tflite" else ("tensorflow",),
    )
    _run(choice, stage)


def _float_edges(choice: Choice) -> Edges:
    """What the user's own float model takes and gives."""
    from training.int8 import edges

    _import_model(choice)
    return edges.load(choice.build_dir)


def _model_sha256(path: Path) -> str:
    """Of a file, or of all in a SavedModel's folder."""
    if path.is_file():
        return sha256_file(path)
    return sha256_files([one for one in path.rglob("*") if one.is_file()])


def _require_calibration(choice: Choice) -> None:
    """Raises CodegenError where a float model comes without anything to take its ranges from."""
    if has_data(choice):
        return
    found = _float_edges(choice)
    raise CodegenError(
        f"quantize: {choice.model} takes {found.taken}, and there are no samples to take its "
        f"ranges from; give some by --calibration-data FILE.npz ({found.wanted_arrays})"
        + (", or --data" if len(found.inputs) == 1 else "")
    )


def _run(choice: Choice, stage: Stage) -> Any:
    from training.errors import UnfitDataError

    verb = stage.name.partition(" ")[0]
    try:
        return run(stage, choice.build_dir, force=verb in choice.force)
    except UnfitDataError:  # no schema of them is left, to which the right ones would be held
        (choice.build_dir / SCHEMA).unlink(missing_ok=True)
        raise


def _quantization(choice: Choice) -> Mapping[str, str]:
    return {"calibration": str(choice.calibration), "preset": choice.preset}


def _recipe(choice: Choice) -> Mapping[str, str]:
    file = choice.recipe_file
    return {"recipe": choice.recipe if file is None else sha256_file(file)}


def _recipe_module(choice: Choice) -> str:
    return f"training.recipes.{choice.recipe if choice.recipe_file is None else 'design'}"
