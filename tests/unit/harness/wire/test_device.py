"""Device against a fake that loses, damages and repeats frames, or is something else altogether."""

from itertools import cycle, repeat
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.errors import (
    DeviceError,
    DeviceFaultError,
    DeviceRefusedError,
    DeviceTimeoutError,
    ProtocolVersionError,
)
from harness.wire import exchange, ids, messages
from harness.wire.device import Device
from harness.wire.framing import Frame
from tests.unit.harness.wire.fake_device import (
    MODEL_SHA256,
    Clock,
    Damage,
    FakeDevice,
    boot_text,
    flipped,
    intact,
    lost,
    noise,
)

pytestmark = pytest.mark.usefixtures("clock")


PIXELS = np.array([9, 2, 3, 4], np.uint8)


def device_of(fake: FakeDevice, retries: int = 3) -> Device:
    return Device(fake, timeout_s=0.03, retries=retries)


def infer(device: Device) -> int:
    return int(device.infer(PIXELS, ids.InputFormat.PIXELS_U8).scores[1])


def test_info_is_read_field_by_field() -> None:
    info = device_of(FakeDevice(message=b"", board=b"some_board")).info()
    assert info.ready
    assert (info.isa, info.runtime, info.window) == ("dsp", "mcuforge", 1)
    assert (info.board, info.setup_message) == ("some_board", "")
    assert (info.build_id, info.model_sha256) == ("0123456789abcdef", MODEL_SHA256)
    assert (info.arena_size, info.arena_used) == (4096, 4096)
    assert (info.input_bytes, info.output_bytes, info.max_payload) == (4, 2, 5)


def test_infer_sends_pixels_and_reads_scores() -> None:
    result = device_of(FakeDevice()).infer(PIXELS, ids.InputFormat.PIXELS_U8)
    assert (result.predicted, result.ticks, result.scores.tolist()) == (1, 1000, [-128, 9])


def test_stats_are_named_by_the_table() -> None:
    assert list(device_of(FakeDevice()).stats()) == list(ids.STAT_NAMES)


@pytest.mark.parametrize("damage", [lost, flipped, noise, boot_text])
@pytest.mark.parametrize("times", [1, 3])
def test_damaged_replies_are_repeated_and_computed_once(damage: Damage, times: int) -> None:
    fake = FakeDevice(replies=[damage] * times)
    device = Device(fake, timeout_s=0.1)
    assert infer(device) == 9
    assert device.counts.retries == times
    assert fake.inferences == 1


@pytest.mark.parametrize("damage", [lost, flipped])
def test_damaged_requests_are_repeated(damage: Damage) -> None:
    device = device_of(FakeDevice(requests=[damage, damage]))
    assert infer(device) == 9
    assert device.counts.retries == 2


def test_a_device_that_reports_a_bad_crc_is_asked_again_before_the_time_limit() -> None:
    device = Device(FakeDevice(requests=[flipped]), timeout_s=60.0)
    assert infer(device) == 9
    assert device.counts.retries == 1


def test_errors_about_earlier_noise_cost_no_retry() -> None:
    error = Frame(ids.Event.ERROR, 0, bytes([ids.ErrorCode.BAD_FRAME, 0]))
    device = device_of(FakeDevice(before_reply=[error] * 20))
    assert infer(device) == 9
    assert device.counts.retries == 0


def test_silence_is_a_timeout_that_names_operation_and_limit() -> None:
    with pytest.raises(
        DeviceTimeoutError, match=r"^INFO: no reply from fake .*4 times.*right port"
    ):
        Device(FakeDevice(replies=[lost] * 9), timeout_s=0.03).info()


@pytest.mark.parametrize(
    ("damage", "hint"), [(noise, "baud rate"), (boot_text, r"=> '.*other firmware")]
)
def test_a_device_that_speaks_something_else_is_told_from_silence(
    damage: Damage, hint: str
) -> None:
    with pytest.raises(DeviceTimeoutError, match=hint):
        device_of(FakeDevice(replies=[damage] * 999)).info()


