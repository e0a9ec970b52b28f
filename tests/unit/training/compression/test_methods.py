"""Which steps a method has, and with what TFMOT is asked for them; TFMOT itself stands aside."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from training.compression import methods, worker
from training.compression.options import Options
from training.errors import CompressionError, ConversionError
from training.recipes import get_recipe

STEPS = ("_pruned", "_clustered", "_quantization_aware", "without_channels")


@pytest.mark.parametrize(
    ("method", "steps", "ranges_known"),
    [
        ("qat", ["_quantization_aware", None], True),
        ("prune", ["_pruned"], False),
        ("prune-channels", ["without_channels", 0.75], False),
        ("cluster", ["_clustered", False], False),
        ("pcqat", ["_pruned", "_clustered", True, "_quantization_aware", "scheme"], True),
    ],
)
def test_the_steps_of_a_method(
    method: str, steps: list[Any], ranges_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []
    tuned: list[str] = []

    def step(name: str) -> Any:
        def take(model: str, *given: Any) -> str:
            done.append(name)
            done.extend(one for one in given if isinstance(one, bool | float | str | None))
            return f"{model} {name}"

        return take

    for name in STEPS:
        monkeypatch.setattr(methods, name, step(name))
    monkeypatch.setattr(methods, "_cluster_preserving_scheme", lambda: "scheme")
    made, known = methods.compress(
        method, "model", Options(0.75), 100, lambda title, model: tuned.append(f"{title}: {model}")
    )
    assert (done, known) == (steps, ranges_known)
    assert made == " ".join(["model", *(one for one in steps if one in STEPS)])
    # the others train within their step
    assert tuned == (["prune-channels: model without_channels"] if "channels" in method else [])


@pytest.mark.parametrize("error", [ValueError, RuntimeError])
def test_a_refusal_of_tfmot_is_one_line(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise error("\n no layer of ours\nat line 5")

    monkeypatch.setattr(methods, "_pruned", refuse)
    with pytest.raises(CompressionError, match=r"^prune: tensor.* the model: no layer of ours$"):
        methods.compress("prune", None, Options(), 100, lambda *_: None)


@pytest.mark.parametrize(
    ("steps", "frequency", "end"), [(4000, 100, 2800), (399, 9, 279), (30, 1, 21), (1, 1, 1)]
)
def test_a_pruning_moves_40_times_and_has_time_to_recover(
    steps: int, frequency: int, end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []
    keras = SimpleNamespace(
        ConstantSparsity=lambda sparsity, **given: made.append({"constant": sparsity, **given}),
        PolynomialDecay=lambda **given: made.append(given),
        prune_low_magnitude=lambda model, pruning_schedule: f"wrapped {model}",
        UpdatePruningStep=lambda: "update",
        strip_pruning=lambda model: f"stripped {model}",
    )
    module = ModuleType("tensorflow_model_optimization.sparsity")
    module.keras = keras  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tensorflow_model_optimization.sparsity", module)
    top = ModuleType("tensorflow_model_optimization")
    monkeypatch.setitem(sys.modules, "tensorflow_model_optimization", top)
    tuned: list[Any] = []
    for schedule in ("polynomial", "constant"):
        options = Options(0.8, schedule)
        found = methods._pruned("m", options, steps, lambda *given: tuned.append(given))
        assert found == "stripped wrapped m"
    decay, constant = made
    assert (decay["initial_sparsity"], decay["final_sparsity"]) == (0.0, 0.8)
    assert (decay["begin_step"], decay["end_step"], decay["frequency"]) == (0, end, frequency)
    assert end % frequency == 0
    assert constant == {"constant": 0.8, "begin_step": 0, "frequency": frequency}
    assert tuned == [("prune", "wrapped m", ["update"])] * 2


# ---------------------------------------------------------------- the worker


ORDER = worker.Order("build", "tiny", "prune", {"sparsity": 0.5}, 1, 20, "out")


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (None, 0, None),
        (CompressionError("no"), 2, {"message": "no", "exit_code": 2}),
        (ConversionError("not"), 1, {"message": "not", "exit_code": 1}),
        (KeyboardInterrupt(), 130, None),
    ],
)
def test_the_worker_tells_what_went_wrong(
    error: BaseException | None,
    code: int,
    told: dict[str, Any] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[worker.Order] = []

    def run(order: worker.Order) -> None:
        ran.append(order)
        if error is not None:
            raise error

    monkeypatch.setattr(worker, "run", run)
    monkeypatch.setattr(sys, "argv", ["worker", json.dumps(vars(ORDER))])
    assert worker.main() == code
    assert ran == [ORDER]
    said = capsys.readouterr().out
    assert (json.loads(said) if said else None) == told


@pytest.mark.parametrize("ranges_known", [True, False])
def test_a_model_without_ranges_is_calibrated(
    ranges_known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibration = np.arange(300).reshape(150, 2)
    compared: list[np.ndarray] = []
    monkeypatch.setattr(worker, "load_tensorflow", lambda seed: f"tf {seed}")
    monkeypatch.setattr(worker, "load", lambda *_: "examples")
    monkeypatch.setattr(worker, "calibrating", lambda *_: SimpleNamespace(real=lambda: calibration))
    monkeypatch.setattr(worker, "load_float_model", lambda path: str(path))
    monkeypatch.setattr(worker, "to_legacy", lambda _, pixels: compared.append(pixels))
    monkeypatch.setattr(worker, "_Tuning", lambda *_: SimpleNamespace(total_steps=7))
    monkeypatch.setattr(worker.methods, "compress", lambda *_: ("model", ranges_known))
    given: list[Any] = []

    def convert(*of: Any) -> bytes:
        given.append(of)
        return b"tflite"

    monkeypatch.setattr(worker, "_convert", convert)
    order = worker.Order(
        *("build", "tiny", "prune", {"sparsity": 0.5}, 1, 20), str(tmp_path / "out")
    )
    worker.run(order)
    assert (tmp_path / "out").read_bytes() == b"tflite"
    ((tf, model, samples),) = given
    assert (tf, model) == ("tf 1", "model")
    assert samples is None if ranges_known else np.array_equal(samples, calibration)
    assert [len(one) for one in compared] == [100]


def test_it_trains_on_what_is_not_held_out_and_bytes_of_pictures_as_shares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batches = [(np.array([[0, 51, 255]], np.uint8), [1]), (np.array([[-3.0, 255.0]]), [2])]
    asked: list[Any] = []

    def made(*given: Any) -> Any:
        asked.append(given)
        return iter(batches)

    rows = (np.arange(1100), np.arange(1100, 1200))
    monkeypatch.setattr(worker, "held_out_rows", lambda *_: rows)
    monkeypatch.setattr(worker, "augmented_batches", made)
    monkeypatch.setattr(worker, "made_ahead", lambda made: made)
    recipe = get_recipe("tiny")  # of batches of 128
    examples: Any = SimpleNamespace(take=lambda rows: (rows[0], rows[-1]))
    tuning = worker._Tuning(None, recipe, examples, epochs=3, seed=5)
    assert tuning.total_steps == 3 * 8
    (pictures, first), (others, second) = tuning._batches()
    assert asked == [(recipe, (0, 1099), 128, 5)]
    assert pictures.dtype == others.dtype == np.float32
    np.testing.assert_allclose(pictures, [[0, 0.2, 1]])
    np.testing.assert_array_equal(others, [[-3, 255]])
    assert (first, second) == ([1], [2])


@pytest.mark.parametrize("callbacks", [None, ["of the method"]])
def test_a_methods_own_callbacks_come_before_what_shows_its_progress(
    callbacks: list[Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    keras: Any = ModuleType("tf_keras")
    keras.optimizers, keras.losses = MagicMock(), MagicMock()
    keras.callbacks = SimpleNamespace(LambdaCallback=lambda **_: "shown")
    monkeypatch.setitem(sys.modules, "tf_keras", keras)
    monkeypatch.setattr(worker, "held_out_rows", lambda *_: (np.arange(1100), np.arange(1)))
    tuning = worker._Tuning(None, get_recipe("tiny"), MagicMock(), epochs=3, seed=5)
    model = MagicMock()
    tuning("prune", model, callbacks)
    (fitted,) = model.fit.call_args_list
    assert fitted.kwargs["callbacks"] == [*(callbacks or []), "shown"]
    assert (fitted.kwargs["steps_per_epoch"], fitted.kwargs["epochs"]) == (8, 3)
    assert fitted.kwargs["verbose"] == 0  # the progress is ours


def test_a_model_is_converted_for_one_sample_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tf, model = MagicMock(), MagicMock(input_shape=(None, 4, 3, 1))
    model.name = "m"
    run: list[Any] = []
    limited: list[Any] = []
    monkeypatch.setattr(worker, "full_int8", lambda _, converter: limited.append(converter))
    monkeypatch.setattr(worker, "run_converter", lambda *given: run.append(given))
    calibration = np.arange(24, dtype=np.float32).reshape(2, 4, 3, 1)
    worker._convert(tf, model, calibration)
    ((converter, name),) = run
    tf.TensorSpec.assert_called_once_with((1, 4, 3, 1), tf.float32, "image")
    assert name == "m" and limited == [converter]
    tf.function.call_args.args[0]("an image")
    model.assert_called_once_with("an image", training=False)
    shown = [one.shape for (one,) in converter.representative_dataset()]
    assert shown == [(1, 4, 3, 1)] * 2


def test_clusters_are_kept_with_the_zeros_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    tfmot: Any = ModuleType("tensorflow_model_optimization")
    tfmot.experimental = MagicMock()
    monkeypatch.setitem(sys.modules, "tensorflow_model_optimization", tfmot)
    methods._cluster_preserving_scheme()
    scheme = tfmot.experimental.combine.Default8BitClusterPreserveQuantizeScheme
    scheme.assert_called_once_with(preserve_sparsity=True)
