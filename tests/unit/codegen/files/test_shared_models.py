"""Models by name or path."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.files import shared_models
from codegen.files.shared_models import find_models, those_that


def test_models_are_found_by_name_and_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_models, "SHARED_MODELS", tmp_path / "models")
    with pytest.raises(CodegenError, match=r"no models in .*/models beside"):
        find_models("all")
    with pytest.raises(CodegenError, match="the shared models, of which none is here; give the"):
        find_models("a.tflite")
    (tmp_path / "models").mkdir()
    shared = [tmp_path / "models" / f"{name}.tflite" for name in ("a", "b")]
    own = tmp_path / "own.keras"
    for path in (*shared, own):
        path.touch()
    assert find_models("all") == shared
    assert find_models(f"b,{own}") == [shared[1], own]
    for choice, word in (("a,", ""), ("c", "c"), ("a,/nowhere/x.tflite", "/nowhere/x.tflite")):
        with pytest.raises(
            CodegenError, match=f"no model '{word}': neither a file nor one of a, b"
        ):
            find_models(choice)


def test_of_models_that_nobody_named_some_are_left_out(tmp_path: Path) -> None:
    def require(path: Path) -> None:
        if path.stem == "b":
            raise CodegenError("b: op 1 (SVDF) is not supported; leave it out")

    said: list[str] = []
    paths = [tmp_path / f"{name}.tflite" for name in "abc"]
    assert those_that(require, paths, "golden", said.append) == [paths[0], paths[2]]
    assert said == ["golden: b is left out: b: op 1 (SVDF) is not supported"]


def test_a_model_that_is_named_twice(tmp_path: Path) -> None:
    (tmp_path / "b.tflite").touch()
    twice = f"{tmp_path}/b.tflite,{tmp_path}/b.tflite"
    with pytest.raises(CodegenError, match=rf"^--model .*: {tmp_path}/b.tflite stands there twice"):
        find_models(twice)
    assert find_models(str(tmp_path)) == [tmp_path / "b.tflite"]
    # found in the folder that the second word names
    with pytest.raises(CodegenError, match=rf": {tmp_path}/b.tflite stands there twice"):
        find_models(f"{tmp_path}/b.tflite,{tmp_path}")
    saved = tmp_path / "saved"
    saved.mkdir()
    assert find_models(str(saved)) == [saved]


def test_a_shared_model_is_called_as_the_user_called_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_models, "SHARED_MODELS", tmp_path)
    (tmp_path / "a.tflite").touch()
    with pytest.raises(CodegenError, match=r"^--model a,a: a stands there twice"):
        find_models("a,a")
