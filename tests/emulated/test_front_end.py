"""Samples to the device: its front end makes the very input that the host's makes of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen.boards.facts import load_board
from codegen.emit.generate import generate
from codegen.files.manifest import sha256_file
from codegen.frontend import parameters
from codegen.frontend.host import model_inputs
from codegen.frontend.parameters import AudioFrontEnd, FrontEnd, ImageFrontEnd, ReadingsFrontEnd
from codegen.image import firmware_build
from harness.errors import DeviceError, DeviceRefusedError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run import op_profile
from harness.wire import ids, messages
from harness.wire.damage import FaultSpec, FaultyLine, Injected
from harness.wire.device import Device
from harness.wire.transport import Line
from verification.cases.model_builder import one_op, schema

pytestmark = pytest.mark.emulated

FRONT_ENDS = {
    "audio": AudioFrontEnd(samples=3000, window=640, channels=10),
    "readings": ReadingsFrontEnd(50, 3, (0.5, -9.81, 300.0), (1.5, 0.2, -0.01)),
    "image": ImageFrontEnd((24, 32), (14, 14), "rgb565le", box=(10, 10), negative=True),
    "spectra": ReadingsFrontEnd(60, 2, (5.0, -100.0), (1e-4, 3e-5), "int16", spectrum=True),
    "log_spectra": ReadingsFrontEnd(60, 2, (0.5, -9.0), (2.0, 0.1), spectrum=True, log2=True),
}
# Each kind on the host, each core with one or two: test_front_end_cores.py has their arithmetic.
IMAGES = [
    *(("host", kind) for kind in FRONT_ENDS),
    *(("microbit", "readings"), ("microbit", "image")),
    *(("mps2_an386", "audio"), ("mps3_an547", "log_spectra")),
]
SCALES = {"audio": 0.18, "readings": 0.03, "spectra": 0.01, "log_spectra": 0.12, "image": 0.0041}
ZERO_POINT = -90


def samples_of(front_end: FrontEnd, count: int) -> NDArray:
    """Random ones, of many magnitudes."""
    if front_end.sample_dtype == "uint8":
        return front_end.random_samples(count, 7)
    random = np.random.default_rng(7)
    shape = (count, *front_end.sample_shape)
    spread = np.geomspace(10, 30000, count).reshape(count, *[1] * len(front_end.sample_shape))
    if front_end.sample_dtype == "float32":
        values = (random.normal(0, 1, shape) * spread / 300).astype(np.float32)
        values[0].flat[:4] = [np.nan, np.inf, -np.inf, 1e-40]
        return values
    return (random.normal(0, 1, shape) * spread).clip(-32768, 32767).astype(np.int16)


def same_again(front_end: FrontEnd, scale: float) -> bytes:
    """A plain model whose scores are its input."""
    count = int(np.prod(front_end.feature_shape))
    tensor = {"shape": [1, *front_end.feature_shape], "scale": scale, "zero_point": ZERO_POINT}
    flat = {**tensor, "shape": [1, count]}
    shape = {"values": np.array([1, count], np.int32)}
    return one_op("RESHAPE", [tensor, shape], [flat], schema.ReshapeOptionsT())


@pytest.fixture(scope="module", params=IMAGES, ids="-".join)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Expected]:
    board_id, kind = request.param
    board = load_board(board_id)
    folder = tmp_path_factory.mktemp(kind) / "build"
    folder.mkdir()
    model = folder / "model.tflite"
    model.write_bytes(same_again(FRONT_ENDS[kind], SCALES[kind]))
    parameters.save(FRONT_ENDS[kind], folder)
    generate(model, folder)
    firmware_build.build(board, folder, sha256_file(model))
    return kind, Expected.load(board, folder)


@pytest.fixture(scope="module")
def device(built: tuple[str, Expected]) -> Iterator[Device]:
    expected = built[1]
    with link.open_device(expected.board, expected.elf) as opened:
        identity.check_info(opened.info(), expected)
        yield opened


def test_samples_become_what_the_host_makes_of_them(
    device: Device, built: tuple[str, Expected]
) -> None:
    kind = built[0]
    samples = samples_of(FRONT_ENDS[kind], 4)
    inputs = model_inputs(FRONT_ENDS[kind], samples, SCALES[kind], ZERO_POINT)
    assert device.info().sample_bytes == samples[0].nbytes
    assert len(np.unique(inputs)) > 40
    for sample, wanted in zip(samples, inputs, strict=True):
        ticks = device.load_sample(0, sample)
        assert ticks > 0
        device.run()
        assert device.read(0).tolist() == [wanted.ravel().tolist()]
    many = device.infer_many((sample, ids.InputFormat.SAMPLE) for sample in samples)
    assert [one.scores.tolist() for one in many] == [one.ravel().tolist() for one in inputs]
    # A model input goes on as before.
    other = np.arange(wanted.size, dtype=np.uint8).view(np.int8)
    assert device.infer(other, ids.InputFormat.RAW_S8).scores.tolist() == other.tolist()


def test_a_sample_may_be_cut_anywhere_and_is_never_half_another(
    device: Device, built: tuple[str, Expected]
) -> None:
    kind = built[0]
    sample = samples_of(FRONT_ENDS[kind], 2)[1]
    (wanted,) = model_inputs(FRONT_ENDS[kind], sample[None], SCALES[kind], ZERO_POINT)
    content = sample.tobytes()

    def load(offset: int, piece: bytes, index: int = 0) -> messages.Loaded:
        payload = messages.load_payload(index, ids.InputFormat.SAMPLE, offset, piece)
        return device.call(messages.LOAD, payload)

    load(0, content[:99])  # of another attempt
    runs = b"\xff\x00" * (wanted.size // 255 + 1)  # beyond the input
    refused: tuple[tuple[messages.Command[Any], bytes], ...] = (
        (messages.INFER, bytes([ids.InputFormat.PACKED_U8]) + runs),
        (messages.LOAD, messages.load_payload(0, ids.InputFormat.PACKED_U8, 0, runs)),
    )
    for start in range(0, len(content), 77):
        load(start, content[start : start + 77])
        if start == 77:
            for command, payload in refused:
                with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
                    device.call(command, payload)
        again = load(start, content[start : start + 77])  # its reply was lost
        assert again.nbytes == min(start + 77, len(content))
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        load(len(content), b"x")
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        load(0, b"x", index=1)
    loaded = messages.loaded_payload([content])
    assert device.call(messages.INFER, loaded).scores.tolist() == wanted.ravel().tolist()
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        device.call(messages.INFER, loaded)
    load(0, content[:99])
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        device.call(messages.INFER, messages.loaded_payload([content[:99]]))
    with pytest.raises(DeviceError, match=rf"of 3 B; the device takes {len(content)} B"):
        device.load_sample(0, np.zeros(3, np.uint8))


@pytest.mark.parametrize("built", [("host", "audio")], indirect=True, ids="-".join)
def test_on_a_bad_line_a_sample_is_the_same(built: tuple[str, Expected]) -> None:
    kind, expected = built
    injected = Injected()

    def damaged(line: Line) -> Line:
        return FaultyLine(line, FaultSpec(flip=3e-3, drop=3e-4), 1, injected)

    samples = samples_of(FRONT_ENDS[kind], 10)
    inputs = model_inputs(FRONT_ENDS[kind], samples, SCALES[kind], ZERO_POINT)
    with (
        link.connect(expected.board, expected.elf, damage=damaged) as connection,
        connection.device() as device,
    ):
        for sample, wanted in zip(samples, inputs, strict=True):
            device.load_sample(0, sample)
            device.run()
            assert device.read(0).tolist() == [wanted.ravel().tolist()]
    assert injected.flip > 5


def test_profile_shows_what_the_front_end_takes(
    built: tuple[str, Expected], tmp_path: Path
) -> None:
    kind, expected = built
    lines: list[str] = []
    found = op_profile.run(
        expected.board.id,
        expected.model_path.parent,
        json_path=tmp_path / "profile.json",
        say=lines.append,
    )
    assert found.front_end is not None
    assert found.front_end > found.total  # of a RESHAPE
    assert f"{found.front_end:,} {found.unit} the front end ({FRONT_ENDS[kind].kind})" in lines[-1]
    assert json.loads((tmp_path / "profile.json").read_bytes())["front_end"] == found.front_end
