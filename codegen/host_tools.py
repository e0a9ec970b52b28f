"""Compiles the firmware's C++ for this machine, so that host and target run one algorithm."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from codegen.errors import CodegenError

ROOT = Path(__file__).resolve().parent.parent
LIBRARY_FOLDERS = (ROOT / "firmware/lib/tflm", ROOT / "firmware/lib/nn")
WARNINGS = ("-Wall", "-Wextra", "-Werror")


class HostToolError(CodegenError):
    """The host's C++ compiler is missing or refused the source."""

    exit_code = 3


def runtime_sources() -> list[Path]:
    """The runtime's C++ sources that compile anywhere (kernels for other ISAs left out), sorted."""
    return sorted(
        path
        for folder in LIBRARY_FOLDERS
        for path in folder.rglob("*.cc")
        if not path.stem.endswith(("__dsp", "__mve"))
    )


def compile_cached(name: str, sources: Sequence[Path], flags: Sequence[str]) -> Path:
    """Compiles and links `sources` with g++ into build/host/<digest>/<name>, unless it is there.

    The digest covers the flags and every source and header of the runtime. Raises HostToolError.
    """
    compiler = shutil.which("g++")
    if compiler is None:
        raise HostToolError(
            "compiling host tools needs g++, which is not on PATH; run ./invokew doctor"
        )
    headers = [
        p
        for folder in LIBRARY_FOLDERS
        for p in folder.rglob("*")
        if p.suffix in {".h", ".def", ".inc"}
    ]
    digest = _digest([*sources, *headers], [name, *flags])
    target = ROOT / "build" / "host" / digest / name
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    includes = [f"-I{folder}" for folder in LIBRARY_FOLDERS]
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        output = Path(scratch) / name
        command = [compiler, "-std=c++17", *WARNINGS, *includes, *flags]
        if "-c" in flags:
            raise ValueError("compile_cached links; -c does not belong here")
        result = subprocess.run(
            [*command, *map(str, sources), "-o", str(output)],
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise HostToolError(f"g++ could not compile {name}:\n{result.stderr.strip()[:4000]}")
        output.replace(target)
    return target


def _digest(paths: Iterable[Path], words: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for word in words:
        digest.update(word.encode() + b"\0")
    for path in sorted(paths):
        digest.update(
            str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode() + b"\0"
        )
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
