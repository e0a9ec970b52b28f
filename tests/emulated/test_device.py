"""The firmware itself, in QEMU and as a Linux process, over its serial line."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from rich.console import Console
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.boards.facts import Board, load_board
from codegen.emit.golden_vectors import make_golden_vectors
from codegen.memory.planner import plan_model
from codegen.model.pixels import pixel_table
from codegen.model.tflite import Model
from harness.errors import CheckError, DeviceFaultError, DeviceRefusedError, EmulatorError
from harness.rig import identity, link
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.run import comparison, hil, op_diff
from harness.run.digits import Digits
from harness.run.report import Report
from harness.wire import ids, messages
from harness.wire.device import Device
from harness.wire.messages import Command, SelfTest
from harness.wire.transport import Line
from tests import device_checks

pytestmark = pytest.mark.emulated


@pytest.fixture(scope="module")
def device(emulated_board: Expected) -> Iterator[Device]:
    with link.open_device(emulated_board.board, emulated_board.elf) as opened:
        yield opened


def test_handshake(device: Device, emulated_board: Expected) -> None:
    device_checks.check_handshake(device, emulated_board)
    if emulated_board.board.id == "host":  # what its memory gives room for
        info = device.info()
        assert (info.window, info.batch, info.max_payload) == (6, 4, 795)


def test_digits_are_bit_exact(device: Device, digits: Digits) -> None:
    device_checks.check_digits(device, digits)


def test_repeated_request_is_not_computed_twice(device: Device, digits: Digits) -> None:
    device_checks.check_repeat(device, digits)


def test_a_forged_repeat_is_another_request(device: Device, digits: Digits) -> None:
    device_checks.check_forged_repeats(device, digits)


def test_a_refused_request_changes_nothing(device: Device, digits: Digits) -> None:
    device_checks.check_refused_requests_change_nothing(device, digits)


def test_an_input_in_pieces_is_run_once_it_is_whole(device: Device, digits: Digits) -> None:
    device_checks.check_pieces(device, digits)


def test_packed_pixels_may_end_where_the_input_does(device: Device, digits: Digits) -> None:
    device_checks.check_packed_ends(device, digits)


def test_a_batch_is_answered_by_one_reply(device: Device, digits: Digits) -> None:
    device_checks.check_batch(device, digits)


def test_of_equal_scores_the_first_wins(
    device: Device, emulated_board: Expected, digits: Digits
) -> None:
    device_checks.check_equal_scores(device, emulated_board, digits)


def test_every_op_is_timed(device: Device, emulated_board: Expected, digits: Digits) -> None:
    device_checks.check_profile(device, emulated_board, digits)


def test_memory_after_an_op_is_shown(
    device: Device, emulated_board: Expected, digits: Digits
) -> None:
    device_checks.check_peek(device, emulated_board, digits)


def test_a_stream_is_smoothed(device: Device, digits: Digits) -> None:
    device_checks.check_stream(device, digits)


def test_the_self_test_passes(device: Device, digits: Digits) -> None:
    device_checks.check_self_test(device, digits)


def test_bad_requests_are_refused_and_change_nothing(device: Device, digits: Digits) -> None:
    device_checks.check_refusals(device, digits)


def test_tensors_are_loaded_and_read(device: Device, emulated_board: Expected) -> None:
    device_checks.check_tensors(device, Model.read(emulated_board.model_path))
    device_checks.check_run(device)


def test_every_command_refuses_a_wrong_length(device: Device) -> None:
    device_checks.check_lengths(device)


def test_each_command_is_answered_once(device: Device, digits: Digits) -> None:
    device_checks.check_one_answer(device, digits)


def test_noise_does_not_break_framing(device: Device) -> None:
    device_checks.check_noise(device)


def test_random_bytes_do_not_break_framing(device: Device) -> None:
    device_checks.check_random_bytes(device)


BANNER = b"ADC ready, 3 V\r\n"


class ChattyLine:
    """A line on which text stands at every border of a frame, in both directions."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.url = line.url

    def read(self, timeout_s: float) -> bytes:
        return self._line.read(timeout_s).replace(b"\0", b"\0" + BANNER + b"\0")

    def write(self, data: bytes) -> None:
        self._line.write(data.replace(b"\0", b"\0" + BANNER + b"\0"))

    def set_baud(self, baud: int) -> None:
        self._line.set_baud(baud)

    def close(self) -> None:
        self._line.close()


