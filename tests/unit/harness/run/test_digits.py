"""Digits and the oracle's scores: reused only for this very model and these very digits."""

from pathlib import Path

import numpy as np
import pytest

from codegen.files import data_schema
from codegen.files.data_schema import DataSchemaError
from codegen.files.manifest import sha256_file
from codegen.host.oracle import Oracle
from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.run.digits import load_digits, takes_digits
from verification.cases.model_builder import ModelBuilder, schema, small_cnn

COUNT = 6


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    (tmp_path / "model.tflite").write_bytes(small_cnn())
    shape = Model.read(tmp_path / "model.tflite").inputs[0].shape[1:]
    images = np.random.default_rng(1).integers(0, 256, (COUNT, *shape), np.uint8)
    np.savez(tmp_path / "digits.npz", images=images, labels=np.arange(COUNT, dtype=np.uint8))
    return tmp_path


def record_oracle(build_dir: Path, **wrong: str) -> None:
    """oracle.npz whose scores are all 77, so that it shows whether they were used."""
    model = Model.read(build_dir / "model.tflite")
    hashes = {
        "model_sha256": model.sha256,
        "digits_sha256": sha256_file(build_dir / "digits.npz"),
        **wrong,
    }
    scores = np.full((COUNT, model.outputs[0].nbytes), 77, np.int8)
    np.savez(build_dir / "oracle.npz", scores=scores, **hashes)  # type: ignore[arg-type]


def test_scores_are_the_oracles(build_dir: Path) -> None:
    digits = load_digits(build_dir, 4)
    assert len(digits) == 4
    model = Model.read(build_dir / "model.tflite")
    oracle = Oracle(model)
    for row, wanted in zip(digits.quantized, digits.oracle_scores, strict=True):
        (scores,) = oracle.run([row.reshape(model.inputs[0].shape)])
        assert np.array_equal(scores.reshape(-1), wanted)
    assert digits.labels.tolist() == [0, 1, 2, 3]


def test_a_model_with_state_is_sent_sequences_not_digits(build_dir: Path) -> None:
    assert takes_digits(build_dir)
    b = ModelBuilder()
    pixels = Model.read(build_dir / "model.tflite").inputs[0].nbytes
    taken, state, sums = (
        b.tensor([1, pixels], scale=0.5, is_variable=kept) for kept in (False, True, False)
    )
    b.op("ADD", [taken, state], [sums], schema.AddOptionsT())
    (build_dir / "model.tflite").write_bytes(b.build([taken], [sums]))
    assert not takes_digits(build_dir)


def test_recorded_scores_are_used_when_they_belong(build_dir: Path) -> None:
    record_oracle(build_dir)
    assert (load_digits(build_dir, 2).oracle_scores == 77).all()
    assert len(load_digits(build_dir, None).oracle_scores) == COUNT


@pytest.mark.parametrize("key", ["model_sha256", "digits_sha256"])
def test_recorded_scores_of_something_else_are_not_used(build_dir: Path, key: str) -> None:
    record_oracle(build_dir, **{key: "00" * 32})
    assert not (load_digits(build_dir, 2).oracle_scores == 77).all()


@pytest.mark.parametrize("count", [0, -1, COUNT + 1])
def test_count_beyond_the_split_is_bad_input(build_dir: Path, count: int) -> None:
    with pytest.raises(HarnessError, match=f"--count {count}: .* holds 6 digits; choose 1 to 6"):
        load_digits(build_dir, count)


def test_digits_unlike_the_training_images_are_not_sent(build_dir: Path) -> None:
    images = load_digits(build_dir, None).images
    small = images.reshape(COUNT, -1)[:, :4]
    data_schema.write(build_dir, data_schema.infer("training", small, small, list("012345")))
    with pytest.raises(DataSchemaError, match=r"digits\.npz: the images are .*, not 4, as"):
        load_digits(build_dir, 1)


def test_missing_and_damaged_digits_are_named(build_dir: Path) -> None:
    path = build_dir / "digits.npz"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(HarnessError, match=r"digits\.npz is damaged"):
        load_digits(build_dir, 1)
    path.unlink()
    with pytest.raises(HarnessError, match=r"digits\.npz is missing; run `invoke train`"):
        load_digits(build_dir, 1)
