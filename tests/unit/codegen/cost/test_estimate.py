"""Cost features, the fit, the estimate, and the table in the repository."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from codegen.cost.estimate import (
    CostTableError,
    cost_table,
    estimate,
    estimate_strips,
    features,
)
from codegen.model.op_work import op_work
from codegen.model.tflite import Model
from verification.bench.cost_fit import CORES, Sample, fit, parse
from verification.bench.least_squares import non_negative_least_squares
from verification.cases.model_builder import one_op, schema
from verification.cases.registry import CASES
from verification.errors import CheckFailedError


def test_least_squares_finds_what_is_not_negative() -> None:
    rng = np.random.default_rng(1)
    a = rng.uniform(0, 10, (50, 4)) * [1, 1e6, 1e-3, 1]
    wanted = np.array([2.0, 3e-6, 0.0, 5.0])
    np.testing.assert_allclose(non_negative_least_squares(a, a @ wanted), wanted, atol=1e-4)
    # Unbounded, the second coefficient would be -1.
    a = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    found = non_negative_least_squares(a, np.array([3.0, 2.0, 1.0]))
    np.testing.assert_allclose(found, [2.0, 0.0], atol=1e-9)


def test_least_squares_takes_columns_that_depend_on_each_other() -> None:
    column = np.arange(1.0, 9.0)
    a = np.column_stack([column, 2 * column, np.zeros(8)])
    np.testing.assert_allclose(a @ non_negative_least_squares(a, 6 * column), 6 * column)


def test_work_of_a_convolution(cnn: Model) -> None:
    work = op_work(cnn, cnn.ops[0])  # 28x28x1, 3x3, stride 2, SAME, 4 channels
    assert work.output_shape == (1, 14, 14, 4)
    assert work.filter_shape == (4, 3, 3, 1)
    assert work.macs == 14 * 14 * 4 * 9
    assert op_work(cnn, cnn.ops[3]).macs == 10 * 7 * 7 * 4
    assert op_work(cnn, cnn.ops[4]).macs == 0


def test_taps_on_padding_are_told_apart(cnn: Model) -> None:
    values = features(cnn, cnn.ops[0], "cortex-m4").values
    # SAME, 28 -> 14 with stride 2 and 3 taps: one tap of padding at the end of each axis
    assert values["valid taps"] == (14 * 3 - 1) ** 2
    assert values["border"] == 14 * 14 * 9 - (14 * 3 - 1) ** 2


def test_a_fit_finds_the_costs_it_was_made_with(cnn: Model) -> None:
    rng = np.random.default_rng(1)
    samples = []
    for _ in range(60):
        own = features(cnn, cnn.ops[4], "cortex-m4")
        values = {"op": 1.0, "outputs": float(rng.integers(1, 5000))}
        cost = 200 + 7 * values["outputs"]
        samples.append(Sample(type(own)(own.op_class, values), cost, shared=False))
    assert fit(samples)["SOFTMAX"] == pytest.approx({"op": 200.0, "outputs": 7.0}, rel=1e-3)


def test_strips_of_a_row_cost_a_convolution_on_helium_little(cnn: Model) -> None:
    # Its panel of pixels goes on from strip to strip, and its channels stay ready.
    op = cnn.ops[0]
    whole = (estimate(cnn, "cortex-m55") or [])[op.index]
    assert estimate_strips(cnn, op, 14, False, "cortex-m55") == 0
    one_row = estimate_strips(cnn, op, 1, False, "cortex-m55")
    assert 0 < one_row < whole // 4
    assert estimate_strips(cnn, op, 2, False, "cortex-m55") == pytest.approx(one_row * 6 / 13)


def test_cores_that_were_not_measured_have_no_estimate(cnn: Model) -> None:
    assert estimate(cnn, "cortex-m99") is None
    assert estimate(cnn, "cortex-m0plus") == estimate(cnn, "cortex-m0")


def test_an_op_that_was_not_measured_is_guessed(cnn: Model) -> None:
    guess = estimate(cnn, "x", {"x": {}})
    assert guess is not None and guess[4] == 40 * 10


def test_the_table_has_every_core_and_what_networks_are_made_of() -> None:
    table = cost_table()
    assert set(CORES) <= set(table)
    for costs in table.values():
        assert {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SOFTMAX", "ADD"} <= set(costs)


@pytest.mark.parametrize("text", ["", "[]", '{"a": {"b": {"c": -1}}}', '{"a": 1}'])
def test_a_damaged_table_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text)
    with pytest.raises(CostTableError, match="make it with `invoke costs`"):
        cost_table(path)


def test_what_the_cost_image_prints() -> None:
    text = (
        "calibration 0007a120\nmodel 00000000\nop ADD  00000010\nop SOFTMAX  00000020\n"
        "model 00000001\nop ADD  00000001\nend\n"
    )
    models = [("ADD", "SOFTMAX"), ("ADD",)]
    assert parse(text, "cortex-m4", models) == [[32, 64], [2]]
    for broken in (text.replace("end", "fault"), text.replace("op SOFTMAX", "op?SOFTMAX")):
        with pytest.raises(CheckFailedError, match="on cortex-m4 failed at model 2, of ADD: "):
            parse(broken, "cortex-m4", models)


def test_coefficients_are_numbers_that_json_keeps() -> None:
    table = cost_table()
    assert json.loads(json.dumps(table)) == table


WIDE_CASES = sorted(name for name in CASES if name.endswith("_16X8"))


@pytest.mark.parametrize("name", WIDE_CASES)
def test_16x8_has_classes_of_its_own_in_the_table(name: str) -> None:
    model = Model.parse(CASES[name](np.random.default_rng(2)).model)
    for cpu, costs in cost_table().items():
        for op in model.ops:
            op_class = features(model, op, cpu).op_class
            assert op_class in costs
            makes_int16 = model.tensors[op.outputs[0]].dtype == "INT16"
            assert op_class.endswith("/int16") == makes_int16


def test_float32_is_guessed_by_its_products_and_curves() -> None:
    """`invoke profile` counted 253,075 and 27,779 instructions on a Cortex-M4."""
    rows, scores = {"shape": [1, 100], "dtype": "FLOAT32"}, {"shape": [1, 10], "dtype": "FLOAT32"}
    weights = {"values": np.ones((10, 100), np.float32)}
    dense = one_op("FULLY_CONNECTED", [rows, weights], [scores], schema.FullyConnectedOptionsT())
    softmax = one_op("SOFTMAX", [scores], [scores], schema.SoftmaxOptionsT(beta=1.0))
    power = one_op("EXP", [scores], [scores])
    costs = [estimate(Model.parse(one), "cortex-m4") for one in (dense, softmax, power)]
    assert costs == [[277_500], [28_000], [28_000]]


def test_what_moves_float32_costs_what_it_costs_of_int8() -> None:
    costs = []
    for kind in ({"dtype": "FLOAT32"}, {"scale": 0.5}):
        rows, columns = ({"shape": shape, **kind} for shape in ([20, 30], [30, 20]))
        turned = one_op("TRANSPOSE", [rows, {"values": [1, 0]}], [columns])
        costs.append(estimate(Model.parse(turned), "cortex-m4"))
    assert costs[0] == costs[1]
