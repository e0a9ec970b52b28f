"""What this machine says to samples: the firmware's own runtime, beside which a board is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.host.random_inputs import numpy_dtype
from codegen.host.runtime import HostRuntime
from codegen.model.tflite import Model
from codegen.samples.encode import model_input
from codegen.samples.measures import output_of, predicted_classes, real_outputs
from codegen.samples.split import Split


@dataclass(frozen=True)
class Answer:
    """To one sample. outputs: the bytes of each output tensor. numbers: the output that answers
    the data's task, as real numbers [C]; of classes probabilities. predicted: its class, None
    where there are none."""

    outputs: tuple[bytes, ...]
    numbers: NDArray[np.float32]
    predicted: int | None


class Reader:
    """Reads outputs as the model and the data mean them."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def answer(self, split: Split, outputs: tuple[bytes, ...]) -> Answer:
        """outputs: to the only sample of `split`. Raises CodegenError for a model without an
        output of the data's task."""
        arrays = [
            np.frombuffer(data, numpy_dtype(tensor)).reshape(1, *tensor.shape)
            for data, tensor in zip(outputs, self._model.outputs, strict=True)
        ]
        real = [one.reshape(1, -1) for one in real_outputs(self._model, arrays)]
        numbers = real[output_of(split, [one.shape[1] for one in real])]
        labels = len(split.info.labels)
        if split.info.task != "classify":
            return Answer(outputs, numbers[0], None)
        predicted = int(predicted_classes(numbers, labels)[0])
        return Answer(outputs, _probabilities(numbers[0], labels), predicted)


class Host:
    """The model in the firmware's runtime, compiled for this machine. Not for two threads."""

    def __init__(self, model: Model) -> None:
        """Raises RuntimeRefusedError."""
        self.model = model
        self._runtime = HostRuntime(model.data)
        self._reader = Reader(model)

    def answer(self, split: Split) -> Answer:
        """To the only sample of `split`, from the first state on. Raises CodegenError."""
        (values,) = model_input(self.model, split)
        self._runtime.reset()
        self._runtime.invoke(values)
        outputs = tuple(self._runtime.output(i) for i in range(len(self.model.outputs)))
        return self._reader.answer(split, outputs)

    def close(self) -> None:
        self._runtime.close()


def worst_first(host: Host, split: Split) -> list[tuple[int, Answer]]:
    """(index, answer) of every sample with a class, those first whose class got least."""
    assert split.targets is not None
    answers = [host.answer(split.take(slice(i, i + 1))) for i in range(len(split))]
    order = sorted(
        range(len(split)), key=lambda i: float(answers[i].numbers[int(_at(split.targets, i))])
    )
    return [(index, answers[index]) for index in order]


def _at(targets: NDArray[Any] | None, index: int) -> Any:
    assert targets is not None
    return targets[index]


def _probabilities(numbers: NDArray[np.float32], labels: int) -> NDArray[np.float32]:
    """[labels], whatever the last op is: of one output that of the second of two classes, logits
    by softmax."""
    if len(numbers) == 1 and labels == 2:
        return np.array([1 - numbers[0], numbers[0]], np.float32)
    # a softmax's int8 outputs add up to 1 but for their rounding
    if np.all(numbers >= 0) and abs(float(numbers.sum()) - 1) < len(numbers) / 256 + 1e-3:
        return numbers
    powers = np.exp(numbers - numbers.max())
    return np.asarray(powers / powers.sum(), np.float32)
