"""One board, held open for people: it answers samples, and comes back when its cable was pulled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.boards.facts import load_board
from codegen.model.tflite import Model
from codegen.samples.encode import model_input
from codegen.samples.split import Split
from harness.errors import HarnessError
from harness.pad.judged import Answer, Reader
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run.ticks import tick_hz, unit_of
from harness.wire.device import Device
from harness.wire.messages import Info


@dataclass(frozen=True)
class Shown:
    """What the board did with a sample. ops: what each op took, in `unit`; empty for a model that
    keeps state, which a second inference would move on."""

    answer: Answer
    microseconds: float
    unit: str
    total: int
    ops: tuple[int, ...]
    front_end_microseconds: float | None = None


class Session:
    """A device that is opened when it is asked, and again after it failed. For any thread."""

    def __init__(
        self,
        board_id: str,
        build_dir: Path,
        port: str | None = None,
        baud: int | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        """Raises HarnessError or CodegenError if the first handshake fails."""
        self.board = load_board(board_id)
        self.expected = Expected.load(self.board, build_dir)
        self.model = Model.read(self.expected.model_path)
        self._reader = Reader(self.model)
        self.port = port
        self._baud = baud
        self._say = say
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._device: Device | None = None
        self.info: Info
        with self._lock:
            self._connected()

    def close(self) -> None:
        """Ends the emulator, or gives the port back."""
        with self._lock:
            self._drop()

    def check(self) -> None:
        """Asks the device who it is. Raises HarnessError, CodegenError: it is gone, or another."""
        self._with_device(self._identify)

    def ask(self, split: Split) -> Shown:
        """The board's answer to the only sample of `split`. Raises HarnessError, CodegenError."""
        return self._with_device(lambda device: self._shown(device, split))

    def _with_device(self, use: Callable[[Device], Any]) -> Any:
        with self._lock:
            try:
                return use(self._connected())
            except BaseException:
                self._drop()  # whatever it was, the next request begins anew
                raise

    def _connected(self) -> Device:
        if self._device is None:
            try:
                self._device = self._open.enter_context(
                    link.open_device(self.board, self.expected.elf, port=self.port, baud=self._baud)
                )
                self._identify(self._device)
            except BaseException:
                self._drop()
                raise
            self._say(f"pad: {self.board.id} answers, build {self.info.build_id}")
        return self._device

    def _identify(self, device: Device) -> None:
        self.info = device.info()
        identity.check_info(self.info, self.expected)

    def _drop(self) -> None:
        self._device = None
        try:
            self._open.close()
        except HarnessError as error:
            self._say(f"pad: closing {self.board.id}: {error}")
        self._open = ExitStack()

    def _shown(self, device: Device, split: Split) -> Shown:
        (values,) = model_input(self.model, split)
        us_per_tick = 1e6 / tick_hz(self.board, self.info, self.port is None)
        if self.model.is_stateful:
            device.reset()
        front_end_us = None
        if split.front_end is None:
            device.load(0, values)
        else:
            (sample,) = split.values_for_front_end()
            front_end_us = device.load_sample(0, sample) * us_per_tick
        ticks = device.run()
        outputs = tuple(device.read(index).tobytes() for index in range(len(self.model.outputs)))
        unit, per_tick = unit_of(self.board, self.info, self.port)
        ops: tuple[int, ...] = ()
        if not self.model.is_stateful:
            ops = tuple(round(one * per_tick) for one in device.profile([values]).op_ticks)
        return Shown(
            self._reader.answer(split, outputs),
            ticks * us_per_tick,
            unit,
            round(ticks * per_tick),
            ops,
            front_end_us,
        )
