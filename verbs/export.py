"""The verb that takes a model out of here: export."""

from __future__ import annotations

import shlex

from invoke import Context

from codegen.files.places import IN_CHECKOUT
from verbs.choice import choice
from verbs.options import ENGINE, FORCE, ISA, MADE, Option, here
from verbs.verb import Given, verb

_TARGETS = "c, platformio, arduino, zephyr, cmsis-pack or tflm"


@verb(
    Option("to", f"what takes it: {_TARGETS}", choices=_TARGETS),
    *MADE,
    ENGINE,
    Option("output", "folder to write", kind=here, short="o", choices="a folder"),
    Option("name", "what its C functions begin with; by default the model's, in lower case"),
    ISA.but("kernels of scalar, dsp or mve only, by default all", default="all"),
    Option("zip", "an Arduino library as one .zip", kind=bool, default=False),
    FORCE.but("overwrite files that were changed by hand"),
)
def export(c: Context, given: Given) -> None:
    """Write the model as sources for another project: C API, self-test, model card, SBOM."""
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
    if chosen.model_kind == "tflite":
        package.require(wanted, Model.read(chosen.model))
    stages.evaluate(chosen)
    count = room.export(wanted, chosen.build_dir, _command(given))
    print(f"export: {count} files in {wanted.folder}; README.md says how they are used")


def _command(given: Given) -> str:
    """What repeats it, without the folders of this machine."""
    words = ["invoke" if IN_CHECKOUT else "mcuforge", "export"]
    for name, value in vars(given).items():
        if name in ("output", "force") or value in (None, "", False):
            continue
        if value is True:
            words.append(f"--{name}")
            continue
        text = value.name if hasattr(value, "name") else str(value)
        words += [f"--{name.replace('_', '-')}", text]
    return shlex.join([*words, "-o", "DIR"])
