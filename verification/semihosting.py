"""QEMU on an image that prints, reads and writes files by semihosting, and ends by itself.

Its files are those of the folder that QEMU runs in.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from codegen import tools


def qemu_command(
    machine: str, elf: Path, purpose: str, icount_shift: int | None = None
) -> list[str]:
    """purpose: for the message. icount_shift: an instruction takes 2^shift ns; None: uncounted.

    Raises MissingToolError.
    """
    qemu = tools.find("qemu-system-arm", purpose)
    counted = [] if icount_shift is None else ["-icount", f"shift={icount_shift},sleep=off"]
    return [
        qemu, "-machine", machine, "-kernel", str(elf), "-nographic", "-monitor", "none",
        "-serial", "none", "-semihosting-config", "enable=on,target=native", *counted,
    ]  # fmt: skip


def run_to_its_end(
    command: Sequence[str],
    folder: Path,
    timeout_s: float,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """What it printed, and its exit code. Raises subprocess.TimeoutExpired."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        check=False,
    )
