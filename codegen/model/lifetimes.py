"""When each computed tensor of a model is alive: for plans, and for what no plan can be below."""

from __future__ import annotations

from codegen.model.tflite import Model


def lifetimes(model: Model) -> dict[int, tuple[int, int]]:
    """{tensor of the main subgraph: half-open interval of ops at which it is alive}.

    From the op that writes it to the last that reads it; the model's inputs from the first op on,
    its outputs to behind the last, where the application reads them. A variable, which is read
    before it is written, keeps its value between inferences: it is alive at all of them.
    """
    end = len(model.ops) + 1
    first: dict[int, int] = dict.fromkeys(model.main.inputs, 0)
    last: dict[int, int] = dict.fromkeys(model.main.inputs, 1)
    kept = set()
    for op in model.ops:
        for index in op.inputs:
            if index in first:
                last[index] = op.index + 1
            elif index >= 0 and model.tensors[index].is_variable:
                kept.add(index)
                first[index] = 0
        for index in op.outputs:
            if index not in kept:
                first[index] = op.index
                last[index] = op.index + 1
    last |= dict.fromkeys((*kept, *model.main.outputs), end)
    return {index: (start, last[index]) for index, start in first.items()}
