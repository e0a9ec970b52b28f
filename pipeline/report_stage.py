"""Measures what a report shows and no stage keeps, then has it written; prints it as PDF."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from codegen import tools
from codegen.engines import INTERPRETER
from codegen.errors import BudgetError, CodegenError
from codegen.files.artifacts import INT8_MODEL, REPORT_HTML
from codegen.image.breakdown import read_breakdown
from codegen.image.budgets import check_growth
from codegen.image.firmware_build import image_dir
from harness.run import op_profile, recorded
from pipeline import report, stages
from pipeline.choice import Choice
from training.int8 import layer_errors
from verification.bench import cycles_page
from verification.bench.cycles import ModelCycles, require_table
from verification.errors import VerificationError

PRINTER = "chromium"
_PRINT_LIMIT_S = 120.0


def make(choice: Choice, path: Path, port: str | None, baud: int | None) -> int:
    """The page's bytes. Raises CodegenError or HarnessError."""
    cycles = _predicted(choice) if port is None else None
    profile = op_profile.run(
        choice.board_id,
        choice.build_dir,
        port=port,
        baud=baud,
        say=lambda _: None,
        predicted=None if cycles is None else cycles.columns(),
    )
    evaluation = ""
    layers: list[tuple[str, ...]] = []
    if stages.has_data(choice):
        # Other boards answer the same bits, as the table of the boards says.
        every = recorded.latest_scores(choice.build_dir)
        devices = [one for one in every if one.board_id == choice.board_id]
        text = stages.evaluation(choice, devices, False)
        is_page = (choice.build_dir / REPORT_HTML).is_file()
        evaluation = "" if is_page else text
        if choice.model_kind in ("", "keras"):
            stages.layer_errors(choice)
            layers = layer_errors.rows(layer_errors.read(choice.build_dir))
    summary = "" if cycles is None else cycles.summary()
    measured = report.Measured(profile, layers, evaluation, _budget(choice), summary)
    return report.write(choice, measured, path)


def print_pdf(page: Path, pdf: Path) -> None:
    """Raises MissingToolError, CodegenError."""
    browser = tools.find(PRINTER, "report --pdf")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", f"--user-data-dir={profile}"),
            *("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.resolve().as_uri()),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_PRINT_LIMIT_S)
        except (OSError, subprocess.SubprocessError) as error:
            raise CodegenError(f"report --pdf {pdf}: {PRINTER} failed ({error})") from None
    if not pdf.is_file():
        raise CodegenError(f"report --pdf {pdf}: {PRINTER} wrote nothing; choose another folder")


def _predicted(choice: Choice) -> ModelCycles | None:
    """None for a core that nothing is claimed of. A real board counts its own cycles."""
    try:
        require_table(choice.board)
    except VerificationError:
        return None
    return cycles_page.predict(choice.build_dir / INT8_MODEL, choice.board, choice.engine)


def _budget(choice: Choice) -> list[str]:
    """How the image stands to budgets.toml; [] where it has no budget."""
    size = read_breakdown(image_dir(choice.board, choice.build_dir), choice.board_id)
    name = choice.name if choice.engine == INTERPRETER else f"{choice.name}-{choice.engine}"
    try:
        return check_growth(size, name)
    except BudgetError as error:
        return [str(error)]
    except CodegenError:
        return []
