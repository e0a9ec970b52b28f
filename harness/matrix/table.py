"""Outcomes as tables: of one model a board a row with its figures, of several a row a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from codegen.boards.facts import Board
from harness.matrix.outcome import Outcome, Result, of
from harness.run.report import styled

_NARROWEST = 80  # columns that a terminal has, or is treated as if it had
_GAP = 2  # columns between two of a table
_NOT_REACHED = "-"

KEY = (
    "A number: instructions per inference, and every answer is the oracle's; passed: the same, "
    "where instructions are not counted. RAM -26K: does not fit, so much is missing."
)


def show(outcomes: Sequence[Outcome], out: Console) -> None:
    """Prints the table and why what did not pass did not."""
    if not outcomes:
        return
    if len(models_of(outcomes)) == 1:
        _print(out, _figures(outcomes))
    else:
        for part in _parts(outcomes, max(_NARROWEST, out.width)):
            _print(out, _grid(outcomes, part))
            say(out, [""])
        say(out, [KEY])
    say(out, [*reasons(outcomes), f"hil: {summary(outcomes)}"])


def line(outcomes: Sequence[Outcome]) -> str:
    """What became of some boards with one model, for one reason."""
    first = outcomes[0]
    where = first.board.id if len(outcomes) == 1 else f"{len(outcomes)} boards"
    result = cell(first) if first.result is Result.NO_ROOM else first.result.value
    reason = f": {_brief(first.reason)}" if first.reason else ""
    return f"{first.model} on {where}: {result}{reason}"


def cell(outcome: Outcome | None) -> str:
    """An outcome in a few letters; None was not reached."""
    if outcome is None:
        return _NOT_REACHED
    if outcome.shortage is not None and outcome.shortage.memory:
        kib = -(-outcome.shortage.missing_bytes // 1024)
        return f"{outcome.shortage.memory} -{kib:,}K"
    if outcome.report is not None and outcome.result is Result.PASSED:
        instructions = outcome.report.instructions_per_inference
        if instructions is not None:
            return f"{instructions:,}"
    return outcome.result.value


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many there are of each result."""
    answers = sum(one.report.answered for one in outcomes if one.report)
    wrong = sum(one.report.mismatches for one in outcomes if one.report)
    counts = [
        f"{len(found)} {result.value}" for result in Result if (found := of(result, outcomes))
    ]
    return f"{', '.join(counts)}; {wrong:,} mismatches in {answers:,} answers"


def say(out: Console, lines: Iterable[str]) -> None:
    """Prints lines as they are."""
    for text in lines:
        out.print(text, highlight=False, markup=False, soft_wrap=True)


def _figures(outcomes: Sequence[Outcome]) -> Table:
    table = _table(["board", "isa"], ["flash", "RAM", "instructions", "samples/s", "result"])
    for outcome in outcomes:
        report = outcome.report
        numbers = [_NOT_REACHED] * 4
        if report is not None:
            instructions = report.instructions_per_inference
            numbers = [
                f"{report.flash_bytes:,}",
                f"{report.ram_bytes:,}",
                _NOT_REACHED if instructions is None else f"{instructions:,}",
                f"{report.samples_per_s:.1f}",
            ]
        result = cell(outcome) if outcome.result is Result.NO_ROOM else outcome.result.value
        table.add_row(outcome.board.id, outcome.board.isa, *numbers, styled(result))
    return table


def _grid(outcomes: Sequence[Outcome], boards: Sequence[Board]) -> Table:
    table = _table(["model"], [board.id for board in boards])
    for model in models_of(outcomes):
        table.add_row(model, *map(styled, cells(outcomes, model, boards)))
    return table


def _parts(outcomes: Sequence[Outcome], width: int) -> Iterator[list[Board]]:
    """The boards, as many at a time as a table of that width has room for; one at least."""
    models = models_of(outcomes)
    first = max(map(len, ["model", *models]))
    part: list[Board] = []
    used = first
    for board in boards_of(outcomes):
        texts = (cells(outcomes, model, [board])[0] for model in models)
        own = _GAP + max(map(len, [board.id, *texts]))
        if part and used + own > width:
            yield part
            part, used = [], first
        part.append(board)
        used += own
    if part:
        yield part


def cells(outcomes: Sequence[Outcome], model: str, boards: Sequence[Board]) -> list[str]:
    """A model's row."""
    found = {one.board.id: one for one in outcomes if one.model == model}
    return [cell(found.get(board.id)) for board in boards]


def reasons(outcomes: Sequence[Outcome]) -> list[str]:
    """Why models are refused and pairs failed, once where several boards have the same reason."""
    boards: dict[tuple[str, Result, str], list[str]] = {}
    for one in [*of(Result.REFUSED, outcomes), *of(Result.FAILED, outcomes)]:
        boards.setdefault((one.model, one.result, one.reason), []).append(one.board.id)
    lines = []
    for (model, result, reason), on in boards.items():
        everywhere = result is Result.REFUSED and len(on) == len(boards_of(outcomes))
        where = "" if everywhere else f" on {', '.join(on)}"
        told = _brief(reason) if result is Result.REFUSED else reason
        lines.append(f"{model}{where} {result.value}: {told}")
    return lines


def _brief(reason: str) -> str:
    """What is wrong, without what to do about it."""
    return reason.partition("; ")[0]


def models_of(outcomes: Iterable[Outcome]) -> list[str]:
    """Each name once."""
    return list(dict.fromkeys(outcome.model for outcome in outcomes))


def boards_of(outcomes: Iterable[Outcome]) -> list[Board]:
    """Each once."""
    return list({outcome.board.id: outcome.board for outcome in outcomes}.values())


def _table(left: Sequence[str], right: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in left:
        table.add_column(title, no_wrap=True)
    for title in right:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _print(out: Console, table: Table) -> None:
    Console(file=out.file, width=max(120, out.width)).print(table)
