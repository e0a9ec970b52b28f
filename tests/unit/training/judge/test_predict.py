"""How a picture is prepared before it is shown to a model. No TensorFlow."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.codegen.samples.data import split
from training import artifacts
from training.data import datasets
from training.data.image_folder import read_image_folder
from training.errors import DataError
from training.judge import predict


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A dark bar at the edge of a light ground, which is twice as wide as high."""
    levels = np.full((40, 80), 220, np.uint8)
    levels[5:25, 10:14] = 30
    for label in ("a", "b"):
        for number in range(3):
            path = tmp_path / "images" / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(levels).save(path)
    return path


def folder_of(tmp_path: Path, source: str, shape: tuple[int, ...] = (28, 28), **facts: Any) -> Path:
    labels = list("0123456789") if source == "mnist-dir" else ["a", "b"]
    info = datasets.DataInfo(source, "", 4, 2, {}, labels, shape=list(shape), **facts)
    artifacts.write_json(tmp_path / "data.json", vars(info))
    return tmp_path


def pixels_of(build_dir: Path, picture: Path) -> Any:
    return predict.prepared(build_dir, picture).values[0]


def test_a_picture_for_a_model_of_an_image_folder_is_made_as_its_training_images(
    picture: Path, tmp_path: Path
) -> None:
    images, _, _ = read_image_folder(picture.parents[1])
    pixels = pixels_of(folder_of(tmp_path, "image-folder"), picture)
    np.testing.assert_array_equal(pixels, images[-1])


def test_a_picture_for_a_model_of_digits_is_made_as_mnist(picture: Path, tmp_path: Path) -> None:
    pixels = pixels_of(folder_of(tmp_path, "mnist-dir"), picture)
    assert pixels[0, 0] == 0 and pixels[14, 14] == 255  # inverted and centred


def test_a_picture_for_a_model_of_articles_is_made_as_fashion_mnist(
    picture: Path, tmp_path: Path
) -> None:
    pixels = pixels_of(folder_of(tmp_path, "fashion"), picture)
    # 20 high, 4 wide and 190 above the ground: as high as the picture, in the middle, no stretch
    np.testing.assert_array_equal(pixels[:, 11:17], np.full((28, 6), 190))
    assert not pixels[:, :11].any() and not pixels[:, 17:].any()


@pytest.mark.parametrize("shape", [(20, 32), (24, 24, 3)])
def test_size_and_colour_are_the_datas(
    picture: Path, tmp_path: Path, shape: tuple[int, ...]
) -> None:
    for source in ("image-folder", "mnist-dir", "fashion", "npz"):
        assert pixels_of(folder_of(tmp_path, source, shape), picture).shape == shape


def sound(path: Path, count: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.arange(count, dtype="<i2").tobytes())
    return path


def test_a_sound_is_cut_into_samples_and_a_short_one_filled_up(tmp_path: Path) -> None:
    build_dir = folder_of(tmp_path, "wav", (1000,), kind="audio", dtype="int16")
    found = predict.prepared(build_dir, sound(tmp_path / "long.wav", 2500)).values
    assert found.shape == (2, 1000) and found[1, 0] == 1000
    short = predict.prepared(build_dir, sound(tmp_path / "short.wav", 10)).values
    assert short.shape == (1, 1000) and short[0, 9:11].tolist() == [9, 0]


def test_a_recording_gives_its_windows_by_the_columns_names(tmp_path: Path) -> None:
    build_dir = folder_of(
        *(tmp_path, "recordings", (3, 2)), kind="signal", dtype="float32", columns=["x", "y"]
    )
    (tmp_path / "own.csv").write_text("y,time,x\n" + "".join(f"{n},{n},{-n}\n" for n in range(7)))
    found = predict.prepared(build_dir, tmp_path / "own.csv").values
    assert found.tolist() == [[[0, 0], [-1, 1], [-2, 2]], [[-3, 3], [-4, 4], [-5, 5]]]
    (tmp_path / "short.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match="1 rows, a sample has 3"):
        predict.prepared(build_dir, tmp_path / "short.csv")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 4), np.float32), r"float32 of \[2, 4\], the data are tensor 3x2x2 float32"),
        (np.full((3, 2, 2), np.nan, np.float32), "NaN or infinity"),
    ],
)
def test_an_array_that_is_no_sample_is_refused(
    tmp_path: Path, array: np.ndarray, message: str
) -> None:
    build_dir = folder_of(tmp_path, "npz", (3, 2, 2), kind="tensor", dtype="float32")
    np.save(tmp_path / "own.npy", array)
    with pytest.raises(DataError, match=message):
        predict.prepared(build_dir, tmp_path / "own.npy")


def shown(task: str = "classify", **facts: Any) -> predict.Prediction:
    labels = ["a", "b"] if task != "none" else []
    samples = split(np.zeros((1, 4)), task=task, labels=labels, **facts)
    return predict.Prediction(samples, 0.1, {"int8": np.array([[0.25, 0.75]])}, {})


def test_a_picture_unlike_the_training_images_is_told() -> None:
    prediction = shown(kind="image")
    assert "rely" not in predict.table(prediction)
    assert predict.table(replace(prediction, skew=0.9)).endswith(
        "predict: do not rely on it: the picture's grey levels are unlike the training images' "
        "(divergence 0.90 of 1, limit 0.4); is it inverted, darker or lighter?"
    )


def test_each_task_has_its_words() -> None:
    assert "predict: int8 says b (75.0%)" in predict.table(shown())
    assert "0.75" in predict.table(shown("none"))
    normal = replace(shown("reconstruct"), errors={"int8": np.array([0.5])}, threshold=0.4)
    assert "int8 says an anomaly: error 0.5, 5% of the normal" in predict.table(normal)
    assert "int8 says normal" in predict.table(replace(normal, threshold=0.6))


