"""Hostile models through the Python that reads, examines, plans and generates.

Each mutated model (verification/fuzz.py) goes the way of a user's own: `preflight`, the lean pass,
`plan`, `generate`, and `size` of an image of what was generated (fuzz_image.py), sound and damaged.
What may come of it is an answer or a CodegenError, printable, within LIMIT_S and LIMIT_BYTES.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from codegen import campaign
from codegen.boards.facts import load_board
from codegen.cost.preflight import preflight
from codegen.emit.generate import generate
from codegen.errors import CodegenError, ModelError
from codegen.host.runtime import load_library
from codegen.memory.arena_picture import show_plan
from codegen.model.lean import lean
from codegen.model.tflite import Model
from verification import children, fuzz_image
from verification.fuzz import ACCEPTED, REFUSED, FuzzReport, Verdict, run_mutants

LIMIT_S = 5.0
LIMIT_BYTES = 500 * 10**6
_BOARD = "mps2_an386"
_FRAMES = 3  # of a traceback, the innermost of our own


def run_python_fuzz(
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None] = lambda _: None,
    workers: str = campaign.ALONE,
) -> FuzzReport:
    """Mutates `models` `count` times; accepted are those that sources are generated for. As
    fuzz.run_fuzz otherwise, but for Linux only, which tells a process's peak of memory."""
    load_library()  # once, not in every process
    return run_mutants(_judge, models, count, seed, finds_dir, say, workers)


def _judge(batch: Sequence[bytes]) -> Iterator[Verdict]:
    for outcome in children.each(examine, batch, LIMIT_S):
        if isinstance(outcome, children.Death):
            yield Verdict(outcome.reason, wrong=True)
        else:
            yield outcome.answer


def examine(content: bytes) -> Verdict:
    """ACCEPTED, REFUSED, or what is wrong with what became of a model."""
    _forget_peak()
    try:
        verdict = _odd_text(_go(content)) or ACCEPTED
    except CodegenError as error:
        verdict = _odd_text(str(error)) or REFUSED
    except Exception as error:  # noqa: BLE001 - any other kind is what is looked for
        return Verdict(_described(error), wrong=True)
    peak = _peak_bytes()
    return Verdict(f"{peak:,} B of memory", wrong=True) if peak > LIMIT_BYTES else verdict


def _go(content: bytes) -> str:
    """What the verbs print."""
    board = load_board(_BOARD)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        path = Path(name) / "model.tflite"
        path.write_bytes(content)
        found = preflight(Model.read(path), board)
        text = "\n".join(found.lines(path.name))
        if found.passed:
            with contextlib.suppress(ModelError):  # then it is taken as it is, as by an import
                path.write_bytes(lean(content))
        text += show_plan(path, board.isa, Path(name) / "plan.svg")
        generate(path, Path(name))
        text += _sized(Path(name), content)
    return text


def _sized(folder: Path, seed: bytes) -> str:
    """What `size` prints of the generated sources' image, and of damaged ones."""
    said = io.StringIO()
    console = Console(file=said, width=100)
    fuzz_image.link(folder)
    fuzz_image.size(folder, _BOARD, console)
    for files in fuzz_image.damages(folder, seed):
        for name, content in files.items():
            (folder / name).write_bytes(content)
        try:
            fuzz_image.size(folder, _BOARD, console)
        except CodegenError as error:
            console.print(str(error))
    return said.getvalue()


def _odd_text(text: str) -> Verdict | None:
    """What a terminal should not get, if there is any."""
    odd = {character for character in text if not (character.isprintable() or character == "\n")}
    return Verdict(f"not printable: {sorted(odd)}", wrong=True) if odd else None


def _described(error: Exception) -> str:
    own = [
        f for f in traceback.extract_tb(error.__traceback__) if "site-packages" not in f.filename
    ]
    frames = own[-_FRAMES:]
    where = "; ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__}: {error}; {where}"


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")  # proc(5): VmHWM is from now on


def _peak_bytes() -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    (line,) = (one for one in status if one.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
