"""Hostile models on our runtime and on the TFLM oracle: where both accept one, every byte is the
same.

Each mutated model (verification/fuzz.py) computes two samples one after the other on both. The
oracle ends its process on some models, and our runtime must not, so each is asked in processes of
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from codegen import campaign
from codegen.errors import CodegenError
from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_inputs
from codegen.host.runtime import HostRuntime, load_library
from codegen.model.closeness import closeness_of, differing
from codegen.model.tflite import Model, Tensor
from verification import children
from verification.fuzz import ACCEPTED, REFUSED, FuzzReport, Verdict, run_mutants

LIMIT_S = 20.0
ORACLE_REFUSED = Verdict("refused by the oracle alone")
ORACLE_ENDED = Verdict("ended the oracle's process")
READER_REFUSED = Verdict("refused by Python's reader alone")
LEFT_OPEN = Verdict("an answer that upstream leaves open")
_NOT_ALWAYS_WRITTEN = {
    *("TFLite_Detection_PostProcess", "CIRCULAR_BUFFER"),
    *("SignalEnergy", "SignalFramer", "SignalStacker"),
}
_SAMPLES, _SEED = 2, 5
_ARENA_BYTES = 1 << 20  # larger ones are refused: they say nothing new and take time

Answers = list[bytes] | Verdict
"""Each output of each sample, or how the model was refused."""


def run_differential(
    models: Sequence[bytes],
    count: int,
    seed: int,
    finds_dir: Path,
    say: Callable[[str], None] = lambda _: None,
    workers: str = campaign.ALONE,
) -> FuzzReport:
    """Mutates `models` `count` times; accepted are those that both accepted. As fuzz.run_fuzz
    otherwise."""
    load_library()  # once, not in every process
    return run_mutants(compare, models, count, seed, finds_dir, say, workers)


def compare(models: Sequence[bytes]) -> Iterator[Verdict]:
    """For each model ACCEPTED (the same bytes), REFUSED (by ours), one of this module's words for
    how the other refused it, or what is wrong."""
    own = list(children.each(_ours, models, LIMIT_S))
    asked = [
        model
        for model, outcome in zip(models, own, strict=True)
        if isinstance(outcome, children.Done) and isinstance(outcome.answer, list)
    ]
    oracle = children.each(_oracles, asked, LIMIT_S)
    for model, outcome in zip(models, own, strict=True):
        if isinstance(outcome, children.Death):
            yield Verdict(f"our runtime: {outcome.reason}", wrong=True)
        elif isinstance(outcome.answer, Verdict):
            yield outcome.answer
        else:
            verdict = _verdict(model, outcome.answer, next(oracle))
            yield LEFT_OPEN if verdict.wrong and _is_left_open(model) else verdict


def _verdict(
    content: bytes, own: list[bytes], outcome: children.Done[Answers] | children.Death
) -> Verdict:
    if isinstance(outcome, children.Death):
        return ORACLE_ENDED
    if isinstance(outcome.answer, Verdict):
        return outcome.answer
    model = Model.parse(content)
    allowed = closeness_of(model)
    pairs = zip(cycle(model.outputs), own, outcome.answer, strict=False)
    wrong = [i for i, pair in enumerate(pairs) if len(differing(*pair, allowed))]
    return Verdict(f"outputs {wrong} are not the oracle's", wrong=True) if wrong else ACCEPTED


def _is_left_open(content: bytes) -> bool:
    """Whether it has what upstream gives no certain answer for.

    A DIV: upstream shifts the quotient of a small dividend by more than an int32 has bits
    (nn/div_s8.h). Golden's dividends are large enough; mutated ones are not. A constant bool that
    is neither 0 nor 1: what C++ makes of it is the compiler's. Custom ops whose outputs upstream
    does not always write, where ours are zeros.
    """
    graphs = Model.parse(content).subgraphs
    ops = [op for graph in graphs for op in graph.ops]
    return any(op.label == "DIV" or op.custom_name in _NOT_ALWAYS_WRITTEN for op in ops) or any(
        max(tensor.data or b"", default=0) > 1
        for graph in graphs
        for tensor in graph.tensors
        if tensor.dtype == "BOOL"
    )


def _ours(content: bytes) -> Answers:
    try:
        with HostRuntime(content, arena_bytes=_ARENA_BYTES) as runtime:
            try:
                model = Model.parse(content)
                samples = random_inputs(model, _SAMPLES, _SEED)
            except CodegenError:
                return READER_REFUSED
            outputs = []
            for i in range(_SAMPLES):
                runtime.invoke(*(values[i] for values in samples))
                outputs += [
                    _with_one_nan(runtime.output(k), tensor)
                    for k, tensor in enumerate(model.outputs)
                ]
            return outputs
    except CodegenError:
        return REFUSED


def _oracles(content: bytes) -> Answers:
    try:
        model = Model.parse(content)
        samples = random_inputs(model, _SAMPLES, _SEED)
        oracle = Oracle(model)
        rows = [oracle.run([values[i] for values in samples]) for i in range(_SAMPLES)]
        return [
            _with_one_nan(output.tobytes(), tensor)
            for row in rows
            for output, tensor in zip(row, model.outputs, strict=True)
        ]
    except CodegenError:
        return ORACLE_REFUSED


def _with_one_nan(output: bytes, tensor: Tensor) -> bytes:
    """The output, its NaNs all of the same bits: which sign a new one has is the machine's (IEEE
    754-2019, 6.3), on x86 another than on Arm."""
    if tensor.dtype != "FLOAT32":
        return output
    values = np.frombuffer(output, np.float32)
    return np.where(np.isnan(values), np.float32(np.nan), values).tobytes()
