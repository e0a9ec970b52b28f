"""What becomes of a model's file before and after the process that opens it. No TensorFlow."""

from __future__ import annotations

import resource
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen import tools
from codegen.errors import CodegenError
from codegen.files.artifacts import FLOAT_EDGES, FLOAT_MODEL, INT8_MODEL
from codegen.model.lean import lean
from training.errors import ArtifactError, ConversionError
from training.int8 import (
    confinement,
    contained,
    loop_converter,
    quantize,
    untrained,
    untrained_recipe,
    user_model,
)
from training.int8.edges import Edge, Edges
from verification.cases.model_builder import small_cnn

HDF5 = b"\x89HDF\r\n\x1a\n"
EDGES = Edges((Edge("a", (3,), "float32"), Edge("", (), "uint8")), (), (0.0, 255.0))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.keras", b"PK\x03\x04", ""),
        ("x.h5", HDF5, ""),
        ("x.hdf5", HDF5 + b"more", ""),
        ("x.h5", bytes(512) + HDF5 + b"more", ""),  # behind the user's own block
        ("x.h5", bytes(511) + HDF5, "holds neither the zip file nor the HDF5 that Keras writes"),
        ("x.h5", bytes(600), "holds neither"),
        ("x.keras", b"", "is empty, without the zip file or HDF5"),
        ("x.pb", b"PK", r"neither a \.tflite nor a \.keras or \.h5 file by its name"),
        ("absent.keras", None, r"no such file or folder; give a \.tflite"),
    ],
)
def test_what_is_no_keras_file_by_its_first_bytes(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    if said:
        with pytest.raises(ArtifactError, match=f"{name}: {said}"):
            untrained.require_float_model(path)
    else:
        untrained.require_float_model(path)


def test_a_folder_has_its_saved_model(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r": a folder without saved_model\.pb"):
        untrained.require_kind(tmp_path)
    (tmp_path / "saved_model.pb").touch()
    untrained.require_kind(tmp_path)


def test_noise_is_of_the_models_types_and_the_same_each_time() -> None:
    one: Any = SimpleNamespace(edges=EDGES)
    samples = untrained.noise(one)
    assert len(samples) == 4 and len(untrained.noise(one, 2)) == 2
    assert [(part.shape, part.dtype.name) for part in samples[0]] == [
        ((1, 3), "float32"), ((1,), "uint8"),
    ]  # fmt: skip
    real, whole = (np.stack(parts) for parts in zip(*samples, strict=True))
    assert real.min() >= 0 and 0.5 < real.max() < 1
    assert set(whole.flat) == {0, 1}  # of zeros alone a masked Embedding has no mean
    assert not np.array_equal(samples[0][0], samples[1][0])
    assert np.array_equal(samples[0][0], untrained.noise(one)[0][0])


def test_float_kernels_are_allowed_where_nothing_is_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sets = SimpleNamespace(TFLITE_BUILTINS_INT8="int8 ops", TFLITE_BUILTINS="ops")
    one: Any = SimpleNamespace(
        edges=EDGES,
        loops=(),
        frozen=lambda _: SimpleNamespace(
            inputs=[SimpleNamespace(dtype=SimpleNamespace(as_numpy_dtype=np.float16))] * 2
        ),
    )
    converter = SimpleNamespace(target_spec=SimpleNamespace(), convert=lambda: b"content")
    made = SimpleNamespace(from_concrete_functions=lambda functions: converter)
    tf: Any = SimpleNamespace(lite=SimpleNamespace(OpsSet=sets, TFLiteConverter=made), int8="int8")
    calibrated: list[Any] = []
    monkeypatch.setattr(loop_converter.fused_lstm, "is_in", lambda _: False)
    monkeypatch.setattr(untrained, "calibrate", lambda tf, one, samples: calibrated.extend(samples))
    assert untrained._convert(tf, one) == b"content"
    assert converter.target_spec.supported_ops == ["int8 ops", "ops"]
    assert converter.allow_custom_ops is True
    assert converter.inference_input_type == converter.inference_output_type == "int8"
    assert [part.dtype.name for part in calibrated[0]] == ["float16", "float16"]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What another process was asked for; it writes its target."""
    made: list[Any] = []

    def call(function: Any, folder: Path, what: str, **told: Any) -> Any:
        made.append((function.__name__, what, sorted(told)))
        assert folder.is_dir() and told["path"].is_absolute()
        told["target"].write_bytes(small_cnn())
        if "answers" in told:
            np.savez(told["answers"], x0=np.ones((2, 4)))
        return EDGES.to_json()

    monkeypatch.setattr(contained, "call", call)
    return made


def test_an_untrained_model_is_converted_elsewhere(tmp_path: Path, calls: list[Any]) -> None:
    path = tmp_path / "x.keras"
    with pytest.raises(ArtifactError, match="no such file"):
        untrained.convert_untrained(path)
    assert calls == []
    path.write_bytes(b"PK")
    assert untrained.convert_untrained(path) == lean(small_cnn()) != small_cnn()
    assert calls == [("convert_file", str(path), ["path", "target"])]


def test_a_model_is_quantized_elsewhere(
    tmp_path: Path, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(
        quantize.artifacts, "write_npz", lambda path, **arrays: kept.append((path.name, arrays))
    )
    samples = [np.zeros((2, 3)), np.ones((2, 1))]
    content, exact = quantize.converted(tmp_path / "x.keras", samples, "net")
    assert content == small_cnn() and [one.shape for one in exact] == [(2, 4)]
    ((name, arrays),) = kept
    assert name == "samples.npz" and sorted(arrays) == ["x0", "x1"] and arrays["x1"] is samples[1]
    assert calls == [
        (
            "convert_files",
            "quantize net",
            ["answers", "name", "path", "preset", "samples", "target"],
        )
    ]


def test_a_float_model_of_a_users_own(
    tmp_path: Path, calls: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    build, said = tmp_path / "build", list[str]()
    build.mkdir()
    user_model.import_float(tmp_path / "x.keras", build, said.append)
    assert (build / FLOAT_MODEL).read_bytes() == small_cnn() and (build / FLOAT_EDGES).is_file()
    assert said == ["import: x.keras takes 'a' [3] float32 and [] uint8"]
    assert calls == [("examine", f"import {tmp_path / 'x.keras'}", ["path", "target"])]
    folder = tmp_path / "saved"
    folder.mkdir()
    for has, words in ((True, "a scratch folder alone"), (False, "with all your rights")):
        (build / FLOAT_MODEL).touch()
        monkeypatch.setattr(confinement, "can_restrict_writes", lambda answer=has: answer)
        said.clear()
        user_model.import_float(folder, build, said.append)
        assert not (build / FLOAT_MODEL).exists() and len(said) == 2
        assert words in said[0] and "loading a SavedModel runs its code" in said[0]


class Opened:
    """A float model, whose frozen function is known by `tag`; notes what is compared with what."""

    def __init__(self, tag: str, log: list[Any]) -> None:
        self.tag, self.log, self.edges, self.owner = tag, log, EDGES, f"{tag}'s keras.Model"

    def frozen(self, _: Any) -> str:
        return f"frozen {self.tag}"

    def require_same(self, _: Any, function: str, samples: Any) -> None:
        self.log.append((self.tag, function, len(samples)))


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_model_is_compared_with_itself_before_and_after_it_is_kept(
    is_folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[Any] = []
    path, target = tmp_path / "x", tmp_path / "kept.keras"
    path.mkdir() if is_folder else path.touch()
    errors = SimpleNamespace(PermissionDeniedError=PermissionError)
    for name, answer in (
        ("load_tensorflow", lambda seed: SimpleNamespace(errors=errors)),
        ("open_float", lambda tf, source: Opened("folder", log)),
        ("load_float_model", lambda source, advice="none": f"{source.name}: {advice[:13]}"),
        ("of_keras", lambda tf, model, called: Opened(model, log)),
    ):
        monkeypatch.setattr(user_model, name, answer)
    monkeypatch.setattr(user_model.artifacts, "keras_bytes", str.encode)
    assert user_model.examine(str(path), str(target)) == EDGES.to_json()
    if is_folder:
        assert log == [("folder", "frozen folder", 4)] and not target.exists()
    else:
        given = "x: give a .tflite"[: len("x: ") + 13]
        assert log == [(given, f"frozen {given}", 4), (given, "frozen kept.keras: none", 4)]
        assert target.read_bytes() == f"{given}'s keras.Model".encode()


def test_a_tflite_that_gains_nothing_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.tflite"
    path.write_bytes(b"given")
    said: list[str] = []
    for content, same, taken in (
        (b"less", True, b"less"),
        (b"other", True, b"given"),  # as long
        (b"less", False, b"given"),
    ):
        said.clear()
        monkeypatch.setattr(user_model, "slim", lambda _, answer=content: answer)
        monkeypatch.setattr(user_model, "same_outputs", lambda *_, answer=same: answer)
        user_model.import_tflite(path, tmp_path, said.append)
        assert (tmp_path / INT8_MODEL).read_bytes() == taken
        assert said == (
            ["import: 4 B, 1 B less than given (names, empty buffers, arrays written twice, "
             "channels that always give the same), outputs as before"] if taken == b"less" else []
        )  # fmt: skip


def test_what_nobody_can_compare_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: bytes) -> bool:
        raise CodegenError("the oracle ended")

    monkeypatch.setattr(user_model, "slim", lambda _: b"less")
    monkeypatch.setattr(user_model, "same_outputs", nobody)
    assert user_model.leaned(b"given") == b"given"


def test_a_recipes_network_is_converted_with_random_biases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights: list[Any] = []
    network = SimpleNamespace(
        get_weights=lambda: [np.zeros(3), np.ones((2, 2))],
        set_weights=weights.extend,
        save=lambda path: path.write_bytes(b"PK"),
    )
    asked: list[Any] = []
    examples = SimpleNamespace(info=SimpleNamespace(task="classify"), shape=(4,), output_count=2)

    def noted(answer: Any) -> Any:
        def call(*given: Any) -> Any:
            asked.append(given[-1])
            return answer

        return call

    recipe = SimpleNamespace(check=noted(None), build_model=noted(network))
    for name, answer in (
        ("get_recipe", lambda name: recipe),
        ("load", noted(examples)),
        ("trainable", lambda one: one),
        ("load_tensorflow", noted(None)),
        ("convert_untrained", lambda path: path.read_bytes() + path.name.encode()),
    ):
        monkeypatch.setattr(untrained_recipe, name, answer)
    assert untrained_recipe.convert_recipe("tiny", tmp_path) == b"PKfloat.keras"
    assert asked == ["train.npz", examples.info, 1, "classify"]
    first, second = weights
    assert first.min() > 0 and first.max() < 0.01 and len(set(first)) == 3
    assert (
        second.min() > 1
        and second.max() < 1.01
        and not np.array_equal(second.ravel()[:3], first + 1)
    )


# ---------------------------------------------------------------- the process


@pytest.mark.parametrize(
    ("code", "text", "kind", "said"),
    [
        (1, "x\n  last words \n\n", ConversionError, r"its process ended with 1 \(last words\)"),
        (3, "", ConversionError, r"its process ended with 3 \(it said nothing\)"),
        (-11, "a\nb", ConversionError, r"TensorFlow ended its process with SIGSEGV \(b\); repl"),
        (-9, " ", ConversionError, r"ended its process with SIGKILL \(it said nothing\)"),
        *(
            (1, f"x {sign} y\nz", ArtifactError, "takes more than 3 GB of memory, which no model")
            for sign in ("MemoryError", "bad_alloc", "OOM when allocating", "Unable to allocate")
        ),
    ],
)
def test_how_a_process_ended(code: int, text: str, kind: type[Exception], said: str) -> None:
    found = contained._failure("net", code, text)
    assert type(found) is kind
    with pytest.raises(kind, match=f"^net: .*{said}"):
        raise found


def test_a_full_disk_is_told_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tools, "require_space", lambda what, said: asked.append(f"{what}: {said}"))
    ended = SimpleNamespace(returncode=-signal.SIGABRT, stderr="words")
    monkeypatch.setattr(contained.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(ConversionError, match="SIGABRT"):
        contained.call(test_a_full_disk_is_told_before_anything_else, tmp_path, "net")
    assert asked == ["net: words"]


def test_limits_are_lowered_and_never_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[int, Any] = {}
    hard = {resource.RLIMIT_DATA: 5, resource.RLIMIT_FSIZE: resource.RLIM_INFINITY}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (0, hard.get(kind, 1 << 60)))
    monkeypatch.setattr(resource, "setrlimit", made.__setitem__)
    confinement.limit_resources()
    assert made == {
        resource.RLIMIT_DATA: (5, 5),
        resource.RLIMIT_FSIZE: (1 << 30, 1 << 30),
        resource.RLIMIT_CORE: (0, 0),
    }


class Libc:
    """The system's calls, of a kernel with that version of Landlock."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.log: list[Any] = []

    def syscall(self, number: int, *arguments: Any) -> int:
        if number == 444 and arguments[0] is None:
            assert (arguments[1].value, arguments[2]) == (0, 1)
            return self.version
        if number == 444:
            self.log.append(("create", arguments[0]._obj.value, *arguments[1:]))
            return 77
        if number == 445:
            rule = arguments[2]._obj
            self.log.append(("add", arguments[0], arguments[1], rule.allowed_access, arguments[3]))
            return 0
        self.log.append((number, *arguments))
        return 0

    def prctl(self, *arguments: int) -> None:
        self.log.append(("prctl", *arguments))


WRITE, MAKE, REFER, TRUNCATE = 1 << 1, 0b1_1111_1111 << 4, 1 << 13, 1 << 14  # landlock.h


@pytest.mark.parametrize(
    ("version", "folder", "null"),
    [
        (1, WRITE | MAKE, WRITE),
        (2, WRITE | MAKE | REFER, WRITE),
        (3, WRITE | MAKE | REFER | TRUNCATE, WRITE | TRUNCATE),
        (7, WRITE | MAKE | REFER | TRUNCATE, WRITE | TRUNCATE),
    ],
)
def test_what_landlock_is_asked_for(
    version: int, folder: int, null: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libc = Libc(version)
    closed: list[int] = []
    monkeypatch.setattr(confinement, "_libc", lambda: libc)
    monkeypatch.setattr(confinement.os, "close", closed.append)
    confinement.restrict_writes(tmp_path)
    assert libc.log == [
        ("create", folder, 8, 0),
        ("add", 77, 1, folder, 0),
        ("add", 77, 1, null, 0),
        ("prctl", 38, 1, 0, 0, 0),
        (446, 77, 0),
    ]
    assert len(closed) == 3 and closed[-1] == 77
    assert confinement.can_restrict_writes()


@pytest.mark.parametrize("version", [0, -1])
def test_without_landlock_nothing_is_asked(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libc = Libc(version)
    monkeypatch.setattr(confinement, "_libc", lambda: libc)
    confinement.restrict_writes(tmp_path)
    assert libc.log == [] and not confinement.can_restrict_writes()


def test_a_call_that_the_system_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_libc", lambda: SimpleNamespace(syscall=lambda *_: -1))
    monkeypatch.setattr(confinement.ctypes, "get_errno", lambda: 22)
    with pytest.raises(OSError, match="Invalid argument"):
        confinement._system_call(444)
    monkeypatch.setattr(confinement, "_libc", lambda: SimpleNamespace(syscall=lambda *_: 0))
    assert confinement._system_call(444) == 0
