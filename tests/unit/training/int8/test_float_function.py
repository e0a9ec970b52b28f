"""What is changed in a model's graph, and what is refused of it, on graphs made by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from training.errors import ArtifactError, ConversionError
from training.int8 import float_function as room
from training.int8.edges import LEVELS, Edge, Edges
from training.int8.float_function import FloatFunction, _Nodes

UNIT = (0.0, 1.0)


class FakeTf:
    """The little of TensorFlow that is asked: types are their names, constants their arrays."""

    dtypes = SimpleNamespace(as_dtype=lambda name: SimpleNamespace(name=name))
    nest = SimpleNamespace(flatten=lambda one: one if isinstance(one, list) else [one])

    @staticmethod
    def make_ndarray(tensor: Any) -> Any:
        return tensor

    @staticmethod
    def constant(values: np.ndarray) -> np.ndarray:
        return values

    @staticmethod
    def cast(values: np.ndarray, dtype: str) -> np.ndarray:
        return values.astype(dtype)

    @staticmethod
    def TensorSpec(shape: Any, dtype: Any, name: str) -> Any:  # noqa: N802 (TensorFlow's name)
        return SimpleNamespace(shape=shape, dtype=dtype, name=name)


TF: Any = FakeTf


def node(name: str, op: str, *inputs: str, value: Any = None, **types: str) -> Any:
    attr: Any = defaultdict(SimpleNamespace)
    for key, one in types.items():
        attr[key].type = one
    if value is not None:
        attr["value"].tensor = np.asarray(value)
    return SimpleNamespace(name=name, op=op, input=list(inputs), attr=attr)


def nodes(*given: Any) -> _Nodes:
    return _Nodes(TF, SimpleNamespace(node=given))


# ---------------------------------------------------------------- an input's type


def settled(*given: Any, outputs: tuple[str, ...] = ("end:0",)) -> dict[str, tuple[str, Any]]:
    """{node: (op, its type)} afterwards."""
    nodes(*given).settle_type("x", outputs)
    key = {"Placeholder": "dtype", "Cast": "DstT"}
    return {
        one.name: (one.op, getattr(one.attr[key.get(one.op, "T")], "type", None)) for one in given
    }


def test_an_input_that_is_only_cast_gets_that_type() -> None:
    found = settled(
        node("x", "Placeholder", dtype="uint8"),
        node("same", "Identity", "x", T="uint8"),
        node("size", "Shape", "same:0", T="uint8"),
        node("one", "Cast", "same", SrcT="uint8", DstT="float32"),
        node("two", "Cast", "x:0", SrcT="uint8", DstT="float32"),
        node("end", "Relu", "one"),
    )
    assert found["x"] == ("Placeholder", "float32")
    assert found["same"] == ("Identity", "float32") and found["size"] == ("Shape", "float32")
    assert found["one"] == found["two"] == ("Identity", "float32")


@pytest.mark.parametrize(
    ("given", "outputs"),
    [
        ([node("a", "Relu", "x")], ("end",)),  # read as it is
        ([node("a", "Cast", "x", DstT="float32"), node("b", "Relu", "x")], ("end",)),
        (
            [node("a", "Cast", "x", DstT="float32"), node("b", "Cast", "x", DstT="int32")],
            ("end",),
        ),
        ([node("a", "Cast", "x", DstT="float64")], ("end",)),  # no kernel reads that
        ([node("a", "Cast", "x", DstT="float32")], ("x:0",)),  # it is an output, too
        ([node("a", "Shape", "x")], ("end",)),
        ([], ("end",)),
    ],
)
def test_other_inputs_keep_theirs(given: list[Any], outputs: tuple[str, ...]) -> None:
    found = settled(node("x", "Placeholder", dtype="uint8"), *given, outputs=outputs)
    assert found["x"] == ("Placeholder", "uint8")
    assert all(found[one.name][0] == one.op for one in given)


def test_what_only_waits_for_an_input_does_not_read_it() -> None:
    found = settled(
        node("x", "Placeholder", dtype="uint8"),
        node("a", "Cast", "x", DstT="int32"),
        node("b", "NoOp", "^x"),
    )
    assert found["x"] == ("Placeholder", "int32") and found["a"] == ("Identity", "int32")


# ---------------------------------------------------------------- indices from the end


def indexed(**changes: Any) -> Any:
    """The node that chooses between i and i + n, afterwards."""
    parts: dict[str, Any] = {
        "zero": 0, "less": "Less", "compared": "i", "add": "AddV2", "added": ("i", "n"),
        "reader": "GatherV2", **changes,
    }  # fmt: skip
    choice = node("choice", "SelectV2", "below", "moved", "i", T="int32")
    given = [
        node("i", "Placeholder", dtype="int32"),
        node("n", "Const", value=5),
        node("const", "Const", value=parts["zero"]),
        node("zero", "Identity", "const"),
        node("below", parts["less"], parts["compared"], "zero"),
        node("moved", parts["add"], *parts["added"]),
        choice,
    ]
    given += [node("table", parts["reader"], "rows", "choice")] if parts["reader"] else []
    nodes(*given).drop_negative_indices()
    return choice


@pytest.mark.parametrize(
    "changes",
    [{}, {"add": "Add"}, {"added": ("n", "i")}, {"reader": "ResourceGather"}, {"zero": [0, 0]}],
)
def test_an_index_into_a_table_is_not_looked_for_below_zero(changes: dict[str, Any]) -> None:
    found = indexed(**changes)
    assert (found.op, found.input, found.attr["T"].type) == ("Identity", ["i"], "int32")


@pytest.mark.parametrize(
    "changes",
    [
        {"zero": 1}, {"zero": [0, 1]}, {"less": "Greater"}, {"compared": "n"}, {"add": "Mul"},
        {"added": ("n", "n")}, {"reader": "Relu"}, {"reader": ""},
    ],
)  # fmt: skip
def test_another_choice_stays(changes: dict[str, Any]) -> None:
    assert indexed(**changes).op == "SelectV2"


# ---------------------------------------------------------------- pixels of 0 to 255


@pytest.mark.parametrize(
    ("op", "value", "is_pixels"),
    [
        ("Mul", 1 / 255, True),
        ("Mul", 1 / 64, True),
        ("Mul", 1 / 63, False),
        ("Mul", [1 / 255, 1 / 2], False),
        ("Mul", -1 / 255, True),
        ("Mul", 0.0, False),
        ("RealDiv", 255.0, True),
        ("RealDiv", 64.0, True),
        ("RealDiv", 63.0, False),
        ("RealDiv", [255.0, 2.0], False),
        ("Sub", 127.5, True),
        ("Sub", [0.5, 1.6], True),
        ("Sub", [0.5, 1.5], False),
        ("Sub", -127.5, False),
        ("Add", 127.5, False),
        ("Mul", np.empty(0), False),
        ("RealDiv", np.int32(255), False),
    ],
)
def test_what_is_meant_for_pixels(op: str, value: Any, is_pixels: bool) -> None:
    value = np.asarray(value, np.float32 if np.asarray(value).dtype.kind == "f" else None)
    for inputs in (("moved", "c"), ("c", "moved")):
        found = nodes(
            node("x", "Placeholder"),
            node("cast", "Cast", "x"),
            node("moved", "Reshape", "cast"),
            node("c", "Const", value=value),
            node("sum", op, *inputs),
        )
        assert found.scales_pixels("x") == is_pixels


def test_two_constants_or_none_say_nothing_of_pixels() -> None:
    const = node("c", "Const", value=np.float32(255))
    assert not nodes(node("x", "P"), node("y", "P"), node("s", "Mul", "x", "y")).scales_pixels("x")
    both = nodes(node("x", "P"), const, node("s", "RealDiv", "c", "c", "x"))
    assert not both.scales_pixels("x")
    later = nodes(node("x", "P"), node("r", "Relu", "x"), const, node("s", "RealDiv", "r", "c"))
    assert not later.scales_pixels("x")  # not the first thing that is done


def test_bytes_are_pixels_and_several_inputs_are_none() -> None:
    byte, real = Edge("", (4,), "uint8"), Edge("", (4,), "float32")
    nothing: Any = None
    assert room._pixels(nothing, nothing, (byte,)) == LEVELS
    assert room._pixels(nothing, nothing, (byte, real)) == UNIT
    assert room._pixels(nothing, nothing, ()) == UNIT


# ---------------------------------------------------------------- what is refused


def spec(*shape: int | None) -> Any:
    return SimpleNamespace(shape=SpecShape(shape), dtype="float32", name="x0")


class SpecShape(tuple[Any, ...]):
    @property
    def rank(self) -> int | None:
        return None if self == ("any",) else len(self)


def test_a_batch_becomes_one_and_nothing_else_may_be_open() -> None:
    for batch in (None, 7):
        made = room._fixed(TF, spec(batch, 3, 4), "age")
        assert (made.shape, made.dtype, made.name) == ([1, 3, 4], "float32", "x0")
    with pytest.raises(ArtifactError, match=r"^input 'age' has shape \[None, None, 4\]; only"):
        room._fixed(TF, spec(None, None, 4), "age")
    with pytest.raises(ArtifactError, match=r"^input 'age' has any shape; state one"):
        room._fixed(TF, SimpleNamespace(shape=SpecShape(("any",)), dtype="", name=""), "age")


@pytest.mark.parametrize("op", ["While", "StatelessWhile"])
def test_a_loop_is_refused_wherever_it_stands(op: str) -> None:
    def graph(*given: Any, inner: tuple[Any, ...] = ()) -> Any:
        library = SimpleNamespace(function=[SimpleNamespace(node_def=inner)])
        return SimpleNamespace(node=given, library=library)

    room._refuse_loops(graph(node("a", "Relu"), inner=(node("b", "If"),)), "net")
    for one in (graph(node("a", "Relu"), node("lstm", op)), graph(inner=(node("lstm", op),))):
        with pytest.raises(ConversionError, match=r"^net: lstm is a loop, .*then up to 128"):
            room._refuse_loops(one, "net")


@pytest.mark.parametrize(
    ("wanted", "made", "said"),
    [
        ([1.0, -2.0], [1.0, -2.0], ""),
        ([1.0, -2.0], [1.0, -2.0019], ""),
        ([1.0, -2.0], [1.0, -2.0021], "gives answers up to 0.0021 from the model's own"),
        ([0.0, 0.0], [1e-10, 0.0], ""),
        ([0.0, 0.0], [1e-8, 0.0], "gives answers up to 1e-08"),
        ([1.0, np.nan], [1.0, 1.0], "its answer to a calibration sample is NaN or infinite"),
        ([np.inf], [1.0], "its answer to a calibration sample is NaN"),
        ([[1.0]], [1.0], "gives answers up to 0 from"),
        ([], [], ""),
    ],
)
def test_answers_are_as_good_as_the_same(wanted: Any, made: Any, said: str) -> None:
    values = np.array(wanted, np.float32), np.array(made)
    if said:
        with pytest.raises(ConversionError, match=f"^net: .*{said}"):
            room._require_close("net", *values)
    else:
        room._require_close("net", *values)


def function(
    own: Callable[[list[Any]], Any] = sum, variables: tuple[Any, ...] = ()
) -> FloatFunction:
    edges = Edges((Edge("a", (2,), "float32"), Edge("b", (2,), "int32")), ())
    return FloatFunction("net", edges, SimpleNamespace(variables=variables), None, own)


def test_a_function_is_asked_each_sample_as_it_takes_it() -> None:
    seen: list[Any] = []

    class Made:
        inputs = (SimpleNamespace(dtype="float32"), SimpleNamespace(dtype="float32"))

        def __call__(self, *given: Any) -> list[Any]:
            seen.append([one.dtype.name for one in given])
            return [given[0] + given[1]]

    samples = [[np.array([[n, 2.0]]), np.array([[1.0, n]])] for n in (1, 2)]

    def own(given: list[Any]) -> Any:
        assert [one.dtype.name for one in given] == ["float32", "int32"]
        return given[0] + given[1]

    function(own).require_same(TF, Made(), samples)
    assert seen == [["float32", "float32"]] * 2
    with pytest.raises(ConversionError, match="random, or keeps a state"):
        function(lambda given: given[0] - given[1]).require_same(TF, Made(), samples)
    with pytest.raises(ValueError, match="zip"):  # another number of outputs
        function(lambda given: [given[0] + given[1], given[1]]).require_same(TF, Made(), samples)


def test_weights_have_to_be_numbers() -> None:
    class Variable(np.ndarray):
        path, name = "dense/kernel", "kernel"

    good = np.ones(4, np.float32)
    bad = np.array([1, np.nan, np.inf], np.float32).view(Variable)
    function(variables=(good, np.array([3])))._require_numbers()
    with pytest.raises(ArtifactError, match=r"^net: 2 of the 3 weights of 'dense/kernel' are NaN"):
        function(variables=(good, bad))._require_numbers()


# ---------------------------------------------------------------- Keras models


def layer(name: str, **more: Any) -> Any:
    return SimpleNamespace(name=name, **more)


def model(*layers: Any, **more: Any) -> Any:
    return SimpleNamespace(_flatten_layers=lambda: layers, **more)


def test_names_that_no_graph_can_have_are_changed() -> None:
    layers = [
        layer(name) for name in ("my conv", "my_conv", "größe", "_x", "ok-1.a", "", "my conv")
    ]
    room._rename(model(*layers))
    names = [one.name for one in layers]
    assert names[:1] == ["my_conv"] and names[2:6] == ["gr__e", "layer_x", "ok-1.a", "layer"]
    assert names[6] == "my_conv_"


def over(layer: Any, steps: int | None, **named: Any) -> Any:
    """What a recurrent layer is called with for a sequence."""
    own = layer.call
    with room._recurrent_as_ops(None, model(layer)):
        answer = layer.call(SimpleNamespace(shape=(1, steps, 3)), **named)
    assert layer.call is own
    return answer


def recurrent(**more: Any) -> Any:
    named = {"unroll": False, "stateful": False, **more}
    return layer("rnn", call=lambda x, **_: ("own", x.shape[1]), **named)


@pytest.fixture(autouse=True)
def loops_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a loop the unit tests see who asks for it; tests/training makes them."""
    monkeypatch.setattr(
        room.time_loops, "call", lambda _tf, _layer, own, given, _: ("loop", given[0].shape[1])
    )


