"""A model with three inputs, five outputs and a variable, on the firmware itself: no sample fits
it, and its outputs fit no reply."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.boards.facts import Board, load_board
from codegen.emit.generate import generate
from codegen.emit.seeded_vectors import make_seeded_vectors
from codegen.files.artifacts import GENERATED
from codegen.files.manifest import sha256_file
from codegen.image import firmware_build
from codegen.model.tflite import Model
from harness.errors import DeviceRefusedError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.wire import ids, messages
from harness.wire.damage import FaultSpec, FaultyLine, Injected
from harness.wire.device import Device
from harness.wire.messages import SelfTest
from harness.wire.transport import Line
from tests import device_checks
from verification.cases.model_builder import ModelBuilder, schema

pytestmark = pytest.mark.emulated

BOARDS = ("mps2_an386", "host")


def tensors_model() -> bytes:
    """A float, an int8 and an index; a sum that a variable keeps, given in four types and picked
    from by the index."""
    b = ModelBuilder()
    wide: dict[str, Any] = {"scale": 0.25, "zero_point": 3}
    reals = b.tensor([2, 100], "FLOAT32")
    bytes_ = b.tensor([2, 100], scale=0.05)
    picked = b.tensor([3], "INT32")
    resource = b.tensor([], "RESOURCE")
    b.op("VAR_HANDLE", [], [resource], schema.VarHandleOptionsT(container="", sharedName="sum"))
    quantized, added, before, kept = (b.tensor([2, 100], **wide) for _ in range(4))
    b.op("QUANTIZE", [reals], [quantized], schema.QuantizeOptionsT())
    b.op("ADD", [quantized, bytes_], [added], schema.AddOptionsT())
    b.op("READ_VARIABLE", [resource], [before], schema.ReadVariableOptionsT())
    b.op("ADD", [added, before], [kept], schema.AddOptionsT())
    b.op("ASSIGN_VARIABLE", [resource, kept], [], schema.AssignVariableOptionsT())
    floats = b.tensor([2, 100], "FLOAT32")
    b.op("DEQUANTIZE", [kept], [floats], schema.DequantizeOptionsT())
    uint8s = b.tensor([2, 100], "UINT8", scale=0.25, zero_point=131)
    int16s = b.tensor([2, 100], "INT16", scale=0.125, zero_point=0)
    for made in (uint8s, int16s):
        b.op("QUANTIZE", [kept], [made], schema.QuantizeOptionsT())
    chosen = b.tensor([2, 3], **wide)
    b.op("GATHER", [kept, picked], [chosen], schema.GatherOptionsT(axis=1))
    shape = [1, 1, 2, 1, 1, 3, 1, 1]  # as many dimensions as there may be
    long = b.tensor(shape, **wide)
    b.op("RESHAPE", [chosen, b.constant(np.array(shape, np.int32))], [long])
    return b.build([reals, bytes_, picked], [floats, kept, uint8s, int16s, long])


def build(board: Board, folder: Path, content: bytes | None = None, **how: Any) -> Expected:
    """The firmware of that model, or of another one's `content`, for a board."""
    folder.mkdir()
    model = folder / "model.tflite"
    model.write_bytes(content or tensors_model())
    generate(model, folder)
    firmware_build.build(board, folder, sha256_file(model), **how)
    return Expected.load(board, folder)


@pytest.fixture(scope="module", params=BOARDS)
def expected(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Expected:
    return build(load_board(request.param), tmp_path_factory.mktemp("tensors") / "build")


@pytest.fixture(scope="module")
def device(expected: Expected) -> Iterator[Device]:
    with link.open_device(expected.board, expected.elf) as opened:
        identity.check_info(opened.info(), expected)
        yield opened


def test_every_output_is_the_oracles(device: Device, expected: Expected) -> None:
    device_checks.check_tensors(device, Model.read(expected.model_path))


def test_on_a_bad_line_each_run_is_made_once(expected: Expected) -> None:
    """A variable would tell of a second one."""
    injected = Injected()

    def damaged(line: Line) -> Line:
        return FaultyLine(line, FaultSpec(flip=3e-3, drop=3e-4), 1, injected)

    with (
        link.connect(expected.board, expected.elf, damage=damaged) as connection,
        connection.device() as device,
    ):
        device_checks.check_tensors(device, Model.read(expected.model_path))
        assert device.counts.retries > 10
    assert injected.flip > 10


def test_a_run_is_repeated_and_read_while_its_outputs_are_there(device: Device) -> None:
    device_checks.check_run(device)


def test_every_op_is_timed(device: Device, expected: Expected) -> None:
    model = Model.read(expected.model_path)
    inputs = [np.zeros(tensor.shape, tensor.dtype.lower()) for tensor in model.inputs]
    assert len(device.profile(inputs).op_ticks) == len(model.ops)


def test_an_inference_that_fails_is_told(device: Device) -> None:
    """With the runtime's words; an index beyond the axis fails the op that picks by it."""
    good = [np.zeros(one.shape, one.dtype) for one in device.tensors().inputs]
    bad = [*good[:-1], np.full_like(good[-1], 1000)]
    last = len(device.profile(good).op_ticks) - 1

    def run(inputs: list[np.ndarray]) -> None:
        for index, values in enumerate(inputs):
            device.load(index, values)
        device.run()

    for ask in (run, device.profile, lambda inputs: device.peek(inputs, last, 0, 16)):
        with pytest.raises(DeviceRefusedError, match=r"INVOKE_FAILED.*GATHER"):
            ask(bad)
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):  # no outputs are there
            device.call(messages.READ, messages.read_payload(0, 0, 1))
    assert device.peek(bad, 0, 0, 16)  # it fails later
    run(good)


