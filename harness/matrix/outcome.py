"""What became of a model on a board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from codegen.boards.facts import Board
from codegen.errors import BudgetError
from harness.run.report import Report


class Result(Enum):
    """The values are for people. Only FAILED means that something is wrong."""

    PASSED = "passed"
    FAILED = "FAILED"  # built wrongly, answered wrongly, or not at all
    NO_ROOM = "does not fit"
    REFUSED = "refused"  # the runtime does not run the model, on any board


@dataclass(frozen=True)
class Outcome:
    """reason: why it did not pass; empty if it did. report: None where nothing was sent, or the
    run ended early. shortage: of memory, where the model does not fit."""

    model: str
    board: Board
    result: Result
    reason: str = ""
    report: Report | None = None
    shortage: BudgetError | None = None

    def as_json(self) -> dict[str, Any]:
        """The report's keys, with model, core, result, and why it did not pass (null if it did)."""
        report = self.report.as_json() if self.report else {"board": self.board.id}
        return {
            "model": self.model,
            **report,
            "core": self.board.core,
            "result": self.result.value,
            "failure": self.reason or None,
            "missing_bytes": self.shortage.missing_bytes if self.shortage else None,
        }


def of(result: Result, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those with that result."""
    return [outcome for outcome in outcomes if outcome.result is result]


def passed(outcomes: Iterable[Outcome]) -> bool:
    """Whether nothing is wrong, and anything was checked at all."""
    found = {outcome.result for outcome in outcomes}
    return Result.PASSED in found and Result.FAILED not in found
