"""The generated frontend.h is compiled with warnings as errors and makes what the host makes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from codegen.compile.cpp_build import FRONTEND, LIBRARIES
from codegen.emit.generate import generate
from codegen.errors import UnsupportedModelError
from codegen.files.places import PROGRAM
from codegen.frontend import parameters
from codegen.frontend.host import model_inputs
from codegen.frontend.parameters import AudioFrontEnd, FrontEnd, ImageFrontEnd, ReadingsFrontEnd
from tests.unit.codegen.fakes import compile_and_run, fake_plan
from verification.cases.model_builder import one_op

FRONT_ENDS = (
    AudioFrontEnd(samples=9000, window=360, channels=28),
    ReadingsFrontEnd(28, 7, tuple(range(7)), (-(2.0**-13),) * 7, "int16"),
    ReadingsFrontEnd(50, 2, (0.5, -0.5), (0.25,) * 2, "int8", spectrum=True, log2=True),
    ReadingsFrontEnd(28, 3, (-1e6, 0.0, 1.0), (1e-6, 1e-3, 1.0)),
    ImageFrontEnd((20, 30), (9, 8), "rgb565be", 3, box=(7, 8)),
    ImageFrontEnd((20, 30), (9, 8), crop=(2, 3, 5, 6), resize="bilinear", negative=True),
)


def scale_for(front_end: FrontEnd) -> float:
    return 1 / 255 if front_end.kind == "image" else 0.125


def model_for(front_end: FrontEnd) -> bytes:
    """RELU on what the front end makes, in steps of 1/8, of pixels in steps of 1/255."""
    tensor = {
        "shape": [1, *front_end.feature_shape, 1],
        "scale": scale_for(front_end),
        "zero_point": -100,
    }
    return one_op("RELU", [tensor], [tensor])


PRINT_INPUT = r"""
#include <cstdio>
#include <vector>

#include "frontend.h"

int main() {
  std::vector<uint8_t> sample(mcuforge::kSampleBytes);
  alignas(4) static uint8_t memory[frontend::MemoryBytes(mcuforge::kFrontEndParameters)];
  static int8_t input[mcuforge::kFeatureCount];
  std::FILE* const file = std::fopen("SAMPLE_PATH", "rb");
  if (std::fread(sample.data(), 1, sample.size(), file) != sample.size()) return 1;
  mcuforge::FrontEnd::Writer writer{mcuforge::kInputStep, input};
  mcuforge::FrontEnd front_end(mcuforge::kFrontEndParameters, memory,
                               {mcuforge::FrontEnd::Writer::Take, &writer});
  front_end.Push(sample.data(), sample.size());
  front_end.Push(sample.data(), sample.size());  // too many: ignored
  for (int8_t value : input) std::printf("%d ", value);
  return writer.next == input + sizeof(input) ? 0 : 1;
}
"""


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_the_header_makes_what_the_host_makes(front_end: FrontEnd, tmp_path: Path) -> None:
    parameters.save(front_end, tmp_path)
    model = tmp_path / "model.tflite"
    model.write_bytes(model_for(front_end))
    generate(model, tmp_path, plan=fake_plan)
    (sample,) = front_end.random_samples(1, 3)
    (tmp_path / "sample").write_bytes(sample.tobytes())
    main = tmp_path / "main.cc"
    main.write_text(PRINT_INPUT.replace("SAMPLE_PATH", str(tmp_path / "sample")))
    before_models = [one for one in FRONTEND.rglob("*.cc") if not one.name.startswith("post_")]
    sources = [main, *sorted(before_models)]
    said = compile_and_run(sources, tmp_path, [tmp_path / "generated", FRONTEND])
    (wanted,) = model_inputs(front_end, sample[None], scale_for(front_end), -100)
    assert list(map(int, said.split())) == wanted.ravel().tolist()
    assert len(np.unique(wanted)) > 4


def test_a_front_end_that_makes_another_input_is_refused(cnn_path: Path, tmp_path: Path) -> None:
    parameters.save(AudioFrontEnd(), tmp_path)
    with pytest.raises(
        UnsupportedModelError,
        match=r"makes int8 \[1, 49, 40\], the model takes int8 \[1, 28, 28, 1\]; train",
    ):
        generate(cnn_path, tmp_path, plan=fake_plan)
    assert not (tmp_path / "generated").exists()


def test_without_one_there_is_no_sample(cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, plan=fake_plan)
    text = (tmp_path / "generated" / "frontend.h").read_text()
    assert "kSampleBytes = 0;" in text
    assert '#include "frontend/' not in text


def test_the_pages_example_compiles(cnn_path: Path, tmp_path: Path) -> None:
    generate(cnn_path, tmp_path, plan=fake_plan)
    page = (PROGRAM / "docs" / "front_ends.md").read_text()
    (example,) = re.findall(r"^```cpp\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    source = tmp_path / "example.cc"
    source.write_text(example)
    command = ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    command += ["-DMCUFORGE_ISA_SCALAR=1", str(source)]
    command += [f"-I{folder}" for folder in (*LIBRARIES, FRONTEND, tmp_path / "generated")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