def test_short_sequences_are_unrolled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.fused_lstm, "fits", lambda _: False)
    for steps, way in ((5, "own"), (128, "own"), (129, "loop"), (None, "own")):
        one = recurrent()
        assert over(one, steps) == (way, steps)
        assert one.unroll is (steps in (5, 128))
    dense = layer("dense")
    with room._recurrent_as_ops(None, model(dense, layer("other", unroll=None))):
        assert not hasattr(dense, "call")


def test_a_long_lstm_is_one_op_from_a_state_of_zeros_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.fused_lstm, "fits", lambda _: True)
    monkeypatch.setattr(room.fused_lstm, "call", lambda _tf, _layer, x: ("fused", x.shape[1]))
    assert over(recurrent(), 129, mask=None, initial_state=None) == ("fused", 129)
    assert over(recurrent(), 128) == ("own", 128)
    assert over(recurrent(), 129, initial_state="one") == ("loop", 129)


def test_a_loop_is_neither_masked_nor_keeps_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.fused_lstm, "fits", lambda one: not one.stateful)
    assert over(recurrent(), 129, mask="one") == ("own", 129)
    assert over(recurrent(stateful=True), 129) == ("own", 129)


def test_the_gates_of_what_is_unrolled_have_a_product_each(monkeypatch: pytest.MonkeyPatch) -> None:
    gated, plain = SimpleNamespace(implementation=2), SimpleNamespace()
    for cell in (gated, plain):
        over(recurrent(cell=cell), 5)
    assert gated.implementation == 1 and not hasattr(plain, "implementation")
    monkeypatch.setattr(room.fused_lstm, "fits", lambda _: False)
    left = SimpleNamespace(implementation=2)
    over(recurrent(cell=left), 129)
    assert left.implementation == 2