def test_text_before_between_and_after_frames_goes_to_the_console(
    emulated_board: Expected, digits: Digits
) -> None:
    """The device refuses what is no frame, the host logs it, and each digit is answered once."""
    heard: list[str] = []
    with (
        link.connect(emulated_board.board, emulated_board.elf, damage=ChattyLine) as connection,
        connection.device(console=heard.append) as device,
    ):
        identity.check_info(device.info(), emulated_board)
        found = list(comparison.check_digits(device, digits, range(10), every_format=0))
        stats = device.stats()
    assert [mismatches for _, _, mismatches in found] == [[]] * 10
    # An ERROR about text looks like one about the request: after three it is given up, sent in
    # pieces and runs again, and what came of the first three is late.
    assert 10 <= stats["inferences"] <= 10 + device.counts.late
    assert stats["cobs_errors"] >= 20  # two banners around each request, at least
    assert heard.count("ADC ready, 3 V") >= 20
    assert device.counts.damaged == 0


def test_no_byte_was_lost(device: Device) -> None:
    """After all the tests before it: the UART took what came, and the line was never too fast."""
    assert device.stats()["uart_overruns"] == 0


def patched(
    expected: Expected, folder: Path, offset: int, value: int, part: bytes | None = None
) -> Expected:
    """The image with one byte changed to `value`: of its model, or of another `part` of it."""
    part = expected.model_path.read_bytes() if part is None else part
    image = bytearray(expected.elf.read_bytes())
    at = image.find(part)  # the first: debug information, with copies of constants, lies behind
    assert at >= 0, "the image does not hold the part"
    assert image[at + offset] != value
    image[at + offset] = value
    elf = folder / "firmware.elf"
    elf.write_bytes(image)
    elf.chmod(0o755)
    return replace(expected, elf=elf)


def offset_of(elf: Path, function: str) -> int:
    """Where in the file the code of a function begins. function: the start of its mangled name."""
    with elf.open("rb") as file:
        image = ELFFile(file)
        symbols = image.get_section_by_name(".symtab")
        assert isinstance(symbols, SymbolTableSection)
        (address,) = {
            symbol["st_value"] & ~1
            for symbol in symbols.iter_symbols()
            if symbol.name.startswith(function)
        }
        (offset,) = image.address_offsets(address, 2)
        return int(offset)


def test_one_flipped_bit_of_the_model_fails_on_the_hash(
    emulated_board: Expected, tmp_path: Path
) -> None:
    model = emulated_board.model_path.read_bytes()
    middle = len(model) // 2
    stale = patched(emulated_board, tmp_path, middle, model[middle] ^ 1)
    with link.open_device(stale.board, stale.elf) as device:
        info = device.info()
    with pytest.raises(CheckError, match=r"^model hash: .* stale or damaged"):
        identity.check_info(info, stale)


def test_no_op_differs_from_the_oracle(
    device: Device, emulated_board: Expected, digits: Digits
) -> None:
    model = Model.read(emulated_board.model_path)
    plan = plan_model(model, emulated_board.board.isa)
    image = digits.quantized[0].reshape(model.inputs[0].shape)
    assert op_diff.find_difference(device, model, plan, [image]) is None


def run_hil(
    expected: Expected, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Report, str]:
    """`invoke hil` with three digits on a changed image; the report and what was printed."""
    build_dir = expected.model_path.parent
    monkeypatch.setattr(Expected, "load", lambda *_: expected)
    out = io.StringIO()
    report = hil.run(
        expected.board.id,
        build_dir,
        hil.Settings(count=3, emulators=1),
        console=Console(file=out),
        runs=folder,
    )
    return report, out.getvalue()


