"""What each op of a model costs, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from codegen.model.op_work import op_work
from codegen.model.tflite import Model


def cost_lines(
    model: Model,
    costs: Sequence[int],
    unit: str,
    beside: Mapping[str, Sequence[int]] | None = None,
) -> list[str]:
    """A table of the model's ops: shapes, MACs, cost, cost a MAC and an output, share. beside:
    further costs of each op, by title."""
    beside = beside or {}
    total = max(1, sum(costs))
    lines = [
        f"{'op':>4} {'name':24} {'output':18} {'filter':16} {'MACs':>11} {unit:>12} "
        f"{'/MAC':>7} {'/output':>8} {'share':>6}{_cells(beside)}"
    ]
    for op, cost in zip(model.ops, costs, strict=True):
        work = op_work(model, op)
        per_mac = f"{cost / work.macs:.2f}" if work.macs else "-"
        lines.append(
            f"{op.index:>4} {op.label:24} {shape_text(work.output_shape):18} "
            f"{shape_text(work.filter_shape):16} {work.macs:>11,} {cost:>12,} {per_mac:>7} "
            f"{cost / max(1, work.outputs):>8.1f} {cost / total:>6.1%}"
            f"{_cells(f'{column[op.index]:,}' for column in beside.values())}"
        )
    return lines


def _cells(texts: Iterable[str]) -> str:
    return "".join(f" {text:>12}" for text in texts)


def shape_text(shape: Sequence[int]) -> str:
    """1x14x14x12, or - for a scalar."""
    return "x".join(map(str, shape)) or "-"
