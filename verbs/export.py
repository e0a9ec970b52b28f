"""The verb that takes a model out of here: export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context

from verbs.choice import choice
from verbs.options import ENGINE, FORCE, ISA, MADE, Option, path
from verbs.shell import command, without_folders
from verbs.verb import Given, verb

if TYPE_CHECKING:
    from codegen.export.card import Measured
    from codegen.export.request import Request
    from pipeline.choice import Choice

_TARGETS = "c, platformio, arduino, zephyr, cmsis-pack or tflm"


@verb(
    Option("to", f"what takes it: {_TARGETS}", choices=_TARGETS),
    *MADE,
    ENGINE,
    Option("output", "folder to write", kind=path, short="o", choices="a folder"),
    Option("name", "what its C functions begin with; by default the model's, in lower case"),
    ISA.but("kernels of scalar, dsp or mve only, by default all", default="all"),
    Option("zip", "an Arduino library as one .zip", kind=bool, default=False),
    Option(
        "measure",
        "count instructions, code and stack and predict cycles on each core in QEMU for the model "
        "card",
        kind=bool,
        default=False,
    ),
    FORCE.but("overwrite files that were changed by hand"),
)
def export(c: Context, given: Given) -> None:
    """Write the model as sources for another project: C API, self-test, model card, SBOM.

    docs/exporting.md has each target and the C API.
    """
    from codegen.errors import ExportError
    from codegen.export import export as room
    from codegen.export import folder, package, request
    from codegen.model.tflite import Model
    from pipeline import stages

    if not (given.model or given.recipe or c.config.mcuforge.model):
        raise ExportError("export: give --model FILE or --recipe NAME")
    chosen = choice(c, given)
    name = given.name or chosen.name.lower()
    wanted = request.check(
        given.to, chosen.engine, name, given.isa, given.output, given.force, given.zip
    )
    folder.check(wanted)
    if given.measure:
        _require_measurable(wanted, chosen)
    if chosen.model_kind == "tflite":
        package.require(wanted, Model.read(chosen.model))
    stages.evaluate(chosen)
    measured = _measured(chosen) if given.measure else []
    count = room.export(wanted, chosen.build_dir, _command(given, chosen.engine), measured)
    print(f"export: {count} files in {wanted.folder}; README.md says how they are used")


def _require_measurable(wanted: Request, chosen: Choice) -> None:
    """Raises CodegenError for what the benchmark cannot run."""
    from codegen.errors import ExportError
    from verification.bench import measure

    if not wanted.has_runtime:
        raise ExportError(f"--measure: --to {wanted.target} brings no runtime; leave it out")
    if chosen.model is not None and chosen.model_kind == "tflite":
        measure.read_measurable(chosen.model)


def _measured(chosen: Choice) -> list[Measured]:
    """On one board of each core that QEMU emulates. Raises CodegenError, VerificationError."""
    from codegen.export.card import Measured
    from codegen.files.artifacts import INT8_MODEL
    from verification.bench import measure

    boards = measure.find_boards("all")
    rows = measure.bench(boards, [chosen.build_dir / INT8_MODEL], engine=chosen.engine, cycles=True)
    return [
        Measured(
            row.cpu,
            row.instructions,
            row.init_instructions,
            row.flash_bytes,
            row.constant_bytes,
            row.stack_bytes,
            row.cycles_0ws,
        )
        for row in rows
    ]


def _command(given: Given, engine: str) -> str:
    """What repeats it, without the folders of this machine."""
    named = {name: without_folders(value) for name, value in vars(given).items()}
    changes = {**named, "engine": engine, "output": "DIR"}
    return command("export", given, but=("force",), **changes)