def test_a_line_that_damages_every_request_ends_with_the_devices_own_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "_MOST_REPEATS", 5)
    with pytest.raises(DeviceRefusedError, match=r"^INFER: error 1 \(BAD_CRC, .* CRC-32") as error:
        infer(device_of(FakeDevice(requests=[flipped] * 9)))
    assert error.value.code == ids.ErrorCode.BAD_CRC
    assert error.value.exit_code == 1


def test_another_protocol_version_is_named() -> None:
    with pytest.raises(ProtocolVersionError, match="speaks protocol version 3, this harness"):
        device_of(FakeDevice(version=3)).info()


def test_a_refusal_is_final_and_names_code_and_meaning() -> None:
    fake = FakeDevice()
    device = device_of(fake)
    with pytest.raises(DeviceRefusedError, match=r"^INFER: error 6 \(BAD_LENGTH, the payload"):
        device.call(messages.INFER, b"\0")
    assert device.counts.retries == 0


def test_not_ready_carries_the_runtimes_words() -> None:
    words = b"Didn't find op for builtin opcode 'CONV_2D'"
    device = device_of(FakeDevice(status=ids.Setup.ALLOCATE_FAILED, message=words))
    info = device.info()
    assert not info.ready
    assert info.setup_failure == f"ALLOCATE_FAILED, AllocateTensors failed: {words.decode()}"
    with pytest.raises(DeviceRefusedError, match=r"NOT_READY.*'CONV_2D'"):
        infer(device)


def test_a_fault_is_reported_with_its_registers() -> None:
    payload = (0x1234).to_bytes(4, "little") + (0x5678).to_bytes(4, "little") + b"\0\0\2\0"
    device = device_of(FakeDevice(before_reply=[Frame(ids.Event.FAULT, 1, payload)]))
    with pytest.raises(DeviceFaultError, match="pc=0x00001234 lr=0x00005678 cfsr=0x00020000"):
        infer(device)


def test_late_replies_of_another_request_are_dropped() -> None:
    late = Frame(messages.INFER | ids.REPLY_BIT, 0, b"\1\0\0\0\0\x80\x55")
    device = device_of(FakeDevice(before_reply=[late]))
    assert infer(device) == 9
    assert device.counts.late == 1


def test_a_repeated_reply_does_not_answer_the_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more_patient: list[exchange.RoundTrip] = []
    monkeypatch.setattr(exchange.RoundTrip, "was_late", lambda self: more_patient.append(self))
    fake = FakeDevice()
    device = device_of(fake)
    assert infer(device) == 9
    assert not more_patient
    fake.say(fake.answered[-1][1])
    assert device.infer(PIXELS + 1, ids.InputFormat.PIXELS_U8).scores[1] == 10
    assert device.counts.late == len(more_patient) == 1


def test_log_frames_and_text_reach_the_console() -> None:
    heard: list[str] = []
    fake = FakeDevice(before_reply=[Frame(ids.Event.LOG, 0, b"arena is small")])
    fake._out += b"boot banner\r\n"
    device = Device(fake, timeout_s=0.03, console=heard.append)
    assert infer(device) == 9
    assert heard == ["boot banner", "arena is small"]
    assert list(device.console_tail) == heard


def test_synchronize_takes_in_what_the_boot_printed() -> None:
    heard: list[str] = []
    fake = FakeDevice()
    fake._out += b"hello\r\n\0"
    fake.say(Frame(ids.Event.ERROR, 0, bytes([ids.ErrorCode.BAD_FRAME, 0])))
    device = Device(fake, timeout_s=0.03, console=heard.append)
    device.synchronize()
    assert heard == ["hello"]
    assert device.info().ready
    assert device.counts.retries == 0


def test_synchronize_raises_a_fault_during_boot() -> None:
    fake = FakeDevice()
    fake.say(Frame(ids.Event.FAULT, 0, bytes(12)))
    with pytest.raises(DeviceFaultError, match=r"^boot:"):
        device_of(fake).synchronize()


def test_a_malformed_reply_is_an_error_of_its_operation() -> None:
    class Short(FakeDevice):
        def _info(self) -> bytes:
            return super()._info()[:40]

    with pytest.raises(DeviceError, match=r"^INFO: the reply is malformed: 40 B"):
        device_of(Short()).info()


