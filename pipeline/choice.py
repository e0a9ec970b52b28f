"""What the user asked for, and whether it can be done."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from codegen.boards.facts import Board, load_board
from codegen.engines import AOT, INTERPRETER
from codegen.errors import CodegenError
from codegen.files.places import BUILD
from codegen.image.tflm_lib import TflmLib
from training.data.options import DataOptions
from training.int8 import presets
from training.recipes.design import SUFFIX

# build/host/ has programs that codegen runs, the others what a search makes.
OTHER_FOLDERS = ("host", "search", "teachers")


@dataclass(frozen=True)
class Choice:
    """The same options, with the same meaning, for every verb.

    reading: how data of the user's own are read.
    model: a .tflite, Keras file or SavedModel that takes the place of training.
    calibration_data: a .npz or .npy that a float model of the user's own is calibrated with.
    variant: added to the folder's name, so that several trainings of a recipe lie side by side.
    front_end: a frontend.json that stands before the user's own model.
    tflm_lib: a folder or PlatformIO library that takes the place of our own runtime.
    engine: what runs the model, one of codegen.engines.
    optimizer: one of the recipe's, by default its first.
    preset: of the converter's optimizations.
    self_test: the image tests itself at each boot.
    resume: an interrupted training goes on.
    force: stages to run although they are fresh.
    """

    board_id: str
    recipe: str
    data: str
    reading: DataOptions = field(default_factory=DataOptions)
    model: Path | None = None
    front_end: Path | None = None
    calibration_data: Path | None = None
    variant: str = ""
    seed: int = 1
    optimizer: str = ""
    resume: bool = False
    calibration: int = 500
    preset: str = "default"
    sanitize: bool = False
    tflm_lib: str = ""
    engine: str = INTERPRETER
    self_test: bool = False
    force: frozenset[str] = frozenset()
    verbose: bool = False

    @property
    def board(self) -> Board:
        return load_board(self.board_id)

    @property
    def name(self) -> str:
        return self.recipe_name + self.variant if self.model is None else self.model.stem

    @property
    def recipe_file(self) -> Path | None:
        """Where the recipe is a file."""
        return Path(self.recipe) if self.recipe.endswith(SUFFIX) else None

    @property
    def recipe_name(self) -> str:
        return self.recipe if self.recipe_file is None else self.recipe_file.stem

    @property
    def build_dir(self) -> Path:
        return BUILD / self.name

    @property
    def model_kind(self) -> str:
        """tflite, keras or saved: what the user's own model is; "" without one."""
        from training.int8.untrained import KERAS_SUFFIXES

        if self.model is None:
            return ""
        if self.model.is_dir():
            return "saved"
        return "keras" if self.model.suffix in KERAS_SUFFIXES else "tflite"


def _check_front_end(choice: Choice) -> None:
    """Raises CodegenError for a file that states none, and for a recipe, which makes its own."""
    assert choice.front_end is not None
    if choice.model is None:
        raise CodegenError(
            f"--front-end {choice.front_end}: a recipe states its own front end, or none; leave it "
            "out, or give --model"
        )
    from codegen.frontend import parameters

    parameters.read(choice.front_end)


def check(choice: Choice) -> None:
    """Refuses an unknown board, recipe, preset or model before any work is done."""
    _ = choice.board
    if TflmLib.parse(choice.tflm_lib) and choice.engine == AOT:
        raise CodegenError(
            "--engine aot calls our own kernels, --tflm-lib takes their place; leave one out"
        )
    presets.check(choice.preset)
    if choice.front_end is not None:
        _check_front_end(choice)
    _check_calibration_data(choice)
    if choice.model is None:
        from training.recipes import get_recipe

        get_recipe(choice.recipe).optimizer(choice.optimizer or None)
        if choice.recipe_file is not None:
            _check_name("--recipe", choice.recipe_file)
        return
    model = choice.model
    _check_name("--model", model)
    if not model.exists():
        raise CodegenError(f"--model {model}: no such file or folder")
    if choice.model_kind == "tflite":
        from codegen.model.int8_checks import check_int8
        from codegen.model.op_table import load_supported_ops
        from codegen.model.tflite import Model

        check_int8(Model.read(model), load_supported_ops())
    else:
        from training.int8.untrained import require_kind

        require_kind(model)


def _check_name(flag: str, path: Path) -> None:
    """Raises CodegenError where the file's name cannot become a folder's."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", path.stem):
        raise CodegenError(f"{flag} {path}: its name becomes a folder; use letters and digits")
    from training.recipes import RECIPES

    if path.stem in (*RECIPES, *OTHER_FOLDERS):
        raise CodegenError(
            f"{flag} {path} would be built in build/{path.stem}, which has another use; "
            "rename the file"
        )


def _check_calibration_data(choice: Choice) -> None:
    path = choice.calibration_data
    if path is None:
        return
    what = f"--calibration-data {path}"
    if choice.model_kind not in ("keras", "saved"):
        raise CodegenError(
            f"{what}: is for a Keras model or a SavedModel by --model; a recipe is calibrated with "
            "its training data, and a .tflite is quantized"
        )
    if path.suffix not in (".npz", ".npy") or not path.is_file():
        raise CodegenError(f"{what}: give a .npz or .npy file that is there")
