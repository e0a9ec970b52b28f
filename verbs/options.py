"""Every option, once: name, short form, help, kind, default. Verbs list the ones they take.

A short form means the same for every verb that has it. A verb may word an option's help anew
(`but`), where it means the same thing in a narrower sense.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from codegen.engines import engine
from codegen.errors import CodegenError
from codegen.files.places import BUILD
from codegen.files.printable import is_printable

USER_FOLDER = Path(os.environ.pop("MCUFORGE_CWD", "") or Path.cwd())
"""Where the user stands. invokew, which goes to the repository, says it in MCUFORGE_CWD. That holds
for this command line only: programs that it starts, such as the tests, do not inherit it.
"""


def here(path: str) -> Path:
    """A path of the user's, relative to where he stands."""
    return USER_FOLDER / path


def path(text: str) -> Path:
    """The kind of an option that names a file or folder. A pipe or device, which may never end, is
    refused."""
    path = here(text)
    if not is_printable(str(path)):
        raise CodegenError(
            f"{path}: its name has characters that a terminal obeys, or no UTF-8; rename it"
        )
    _require_file_or_folder(path)
    return path


def _require_file_or_folder(path: Path) -> None:
    """A device has no end to read, and would be gone where a file took its place."""
    try:
        is_other = path.exists() and not (path.is_file() or path.is_dir())
    except OSError as error:  # a name that is too long, a folder that nobody may look into
        raise CodegenError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise CodegenError(f"{str(path)!r} is no path") from None
    if is_other:
        raise CodegenError(f"{path} is a pipe or device; name a file or folder")


def output(text: str) -> Path:
    """The kind of an option that names a file to write: refused where none can be written."""
    path = here(text)
    if not is_printable(text):
        raise CodegenError(f"{path}: a name has characters that a terminal obeys; choose another")
    _require_file_or_folder(path)
    folder = path.parent
    while path.is_relative_to(BUILD) and not folder.exists():  # a stage makes it
        folder = folder.parent
    if path.is_dir():
        raise CodegenError(f"{path} is a folder; name a file to write")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise CodegenError(
            f"cannot write {path}: {folder}: {error.strerror}; choose a folder that is there and "
            "that you may write to"
        ) from None
    return path


def workers(text: str) -> str:
    """The kind of --workers: for this process alone, "". Raises CodegenError, MissingToolError."""
    from codegen import campaign

    return campaign.workers(text) if text else campaign.ALONE


def once_each(flag: str, text: str) -> list[str]:
    """Words separated by commas. Raises CodegenError where one stands there twice."""
    words = text.split(",")
    if len(set(words)) < len(words):
        raise CodegenError(f"{flag} {text}: one stands there twice; leave it out")
    return words


def path_or_name(text: str) -> str:
    """The kind of an option that may name a file or folder: absolute where there is one."""
    return str(here(text)) if text and path(text).exists() else text


def paths_or_names(text: str) -> str:
    """The same for several, separated by commas. A folder `all` changes nothing."""
    return text if text == "all" else ",".join(map(path_or_name, text.split(",")))


def recipe(text: str) -> str:
    """The kind of --recipe: a name, or a file's path."""
    return str(path(text)) if text.endswith(".json") else text


def data_source(text: str) -> str:
    """The kind of --data. A folder that is called as a source would not be read: refused."""
    from training.data.datasets import SOURCES

    if text not in SOURCES:
        return path_or_name(text)
    if here(text).is_dir() and text != "auto":
        raise CodegenError(
            f"--data {text}: the name of a data set (docs/data.md) and of a folder here; give "
            f"./{text} for the folder, or rename it"
        )
    return text


@dataclass(frozen=True)
class Option:
    """What a verb can be given.

    name: as Python has it, tflm_lib for --tflm-lib.
    kind: turns the text into the value; bool for a switch, list for one given several times.
    carried: it holds for the verbs behind it in one command line, too.
    choices: where it has to be given, what there is to choose from: for the message without it.
    least, most: of a number.
    """

    name: str
    help: str
    kind: Callable[[str], Any] = str
    default: Any = None
    short: str = ""
    carried: bool = False
    choices: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    def but(self, help: str = "", **changes: Any) -> Option:
        """The same option as one verb words it."""
        return replace(self, help=help or self.help, **changes)

    def value(self, given: Any) -> Any:
        """What a verb gets of what was given. Raises CodegenError."""
        if given is None or self.kind in (bool, list):
            return given
        if given == "" != self.default:
            raise CodegenError(f"{self.flag} needs a value")
        try:
            value = self.kind(str(given))
        except ValueError:
            what = "a whole number" if self.kind is int else "a number"
            raise CodegenError(f"{self.flag} {given}: give {what}") from None
        if self.kind in (int, float):
            self._require_in_range(value)
        return value

    def _require_in_range(self, value: float) -> None:
        too_low = self.least is not None and value < self.least
        too_high = self.most is not None and value > self.most
        if value != value:
            raise CodegenError(f"{self.flag} {value}: give a number")
        if too_low or too_high:
            upwards = "or more" if self.most is None else f"to {self.most}"
            raise CodegenError(f"{self.flag} {value}: choose {self.least} {upwards}")


# ---------------------------------------------------------------- what is worked on