@pytest.mark.parametrize(
    ("unique_id", "expected"),
    [(b"\x01\xab", "01ab"), (b"", ""), pytest.param(None, "", id="older firmware")],
)
def test_info_tells_the_chips_unique_id(unique_id: bytes | None, expected: str) -> None:
    assert device_of(FakeDevice(unique_id=unique_id)).info().unique_id == expected


@pytest.mark.parametrize(
    ("nbytes", "expected"),
    [
        (3, (0, 0, 0, 0, 0)),
        (4, (115_200, 0, 0, 0, 0)),
        (5, (115_200, 6, 0, 0, 0)),
        (6, (115_200, 6, 0, 0, 0)),  # the number of inputs alone says nothing
        (7, (115_200, 6, 1, 1, 0)),
        (10, (115_200, 6, 1, 1, 0)),
        (11, (115_200, 6, 1, 1, 77)),
    ],
)
def test_info_of_older_firmware_ends_sooner(nbytes: int, expected: tuple[int, ...]) -> None:
    whole = FakeDevice(batch=6, sample_bytes=77)._info()
    info = messages.parse_info(whole[: len(whole) - 11 + nbytes])
    found = (info.max_baud, info.batch, info.inputs, info.outputs, info.sample_bytes)
    assert found == expected


def test_an_error_without_a_code_has_the_code_0() -> None:
    class Short(FakeDevice):
        def _error(self, request: Frame, *_: object) -> Frame:
            return Frame(ids.Event.ERROR, request.seq, b"")

    with pytest.raises(DeviceRefusedError) as refused:
        infer(device_of(Short(status=ids.Setup.READY + 1)))
    assert refused.value.code == 0


def test_sequence_numbers_wrap_past_zero() -> None:
    device = device_of(FakeDevice(replies=[intact]))
    device._seq = 0xFFFE
    assert [device._next_seq() for _ in range(3)] == [0xFFFF, 1, 2]


def many(fake: FakeDevice, count: int) -> tuple[Device, list[int]]:
    """Scores of `count` inputs whose first pixel counts up, through the fake's window."""
    device = Device(fake, timeout_s=2.0)
    device.info()
    inputs = ((PIXELS + i, ids.InputFormat.PIXELS_U8) for i in range(count))
    return device, [int(result.scores[1]) for result in device.infer_many(inputs)]


@pytest.mark.parametrize("window", [1, 2, 5])
def test_results_come_in_order_through_any_window(window: int) -> None:
    fake = FakeDevice(window=window)
    device, scores = many(fake, 20)
    assert scores == list(range(9, 29))
    assert (fake.inferences, device.counts.retries) == (20, 0)


def test_no_more_are_on_the_way_than_the_window() -> None:
    class Counting(FakeDevice):
        taken = 0
        most = 0

        def write(self, data: bytes) -> None:
            super().write(data)
            self.taken += 1
            self.most = max(self.most, self.taken)

        def read(self, timeout_s: float) -> bytes:
            self.taken = 0
            return super().read(timeout_s)

    fake = Counting(window=3)
    many(fake, 20)
    assert fake.most == 3