def test_hil_names_the_op_that_differs(
    emulated_board: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bias of the third op is another on the device, and so are all tensors after it."""
    model = Model.read(emulated_board.model_path)
    op = model.ops[2]
    bias = model.tensors[op.inputs[2]].data
    assert bias is not None
    offset = model.data.index(bias) + 2  # by 2^20: far beyond what int8 holds
    wrong = patched(emulated_board, tmp_path, offset, model.data[offset] ^ 0x10)
    monkeypatch.setattr(identity, "check_info", lambda *_: None)  # the model's hash is wrong, too
    report, printed = run_hil(wrong, tmp_path / "runs", monkeypatch)
    assert not report.passed
    assert f"diff: digit 0 on {wrong.board.id}: first difference in op 2 {op.name}: " in printed
    assert f": tensor {op.outputs[0]} " in printed
    assert "first at [0, " in printed


def test_hil_tells_a_difference_before_the_first_op(
    emulated_board: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pixel 0 of the device's table is another int8: raw int8 input gives the oracle's scores."""
    tensor = Model.read(emulated_board.model_path).inputs[0]
    table = pixel_table(tensor.scale, tensor.zero_point).tobytes()
    wrong = patched(emulated_board, tmp_path, 0, 0, part=table)
    report, printed = run_hil(wrong, tmp_path / "runs", monkeypatch)
    assert report.mismatches == 3
    assert "ops give the oracle's bytes\n" in printed
    assert "diff: so it arises where samples become model input" in printed


def test_a_damaged_golden_vector_is_named(
    emulated_board: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model.read(emulated_board.model_path)
    vectors = make_golden_vectors(model, emulated_board.model_path.parent / "digits.npz")
    scores = np.array(vectors[1].scores, np.int8).tobytes()
    wrong = patched(emulated_board, tmp_path, 4, scores[4] ^ 1, part=scores)
    report, printed = run_hil(wrong, tmp_path / "runs", monkeypatch)
    assert (report.answered, report.mismatches) == (3, 0)
    assert report.self_test == SelfTest(vectors=3, passed=1)
    assert not report.passed
    assert "golden vector 1 (of 0 to 2) FAILED" in printed


@pytest.mark.parametrize(
    ("damaged", "line"),
    [
        (False, "self-test: 3 golden vectors passed"),
        (True, "self-test: golden vector 1 (of 0 to 2) FAILED"),
    ],
)
def test_an_image_can_test_itself_at_boot(
    damaged: bool, line: str, emulated_board: Expected, digits: Digits, tmp_path: Path
) -> None:
    """Text on the line before any request; then the device serves as ever."""
    image = patched(emulated_board, tmp_path, 19, ord("y"), part=b"self-test at boot: no")
    if damaged:
        scores = digits.oracle_scores[1].tobytes()
        image = patched(image, tmp_path, 4, scores[4] ^ 1, part=scores)
    heard: list[str] = []
    with link.open_device(image.board, image.elf, console=heard.append) as device:
        result = device.infer(digits.images[0], ids.InputFormat.PIXELS_U8)
        # Of a stream that was not begun each frame is detected, by its own scores.
        frames = list(device.stream([(digits.images[0], ids.InputFormat.PIXELS_U8)] * 2))
        ran = device.stats()["inferences"]
    # pyserial drops what a port holds when it is opened, so of `host` only the count tells.
    assert heard == (["", line] if image.board.id != "host" else [])
    assert result.scores.tolist() == digits.oracle_scores[0].tolist()
    assert [frame.detected for frame in frames] == [result.predicted] * 2
    assert ran == 3 + (2 if damaged else 3)


def test_an_op_that_the_resolver_lacks_is_named_over_the_wire(
    emulated_board: Expected, digits: Digits, tmp_path: Path
) -> None:
    """The model's first op becomes one that was not registered; INFO still answers."""
    model = emulated_board.model_path.read_bytes()
    code = schema.Model.GetRootAs(model, 0).OperatorCodes(0)
    assert code is not None
    # Field 0 of the table OperatorCode; the runtime takes the greater of the two code fields.
    offset = code._tab.Pos + code._tab.Offset(4)
    other = patched(emulated_board, tmp_path, offset, schema.BuiltinOperator.LEAKY_RELU)
    with link.open_device(other.board, other.elf) as device:
        info = device.info()
        assert not info.ready
        assert info.arena_used == 0
        assert "LEAKY_RELU" in info.setup_message
        with pytest.raises(DeviceRefusedError, match=r"BATCH: .*NOT_READY.*LEAKY_RELU"):
            list(comparison.check_digits(device, digits, [0], every_format=0))
        sample = bytes([ids.InputFormat.RAW_S8]) + bytes(info.input_bytes)
        payloads: list[tuple[Command[Any], bytes]] = [
            *((one, sample) for one in (messages.INFER, messages.STREAM_FRAME, messages.PROFILE)),
            *((messages.PEEK, bytes(10) + sample), (messages.LOAD, bytes(7))),
            *((messages.TENSOR, bytes(2)), (messages.RUN, bytes(4)), (messages.READ, bytes(9))),
            *((messages.RESET, b""), (messages.SELF_TEST, b"")),
        ]
        for command, payload in payloads:
            with pytest.raises(DeviceRefusedError, match=f"^{command.name}: .*NOT_READY"):
                device.call(command, payload)
        assert device.stats()["inferences"] == 0


@pytest.mark.parametrize("case", ["version", "no output"])
def test_a_model_that_does_not_fit_its_image_is_told_by_host(
    case: str, build_dir: Path, tmp_path: Path
) -> None:
    """Which no tool of ours builds: another schema, or fewer tensors."""
    expected = Expected.load(load_board("host"), build_dir)
    root = schema.Model.GetRootAs(expected.model_path.read_bytes(), 0)
    graph = root.Subgraphs(0)
    assert graph is not None
    # Where the table says at which of its bytes a field stands (FlatBuffers' vtable); 0: left out.
    fields = graph._tab.Pos - graph._tab.Get(flatbuffers.number_types.SOffsetTFlags, graph._tab.Pos)
    version = root._tab.Pos + root._tab.Offset(4)
    offset, value = (version, 4) if case == "version" else (fields + 8, 0)
    image = patched(expected, tmp_path, offset, value)
    with link.open_device(image.board, image.elf) as device:
        info = device.info()
    wanted = ids.Setup.BAD_SCHEMA if case == "version" else ids.Setup.IO_MISMATCH
    assert (info.status, info.ready, info.arena_used) == (wanted, False, 0), info.setup_message


def test_a_fault_in_the_application_is_told_with_its_line(
    build_dir: Path, digits: Digits, tmp_path: Path
) -> None:
    """The function that runs the model begins with an undefined instruction; the board resets."""
    expected = Expected.load(load_board("mps2_an386"), build_dir)
    image = bytearray(expected.elf.read_bytes())
    at = offset_of(expected.elf, "_ZN5model3Run")
    image[at : at + 2] = b"\x00\xde"  # UDF #0 (Armv7-M A7.7.194)
    elf = tmp_path / "firmware.elf"
    elf.write_bytes(image)
    with (
        pytest.raises(
            DeviceFaultError,
            match=r"^INFER: .* model::Run.* at \S*firmware/src/model\.cc:\d+, called from .*"
            r"server\.cc:\d+.*; CFSR: UNDEFINSTR$",
        ),
        link.open_device(expected.board, elf) as device,
    ):
        identity.check_info(device.info(), expected)
        with pytest.raises(DeviceFaultError):
            device.infer(digits.images[0], ids.InputFormat.PIXELS_U8)
        assert device.info().ready  # it came up again
        assert device.stats()["inferences"] == 0
        device.infer(digits.images[0], ids.InputFormat.PIXELS_U8)


def test_an_emulator_that_dies_is_the_error(
    emulated_board: Expected, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Emulator] = []

    def remember(board: Board, elf: Path) -> Emulator:
        started.append(open_emulator(board, elf))
        return started[-1]

    monkeypatch.setattr(link, "open_emulator", remember)
    with (
        pytest.raises(EmulatorError, match="ended with code -9"),
        link.open_device(emulated_board.board, emulated_board.elf) as device,
    ):
        assert started[0]._process is not None
        started[0]._process.kill()
        device.info()
