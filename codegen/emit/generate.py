"""From a model to the C++ sources of its firmware: build/<name>/generated/.

Everything that the templates lay out is computed and ordered here, so the same model and labels
give the same bytes. Files are written only when they change, which keeps builds incremental.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from codegen.aot.custom_ops import TFLITE_TYPES
from codegen.aot.generate import generate_aot, plan_aot
from codegen.compile.compiler_flags import isa_macro
from codegen.emit.frontend_values import front_end_values
from codegen.emit.golden_vectors import GoldenVector, make_golden_vectors
from codegen.emit.seeded_vectors import SeededVector, make_seeded_vectors
from codegen.engines import AOT, INTERPRETER
from codegen.errors import CodegenError, UnsupportedModelError
from codegen.files.artifacts import (
    AOT_FILES,
    AOT_MODEL,
    DATA_INFO,
    GENERATED,
    GENERATED_FILES,
    TEST_SPLIT,
)
from codegen.files.cpp_text import float_literal, rows, string_literal
from codegen.files.manifest import atomic_write
from codegen.files.templates import fill
from codegen.frontend import parameters
from codegen.frontend.front_end import FrontEnd
from codegen.memory import planner
from codegen.memory.planner import ArenaPlan
from codegen.memory.upstream_arena import upstream_arena_bytes
from codegen.model.int8_checks import check_int8, is_plain
from codegen.model.op_table import (
    SupportedOp,
    load_supported_ops,
    resolver_arguments,
    resolver_calls,
)
from codegen.model.pixels import pixel_table
from codegen.model.tflite import Model, Tensor

Plan = Callable[[Path, str], ArenaPlan]
"""(path of the model, isa) -> arena plan."""


# Instruction set -> the define that the firmware builder gives. The last one is what is left.
_ISA_CONDITIONS = {"mve": isa_macro("mve"), "dsp": isa_macro("dsp"), "scalar": None}

_AFTER_OP = "mcuforge_after_op"  # of firmware/src/engine_aot.cc

TEMPLATES = Path(__file__).parent / "templates"


def generate(
    model_path: Path,
    build_dir: Path,
    labels: Sequence[str] | None = None,
    plan: Plan | None = None,
    engine: str = INTERPRETER,
) -> list[Path]:
    """Writes build_dir/generated/ for the model; returns the paths of all its files.

    labels: one for each output of a plain model; by default those of build_dir/data.json where they
    are as many, else "0", "1", ...; none for any other model. The golden vectors are of
    build_dir/digits.npz, if it is there. Its front end is that of build_dir/frontend.json, if any.
    plan: the arena planner, by default the engine's. engine: one of codegen.engines.
    Raises ModelError, UnsupportedModelError or another CodegenError, before anything is written.
    """
    model = Model.read(model_path)
    supported = load_supported_ops()
    check_int8(model, supported)
    label_count = model.outputs[0].nbytes if is_plain(model) else 0
    if labels is None:
        labels = default_labels(build_dir / DATA_INFO, label_count)
    if len(labels) != label_count:
        raise CodegenError(
            f"{len(labels)} labels given, the model has {label_count} classes; give one label for "
            "each output of a model with one int8 output"
        )
    planned = plan or (_plan_aot if engine == AOT else planner.plan)
    plans = {isa: _checked_plan(planned(model_path, isa), isa) for isa in _ISA_CONDITIONS}
    vectors = make_golden_vectors(model, build_dir / TEST_SPLIT)
    seeded = make_seeded_vectors(model)
    front_end = parameters.load(build_dir)
    sources = render(model, supported, plans, labels, vectors, front_end, seeded, engine)

    folder = build_dir / GENERATED
    for name, text in sources.items():
        atomic_write(folder / name, text.encode())
    for path in folder.iterdir():
        if path.name not in sources and path.is_file():
            path.unlink()
    return [folder / name for name in sources]


def render(
    model: Model,
    supported: Mapping[str, SupportedOp],
    plans: Mapping[str, ArenaPlan],
    labels: Sequence[str],
    vectors: Sequence[GoldenVector],
    front_end: FrontEnd | None = None,
    seeded: Sequence[SeededVector] = (),
    engine: str = INTERPRETER,
) -> dict[str, str]:
    """{file name: text} of all generated sources. plans: by instruction set."""
    sha256 = bytes.fromhex(model.sha256)
    plain = is_plain(model)
    calls = resolver_calls(model, supported)
    input_, output = model.inputs[0], model.outputs[0]
    values = {
        "sha256": model.sha256,
        "model_bytes": model.size,
        "model_rows": rows(f"0x{byte:02x}" for byte in model.data),
        "resolver_calls": calls,
        "resolver_arguments": resolver_arguments(model, calls),
        "has_custom_ops": bool(model.custom_names),
        "arenas": [
            {
                "condition": condition,
                "arena_bytes": plans[isa].arena_bytes,
                "activation_bytes": plans[isa].activation_bytes,
                "lower_bound_bytes": plans[isa].lower_bound_bytes,
                "persistent_bytes": plans[isa].persistent_bytes,
            }
            for isa, condition in _ISA_CONDITIONS.items()
        ],
        "op_count": len(model.ops),
        "variable_count": sum(
            op.name == "VAR_HANDLE" for graph in model.subgraphs for op in graph.ops
        ),
        "has_first_values": "CALL_ONCE" in model.op_names,
        "upstream_arena_bytes": upstream_arena_bytes(model, plans.values()),
        "input_count": len(model.inputs),
        "output_count": len(model.outputs),
        "plain": [_io_values("Input", input_), _io_values("Output", output)] if plain else [],
        "labels": [string_literal(label) for label in labels],
        "sha256_rows": rows(f"0x{byte:02x}" for byte in sha256),
        "vectors": [
            {
                "pixel_rows": rows(f"0x{byte:02x}" for byte in vector.pixels),
                "score_rows": rows(map(str, vector.scores)),
            }
            for vector in vectors
        ],
        "seeded_vectors": seeded,
        "pixel_rows": rows(map(str, pixel_table(input_.scale, input_.zero_point) if plain else [])),
        "front_end": front_end_values(front_end, model) if front_end else None,
    }
    if engine != AOT:
        return {name: fill(TEMPLATES / f"{name}.jinja", values) for name in GENERATED_FILES}
    values |= {"tensors": {"Input": _described(model.inputs), "Output": _described(model.outputs)}}
    made = generate_aot(model.data, AOT_MODEL.partition("_")[0], after_op=_AFTER_OP)
    return {
        name: made[name].decode() if name in made else fill(TEMPLATES / f"{name}.jinja", values)
        for name in AOT_FILES
    }


def _plan_aot(model_path: Path, isa: str) -> ArenaPlan:
    return plan_aot(Model.read(model_path), isa)


def _described(tensors: Sequence[Tensor]) -> list[dict[str, object]]:
    """For TENSOR: a scale of 0 where there is not exactly one."""
    return [
        {
            "dtype": TFLITE_TYPES[tensor.dtype],
            "shape": tensor.shape,
            "nbytes": tensor.nbytes,
            "scale": float_literal(tensor.scales[0] if len(tensor.scales) == 1 else 0.0),
            "zero_point": tensor.zero_points[0] if len(tensor.zero_points) == 1 else 0,
        }
        for tensor in tensors
    ]


def _io_values(prefix: str, tensor: Tensor) -> dict[str, object]:
    return {
        "prefix": prefix,
        "shape": tensor.shape,
        "scale": float_literal(tensor.scale),
        "zero_point": tensor.zero_point,
        "nbytes": tensor.nbytes,
    }


def _checked_plan(plan: ArenaPlan, isa: str) -> ArenaPlan:
    if plan.ops_missing:
        raise UnsupportedModelError(
            f"the runtime for {isa} lacks {', '.join(plan.ops_missing)}; replace these layers"
        )
    return plan


def default_labels(data_json: Path, count: int) -> list[str]:
    """The data set's labels if it has as many as the model has outputs, else plain numbers.

    A user's own model need not have the classes of the data set in its build folder.
    """
    numbers = [str(i) for i in range(count)]
    try:
        labels = json.loads(data_json.read_bytes()).get("labels", numbers)
    except FileNotFoundError:
        return numbers
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise CodegenError(
            f"cannot read the labels in {data_json}: {error}; delete the file, and it is made again"
        ) from error
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise CodegenError(
            f"labels in {data_json} is not a list of strings; delete the file, and it is made again"
        )
    return labels if len(labels) == count else numbers
