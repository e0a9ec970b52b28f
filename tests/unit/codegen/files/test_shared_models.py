"""Models by name or path."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.files import shared_models
from codegen.files.shared_models import find_models


def test_models_are_found_by_name_and_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_models, "SHARED_MODELS", tmp_path / "models")
    with pytest.raises(CodegenError, match=r"no models in .*/models beside"):
        find_models("all")
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