def test_a_loop_of_a_long_lstm_is_not_refused() -> None:
    assert room.fused_lstm.is_its_loop("fused_lstm")
    assert not room.fused_lstm.is_its_loop("functional_1/gru_1/while")


def test_a_marked_loop_is_known_by_its_nodes() -> None:
    marks = room.time_loops
    assert marks.is_its_loop("functional_1/gru_1/time_loop_0/while")
    assert marks.is_its_loop("time_loop_12/gru/while") and not marks.is_its_loop("gru/while")
    assert marks.mark("net/gru/time_loop_3/given_0") == (3, "given", 0)
    assert marks.mark("time_loop_10/made_12") == (10, "made", 12)
    for name in ("net/time_loop_3/while", "my_time_loop_3/made_0", "time_loop_3/made_0/x"):
        assert marks.mark(name) is None


@pytest.mark.parametrize(
    ("built", "inputs", "is_fine"),
    [(True, [1], True), (False, [1], False), (True, [], False), (True, None, False)],
)
def test_a_model_knows_what_it_takes(built: bool, inputs: Any, is_fine: bool) -> None:
    one = SimpleNamespace(built=built, inputs=inputs)
    if is_fine:
        room._require_built(one, "net")
        return
    for wrong in (one, SimpleNamespace()):
        with pytest.raises(ArtifactError, match=r"^net: the model does not know its input's shape"):
            room._require_built(wrong, "net")


