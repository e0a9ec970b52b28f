"""Interpreters with an extra of pyproject.toml, which requirements.lock leaves out."""

from __future__ import annotations

import fcntl
import importlib.util
import subprocess
import sys
import sysconfig
from pathlib import Path

import tomllib

from codegen.files.places import BUILD, PROGRAM


def interpreter(extra: str, *modules: str) -> Path:
    """This interpreter where it has `modules`; else that of an environment beside it, which is
    made and filled when it is first asked for."""
    if all(importlib.util.find_spec(name) for name in modules):
        return Path(sys.executable)
    environment = BUILD / "extras" / extra
    environment.parent.mkdir(parents=True, exist_ok=True)
    with environment.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of another process may want it, too
        return _filled(environment, extra)


def _filled(environment: Path, extra: str) -> Path:
    program, done = environment / "bin" / "python", environment / "filled"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        (found,) = environment.glob("lib/python*/site-packages")
        (found / "beside.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        install = [str(program), "-m", "pip", "install", "--quiet", *_requirements(extra)]
        subprocess.run(install, check=True)
        done.touch()
    return program


def _requirements(extra: str) -> list[str]:
    with (PROGRAM / "pyproject.toml").open("rb") as file:
        found: list[str] = tomllib.load(file)["project"]["optional-dependencies"][extra]
    return found
