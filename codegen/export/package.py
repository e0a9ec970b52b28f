"""What every export has, whatever the project that takes it: sources, test, papers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codegen.aot.generate import generate_aot, plan_aot
from codegen.boards.facts import ISAS
from codegen.emit import generate
from codegen.engines import AOT
from codegen.errors import UnsupportedModelError
from codegen.export import api, card, sbom, usage, vectors
from codegen.export.card import Measured
from codegen.export.request import Request
from codegen.export.sources import runtime_files
from codegen.files.artifacts import DATA_INFO, INT8_MODEL
from codegen.files.cpp_text import rows, string_literal
from codegen.files.places import PROGRAM
from codegen.files.templates import fill
from codegen.files.version import program_commit, program_version
from codegen.frontend import parameters
from codegen.frontend.front_end import FrontEnd
from codegen.host.runtime import ALIGNMENT
from codegen.memory.planner import ArenaPlan, plan_model
from codegen.memory.upstream_arena import upstream_arena_bytes
from codegen.model.int8_checks import check_int8, is_plain
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model

_TEMPLATES = Path(__file__).parent / "templates"
_SOURCES = (".c", ".cc", ".cpp", ".h", ".def")
_OF_INTERPRETER = ("model_data.h", "model_data.cc", "op_resolver.h")  # of codegen.emit


@dataclass(frozen=True)
class Package:
    """sources: {file name: text} of one folder, the public header among them. test: the same, of
    the self-test. wrapper: for upstream's runtime, the C functions that the test calls. papers:
    beside them. values: what templates lay out."""

    request: Request
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    test: Mapping[str, str]
    papers: Mapping[str, str]
    model: Model
    wrapper: Mapping[str, str] = field(default_factory=dict)

    def fill(self, template: str, **more: Any) -> str:
        return fill(_TEMPLATES / f"{template}.jinja", {**self.values, **more})


def make(
    request: Request, build_dir: Path, command: str, measured: Sequence[Measured] = ()
) -> Package:
    """Of build_dir/model.tflite and what else is there. command: what repeats the export.
    measured: by a benchmark, for the model card.

    Raises CodegenError.
    """
    model = Model.read(build_dir / INT8_MODEL)
    check_int8(model, load_supported_ops())
    require(request, model)
    front_end = parameters.load(build_dir) if request.has_runtime else None
    plans = {isa: _plan(request, model, isa) for isa in ISAS}
    count = model.outputs[0].nbytes if is_plain(model) else 0
    labels = generate.default_labels(build_dir / DATA_INFO, count)
    version, commit = program_version(), program_commit()
    values = {
        **api.values(
            request,
            model,
            _arena_bytes(request, model, plans),
            ALIGNMENT,
            [string_literal(label) for label in labels],
            _sample(front_end),
            version,
        ),
        "stateful": model.is_stateful,
        "vectors": vectors.of_model(model),
        "samples": [
            {"rows": rows(map(str, one.data)), "crc": one.crc}
            for one in vectors.of_samples(model, build_dir)
        ],
        "sample_vectors": vectors.of_front_end(model, front_end) if front_end else [],
    }
    emitted = generate.render(model, load_supported_ops(), plans, labels, [], front_end)
    card_text = card.text(request, model, plans, build_dir, version, commit, command, measured)
    name = request.name
    empty = Package(request, values, {}, {}, {}, model)
    package = replace(
        empty,
        test={f"{name}_{file}": empty.fill(file) for file in ("self_test.h", "self_test.c")},
        papers={
            "LICENSE": (PROGRAM / "LICENSE").read_text(encoding="utf-8"),
            "MODEL_CARD.md": card_text,
        },
    )
    if not request.has_runtime:
        return _for_upstream(package, emitted)
    return replace(package, sources=runtime_files(request, _application(package, emitted)))


def _for_upstream(package: Package, emitted: Mapping[str, str]) -> Package:
    """Namespace `mcuforge` becomes the export's own; includes of TFLM stay as they are."""
    name = package.request.name
    sources = _named(emitted, _OF_INTERPRETER, name)
    sources[f"{name}_arena.h"] = package.fill("arena.h")
    wrapper = {
        f"{name}.h": package.fill("model.h"),
        f"{name}.cc": package.fill("model_interpreter.cc"),
        f"{name}_labels.h": package.fill("labels.h"),
    }

    def own(files: Mapping[str, str]) -> dict[str, str]:
        return {
            file: re.sub(r"\bmcuforge(?=::)|(?<=namespace )mcuforge\b", name, text)
            for file, text in files.items()
        }

    return replace(package, sources=own(sources), wrapper=own(wrapper))


