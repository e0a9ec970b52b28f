"""A build folder of a small classifier, and a device that answers as this machine does."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.boards.facts import load_board
from codegen.files.artifacts import DATA_INFO, INT8_MODEL, TEST_SPLIT
from codegen.host.runtime import HostRuntime
from codegen.image.firmware_build import FirmwareInfo
from codegen.model.tflite import Model
from codegen.samples.facts import DataInfo
from harness.rig.expected import Expected
from harness.wire.device import Device
from harness.wire.messages import Info
from tests.unit.harness.wire.fake_device import BUILD_ID, FakeDevice
from verification.cases.model_builder import small_cnn

BOARD = load_board("mps2_an386")
MODEL = Model.parse(small_cnn(seed=3, image=8, classes=3))
COUNT = 6
INFO = DataInfo("folder", "x", COUNT, COUNT, {}, ["a", "b", "c"], shape=[8, 8])
PIXELS = np.random.default_rng(1).integers(0, 256, (COUNT, 8, 8), np.uint8)
TARGETS = np.arange(COUNT) % 3


def build(folder: Path, info: DataInfo = INFO, targets: Any = TARGETS) -> Expected:
    """Writes the folder of the model and its data."""
    (folder / INT8_MODEL).write_bytes(MODEL.data)
    (folder / DATA_INFO).write_text(json.dumps(asdict(info)))
    arrays = {} if targets is None else {"labels": targets}
    np.savez(folder / TEST_SPLIT, images=PIXELS, **arrays)
    image = FirmwareInfo(BOARD.id, BOARD.isa, BUILD_ID, MODEL.sha256, 1000, 200)
    return Expected(BOARD, folder / INT8_MODEL, folder / "firmware.elf", image, MODEL.sha256)


class Answering:
    """A device with the model, 1 tick a microsecond. Notes what it is asked; `wrong` flips its
    outputs' bits; `fails` is raised by the next run."""

    def __init__(self, **facts: Any) -> None:
        known = Device(FakeDevice(board=BOARD.id.encode(), model_sha256=MODEL.sha256)).info()
        self.known: Info = replace(known, tick_hz=1_000_000, **facts)
        self.asked: list[str] = []
        self.wrong = False
        self.fails: Exception | None = None
        self._runtime = HostRuntime(MODEL.data)

    def info(self) -> Info:
        self.asked.append("info")
        return self.known

    def reset(self) -> None:
        self.asked.append("reset")

    def load(self, index: int, values: NDArray[Any]) -> None:
        self.asked.append(f"load {index}")
        self._runtime.invoke(values)

    def run(self) -> int:
        self.asked.append("run")
        if self.fails:
            raise self.fails
        return 250

    def read(self, index: int) -> NDArray[Any]:
        self.asked.append(f"read {index}")
        output = np.frombuffer(self._runtime.output(index), np.int8)
        return ~output if self.wrong else output

    def profile(self, _: list[NDArray[Any]]) -> Any:
        self.asked.append("profile")
        return type("Profile", (), {"op_ticks": [1, 2, 3, 4, 5]})
