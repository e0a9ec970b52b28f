"""What each op costs on a device: the PROFILE command beside the model's shapes and MACs.

And its front end, if there is one: what it takes for one sample.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codegen.boards.facts import load_board
from codegen.cost.op_rows import cost_lines
from codegen.files.manifest import atomic_write
from codegen.frontend import parameters
from codegen.host.random_inputs import random_input
from codegen.model.op_work import op_work
from codegen.model.tflite import Model
from harness.errors import CheckError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run.ticks import unit_of

SEED = 1  # of the front end's sample


@dataclass(frozen=True)
class OpProfile:
    """Costs of one inference in `unit`: "instructions" in QEMU, "ns" of a process of this machine,
    "cycles" of a real board.

    total: of Invoke as a whole. ops: of each op of the model, in order. front_end: of what makes
    the input of a sample, None without one. predicted: further costs of each op, by name.
    """

    board: str
    model_sha256: str
    unit: str
    total: int
    ops: tuple[int, ...]
    front_end: int | None = None
    predicted: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def as_json(self, model: Model) -> dict[str, object]:
        """The document of `invoke profile --json`; per_mac is null for ops without MACs."""
        works = [op_work(model, op) for op in model.ops]
        return {
            "board": self.board,
            "model_sha256": self.model_sha256,
            "unit": self.unit,
            "total": self.total,
            "front_end": self.front_end,
            "ops": [
                {
                    "index": op.index,
                    "op": op.label,
                    "output_shape": list(work.output_shape),
                    "filter_shape": list(work.filter_shape),
                    "macs": work.macs,
                    self.unit: cost,
                    **{name: costs[op.index] for name, costs in self.predicted.items()},
                    "per_mac": round(cost / work.macs, 4) if work.macs else None,
                    "share": round(cost / max(1, self.total), 4),
                }
                for op, work, cost in zip(model.ops, works, self.ops, strict=True)
            ],
        }


def run(
    board_id: str,
    build_dir: Path,
    *,
    port: str | None = None,
    baud: int | None = None,
    json_path: Path | None = None,
    predicted: Mapping[str, Sequence[int]] | None = None,
    say: Callable[[str], None] = print,
) -> OpProfile:
    """Profiles one inference on a fixed random input, prints the table, writes the JSON.

    predicted: costs of each op to show beside, by name.
    Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    model = Model.read(expected.model_path)
    inputs = random_input(model)
    front_end = parameters.load(build_dir)
    with link.open_device(board, expected.elf, port=port, baud=baud) as device:
        info = device.info()
        identity.check_info(info, expected)
        reply = device.profile(inputs)
        if front_end is not None:
            (sample,) = front_end.random_samples(1, SEED)
            sample_ticks = device.load_sample(0, sample)
    if len(reply.op_ticks) != len(model.ops) or not any(reply.op_ticks):
        raise CheckError(
            f"profile: {board.id} timed {sum(map(bool, reply.op_ticks))} ops, the model has "
            f"{len(model.ops)}; was the runtime built without its profiler?"
        )
    unit, per_tick = unit_of(board, info, port)
    found = OpProfile(
        board=board.id,
        model_sha256=info.model_sha256,
        unit=unit,
        total=round(reply.ticks * per_tick),
        ops=tuple(round(ticks * per_tick) for ticks in reply.op_ticks),
        front_end=None if front_end is None else round(sample_ticks * per_tick),
        predicted=predicted or {},
    )
    say(f"{build_dir.name} on {board.id} ({info.isa} kernels of {info.runtime})")
    for line in cost_lines(model, found.ops, unit, found.predicted):
        say(line)
    between = found.total - sum(found.ops)
    say(f"{found.total:,} {unit} an inference, {between:,} of them between the ops")
    if front_end is not None and found.front_end is not None:
        share = found.front_end / (found.front_end + found.total)
        say(
            f"{found.front_end:,} {unit} the front end ({front_end.kind}) besides, "
            f"{share:.1%} of both"
        )
    if json_path is not None:
        atomic_write(json_path, (json.dumps(found.as_json(model), indent=1) + "\n").encode())
    return found