def tensor(*shape: int, dtype: str = "float32", is_number: bool = True) -> Any:
    kind = SimpleNamespace(name=dtype, is_numpy_compatible=is_number)
    return SimpleNamespace(shape=shape, dtype=kind)


def traced(structured: Any, *outputs: Any) -> Any:
    return SimpleNamespace(
        inputs=[tensor(1, 2), tensor(1, 3), tensor(9)],
        outputs=outputs,
        structured_outputs=structured,
    )


def test_edges_have_the_names_that_the_model_gives() -> None:
    out = tensor(1, 4), tensor(1)
    found = room._edges(TF, traced({"b": 0, "a": 1}, *out), ["x", "y"])
    assert [str(one) for one in found.inputs] == ["'x' [2] float32", "'y' [3] float32"]
    assert [(one.name, one.shape) for one in found.outputs] == [("a", (4,)), ("b", ())]
    for structured in ({"a": 0}, [1, 2]):
        found = room._edges(TF, traced(structured, *out), ["x", "y"])
        assert [one.name for one in found.outputs] == ["", ""]
    for wrong in (tensor(1, dtype="string"), tensor(1, dtype="variant", is_number=False)):
        with pytest.raises(ArtifactError, match=r"^'an output' is (string|variant); micro"):
            room._edges(TF, traced([], wrong), ["x", "y"])
