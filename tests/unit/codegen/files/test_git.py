"""Which commit, and which version."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from codegen.files import git, version


def _git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_the_commit_and_whether_files_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert git.git_commit(tmp_path) == "" and git.short_commit(tmp_path) == "unknown"
    _git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("1")
    _git(tmp_path, "add", "file")
    _git(tmp_path, "commit", "-q", "-m", "first")
    _git(tmp_path, "tag", "v1")
    commit = git.git_commit(tmp_path)
    assert len(commit) == 40 and git.short_commit(tmp_path) == commit[:7]
    (tmp_path / "file").write_text("2")
    assert git.git_commit(tmp_path) == f"{commit}-dirty"
    assert git.short_commit(tmp_path) == f"{commit[:7]}-dirty"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.git_commit(tmp_path) == ""


def test_the_version_is_of_the_checkout_or_of_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "PROGRAM", tmp_path)
    monkeypatch.setattr(version, "git_commit", lambda root: f"commit of {root.name}")
    for text, found in [('name = "x"\nversion = "1.2.3"\n', "1.2.3"), ("", "unknown")]:
        (tmp_path / "pyproject.toml").write_text(text)
        assert version.program_version() == found
    assert version.program_commit() == f"commit of {tmp_path.name}"
    monkeypatch.setattr(version, "IN_CHECKOUT", False)
    monkeypatch.setattr(version, "version", lambda name: f"{name} 9")
    assert version.program_version() == "mcuforge 9" and version.program_commit() == ""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(version, "version", missing)
    assert version.program_version() == "unknown"
