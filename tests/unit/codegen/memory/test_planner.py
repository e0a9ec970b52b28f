"""The plan's independent verifier, and the pictures of a plan."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import flatbuffers
import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import CodegenError
from codegen.files.shared_models import SHARED_MODELS
from codegen.frontend import parameters
from codegen.frontend.audio import AudioFrontEnd
from codegen.host.oracle import Oracle
from codegen.host.runtime import HostRuntime
from codegen.memory.arena_picture import ascii_picture, show_plan, sizes, svg_picture, table
from codegen.memory.planner import SCRATCH, ArenaPlan, PlanError, PlannedTensor, plan_model, verify
from codegen.model.lean import lean
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder

# Of small_cnn(): CONV_2D, MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX.
CONV_IN, CONV_OUT = 0, 1
# A seed of branching_model: placing the largest first does not give the lowest plan.
NOT_LOWEST = 224


@pytest.fixture(scope="module")
def plans(cnn: Model) -> dict[str, ArenaPlan]:
    return {isa: plan_model(cnn, isa) for isa in ("scalar", "dsp", "mve")}


def check(model: Model, plan: ArenaPlan, changed: PlannedTensor, position: int) -> None:
    buffers = [*plan.tensors, *plan.scratch]
    buffers[position] = changed
    verify(model, buffers, plan.in_place_inputs, plan.persistent_bytes, plan.arena_bytes)


def test_the_runtimes_plan_passes(cnn: Model, plans: dict[str, ArenaPlan]) -> None:
    for plan in plans.values():
        check(cnn, plan, plan.tensors[0], 0)


def test_tensors_that_overlap_while_alive_are_found(
    cnn: Model, plans: dict[str, ArenaPlan]
) -> None:
    plan = plans["scalar"]
    moved = replace(plan.tensors[CONV_OUT], offset=plan.tensors[CONV_IN].offset)
    with pytest.raises(PlanError, match="overlap while both are alive"):
        check(cnn, plan, moved, CONV_OUT)


def test_in_place_only_for_ops_that_can(cnn: Model, plans: dict[str, ArenaPlan]) -> None:
    plan = plans["scalar"]
    position = {tensor.first: i for i, tensor in enumerate(plan.tensors)}
    reshaped, pooled = plan.tensors[position[2]], plan.tensors[position[1]]
    assert reshaped.offset == pooled.offset  # RESHAPE runs in place here
    with pytest.raises(PlanError, match="overlap"):  # half over its input is not in place
        check(cnn, plan, replace(reshaped, offset=pooled.offset - 16), position[2])
    with pytest.raises(PlanError, match="overlap"):  # nor where the op does not say that it can
        check(cnn, replace(plan, in_place_inputs=(0,) * len(cnn.ops)), reshaped, position[2])


@pytest.mark.parametrize("offset", [0, 8, 1 << 20])
def test_tensors_stay_between_the_interpreters_data_and_the_end(
    cnn: Model, plans: dict[str, ArenaPlan], offset: int
) -> None:
    plan = plans["scalar"]
    with pytest.raises(PlanError, match="is not in the arena"):
        check(cnn, plan, replace(plan.tensors[0], offset=offset), 0)


def test_scratch_must_not_lie_on_what_its_op_reads(cnn: Model, plans: dict[str, ArenaPlan]) -> None:
    plan = plans["scalar"]
    for operand in (plan.tensors[CONV_IN], plan.tensors[CONV_OUT]):
        scratch = PlannedTensor(SCRATCH, "scratch of CONV_2D", operand.offset, 16, 0, 1)
        with pytest.raises(PlanError, match=r"scratch of CONV_2D \(op 0\) overlap"):
            check(cnn, replace(plan, scratch=(scratch,)), plan.tensors[0], 0)


def test_scratch_has_the_size_that_the_op_asks_for(plans: dict[str, ArenaPlan]) -> None:
    sized = [buffer for plan in plans.values() for buffer in plan.scratch]
    assert sized, "no instruction set has scratch for a convolution any more: choose another model"
    assert all(buffer.nbytes > 0 and buffer.last == buffer.first + 1 for buffer in sized)


def branching_model(seed: int) -> Model:
    """Pools, joins and residuals at random, as in networks that are no chain."""
    draw = random.Random(seed)
    builder = ModelBuilder()
    shapes = [(16, 8)]  # side and channels of each tensor, which is square

    def tensor() -> int:
        side, channels = shapes[-1]
        return builder.tensor([1, side, side, channels], scale=0.1)

    tensor()
    for _ in range(draw.randint(4, 24)):
        last = len(shapes) - 1
        side, channels = shapes[last]
        recent = range(max(0, last - draw.choice((1, 2, 3, 6))), last)
        same = [i for i in recent if shapes[i] == shapes[last]]
        joined = [i for i in recent if shapes[i][0] == side and shapes[i][1] + channels <= 64]
        if same and draw.random() < 0.5:
            shapes.append(shapes[last])
            builder.op("ADD", [last, draw.choice(same)], [tensor()], schema.AddOptionsT())
        elif joined and draw.random() < 0.5:
            other = draw.choice(joined)
            shapes.append((side, channels + shapes[other][1]))
            options = schema.ConcatenationOptionsT(axis=3)
            builder.op("CONCATENATION", [last, other], [tensor()], options)
        elif side > 2 and draw.random() < 0.3:
            shapes.append((side // 2, channels))
            pool = schema.Pool2DOptionsT(strideW=2, strideH=2, filterWidth=2, filterHeight=2)
            builder.op("MAX_POOL_2D", [last], [tensor()], pool)
        else:
            shapes.append(shapes[last])
            builder.op("RELU", [last], [tensor()])
    return Model.parse(builder.build([0], [len(shapes) - 1]))


def test_graphs_with_branches_are_planned_at_their_lower_bound_and_compute_the_oracles_bytes() -> (
    None
):
    over = []
    for seed in range(40):
        model = branching_model(seed)
        plan = plan_model(model, "scalar")
        over.append(plan.activation_bytes / plan.lower_bound_bytes)
        image = np.random.default_rng(seed).integers(-128, 128, model.inputs[0].shape, np.int8)
        with HostRuntime(model.data, "scalar", plan.arena_bytes) as runtime:
            runtime.invoke(image)
            assert runtime.output() == Oracle(model).run([image])[0].tobytes(), seed
    assert sum(ratio == 1 for ratio in over) >= 39, sorted(over)
    assert max(over) < 1.25


def test_the_report_names_every_size(cnn_path: Path, cnn: Model, tmp_path: Path) -> None:
    svg = tmp_path / "plan.svg"
    text = show_plan(cnn_path, "scalar", svg)
    plan = plan_model(cnn, "scalar")
    for number in (plan.arena_bytes, plan.persistent_bytes, plan.lower_bound_bytes):
        assert f"{number:,} B" in text
    assert "image" in text and "scores" in text  # names of its tensors
    assert svg.is_file() and text.endswith(f"picture: {svg}\n")
    assert "front end" not in text
    parameters.save(AudioFrontEnd(window=640), tmp_path)
    beside = "front end        5,376 B beside the arena, audio\n"
    assert show_plan(cnn_path, "scalar").endswith(beside)
    with pytest.raises(CodegenError, match="known: scalar, dsp, mve"):
        show_plan(cnn_path, "neon")


def test_the_pictures_show_each_buffer(cnn: Model, plans: dict[str, ArenaPlan]) -> None:
    plan = plans["scalar"]
    picture = ascii_picture(cnn, plan)
    listing = table(cnn, plan)
    assert len(listing.splitlines()) == 1 + len(plan.tensors) + len(plan.scratch)
    assert "a" in picture and "b" in picture and "#" in picture
    columns = {len(line) for line in picture.splitlines()[:-1]}
    assert len(columns) == 1
    root = ElementTree.fromstring(svg_picture(cnn, plan))
    svg = "{http://www.w3.org/2000/svg}"
    boxes = root.findall(f"{svg}g/{svg}rect")
    assert len(boxes) == 1 + len(plan.tensors) + len(plan.scratch)
    heights = sorted(float(box.attrib["height"]) for box in boxes)
    assert heights[0] > 0
    texts = [one.text for one in root.iter(f"{svg}text")]
    assert {"bytes", "op", "the engine's own", "scratch of an op"} <= set(texts)
    ticks = [int(text.replace(",", "")) for text in texts if text and text[-3:] == "000"]
    assert 2 <= len(ticks) <= 6 and max(ticks) <= plan.arena_bytes < max(ticks) + ticks[0]


def test_names_cannot_break_the_svg(cnn: Model, plans: dict[str, ArenaPlan]) -> None:
    plan = plans["scalar"]
    hostile = replace(plan.tensors[0], name='<script>&"\x00\n')
    changed = replace(plan, tensors=(hostile, *plan.tensors[1:]))
    ElementTree.fromstring(svg_picture(cnn, changed))
    assert "\x00" not in table(cnn, changed)


def test_overhead_is_what_exceeds_the_lower_bound(plans: dict[str, ArenaPlan]) -> None:
    plan = replace(plans["scalar"], activation_bytes=1500, lower_bound_bytes=1000)
    assert "500 B, 50.0 % over" in sizes(plan, "scalar")


def with_plan(content: bytes, offsets: list[int], head: tuple[int, ...] | None = None) -> bytes:
    """The model with a memory plan as converters write it: version, subgraph, count, offsets."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    plan = np.array([*(head or (1, 0, len(offsets))), *offsets], np.int32)
    model.buffers.append(schema.BufferT(data=plan.view(np.uint8)))
    model.metadata = [
        schema.MetadataT(name="OfflineMemoryAllocation", buffer=len(model.buffers) - 1)
    ]
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    # which aligns the buffer
    return lean(bytes(builder.Output()), keep_plan=True)


