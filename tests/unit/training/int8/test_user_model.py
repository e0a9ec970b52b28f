"""A .tflite of a user's own takes its place in a build folder. No TensorFlow."""

from __future__ import annotations

import struct
from pathlib import Path

import flatbuffers
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError
from codegen.files.artifacts import FLOAT_EDGES, FLOAT_MODEL, INT8_MODEL
from codegen.memory.planner import plan_model
from codegen.model.lean import MEMORY_PLAN, lean
from codegen.model.tflite import Model
from pipeline import choice, stages
from tests.unit.codegen.memory.test_planner import (
    NOT_LOWEST,
    better_plan,
    branching_model,
    with_plan,
)
from training import artifacts
from training.int8 import user_model
from verification.cases.model_builder import small_cnn


def test_a_tflite_that_takes_the_place_of_a_keras_model_leaves_no_float_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "BUILD", tmp_path)
    (tmp_path / "net.tflite").write_bytes(small_cnn())
    for name in (FLOAT_MODEL, FLOAT_EDGES):
        artifacts.atomic_write(tmp_path / "net" / name, b"of net.keras")
    stages._import_model(choice.Choice("host", "tiny", "auto", model=tmp_path / "net.tflite"))
    left = {path.name for path in (tmp_path / "net").iterdir()}
    assert INT8_MODEL in left and not left & {FLOAT_MODEL, FLOAT_EDGES}


def test_a_tflite_is_taken_lean_where_its_outputs_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = small_cnn()
    path = tmp_path / "net.tflite"
    path.write_bytes(given)
    user_model.import_tflite(path, tmp_path)
    taken = (tmp_path / INT8_MODEL).read_bytes()
    assert len(taken) < len(given)
    assert Model.parse(taken).op_names == Model.parse(given).op_names

    def damaged(content: bytes) -> bytes:
        """Where only the lean pass looks: its metadata leave the file."""
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
        model.metadataBuffer = [0] * 1111
        builder = flatbuffers.Builder(0)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        packed = bytes(builder.Output())
        return packed.replace(struct.pack("<I", 1111), struct.pack("<I", 0x7FFFFFFF))

    path.write_bytes(damaged(given))
    with pytest.raises(ModelError, match="no interpreter reads"):
        lean(damaged(given))
    user_model.import_tflite(path, tmp_path)
    assert (tmp_path / INT8_MODEL).read_bytes() == damaged(given)
    path.write_bytes(given)

    def other(content: bytes) -> bytes:
        """Shorter, with another bias."""
        model = Model.parse(lean(content))
        bias = model.tensors[model.ops[0].inputs[2]].data
        assert bias is not None
        return lean(content).replace(bias, b"\x7f\x7f\x00\x00" * (len(bias) // 4))

    monkeypatch.setattr(user_model, "slim", other)
    user_model.import_tflite(path, tmp_path)
    assert (tmp_path / INT8_MODEL).read_bytes() == given


def test_a_memory_plan_stays_where_it_takes_less_than_ours() -> None:
    model = branching_model(NOT_LOWEST)
    own = plan_model(model, "scalar")
    lower = with_plan(model.data, better_plan(model, own))
    kept = user_model.leaned(lower)
    assert MEMORY_PLAN in kept
    assert plan_model(Model.parse(kept), "scalar").arena_bytes < own.arena_bytes
    useless = with_plan(model.data, [-1] * len(model.tensors))
    assert MEMORY_PLAN in useless and MEMORY_PLAN not in user_model.leaned(useless)