def test_one_output_between_two_classes() -> None:
    text = predict.table(replace(shown(), answers={"int8": np.array([[0.9]])}))
    assert "10.0%" in text and "int8 says b (90.0%)" in text


def many(count: int, outputs: int = 2, labels: int = 2) -> predict.Prediction:
    names = [f"c{index}" for index in range(labels)]
    answers = np.tile(np.linspace(0.1, 0.9, outputs), (count, 1))
    samples = split(np.zeros((count, 4)), task="classify", labels=names)
    return replace(shown(), samples=samples, answers={"float": answers, "int8": answers})


def rows(text: str) -> list[str]:
    return text.partition("\n\n")[0].splitlines()[1:]


def test_several_samples_have_a_row_each_and_a_mean() -> None:
    text = predict.table(many(10))
    assert len(rows(text)) == 10 and len(rows(predict.table(many(11)))) == 10
    assert "float says c1 (90.0%), int8 says c1 (90.0%), the mean of 10 samples" in text
    assert "mean of" not in predict.table(many(1))
    assert len(rows(predict.table(many(1)))) == 2


def test_classes_that_the_data_have_no_name_for_are_numbers() -> None:
    assert "int8 says 4 (90.0%)" in predict.table(many(1, outputs=5, labels=2))


def test_numbers_and_anomalies_are_cut_to_some_rows() -> None:
    numbers = replace(shown("none"), answers={"int8": np.ones((3, 2))})
    assert len(rows(predict.table(numbers))) == 6
    numbers = replace(numbers, answers={"int8": np.ones((12, 12))})
    assert len(rows(predict.table(numbers))) == 100
    errors = replace(
        many(12), samples=split(np.zeros((12, 4)), task="reconstruct", labels=["a", "b"]),
        errors={"int8": np.linspace(0, 1, 12)},
    )  # fmt: skip
    text = predict.table(errors)
    assert len(rows(text)) == 10 and text.endswith("predict: error 1")
    assert "says normal" in predict.table(replace(errors, threshold=1.0))


def test_a_picture_is_written_as_squares(tmp_path: Path) -> None:
    for shape in ((2, 3), (2, 3, 3)):
        pixels = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        predict.write_picture(tmp_path / "seen.png", pixels)
        seen = np.asarray(Image.open(tmp_path / "seen.png"))
        assert seen.shape == (20, 30, *shape[2:])
        np.testing.assert_array_equal(seen[::10, ::10], pixels)
        np.testing.assert_array_equal(seen[9::10, 9::10], pixels)


@pytest.mark.parametrize(
    ("task", "last_op", "answers", "errors"),
    [
        ("classify", "SOFTMAX", [[0.0, 0.0]], {}),
        ("classify", "FULLY_CONNECTED", [[0.5, 0.5]], {}),  # softmax of what it gives
        ("regress", "FULLY_CONNECTED", [[0.0, 0.0]], {}),
        ("reconstruct", "FULLY_CONNECTED", [[0.0, 0.0]], {"int8": [4.0]}),
    ],
)
def test_answers_by_the_task_of_the_data(
    task: str,
    last_op: str,
    answers: list[list[float]],
    errors: dict[str, list[float]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = ["a", "b"] if task == "classify" else []
    given = split(np.full((1, 2), 2.0, np.float32), task=task, labels=labels)
    model = SimpleNamespace(inputs=[None], ops=[SimpleNamespace(name=last_op)])
    outputs = [np.zeros((1, 2))]
    monkeypatch.setattr(predict.artifacts, "require", lambda *_: tmp_path)
    monkeypatch.setattr(predict.Model, "read", lambda _: model)
    monkeypatch.setattr(predict, "prepared", lambda *_: given)
    monkeypatch.setattr(predict, "oracle_answers", lambda *_: (given.values, outputs))
    monkeypatch.setattr(predict, "real_outputs", lambda _, made: made)
    monkeypatch.setattr(predict, "dequantize", lambda values, _: values)
    monkeypatch.setattr(predict, "_threshold", lambda *_: 0.25)
    found = predict.predict(tmp_path, tmp_path / "x.csv")
    assert {who: one.tolist() for who, one in found.answers.items()} == {"int8": answers}
    assert {who: one.tolist() for who, one in found.errors.items()} == errors
    assert found.threshold == (0.25 if task == "reconstruct" else None)
    assert (found.skew, found.strangers) == (0.0, 0)


def test_the_threshold_is_exceeded_by_few_normal_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    (tmp_path / "train.npz").touch()

    def calibrating(build_dir: Path, count: int, *_: Any) -> Any:
        asked.append((build_dir, count))
        return SimpleNamespace(split="n")

    scores = np.random.default_rng(1).permutation(np.arange(201.0))
    monkeypatch.setattr(predict, "calibrating", calibrating)
    monkeypatch.setattr(predict, "oracle_answers", lambda *_: (np.zeros(1), [np.zeros(1)]))
    monkeypatch.setattr(predict, "real_outputs", lambda _, made: made)
    monkeypatch.setattr(predict, "dequantize", lambda values, _: values)
    monkeypatch.setattr(predict, "anomaly_scores", lambda *_: scores)
    model: Any = SimpleNamespace(inputs=[None])
    assert predict._threshold(tmp_path, model) == pytest.approx(190)
    assert asked == [(tmp_path, 200)]
    (tmp_path / "train.npz").unlink()
    assert predict._threshold(tmp_path, model) is None