def _named(emitted: Mapping[str, str], files: Sequence[str], name: str) -> dict[str, str]:
    """Generated sources under the names that they have in the export."""
    own = {f"{name}_{file}": emitted[file] for file in files}
    for file in files:
        own = {k: text.replace(f'"{file}"', f'"{name}_{file}"') for k, text in own.items()}
    return own


def _application(package: Package, emitted: Mapping[str, str]) -> dict[str, str]:
    """The generated sources, by the names that they have in the export."""
    name, model = package.request.name, package.model
    has_front_end = package.values["sample_bytes"] > 0
    kept = [] if package.request.engine == AOT else [*_OF_INTERPRETER]
    own = _named(emitted, [*kept, *(["frontend.h"] if has_front_end else [])], name)
    if package.request.engine == AOT:
        made = generate_aot(model.data, name, package.request.isas)
        own |= {file: data.decode() for file, data in made.items()}
    own[f"{name}.h"] = package.fill("model.h")
    own[f"{name}.cc"] = package.fill(f"model_{package.request.engine}.cc")
    for file in ("target.h", "kernel.h", "labels.h"):
        own[f"{name}_{file}"] = package.fill(file)
    for file in ("sample.h", "sample.cc") if has_front_end else ():
        own[f"{name}_{file}"] = package.fill(file)
    return own


def _arena_bytes(request: Request, model: Model, plans: Mapping[str, ArenaPlan]) -> dict[str, int]:
    if request.has_runtime:
        return {isa: plan.arena_bytes for isa, plan in plans.items()}
    return dict.fromkeys(plans, upstream_arena_bytes(model, plans.values()))


def require(request: Request, model: Model) -> None:
    """Raises UnsupportedModelError for a model that the target cannot have."""
    if not request.has_runtime and (model.custom_names or "VAR_HANDLE" in model.op_names):
        what = "custom ops" if model.custom_names else "variables (VAR_HANDLE)"
        raise UnsupportedModelError(
            f"--to tflm: the model has {what}, which upstream TFLM needs more for than model, "
            "resolver and arena; export it with its runtime, --to c"
        )


def _plan(request: Request, model: Model, isa: str) -> ArenaPlan:
    return plan_aot(model, isa) if request.engine == AOT else plan_model(model, isa)


def _sample(front_end: FrontEnd | None) -> dict[str, Any] | None:
    if front_end is None:
        return None
    import numpy as np

    shape = "x".join(map(str, front_end.sample_shape))
    elements = int(np.prod(front_end.sample_shape))
    return {
        "bytes": elements * np.dtype(front_end.sample_dtype).itemsize,
        "comment": f"{front_end.kind}, {shape} of {front_end.sample_dtype}, little-endian.",
    }


def bill(package: Package, files: Mapping[str, str]) -> bytes:
    """The SBOM of what is compiled. files: {path in the export: text}."""
    sources = {k: text.encode() for k, text in files.items() if k.endswith(_SOURCES)}
    return sbom.text(package.request, package.model, str(package.values["version"]), sources)


def readme(package: Package, title: str, setup: str) -> str:
    """title: what the folder is. setup: how it gets into a project."""
    kinds = ("vectors", "samples", "sample_vectors")
    count = sum(len(package.values[kind]) for kind in kinds)
    return package.fill(
        "README.md",
        title=title,
        setup=setup,
        usage=usage.lines(package.values),
        vector_count=count,
    )
