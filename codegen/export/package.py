"""What every export has, whatever the project that takes it: sources, test, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.aot.generate import generate_aot, plan_aot
from codegen.boards.facts import ISAS
from codegen.emit import generate
from codegen.engines import AOT
from codegen.export import api, card, sbom, usage, vectors
from codegen.export.request import Request
from codegen.export.sources import runtime_files
from codegen.files.artifacts import DATA_INFO, INT8_MODEL
from codegen.files.cpp_text import string_literal
from codegen.files.places import PROGRAM
from codegen.files.templates import fill
from codegen.files.version import program_commit, program_version
from codegen.frontend import parameters
from codegen.frontend.front_end import FrontEnd
from codegen.host.runtime import ALIGNMENT
from codegen.memory.planner import ArenaPlan, plan_model
from codegen.model.int8_checks import check_int8, is_plain
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model

_TEMPLATES = Path(__file__).parent / "templates"
_OF_INTERPRETER = ("model_data.h", "model_data.cc", "op_resolver.h")  # of codegen.emit


@dataclass(frozen=True)
class Package:
    """sources: {file name: text} of one folder, the public header among them. test: the same, of
    the self-test. papers: beside them. values: what templates lay out."""

    request: Request
    values: Mapping[str, Any]
    sources: Mapping[str, str]
    test: Mapping[str, str]
    papers: Mapping[str, str]
    model: Model

    @property
    def compiled(self) -> list[str]:
        """Names of the sources that are compiled, sorted."""
        return sorted(name for name in self.sources if name.endswith(".cc"))

    def fill(self, template: str, **more: Any) -> str:
        return fill(_TEMPLATES / f"{template}.jinja", {**self.values, **more})


def make(request: Request, build_dir: Path, command: str) -> Package:
    """Of build_dir/model.tflite and what else is there. command: what repeats the export.

    Raises CodegenError.
    """
    model = Model.read(build_dir / INT8_MODEL)
    check_int8(model, load_supported_ops())
    front_end = parameters.load(build_dir)
    plans = {isa: _plan(request, model, isa) for isa in ISAS}
    count = model.outputs[0].nbytes if is_plain(model) else 0
    labels = generate.default_labels(build_dir / DATA_INFO, count)
    version, commit = program_version(), program_commit()
    values = {
        **api.values(
            request,
            model,
            {isa: plan.arena_bytes for isa, plan in plans.items()},
            ALIGNMENT,
            [string_literal(label) for label in labels],
            _sample(front_end),
            version,
        ),
        "stateful": model.is_stateful,
        "vectors": vectors.of_model(model),
        "sample_vectors": vectors.of_front_end(model, front_end) if front_end else [],
    }
    package = Package(request, values, {}, {}, {}, model)
    application = _application(package, plans, labels, front_end)
    name = request.name
    return Package(
        request,
        values,
        sources=runtime_files(request, application),
        test={
            f"{name}_self_test.h": package.fill("self_test.h"),
            f"{name}_self_test.c": package.fill("self_test.c"),
        },
        papers={
            "LICENSE": (PROGRAM / "LICENSE").read_text(encoding="utf-8"),
            "MODEL_CARD.md": card.text(request, model, plans, build_dir, version, commit, command),
        },
        model=model,
    )


def _application(
    package: Package,
    plans: Mapping[str, ArenaPlan],
    labels: Sequence[str],
    front_end: FrontEnd | None,
) -> dict[str, str]:
    """The generated sources, by the names that they have in the export."""
    name, model = package.request.name, package.model
    emitted = generate.render(model, load_supported_ops(), plans, labels, [], front_end)
    kept = [] if package.request.engine == AOT else [*_OF_INTERPRETER]
    kept += ["frontend.h"] if front_end else []
    own = {f"{name}_{file}": emitted[file] for file in kept}
    for file in kept:
        own = {k: text.replace(f'"{file}"', f'"{name}_{file}"') for k, text in own.items()}
    if package.request.engine == AOT:
        made = generate_aot(model.data, name, package.request.isas)
        own |= {file: data.decode() for file, data in made.items()}
    own[f"{name}.h"] = package.fill("model.h")
    own[f"{name}.cc"] = package.fill(f"model_{package.request.engine}.cc")
    for file in ("target.h", "kernel.h", "labels.h"):
        own[f"{name}_{file}"] = package.fill(file)
    for file in ("sample.h", "sample.cc") if front_end else ():
        own[f"{name}_{file}"] = package.fill(file)
    return own


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
    sources = {k: text.encode() for k, text in files.items() if k.endswith((".cc", ".h", ".def"))}
    return sbom.text(package.request, package.model, str(package.values["version"]), sources)


def readme(package: Package, title: str, setup: str) -> str:
    """title: what the folder is. setup: how it gets into a project."""
    count = len(package.values["vectors"]) + len(package.values["sample_vectors"])
    return package.fill(
        "README.md",
        title=title,
        setup=setup,
        usage=usage.lines(package.values),
        vector_count=count,
    )
