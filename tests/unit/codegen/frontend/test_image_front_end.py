"""Images through codegen.frontend: the C++ of the library, as it is proven elsewhere, with the
parameters that Python states.

What the C++ computes is held by tests/unit/firmware/frontend/test_image.py.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.frontend.front_end import FrontEndError
from codegen.frontend.host import features, memory_bytes, model_inputs, real_features
from codegen.frontend.image import FORMATS, RESIZES, ImageFrontEnd
from codegen.frontend.parameters import load, save
from codegen.model.pixels import pixel_table
from tests.front_end_requests import IDENTITY, Image
from tests.unit.firmware.frontend import reference_image
from verification.front_end import Kind

SMALL = ImageFrontEnd(frame=(6, 8), target=(5, 4), format="grey8")


@st.composite
def front_ends(draw: st.DrawFn) -> ImageFrontEnd:
    side = st.integers(1, 12)
    frame, target = (draw(side), draw(side)), (draw(side), draw(side))
    top, left = (draw(st.integers(0, extent - 1)) for extent in frame)
    crop = (
        *(top, left),
        draw(st.integers(1, frame[0] - top)),
        draw(st.integers(1, frame[1] - left)),
    )
    return ImageFrontEnd(
        frame=frame,
        target=target,
        format=draw(st.sampled_from(sorted(FORMATS))),
        channels=draw(st.sampled_from([1, 3])),
        crop=draw(st.sampled_from([crop, None])),
        box=draw(st.sampled_from([None, tuple(draw(st.integers(1, n)) for n in target)])),
        resize=draw(st.sampled_from(RESIZES)),
        negative=draw(st.booleans()),
    )


def _defined(front_end: ImageFrontEnd, frame: np.ndarray) -> np.ndarray:
    box = front_end.box or front_end.target
    crop = front_end.crop
    return reference_image.image(
        Image(
            kind=(Kind.IMAGE_AREA, Kind.IMAGE_BILINEAR)[RESIZES.index(front_end.resize)],
            format=list(FORMATS).index(front_end.format),
            channels=front_end.channels,
            negative=front_end.negative,
            frame_size=(front_end.frame[1], front_end.frame[0]),
            crop=(crop[1], crop[0], crop[3], crop[2]) if crop else None,
            box=(box[1], box[0]),
            target=(front_end.target[1], front_end.target[0]),
            piece=1,
            frame=frame.ravel(),
            table=IDENTITY,
        )
    )


@settings(max_examples=150, deadline=None)
@given(front_end=front_ends(), seed=st.integers(0, 2**32), piece=st.integers(1, 50))
def test_features_are_the_pixels_of_the_definition(
    front_end: ImageFrontEnd, seed: int, piece: int
) -> None:
    frames = front_end.random_samples(3, seed)
    wanted = np.stack([_defined(front_end, frame) for frame in frames])
    assert np.array_equal(features(front_end, frames, piece), wanted)


@pytest.mark.parametrize(
    ("scale", "zero_point"), [(1 / 255, -128), (0.0039, -127), (2 / 255, -1), (1.0, -128)]
)
def test_model_inputs_are_those_of_the_table_of_pixels(scale: float, zero_point: int) -> None:
    whole = ImageFrontEnd(frame=(16, 16), target=(16, 16), format="grey8")
    frame = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    made = model_inputs(whole, frame, scale, zero_point)
    assert np.array_equal(made.ravel(), pixel_table(scale, zero_point))
    assert np.allclose(real_features(whole, frame).ravel(), np.arange(256) / 255, atol=1e-7)


def test_memory_is_two_rows_of_sums_and_the_target() -> None:
    assert memory_bytes(SMALL) == 2 * 4 * 4 + 20
    boxed = dataclasses.replace(SMALL, box=(2, 3), channels=3)
    assert memory_bytes(boxed) == 2 * 4 * 3 * 3 + 60


def test_an_image_front_end_is_the_same_after_its_file(tmp_path: Path) -> None:
    front_end = dataclasses.replace(SMALL, crop=(0, 1, 6, 7), box=(3, 3))
    save(front_end, tmp_path)
    assert load(tmp_path) == front_end


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"format": "yuv"}, "format is 'yuv'; give one of grey8, rgb888"),
        ({"channels": 2}, "channels is 2; give one of 1, 3"),
        ({"resize": "cubic"}, "give one of area, bilinear"),
        ({"negative": 1}, "give true or false"),
        ({"frame": (0, 4)}, "frame is"),
        ({"frame": (4, 4097)}, "to 4096 and 4096"),
        ({"frame": 6}, "frame is 6"),
        ({"target": (2049, 4)}, "to 2048 and 2048"),
        ({"target": (4.0, 4)}, "target is"),
        ({"box": (6, 4)}, "box is .* to 5 and 4"),
        ({"crop": (0, 0, 7, 8)}, "crop's size is .* to 6 and 8"),
        ({"crop": (1, 0, 6, 8)}, r"crop's place is \(1, 0\); .* from 0 to 0 and 0"),
        ({"crop": (1, 0, 6)}, "give top, left, height and width"),
        ({"crop": 3}, "give top, left, height and width"),
    ],
)
def test_wrong_parameters_are_one_message(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(FrontEndError, match=said) as refused:
        dataclasses.replace(SMALL, **wrong)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("scale", "zero_point"), [(0.0, 0), (float("nan"), 0), (1.0, 128)])
def test_inputs_of_no_use_are_refused(scale: float, zero_point: int) -> None:
    with pytest.raises(FrontEndError, match="front end: "):
        SMALL.input_step(scale, zero_point)
