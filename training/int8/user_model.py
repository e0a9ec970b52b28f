"""A user's own model in the place of a recipe's: a .tflite, a Keras file or a SavedModel.

A float model may have inputs and outputs of any number, structure and shape; float_edges.json says
which. What it is calibrated with is another stage's affair.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen.boards.facts import ISAS
from codegen.errors import CodegenError, ModelError
from codegen.files.artifacts import FLOAT_EDGES, FLOAT_MODEL, INT8_MODEL
from codegen.host.dead_channels import slim
from codegen.memory.planner import plan_model
from codegen.model.lean import MEMORY_PLAN, lean
from codegen.model.tflite import Model
from training import artifacts
from training.int8 import confinement, contained, edges
from training.int8.edges import Edges
from training.int8.float_function import of_keras
from training.int8.quantize import (
    OF_A_USER,
    foreign_errors,
    load_float_model,
    open_float,
    same_outputs,
)
from training.int8.untrained import noise
from training.tf_runtime import load_tensorflow, quiet_output


def import_tflite(path: Path, build_dir: Path, say: Callable[[str], None] = print) -> None:
    """Write a .tflite as model.tflite, without what no interpreter reads; float.keras goes.

    The given file's own hash stands in the manifest, as this stage's input.
    """
    given = path.read_bytes()
    content = leaned(given)
    if content is not given:
        say(
            f"import: {len(content):,} B, {len(given) - len(content):,} B less than given (names, "
            "empty buffers, arrays written twice, channels that always give the same), outputs as "
            "before"
        )
    artifacts.atomic_write(build_dir / INT8_MODEL, content)
    for name in (FLOAT_MODEL, FLOAT_EDGES):
        (build_dir / name).unlink(missing_ok=True)


def leaned(given: bytes) -> bytes:
    """A .tflite without what no interpreter reads and without dead channels; `given` itself where
    that gains nothing or is damaged, or where nobody confirms that the outputs are the same."""
    try:
        content = _with_the_better_plan(given)
    except ModelError:  # in what is left out; whatever is read has been checked
        return given
    gains = len(content) < len(given)
    return content if gains and _same_outputs(given, content) else given


def _with_the_better_plan(given: bytes) -> bytes:
    """Slim; a memory plan that comes with the model stays where it takes less than ours, on one
    instruction set at least: it is left aside on the others."""
    content = slim(given)
    if MEMORY_PLAN not in given:
        return content
    with_plan = lean(given, keep_plan=True)
    try:
        plans = [[plan_model(Model.parse(c), isa) for isa in ISAS] for c in (content, with_plan)]
    except CodegenError:  # the checks that follow say what is wrong with it
        return content
    smaller = any(b.arena_bytes < a.arena_bytes for a, b in zip(*plans, strict=True))
    return with_plan if smaller else content


def _same_outputs(given: bytes, content: bytes) -> bool:
    """Whether two models give the same bytes for random inputs, as far as anybody can say."""
    try:
        return same_outputs(given, content)
    except CodegenError:  # the checks that follow say what is wrong with it
        return False


def import_float(path: Path, build_dir: Path, say: Callable[[str], None] = print) -> None:
    """Write what a Keras file or a SavedModel takes and gives as float_edges.json, and a Keras
    model as float.keras, which every later stage takes as a recipe's.

    It is opened in a process of its own. Raises ArtifactError, ConversionError; nothing is written
    then.
    """
    if path.is_dir():
        where = "which can write to a scratch folder alone (Linux's Landlock)"
        if not confinement.can_restrict_writes():
            where = "with all your rights, as this system has no Landlock"
        say(f"import: loading a SavedModel runs its code: in a process of its own, {where}")
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch) / FLOAT_MODEL
        told = contained.call(
            examine, Path(scratch), f"import {path}", path=path.absolute(), target=kept
        )
        found = Edges.from_json(told)
        if path.is_dir():
            (build_dir / FLOAT_MODEL).unlink(missing_ok=True)
        else:
            artifacts.atomic_write(build_dir / FLOAT_MODEL, kept.read_bytes())
    edges.write(build_dir, found)
    say(f"import: {path.name} takes {found.taken}")


def examine(path: str, target: str) -> dict[str, Any]:
    """What `import_float` has done in another process: the model's edges; a Keras model is written
    to `target`, and has to give the same answers from there."""
    tf = load_tensorflow(seed=1)
    source, kept = Path(path), Path(target)
    with foreign_errors(tf, path), quiet_output():
        if source.is_dir():
            one = open_float(tf, source)
        else:
            one = of_keras(tf, load_float_model(source, OF_A_USER), path)
        samples = noise(one)
        one.require_same(tf, one.frozen(tf), samples)
        if not source.is_dir():
            kept.write_bytes(artifacts.keras_bytes(one.owner))
            again = of_keras(tf, load_float_model(kept), path)
            one.require_same(tf, again.frozen(tf), samples)
    return one.edges.to_json()