BOARD = Option("board", "board id, see `invoke boards`", short="b", carried=True)
RECIPE = Option(
    "recipe",
    "network and training, one of training/recipes, or a FILE.json as `invoke search` writes it",
    kind=recipe,
    short="r",
    carried=True,
)
DATA = Option(
    "data",
    "auto, keras, fashion, sample, a folder with the four MNIST files, a .npz, .npy or .csv, or a "
    "folder with one of images, WAV files or CSV recordings for each class",
    kind=data_source,
    short="d",
    carried=True,
)
MODEL = Option(
    "model",
    "a .tflite, .keras, .h5 or SavedModel of your own, in place of training",
    kind=path,
    short="m",
    carried=True,
)
FRONT_END = Option(
    "front_end",
    "a frontend.json (docs/front_ends.md): what the device makes the input of --model of",
    kind=path,
    carried=True,
)
TFLM_LIB = Option(
    "tflm_lib",
    "folder or PlatformIO library with upstream TFLM, in place of our own runtime",
    kind=path_or_name,
    carried=True,
)
ISA = Option("isa", "scalar, dsp or mve; the board's own by default")
TARGETS = Option(
    "targets", "of a .npy as --data: a .npy with a target a sample", kind=path_or_name, carried=True
)
WINDOW = Option(
    "window",
    "rows of a recording, or PCM values, that make a sample",
    kind=int,
    carried=True,
    least=1,
)
STRIDE = Option(
    "stride",
    "rows or values from one window to the next, by default a window",
    kind=int,
    carried=True,
    least=1,
)
COLUMNS = Option(
    "columns", "of a table or recording, separated by commas, by default all", carried=True
)
TARGET_COLUMN = Option("target_column", "of a table, by default the last", carried=True)
GROUP_COLUMN = Option(
    "group_column",
    "of a table, what a row comes from (a machine, a person): all of one are in one split",
    carried=True,
)
IMAGE_SIZE = Option(
    "image_size", "HEIGHTxWIDTH that images are stretched to, by default the recipe's", carried=True
)
CHANNELS = Option("channels", "of images: 1 grey, 3 colour", kind=int, carried=True, least=1)
FIT = Option(
    "fit",
    "of images to --image-size: stretch (default) or crop, which keeps the middle",
    carried=True,
)
TASK = Option(
    "task", "classify, regress, reconstruct or none, by default as the targets are", carried=True
)
NORMAL = Option(
    "normal",
    "class that a model for `reconstruct` is trained on, by default the first",
    carried=True,
)
READING = (
    *(TARGETS, WINDOW, STRIDE, COLUMNS, TARGET_COLUMN, GROUP_COLUMN, IMAGE_SIZE, CHANNELS, TASK),
    NORMAL,
    FIT,
)
TRAINED = (RECIPE, DATA, *READING)
CALIBRATION_DATA = Option(
    "calibration_data",
    "a .npz with an array for each input of a Keras model or SavedModel, or a .npy for one: "
    "samples that its ranges are taken from",
    kind=path,
    carried=True,
)
ENGINE = Option(
    "engine",
    "what runs the model: interpreter (the TFLM API, the model stays a flatbuffer) or aot "
    "(generated C++ that calls the kernels)",
    kind=engine,
    carried=True,
)
MADE = (*TRAINED, MODEL, FRONT_END, CALIBRATION_DATA)
IMAGE = (BOARD, ENGINE, *MADE)

# ---------------------------------------------------------------- the line to the board

PORT = Option(
    "port",
    "serial port or URL of a real board; without it an emulated board is booted",
    short="p",
    carried=True,
)
BAUD = Option(
    "baud", "baud rate, if not the board's own", kind=int, carried=True, least=1, most=2**32 - 1
)
LINE = (PORT, BAUD)
FARM = Option("farm", "all free places of a labgrid farm", kind=bool, default=False)
COORDINATOR = Option(
    "coordinator",
    "HOST[:PORT] of labgrid's coordinator; by default LG_COORDINATOR, else 127.0.0.1:20408",
)
LISTEN = Option("listen", "HOST:PORT to listen at; beyond this machine it needs MCUFORGE_TOKEN")
REMOTE = Option("remote", "host:port of a gdb server")

# ---------------------------------------------------------------- how it is done

SEED = Option(
    "seed", "of the training's random numbers", kind=int, least=0, most=2**32 - 1
)  # as NumPy and Keras take them
EPOCHS = Option("epochs", "of a training", kind=int, least=1)
OPTIMIZER = Option("optimizer", "one of the recipe's (docs/models.md), by default its first")
CALIBRATION = Option(
    "calibration", "training samples that the ranges are taken from", kind=int, least=1
)
PRESET = Option("preset", "of the converter's optimizations: default, size, latency or sparsity")
FORCE = Option("force", "run it although nothing has changed", kind=bool, default=False, short="f")
RESUME = Option("resume", "go on with a training that was interrupted", kind=bool, default=False)
VERBOSE = Option("verbose", "show PlatformIO's output", kind=bool, default=False, short="v")
COUNT = Option("count", "how many", kind=int, short="n", least=1, most=2**32 - 1)
WORKERS = Option(
    "workers",
    "who does it: a number of processes of this machine, or tcp://HOST:PORT of a Dask scheduler; "
    "by default this process (docs/search.md)",
    kind=workers,
    default="",
)
JSON = Option("json", "file to write the report to", kind=output, short="j")
MARKDOWN = Option("markdown", "document whose marked part takes the tables", kind=path)
SVG = Option("svg", "picture to write", kind=output)
CYCLES = Option(
    "cycles",
    "predict cycles, too, by the core's tables (docs/cycles.md)",
    kind=bool,
    default=False,
)
MODELS = Option(
    "model",
    "`all` (../shared/models), or their names or paths, or folders, separated by commas",
    kind=paths_or_names,
    default="all",
    short="m",
)
