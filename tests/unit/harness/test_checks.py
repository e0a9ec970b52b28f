"""What `hil` and `flash` hold against a device, in the order in which it counts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.boards import load_board
from codegen.firmware_build import FirmwareInfo
from harness import checks, ids
from harness.checks import check_info
from harness.device import Device
from harness.errors import CheckError
from harness.expected import Expected
from harness.messages import Inference, Info
from tests.unit.harness.fake_device import BUILD_ID, MODEL_SHA256, FakeDevice

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
        ({"arena_used": 4080}, "arena: .* uses 4080 B of an arena of 4096 B"),
    ],
)
def test_anything_else_is_told_with_both_values(
    info: Info, change: dict[str, object], message: str
) -> None:
    other = replace(info, **change)  # type: ignore[arg-type]
    with pytest.raises(CheckError, match=message) as error:
        check_info(other, EXPECTED)
    assert error.value.exit_code == 1


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
    mismatch = checks.compare(3, "raw int8", result, ORACLE)
    assert (mismatch is None) == equal
    if mismatch is not None:
        assert str(mismatch).startswith(f"digit 3 (raw int8): device {scores}, oracle [5, 7, 7")


def test_a_device_that_quantizes_otherwise_is_caught_by_either_path() -> None:
    fake = FakeDevice()
    device = Device(fake)
    oracle = np.array([-128, 9], np.int8)
    pixels, quantized = np.array([9, 2, 3, 4], np.uint8), np.array([9, 2, 3, 4], np.int8)
    _, mismatches = checks.check_digit(device, 0, pixels, quantized, oracle, raw_too=True)
    assert mismatches == []
    assert fake.inferences == 2
    _, mismatches = checks.check_digit(device, 0, pixels, quantized + 1, oracle, raw_too=True)
    assert [mismatch.path for mismatch in mismatches] == ["raw int8"]
    _, mismatches = checks.check_digit(device, 0, pixels + 1, quantized, oracle, raw_too=False)
    assert [mismatch.path for mismatch in mismatches] == ["uint8 pixels"]
