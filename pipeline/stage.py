"""A stage as data, and the one loop that runs it unless it is fresh."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen import lock
from codegen.errors import CodegenError
from codegen.files.artifacts import LOCK
from codegen.files.build_id import build_id
from codegen.files.imports import PREFIX
from codegen.files.manifest import Manifest, sha256_file
from codegen.files.places import PROGRAM, PROJECT
from codegen.progress import progress
from pipeline.closure import closure

# Lists all recipes, so its closure has them all; a stage names the one that it uses.
_REGISTER = "training.recipes"

_settled: set[tuple[Path, str, frozenset[tuple[str, str]]]] = set()  # looked at in this run


class FolderError(CodegenError):
    """What a stage makes cannot be written."""

    exit_code = 3


def _nothing() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Stage:
    """What a step takes, what it writes, and whose code does it.

    name: in messages and in the manifest. The first word is the verb.
    entry: "module:function", called with `arguments` by name.
    inputs, outputs: files, relative to the build folder. Those of `inputs_if_there` may be absent.
    options: what else the result depends on. Asked again after the run: a download changes it.
    tools: packages whose version matters.
    code: modules that the entry uses without importing them.
    without: modules that it imports, but that change nothing in the outputs.
    data: the program's files and folders that it reads, except those beside a module.
    keep_edited: outputs changed by hand are left alone while the inputs are the same.
    facts: what the manifest keeps besides.
    """

    name: str
    entry: str
    outputs: tuple[str, ...]
    arguments: Mapping[str, Any]
    inputs: tuple[str, ...] = ()
    inputs_if_there: tuple[str, ...] = ()
    options: Callable[[], Mapping[str, str]] = _nothing
    tools: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    keep_edited: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    def files(self) -> dict[str, Path]:
        """{place in the program: path} of the program's own files that the result depends on."""
        module, _, _ = self.entry.partition(":")
        modules = (module, *self.code)
        return {
            **closure(modules, without=(_REGISTER, *self.without)),
            **{name: PROGRAM / name for name in self.data},
        }

    def state(self, build_dir: Path) -> dict[str, str]:
        """What the result depends on, as the manifest records it: name -> hash or text."""
        there = [name for name in self.inputs_if_there if (build_dir / name).is_file()]
        return {
            **{name: _sha256(build_dir / name) for name in (*self.inputs, *there)},
            **self.options(),
            **{tool: importlib.metadata.version(tool) for tool in self.tools},
            "code": build_id(self.files(), []),
        }

    def call(self) -> Any:
        module, _, function = self.entry.partition(":")
        return getattr(importlib.import_module(PREFIX + module), function)(**self.arguments)


def run(stage: Stage, build_dir: Path, force: bool = False) -> Any:
    """Runs a stage and records it, unless it is fresh. What its entry returns, else None."""
    manifest = Manifest.load(build_dir)
    wanted = stage.state(build_dir)
    key = (build_dir, stage.name, frozenset(wanted.items()))
    if key in _settled:  # another verb's or stage's prerequisite in this very run
        return None
    result = _run_unless_settled(stage, build_dir, force, manifest, wanted)
    _settled.add(key)  # not one that failed: whoever needs it next is told why, too
    return result


def _run_unless_settled(
    stage: Stage, build_dir: Path, force: bool, manifest: Manifest, wanted: Mapping[str, str]
) -> Any:
    if not force and _is_settled(stage, build_dir, manifest, wanted):
        return None
    with _alone(stage, build_dir) as waited:
        if waited:  # the other one may well have done it
            manifest, wanted = Manifest.load(build_dir), stage.state(build_dir)
            if not force and _is_settled(stage, build_dir, manifest, wanted):
                return None
        print(f"{stage.name}: {shown(build_dir)}", flush=True)
        with progress(stage.name):
            result = stage.call()
        manifest.record(
            stage.name,
            {**wanted, **stage.options()},
            [build_dir / name for name in stage.outputs],
            **stage.facts,
            tools={tool: importlib.metadata.version(tool) for tool in stage.tools},
        )
    return result


@contextlib.contextmanager
def _alone(stage: Stage, build_dir: Path) -> Iterator[bool]:
    """No other process runs a stage in the folder meanwhile. True if it had to be waited for.

    Raises FolderError.
    """
    waiting = f"{stage.name}: another process works in {shown(build_dir)}; waiting for its end"
    with contextlib.ExitStack() as stack:
        try:
            build_dir.mkdir(parents=True, exist_ok=True)
            waited = stack.enter_context(lock.held(build_dir / LOCK, waiting))
        except OSError as error:
            raise FolderError(
                f"{stage.name}: cannot write in {shown(build_dir)}: {error.strerror}; work in a "
                "copy of this folder that is yours"
            ) from None
        yield waited


def shown(path: Path) -> str:
    """A path as the user reads it: from the project's folder where it lies there."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)


def _is_settled(
    stage: Stage, build_dir: Path, manifest: Manifest, wanted: Mapping[str, str]
) -> bool:
    """True, and it is said why, if there is nothing to do."""
    if manifest.is_fresh(stage.name, wanted):
        print(f"{stage.name}: up to date (inputs unchanged)", flush=True)
        return True
    if manifest.inputs(stage.name) != wanted:
        return False
    edited = _edited(build_dir, manifest.outputs(stage.name))
    if edited:
        so = (
            "was changed by hand and is used as it is; delete it to have it made anew"
            if stage.keep_edited
            else "is damaged, or not what this stage made, and is made anew"
        )
        sys.stderr.write(f"warning: {stage.name}: {', '.join(edited)} in {shown(build_dir)} {so}\n")
    return stage.keep_edited and bool(edited)


def _edited(build_dir: Path, recorded: Mapping[str, str]) -> list[str]:
    """Names of the recorded outputs with other contents; empty if one is missing altogether."""
    if not recorded or not all((build_dir / name).is_file() for name in recorded):
        return []
    return [name for name, sha in recorded.items() if sha256_file(build_dir / name) != sha]


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise CodegenError(f"{shown(path)} is missing, although the stage before it ended well")
    return sha256_file(path)
