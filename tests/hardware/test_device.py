"""The same checks as in tests/emulated, on the board behind --port (see docs/testing.md)."""

import pytest

from codegen.model.tflite import Model
from harness.rig.expected import Expected
from harness.run.digits import Digits
from harness.wire.device import Device
from tests import device_checks

pytestmark = pytest.mark.hardware


def test_handshake(device: Device, real_board: Expected) -> None:
    device_checks.check_handshake(device, real_board)


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
    device: Device, real_board: Expected, digits: Digits
) -> None:
    device_checks.check_equal_scores(device, real_board, digits)


def test_every_op_is_timed(device: Device, real_board: Expected, digits: Digits) -> None:
    device_checks.check_profile(device, real_board, digits)


def test_memory_after_an_op_is_shown(device: Device, real_board: Expected, digits: Digits) -> None:
    device_checks.check_peek(device, real_board, digits)


def test_a_stream_is_smoothed(device: Device, digits: Digits) -> None:
    device_checks.check_stream(device, digits)


def test_the_self_test_passes(device: Device, digits: Digits) -> None:
    device_checks.check_self_test(device, digits)


def test_bad_requests_are_refused_and_change_nothing(device: Device, digits: Digits) -> None:
    device_checks.check_refusals(device, digits)


def test_tensors_are_loaded_and_read(device: Device, real_board: Expected) -> None:
    device_checks.check_tensors(device, Model.read(real_board.model_path))
    device_checks.check_run(device)


def test_every_command_refuses_a_wrong_length(device: Device) -> None:
    device_checks.check_lengths(device)


def test_each_command_is_answered_once(device: Device, digits: Digits) -> None:
    device_checks.check_one_answer(device, digits)


def test_noise_does_not_break_framing(device: Device) -> None:
    device_checks.check_noise(device)


def test_random_bytes_do_not_break_framing(device: Device) -> None:
    device_checks.check_random_bytes(device)