@pytest.mark.parametrize(("window", "seed"), [(1, 0), (3, 0), (3, 1)])
def test_whatever_is_lost_each_input_runs_once_and_is_answered_once(
    window: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_LEAST_PATIENCE_S", 0.02)  # the fake answers at once
    rng = np.random.default_rng(seed)
    harm = [*[intact] * 8, lost, flipped, noise, boot_text]

    def damages() -> list[Damage]:
        return [intact, *(harm[rng.integers(len(harm))] for _ in range(400))]

    fake = FakeDevice(window=window, requests=damages(), replies=damages())
    device, scores = many(fake, 30)
    assert scores == list(range(9, 39))
    assert fake.inferences == 30
    assert device.counts.retries > 3


@pytest.mark.parametrize("harmed", [False, True])
def test_inputs_go_in_batches(harmed: bool) -> None:
    harm = [*[intact] * 10, lost, flipped, *[intact] * 5, noise]
    damages = harm if harmed else []
    fake = FakeDevice(window=2, batch=3, max_payload=21, requests=damages, replies=damages)
    device, scores = many(fake, 90)
    assert scores == list(range(9, 99))
    assert fake.inferences == 90
    assert (device.counts.retries > 0) == harmed
    sizes = {len(frame.payload) for frame in fake.served if frame.type == messages.BATCH}
    assert sizes == {21}


LONG = np.arange(300, dtype=np.uint8) + 7


def infer_long(device: Device) -> int:
    return int(device.infer(LONG, ids.InputFormat.PIXELS_U8).scores[1])


def test_a_long_input_goes_in_pieces_until_the_line_is_known() -> None:
    fake = FakeDevice(inputs=300, max_payload=303, batch=2)
    device = Device(fake)
    device.info()
    assert infer_long(device) == 7
    commands = [frame.type for frame in fake.served]
    assert commands == [messages.INFO, *[messages.LOAD] * 2, messages.INFER]
    for _ in range(20):
        assert infer_long(device) == 7
    assert fake.served[-1].type == messages.BATCH
    assert fake.inferences == 21


@pytest.mark.parametrize("max_payload", [200, 302])  # the latter: of INFER, not of a BATCH of one
def test_an_input_that_the_device_has_no_room_for_goes_in_pieces_on_any_line(
    max_payload: int,
) -> None:
    fake = FakeDevice(inputs=300, max_payload=max_payload, batch=2)
    device = Device(fake)
    device.info()
    for _ in range(30):
        assert infer_long(device) == 7
    assert max(len(frame.payload) for frame in fake.served) <= max_payload
    assert device.counts.retries == 0


@pytest.mark.parametrize("window", [1, 3])
def test_on_a_line_that_turns_bad_frames_become_short_at_once(window: int) -> None:
    """From the 40th frame on none passes that is longer than 80 bytes."""
    passed = 0

    def bad(line_bytes: bytes) -> bytes:
        nonlocal passed
        passed += 1
        return flipped(line_bytes) if passed > 40 and len(line_bytes) > 80 else line_bytes

    fake = FakeDevice(inputs=200, window=window, batch=3, max_payload=1000, requests=repeat(bad))
    device = Device(fake, timeout_s=2.0)
    device.info()
    images = [np.full(200, i, np.uint8) for i in range(150)]
    inputs = ((image, ids.InputFormat.PIXELS_U8) for image in images)
    scores = [int(result.scores.view(np.uint8)[1]) for result in device.infer_many(inputs)]
    assert scores == list(range(150))
    lengths = [len(frame.payload) for frame in fake.served]
    assert max(lengths) > 600  # as long as it was good
    assert max(lengths[-20:]) < 80
    assert device.counts.retries < 200  # now and then it tries whether the line has become better


def test_a_loss_that_shows_is_repeated_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_LEAST_PATIENCE_S", 10.0)
    fake = FakeDevice(
        window=3, requests=cycle([intact, flipped]), replies=cycle([*[intact] * 4, noise])
    )
    _, scores = many(fake, 30)
    assert scores == list(range(9, 39))
    assert fake.inferences == 30


def test_a_device_that_is_held_up_gets_no_needless_repeats(clock: Clock) -> None:
    class HeldUp(FakeDevice):
        def read(self, timeout_s: float) -> bytes:
            if len(self.served) == 10 and timeout_s > 0.1:
                clock.sleep(0.15)
            return super().read(timeout_s)

    device, scores = many(HeldUp(), 20)
    assert scores == list(range(9, 29))
    assert device.counts.retries == 0


def test_patience_follows_the_round_trips() -> None:
    times = exchange.RoundTrip()
    assert times.patience_s(limit_s=3.0) == 1.0  # nothing is known
    assert times.patience_s(limit_s=0.1) == 0.1
    for _ in range(30):
        times.add(0.5)
    assert times.patience_s(3.0) == pytest.approx(0.5, rel=0.01)
    times.add(1.0)
    assert times.patience_s(3.0) > 1.0
    times.was_late()
    times.was_late()
    assert times.patience_s(3.0) == 3.0
    for _ in range(60):
        times.add(0.001)
    assert times.patience_s(3.0) == exchange._LEAST_PATIENCE_S


def test_pieces_that_are_lost_or_forgotten_are_sent_again() -> None:
    fake = FakeDevice(
        inputs=300,
        max_payload=311,
        batch=2,
        forgets=2,
        requests=[intact, lost, intact, flipped],
        replies=[intact, noise, lost, flipped],
    )
    device = Device(fake, timeout_s=0.5)
    device.info()
    assert infer_long(device) == 7
    assert fake.inferences == 1


def test_a_device_that_forgets_all_pieces_is_an_error() -> None:
    device = Device(FakeDevice(inputs=300, max_payload=311, batch=2, forgets=1000))
    device.info()
    with pytest.raises(DeviceError, match="LOAD: fake forgets the pieces of an input"):
        infer_long(device)


FLOATS = np.linspace(-1, 1, 600, dtype=np.float32).reshape(2, 300)
BYTES = np.array([3, -4, 5], np.int8)


def many_tensors(**how: Any) -> FakeDevice:
    """A model that takes float32 [2, 300] and int8 [3], and gives their bytes back reversed."""
    return FakeDevice(tensors=((1, (2, 300)), (9, (3,))), max_payload=200, batch=2, **how)


def test_tensors_are_read_field_by_field() -> None:
    fake = many_tensors()
    device = device_of(fake)
    floats, int8s = device.tensors().inputs
    assert (floats.dtype.name, floats.shape, floats.nbytes) == ("float32", (2, 300), 2400)
    assert (str(int8s), int8s.scale, int8s.zero_point) == ("int8 [3]", 0.5, -3)
    assert device.tensors().outputs == (floats, int8s)
    asked = [frame.payload for frame in fake.served if frame.type == messages.TENSOR]  # once each
    assert asked == [
        messages.tensor_payload(is_output, index) for is_output in (False, True) for index in (0, 1)
    ]


def test_a_reset_is_asked_of_the_device() -> None:
    fake = many_tensors()
    device_of(fake).reset()
    assert [(frame.type, frame.payload) for frame in fake.served] == [(messages.RESET, b"")]


def reversed_bytes(values: NDArray[Any]) -> bytes:
    return values.tobytes()[::-1]


def check_run(device: Device, floats: NDArray[np.float32], int8s: NDArray[np.int8]) -> None:
    device.load(1, int8s)
    device.load(0, floats)
    assert device.run() == 1000
    loaded: tuple[NDArray[Any], ...] = (floats, int8s)
    for index, values in enumerate(loaded):
        output = device.read(index)
        assert (output.dtype, output.shape) == (values.dtype, values.shape)
        assert output.tobytes() == reversed_bytes(values)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("harmed", [False, True])
def test_tensors_of_any_type_go_there_and_back(harmed: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    harm = [*[intact] * 8, lost, flipped, noise] if harmed else [intact]

    def damages() -> list[Damage]:
        return [intact, *(harm[rng.integers(len(harm))] for _ in range(400))]

    fake = many_tensors(requests=damages(), replies=damages())
    device = Device(fake, timeout_s=0.05, retries=30)
    for i in range(2):
        check_run(device, FLOATS + i, BYTES + np.int8(i))
    assert fake.inferences == 2
    assert (device.counts.retries > 0) == harmed
    assert max(len(frame.payload) for frame in fake.served) <= fake.max_payload


def test_outputs_that_are_short_come_with_the_run() -> None:
    fake = FakeDevice(tensors=((7, (2, 2)), (6, (3,))), max_payload=200, batch=2)
    device = device_of(fake)
    device.load(0, np.array([[1, 2], [3, 4]], np.int16))
    device.load(1, np.array([True, False, False]))
    device.run()
    assert device.read(0).tolist() == [[0x400, 0x300], [0x200, 0x100]]
    assert device.read(1).tolist() == [False, False, True]
    assert messages.READ not in [frame.type for frame in fake.served]


def test_a_device_that_lost_the_inputs_gets_them_again() -> None:
    fake = many_tensors(runs_lost=2)
    check_run(device_of(fake), FLOATS, BYTES)
    assert fake.inferences == 1
    with pytest.raises(DeviceError, match=r"^LOAD: fake forgets"):
        check_run(device_of(many_tensors(runs_lost=99)), FLOATS, BYTES)


def test_what_does_not_fit_the_tensors_is_refused() -> None:
    device = device_of(many_tensors())
    with pytest.raises(DeviceError, match=r"^LOAD: input 0 takes float32 \[2, 300\], got float64"):
        device.load(0, FLOATS.astype(np.float64))
    with pytest.raises(DeviceError, match=r"^LOAD: input 1 takes int8 \[3\], got int8 \[2\]"):
        device.load(1, BYTES[:2])
    with pytest.raises(DeviceError, match=r"^LOAD: there is no input 2; the model has 2"):
        device.load(2, BYTES)
    device.load(1, BYTES)
    with pytest.raises(DeviceError, match=r"^RUN: input 0, float32 \[2, 300\], was not loaded"):
        device.run()
    with pytest.raises(DeviceError, match=r"^READ: the model has not run"):
        device.read(0)


PCM = np.arange(500, dtype=np.int16)


def load_formats(fake: FakeDevice) -> list[int]:
    return [frame.payload[1] for frame in fake.served if frame.type == messages.LOAD]


def test_a_sample_goes_as_it_is_and_again_where_it_was_lost() -> None:
    fake = FakeDevice(
        tensors=((7, (500,)),), max_payload=200, batch=2, sample_bytes=1000, runs_lost=2
    )
    device = Device(fake)
    assert device.info().sample_bytes == 1000
    assert device.load_sample(0, PCM) == 3000  # ticks
    assert device.run() == 1000
    assert fake.outputs == [reversed_bytes(PCM)]
    formats = load_formats(fake)
    assert len(formats) >= 3 * 5
    assert set(formats) == {ids.InputFormat.SAMPLE}


def test_a_short_sample_goes_by_load_too() -> None:
    fake = FakeDevice(inputs=6, max_payload=200, batch=2, sample_bytes=6)
    device = Device(fake)
    device.info()
    sample = np.array([7, 8, 9], np.int16)
    (result,) = device.infer_many([(sample, ids.InputFormat.SAMPLE)])
    assert result.scores[1] == 7
    assert load_formats(fake) == [ids.InputFormat.SAMPLE]


def test_a_sample_that_does_not_fit_is_refused() -> None:
    device = device_of(many_tensors(sample_bytes=1000))
    with pytest.raises(DeviceError, match=r"^LOAD: a sample of 998 B; the device takes 1000 B"):
        device.load_sample(0, PCM[1:])
    with pytest.raises(DeviceError, match="a sample of 1000 B; the device has no front end"):
        device_of(many_tensors()).load_sample(0, PCM)


def test_an_output_of_another_run_is_not_taken_for_this_ones() -> None:
    fake = many_tensors()
    device = device_of(fake)
    check_run(device, FLOATS, BYTES)
    fake.outputs[0] = bytes(2400)
    with pytest.raises(DeviceError, match=r"^READ: output 0 has another CRC-32"):
        device.read(0)


def test_long_outputs_are_read_in_shorter_pieces_on_a_bad_line() -> None:
    """No reply passes that is longer than 80 bytes on the line."""

    def bad(line_bytes: bytes) -> bytes:
        return flipped(line_bytes) if len(line_bytes) > 80 else line_bytes

    fake = many_tensors()
    device = Device(fake, timeout_s=2.0)
    device.tensors()
    device.load(0, FLOATS)
    device.load(1, BYTES)
    device.run()
    fake._replies = repeat(bad)
    assert device.read(0).tobytes() == reversed_bytes(FLOATS)


def test_a_device_that_takes_one_at_a_time_gets_no_batch() -> None:
    fake = FakeDevice(batch=1)
    device = device_of(fake)
    device.info()
    assert infer(device) == 9
    assert fake.served[-1].type == messages.INFER and len(fake.served[-1].payload) == 5