def better_plan(model: Model, plan: ArenaPlan) -> list[int]:
    """Offsets that are lower than the runtime's own, by trying orders; -1 for no tensor of it."""
    size = {t.index: -(-t.nbytes // 16) * 16 for t in plan.tensors}
    for attempt in range(2000):
        order = list(plan.tensors)
        random.Random(attempt).shuffle(order)
        placed: list[tuple[int, PlannedTensor]] = []
        for tensor in order:
            offset = 0
            for at, other in sorted(placed, key=lambda pair: pair[0]):
                apart = other.first >= tensor.last or tensor.first >= other.last
                if not apart and at + size[other.index] > offset:
                    if offset + size[tensor.index] <= at:
                        break
                    offset = at + size[other.index]
            placed.append((offset, tensor))
        if max(at + size[t.index] for at, t in placed) < plan.activation_bytes:
            places = {t.index: at for at, t in placed}
            return [places.get(i, -1) for i in range(len(model.tensors))]
    raise AssertionError("no better plan found")


def test_a_plan_that_comes_with_the_model_is_used_where_it_is_lower() -> None:
    model = branching_model(NOT_LOWEST)
    own = plan_model(model, "scalar")
    assert own.activation_bytes > own.lower_bound_bytes
    given = Model.parse(with_plan(model.data, better_plan(model, own)))
    plan = plan_model(given, "scalar")  # and verified
    assert plan.arena_bytes < own.arena_bytes
    image = np.random.default_rng(1).integers(-128, 128, model.inputs[0].shape, np.int8)
    with HostRuntime(given.data, "scalar", plan.arena_bytes) as runtime:
        runtime.invoke(image)
        assert runtime.output() == Oracle(model).run([image])[0].tobytes()


def test_a_plan_that_lies_makes_nothing_worse() -> None:
    model = branching_model(NOT_LOWEST)
    own = plan_model(model, "scalar")
    count = len(model.tensors)
    rng = random.Random(1)
    plans = [
        [0] * count,
        [-1] * count,
        [-(2**31)] * count,
        [2**31 - 16] * count,
        [2**30] * count,
        [8] * count,
        *([rng.randrange(0, 8192, 16) for _ in range(count)] for _ in range(20)),
    ]
    for offsets in plans:
        assert plan_model(Model.parse(with_plan(model.data, offsets)), "scalar").arena_bytes <= (
            own.arena_bytes
        )
    good = better_plan(model, own)
    for head in ((1, 1, count), (1, 0, count - 1), (1, 0, 2**31 - 1)):
        lying = Model.parse(with_plan(model.data, good, head))
        assert plan_model(lying, "scalar").arena_bytes == own.arena_bytes
    short = Model.parse(with_plan(model.data, good[:-1]))
    assert plan_model(short, "scalar").arena_bytes == own.arena_bytes


@pytest.mark.parametrize("path", SHARED_MODELS.glob("*offline_plan*.tflite"), ids=lambda p: p.stem)
def test_upstreams_own_plan_is_met(path: Path) -> None:
    """Of a model beside the repository; our own plan is 10 % higher."""
    plan = plan_model(Model.read(path), "mve")
    assert plan.activation_bytes == plan.lower_bound_bytes
