"""Upstream TFLM to link with: its machine code is in the wheel `tflite-micro`, whose Python module
exports it, and tests/tflm_api declares it."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

API = Path(__file__).with_name("tflm_api")


def _module() -> Path:
    spec = find_spec("tflite_micro")
    assert spec is not None and spec.submodule_search_locations is not None
    (package,) = spec.submodule_search_locations
    return Path(package) / "python" / "tflite_micro" / "_runtime.so"


MODULE = _module()


def link_flags(folder: Path) -> list[str]:
    """For an executable of this machine. folder: where the libraries are put, and stay."""
    shutil.copy(MODULE, folder / "libupstream.so")
    _make_python_names(MODULE, folder)
    return [f"-L{folder}", "-lupstream", "-lpython_names", f"-Wl,-rpath,{folder}"]


def _make_python_names(module: Path, folder: Path) -> None:
    """A library with what the module wants of an interpreter, and never touches here."""
    command = ["nm", "--dynamic", "--undefined-only", "--format=posix", str(module)]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in listed.splitlines()]
    source = folder / "python_names.c"
    python = (name for name in names if name.startswith(("Py", "_Py")))
    source.write_text("".join(f"long {name}[64];\n" for name in python))
    library = folder / "libpython_names.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