def test_what_looks_inside_begins_with_fresh_variables(device: Device) -> None:
    """The sum of two runs is another than that of one; PEEK shows the first one's, twice."""
    inputs = [np.ones(one.shape, one.dtype) for one in device.tensors().inputs]
    device.reset()
    sums = []
    for _ in range(2):
        for index, values in enumerate(inputs):
            device.load(index, values)
        device.run()
        sums.append(device.read(1).tobytes())
    assert sums[0] != sums[1]
    size = device.info().arena_size
    last = len(device.profile(inputs).op_ticks) - 1
    shown = [device.peek(inputs, last, 0, size) for _ in range(2)]
    assert [sums[0] in one for one in shown] == [True, True]
    assert not any(sums[1] in one for one in shown)


def test_it_tests_itself_on_inputs_made_of_seeds(device: Device) -> None:
    assert device.self_test() == SelfTest(vectors=3, passed=3)


def changed_vectors(content: bytes, folder: Path, stated: str, wrong: str) -> Expected:
    """The firmware of a model for `host`, with another text in the source of its vectors."""
    board = load_board("host")
    folder.mkdir()
    (folder / "model.tflite").write_bytes(content)
    generate(folder / "model.tflite", folder)
    header = folder / GENERATED / "golden_vectors.h"
    text = header.read_text()
    assert stated in text
    header.write_text(text.replace(stated, wrong))
    firmware_build.build(board, folder, sha256_file(folder / "model.tflite"))
    return Expected.load(board, folder)


def test_a_wrong_answer_to_a_seed_is_found(tmp_path: Path) -> None:
    """Of the second vector, by an image whose sources state another CRC-32."""
    crc = make_seeded_vectors(Model.parse(tensors_model()))[1].crc
    stated, wrong = f"0x{crc:08x}", f"0x{crc ^ 1:08x}"
    expected = changed_vectors(tensors_model(), tmp_path / "build", stated, wrong)
    with link.open_device(expected.board, expected.elf) as opened:
        assert opened.self_test() == SelfTest(vectors=3, passed=1)


def types_model() -> bytes:
    """Inputs of the types that the other model has none of, and an index into an axis of 3."""
    b = ModelBuilder()
    long, truth = b.tensor([5], "INT64"), b.tensor([5], "BOOL")
    wide = b.tensor([5], "INT16", scale=0.001, zero_point=0)
    unsigned = b.tensor([5], "UINT8", scale=0.05, zero_point=128)
    rows, picked = b.tensor([3], scale=0.05), b.tensor([1], "INT32")
    outputs = [b.tensor([5], "BOOL") for _ in range(2)]
    b.op("LESS", [long, b.constant(np.full(5, 2, np.int64))], [outputs[0]])
    b.op("LOGICAL_NOT", [truth], [outputs[1]])
    for one in (wide, unsigned):
        outputs.append(b.tensor([5], scale=0.1))
        b.op("QUANTIZE", [one], [outputs[-1]], schema.QuantizeOptionsT())
    outputs.append(b.tensor([1], scale=0.05))
    b.op("GATHER", [rows, picked], [outputs[-1]], schema.GatherOptionsT(axis=0))
    return b.build([picked, long, truth, wide, unsigned, rows], outputs)


def test_seeds_make_inputs_of_every_type(tmp_path: Path) -> None:
    """A third one is an index beyond the axis, and its inference fails."""
    expected = changed_vectors(types_model(), tmp_path / "build", "{3u, ", "{26u, ")
    with link.open_device(expected.board, expected.elf) as opened:
        with pytest.raises(DeviceRefusedError, match=r"SELF_TEST: .*INVOKE_FAILED.*GATHER"):
            opened.self_test()
        assert opened.stats()["inferences"] == 3


def sums_model() -> bytes:
    """A plain one, whose scores are the sum of what it was given."""
    b = ModelBuilder()
    kind: dict[str, Any] = {"scale": 1.0, "zero_point": 0}
    given, before, kept = (b.tensor([1, 4], **kind) for _ in range(3))
    resource = b.tensor([], "RESOURCE")
    b.op("VAR_HANDLE", [], [resource], schema.VarHandleOptionsT(container="", sharedName="sum"))
    b.op("READ_VARIABLE", [resource], [before], schema.ReadVariableOptionsT())
    b.op("ADD", [given, before], [kept], schema.AddOptionsT())
    b.op("ASSIGN_VARIABLE", [resource, kept], [], schema.AssignVariableOptionsT())
    return b.build([given], [kept])


def test_each_golden_vector_begins_with_fresh_variables(tmp_path: Path) -> None:
    expected = build(load_board("host"), tmp_path / "build", sums_model())
    with link.open_device(expected.board, expected.elf) as opened:
        for _ in range(2):
            assert opened.self_test() == SelfTest(vectors=3, passed=3)
        opened.reset()
        ones = np.ones(4, np.int8)
        sums = [opened.infer(ones, ids.InputFormat.RAW_S8).scores.tolist() for _ in range(2)]
        assert sums == [[1] * 4, [2] * 4]


def test_commands_for_samples_are_refused(device: Device) -> None:
    info = device.info()
    assert (info.ready, info.input_bytes, info.output_bytes) == (True, 0, 0)
    assert (info.inputs, info.outputs) == (3, 5)
    refused: list[tuple[messages.Command[Any], bytes]] = [
        (messages.INFER, b"\1\0"),
        (messages.BATCH, b"\1\0\1"),
        (messages.STREAM, b"\1\0\0"),
        (messages.STREAM_FRAME, b"\1\0"),
    ]
    for command, payload in refused:
        with pytest.raises(DeviceRefusedError, match=f"^{command.name}: .*OTHER_MODEL, the comm"):
            device.call(command, payload)


def test_a_wrong_length_is_refused(device: Device) -> None:
    device_checks.check_lengths(device)
