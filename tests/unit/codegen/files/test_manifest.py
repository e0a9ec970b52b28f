"""Freshness of stages, and that nothing is ever half-written."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from codegen.errors import CodegenError, ManifestError
from codegen.files.artifacts import MANIFEST
from codegen.files.manifest import Manifest, atomic_write, sha256_file, sha256_files

INPUTS = {"recipe": "tiny", "data": "abc"}


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    """A build folder in which stage "train" has run."""
    output = tmp_path / "float.keras"
    output.write_bytes(b"weights")
    Manifest.load(tmp_path).record(
        "train", INPUTS, [output], seed=1, tools={"tensorflow": "2.21.0"}
    )
    return tmp_path


def test_recorded_stage_is_fresh(build_dir: Path) -> None:
    manifest = Manifest.load(build_dir)
    assert manifest.is_fresh("train", INPUTS)
    assert manifest.inputs("train") == INPUTS
    assert manifest.outputs("train") == {"float.keras": hashlib.sha256(b"weights").hexdigest()}
    assert manifest.facts("train") == {"seed": 1, "tools": {"tensorflow": "2.21.0"}}


@pytest.mark.parametrize(
    "inputs", [{}, {"recipe": "tiny"}, INPUTS | {"data": "other"}, INPUTS | {"more": "1"}]
)
def test_other_inputs_are_stale(build_dir: Path, inputs: dict[str, str]) -> None:
    assert not Manifest.load(build_dir).is_fresh("train", inputs)


def test_changed_or_missing_output_is_stale(build_dir: Path) -> None:
    (build_dir / "float.keras").write_bytes(b"others")
    assert not Manifest.load(build_dir).is_fresh("train", INPUTS)
    (build_dir / "float.keras").unlink()
    assert not Manifest.load(build_dir).is_fresh("train", INPUTS)


def test_unknown_stage_is_stale(build_dir: Path) -> None:
    manifest = Manifest.load(build_dir)
    assert not manifest.is_fresh("quantize", {})
    assert manifest.outputs("quantize") == {}


def test_stages_recorded_by_others_are_kept(build_dir: Path) -> None:
    first, second = Manifest.load(build_dir), Manifest.load(build_dir)
    (build_dir / "b").mkdir()
    (build_dir / "b/x").write_bytes(b"1")
    first.record("quantize", {}, [build_dir / "b/x"])
    second.record("generate", {}, [build_dir / "b/x"])
    manifest = Manifest.load(build_dir)
    assert all(manifest.outputs(stage) for stage in ("train", "quantize", "generate"))
    assert list(manifest.outputs("generate")) == ["b/x"]


def test_same_record_gives_the_same_bytes(build_dir: Path) -> None:
    before = (build_dir / MANIFEST).read_bytes()
    reordered = dict(reversed(INPUTS.items()))
    Manifest.load(build_dir).record(
        "train", reordered, [build_dir / "float.keras"], tools={"tensorflow": "2.21.0"}, seed=1
    )
    assert (build_dir / MANIFEST).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "\xff", '{"format": 2, "stages": {}}', '{"format": 1}',
        '{"format": 1, "stages": {"a": {}}}',
        '{"format": 1, "stages": {"a": {"inputs": {"x": 1}, "outputs": {}, "facts": {}}}}',
        '{"format": 1, "stages": {"a": {"inputs": {}, "outputs": {}, "facts": []}}}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_damaged_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_bytes(text.encode("latin-1"))
    with pytest.raises(ManifestError, match=r"is not a manifest of format 1 .*delete it"):
        Manifest.load(tmp_path)


def test_atomic_write_only_when_changed(tmp_path: Path) -> None:
    path = tmp_path / "new/file"
    assert atomic_write(path, b"one")
    os.utime(path, ns=(1, 1))
    assert not atomic_write(path, b"one")
    assert path.stat().st_mtime_ns == 1
    assert atomic_write(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_atomic_write_gives_ordinary_permissions(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", b"")
    (tmp_path / "b").touch()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "b").stat().st_mode
    )


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full_disk(*_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(CodegenError, match=r"cannot write .*file: No space left on device"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "build").touch()
    with pytest.raises(CodegenError, match="cannot write"):
        atomic_write(tmp_path / "build/file", b"")
    assert Manifest.load(tmp_path / "build").inputs("train") == {}


def test_digest_of_many_files(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"1")
    b.write_bytes(b"2")
    digest = sha256_files([a, b])
    assert digest == sha256_files([b, a])
    assert sha256_file(a) == hashlib.sha256(b"1").hexdigest()
    b.write_bytes(b"3")
    assert sha256_files([a, b]) != digest
    b.rename(tmp_path / "c")
    assert sha256_files([a]) != digest
