"""What the runtime does not compute as the oracle does, it refuses: no silent wrong answers."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.host_runtime import HostRuntime, RuntimeRefusedError
from tests.tflite_builder import ModelBuilder, schema

pytestmark = pytest.mark.golden


def test_fully_connected_with_a_filter_zero_point() -> None:
    b = ModelBuilder()
    source = b.tensor([1, 4], scale=0.1)
    weights = b.constant(np.ones((3, 4), np.int8), scale=0.1, zero_point=5)
    output = b.tensor([1, 3], scale=0.1)
    b.op("FULLY_CONNECTED", [source, weights], [output], schema.FullyConnectedOptionsT())
    with pytest.raises(RuntimeRefusedError, match=r"FULLY_CONNECTED \(node 0\).*zero point 0"):
        HostRuntime(b.build([source], [output]))
