"""What `hil` and `flash` hold against a device, in the order in which it counts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.boards.facts import load_board
from codegen.image.firmware_build import FirmwareInfo
from harness.errors import CheckError
from harness.rig.expected import Expected
from harness.rig.identity import check_info
from harness.run import comparison
from harness.run.digits import Digits
from harness.wire import ids
from harness.wire.device import Device
from harness.wire.messages import Inference, Info
from tests.unit.harness.wire.fake_device import BUILD_ID, MODEL_SHA256, FakeDevice

BOARD = load_board("mps2_an386")
EXPECTED = Expected(
    board=BOARD,
    model_path=Path("build/x/model.tflite"),
    elf=Path("firmware.elf"),
    image=FirmwareInfo(BOARD.id, BOARD.isa, BUILD_ID, MODEL_SHA256, 1, 1),
    model_sha256=MODEL_SHA256,
)


@pytest.fixture
def info() -> Info:
    return Device(FakeDevice(board=BOARD.id.encode())).info()


def test_the_expected_firmware_passes(info: Info) -> None:
    check_info(info, EXPECTED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_sha256": "00" * 32}, "model hash: .*sha256 0000000000000000.*stale or damaged"),
        (
            {"status": ids.Setup.ALLOCATE_FAILED, "setup_message": "no op 'CONV_2D'"},
            "model set-up on mps2_an386: ALLOCATE_FAILED, .*: no op 'CONV_2D'",
        ),
        ({"board": "host"}, "board: the firmware was built for host, .* give --board host"),
        ({"build_id": "ff" * 8}, f"build id: .* runs build {'ff' * 8}, .* holds {BUILD_ID}"),
        ({"isa": "scalar"}, "isa: .* compiled for scalar, the board's data says dsp"),
        ({"arena_used": 4080}, "arena: .* uses 4,080 B of an arena of 4,096 B"),
    ],
)
def test_anything_else_is_told_with_both_values(
    info: Info, change: dict[str, object], message: str
) -> None:
    other = replace(info, **change)  # type: ignore[arg-type]
    with pytest.raises(CheckError, match=message) as error:
        check_info(other, EXPECTED)
    assert error.value.exit_code == 1


def test_custom_ops_may_need_less_of_the_arena_than_on_the_host(info: Info) -> None:
    with_custom_op = replace(EXPECTED, custom_ops=("Binarize",))
    check_info(replace(info, arena_used=4080), with_custom_op)
    with pytest.raises(CheckError, match="uses 4,112 B of an arena of 4,096 B"):
        check_info(replace(info, arena_used=4112), with_custom_op)


def test_the_models_hash_comes_before_everything(info: Info) -> None:
    other = replace(info, model_sha256="00" * 32, status=1, build_id="ff" * 8, arena_used=0)
    with pytest.raises(CheckError, match=r"^model hash"):
        check_info(other, EXPECTED)


ORACLE = np.array([5, 7, 7, -128], np.int8)


@pytest.mark.parametrize(
    ("scores", "predicted", "equal"),
    [
        ([5, 7, 7, -128], 1, True),
        ([5, 7, 7, -127], 1, False),  # one LSB in a score that decides nothing
        ([5, 7, 7, -128], 2, False),  # equal scores: the lower index wins
        ([5, 7, 7], 1, False),
    ],
)
def test_every_bit_counts(scores: list[int], predicted: int, equal: bool) -> None:
    result = Inference(predicted, 1, np.array(scores, np.int8))
    mismatch = comparison.compare(3, "raw int8", result, ORACLE)
    assert (mismatch is None) == equal
    if mismatch is not None:
        assert str(mismatch).startswith(f"3 (raw int8): device {scores}, oracle [5, 7, 7")


@pytest.mark.parametrize(
    ("images", "quantized", "wrong"),
    [
        ([9, 2, 3, 4], [9, 2, 3, 4], []),
        ([9, 2, 3, 4], [8, 2, 3, 4], ["raw int8"]),
        ([8, 2, 3, 4], [9, 2, 3, 4], ["uint8 pixels", "packed pixels"]),
    ],
)
def test_a_device_that_quantizes_otherwise_is_caught_by_each_format(
    images: list[int], quantized: list[int], wrong: list[str]
) -> None:
    fake = FakeDevice()
    digits = Digits(
        np.array([images], np.uint8),
        np.array([quantized], np.int8),
        np.ones(1, np.uint8),
        np.array([[-128, 9]], np.int8),
        "made up",
    )
    ((index, _, mismatches),) = comparison.check_digits(Device(fake), digits, [0], every_format=1)
    assert index == 0
    assert [mismatch.path for mismatch in mismatches] == wrong
    assert fake.inferences == 3


def test_digits_are_sent_in_the_shorter_format_and_come_back_in_order() -> None:
    images = np.array([[9, 2, 3, 4], [9, 0, 0, 0], [5, 6, 7, 8]], np.uint8)
    fake = FakeDevice(window=2)
    device = Device(fake)
    device.info()
    scores = np.stack([np.full(3, -128, np.int8), images[:, 0].astype(np.int8)], axis=1)
    digits = Digits(images, images.astype(np.int8), np.ones(3, np.uint8), scores, "made up")
    found = list(comparison.check_digits(device, digits, [2, 1, 0], every_format=0))
    assert [index for index, _, _ in found] == [2, 1, 0]
    assert not any(mismatches for _, _, mismatches in found)
    sent = [request.payload[0] for request, _ in fake.answered]
    assert sent[-2:] == [ids.InputFormat.PACKED_U8, ids.InputFormat.PIXELS_U8]
