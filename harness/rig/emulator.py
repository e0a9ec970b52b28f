"""Runs a board's firmware without the board, as a context manager around one process of its own.

    with open_emulator(board, elf) as emulator:
        line = SerialLine(emulator.url, board.uart.baud)   # nothing runs yet, so nothing is lost
        emulator.resume()

A QEMU machine starts paused, with its UART on a TCP socket of this machine; so does an RP2040 in
rp2040js. A board that is a Linux process (`host`) has its UART on a pseudo-terminal, which keeps
what comes before it is opened.
"""

import contextlib
import ctypes
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from codegen import tools
from codegen.boards.facts import Board
from codegen.boards.facts import Emulator as EmulatorFacts
from harness.errors import EmulatorError, HarnessError
from harness.rig import rp2040js
from harness.rig.ports import wiring
from harness.rig.qmp import Qmp

QEMU = "qemu-system-arm"
_START_LIMIT_S = 20.0
_STOP_LIMIT_S = 5.0
_POLL_S = 0.02
_STDERR_SHOWN = 600  # characters of the emulator's last words in a message
# The multiplexer that buffers the UART's input (see _QemuEmulator) takes this key for itself. No
# byte has the value 256, so none is taken.
_NO_ESCAPE_KEY = "256"

Self = TypeVar("Self", bound="Emulator")


class Emulator:
    """A running emulator. `url` names its UART for SerialLine; set once it has started.

    `gdb_remote` is host:port of its gdb stub, empty without one.
    """

    name = "emulator"
    gdb_remote = ""

    def __init__(self, elf: Path) -> None:
        self._elf = elf
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="mcuforge-")
        self._stderr_path = Path(self._scratch.name) / "stderr"
        self.url = ""

    def __enter__(self: Self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def resume(self) -> None:
        """Let the firmware run, once its UART is connected."""

    def check_alive(self, grace_s: float = 0.0) -> None:
        """Raise EmulatorError, with the process's last words, if it ends within `grace_s`."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(grace_s)
        code = self._process.poll()
        if code is not None:
            raise EmulatorError(f"{self.name} ended with code {code}{self._last_words()}")

    def wait(self) -> None:
        """Block until the emulator ends by itself."""
        assert self._process is not None
        self._process.wait()

    def stop(self) -> None:
        """End the process that was started here, and no other. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._scratch.cleanup()

    def _start(self) -> None:
        raise NotImplementedError

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start the process, its stderr in a file, its end bound to ours."""
        with self._stderr_path.open("wb") as stderr:
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=stderr,
                    start_new_session=True,  # a terminal's Ctrl-C is for us, or for gdb
                    preexec_fn=_die_with_parent() if sys.platform == "linux" else None,
                )
            except OSError as error:
                raise EmulatorError(f"starting {command[0]}: {error.strerror}") from error
        return self._process

    def _last_words(self) -> str:
        try:
            words = self._stderr_path.read_text("utf-8", "backslashreplace").strip()
        except OSError:
            return ""
        return ": " + " | ".join(words[-_STDERR_SHOWN:].splitlines()) if words else ""


class _QemuEmulator(Emulator):
    """A QEMU machine, driven through QMP."""

    name = "QEMU"

    def __init__(
        self, elf: Path, facts: EmulatorFacts, gdb_port: int | None = None, load: bool = True
    ) -> None:
        super().__init__(elf)
        self._facts = facts
        self._gdb_port = gdb_port
        self._load = load
        self._qmp: Qmp | None = None

    def _start(self) -> None:
        qmp_path = Path(self._scratch.name) / "qmp"
        self._spawn(self._command(qmp_path))
        self._qmp = self._connect(qmp_path)
        if self._qmp.execute("query-status")["status"] not in ("prelaunch", "paused"):
            raise EmulatorError("QEMU did not start paused")
        self.url = f"socket://{self._address('uart')}"
        if self._gdb_port is not None:
            self.gdb_remote = self._address("gdb")

    def _command(self, qmp_path: Path) -> list[str]:
        command = [QEMU, "-machine", str(self._facts.machine)]
        if self._load:
            command += ["-kernel", str(self._elf)]
        if self._gdb_port is not None:
            command += ["-gdb", f"tcp:127.0.0.1:{self._gdb_port}"]
        # "-S": paused. "-nic none": the machine's Ethernet would look for a network.
        command += ["-S", "-display", "none", "-nic", "none", "-monitor", "none"]
        # mux: keeps QMP out of a thread of its own, which woke at each turn of the virtual clock
        # and took a fifth of a windowed digit's processor time.
        command += ["-chardev", f"socket,id=qmp,path={qmp_path},server=on,wait=off,mux=on"]
        command += ["-mon", "chardev=qmp,mode=control"]
        # Port 0: the system chooses a free one, and QMP tells which. nodelay: the UART sends single
        # bytes, and none may wait for the last one's acknowledgement. mux: a buffer of 32 bytes
        # before the UART, which holds one itself. Without it each byte takes a turn of QEMU's main
        # loop and wakes both threads, which adds up to several times an inference.
        command += ["-chardev", "socket,id=uart,host=127.0.0.1,port=0,server=on,wait=off"]
        command[-1] += ",nodelay=on,mux=on"
        command += ["-serial", "null"] * self._facts.serial_index
        command += ["-serial", "chardev:uart", "-echr", _NO_ESCAPE_KEY]
        if self._facts.icount_shift is not None:
            # sleep=on: while the core waits for a byte, so does QEMU, instead of racing through
            # empty virtual time on one of the processors that the harness needs.
            command += ["-icount", f"shift={self._facts.icount_shift},sleep=on"]
        return command

    def _connect(self, qmp_path: Path) -> Qmp:
        def connect() -> Qmp | None:
            try:
                return Qmp(qmp_path)
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            except EmulatorError:
                time.sleep(_POLL_S)
                self.check_alive()  # its own last words say more
                raise

        return _poll(connect, self.check_alive, "QEMU did not open its control socket")

    def _address(self, label: str) -> str:
        """host:port where QEMU listens for the character device that `label` begins."""
        assert self._qmp is not None
        for chardev in self._qmp.execute("query-chardev"):
            match = re.search(r"tcp:(127\.0\.0\.1:\d+)", chardev["filename"])
            if match and chardev["label"].startswith(label):
                return match.group(1)
        raise EmulatorError(f"QEMU did not tell the port of its {label}")

    def resume(self) -> None:
        """Let the firmware run."""
        assert self._qmp is not None
        self.check_alive()
        self._qmp.execute("cont")

    def stop(self) -> None:
        """End QEMU."""
        if self._qmp is not None:
            self._qmp.close()
            self._qmp = None
        super().stop()


class _ProcessEmulator(Emulator):
    """The firmware itself as a process of this machine."""

    name = "the firmware's process"

    def _start(self) -> None:
        self.url = self._first_line([str(self._elf.resolve())], "PTY")

    def _first_line(self, command: list[str], word: str) -> str:
        """Start the process and wait for its line "<word> <where its UART is>"."""
        process = self._spawn(command)
        assert process.stdout is not None
        stdout = process.stdout

        def first_line() -> str | None:
            ready, _, _ = select.select([stdout], [], [], 0)
            return stdout.readline().decode("utf-8", "backslashreplace") if ready else None

        line = _poll(first_line, self.check_alive, f"{self.name} did not say where its UART is")
        match = re.fullmatch(rf"{word} (\S+)\s*", line)
        if match is None:
            time.sleep(_POLL_S)
            self.check_alive()
            raise EmulatorError(f"{self.name} printed {line!r}, expected '{word} ...'")
        return match.group(1)


class _Rp2040Emulator(_ProcessEmulator):
    """rp2040js in a process of Node.js."""

    name = "rp2040js"

    def _start(self) -> None:
        self.url = f"socket://127.0.0.1:{self._first_line(rp2040js.command(self._elf), 'PORT')}"

    def resume(self) -> None:
        """Let the firmware run."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(b"run\n")
        self._process.stdin.flush()


def require_emulator(board: Board) -> None:
    """Raises HarnessError for a board without an emulator, CodegenError if that is not here."""
    if board.emulator is None:
        raise HarnessError(
            f"{board.id} has no emulator; connect the board, "
            f"{wiring(board)}and give its port with --port"
        )
    if board.emulator.kind == "qemu":
        tools.find(QEMU, f"emulating {board.emulator.machine}")
    elif board.emulator.kind == "rp2040js":
        rp2040js.require()


def is_here(board: Board) -> bool:
    """Whether the board runs on this machine as it is: QEMU is always wanted, Node.js is not."""
    return board.emulator is not None and (board.emulator.kind != "rp2040js" or rp2040js.is_here())


def open_emulator(
    board: Board, elf: Path, *, gdb_port: int | None = None, load: bool = True
) -> Emulator:
    """The emulator that the board's facts name; enter it to start it. Raises HarnessError.

    gdb_port: of a gdb stub on this machine, 0 for any that is free. load: False starts the machine
    with empty memory, for a debugger to fill. Both are for QEMU machines.
    """
    require_emulator(board)
    assert board.emulator is not None
    if not elf.is_file():
        raise HarnessError(f"{elf} is missing; run `invoke build --board {board.id}` first")
    if board.emulator.kind == "qemu":
        return _QemuEmulator(elf, board.emulator, gdb_port, load)
    if gdb_port is not None or not load:
        if board.emulator.kind == "process":
            raise HarnessError(f"{board.id} is a process of this machine; run gdb on {elf} itself")
        raise HarnessError(f"{board.id}: {board.emulator.kind} has no gdb stub here; give --remote")
    return _Rp2040Emulator(elf) if board.emulator.kind == "rp2040js" else _ProcessEmulator(elf)


Result = TypeVar("Result")


def _poll(
    attempt: Callable[[], Result | None], check_alive: Callable[[], None], failure: str
) -> Result:
    """Repeat `attempt` until it gives something; raise EmulatorError after a while."""
    deadline_s = time.monotonic() + _START_LIMIT_S
    while (result := attempt()) is None:
        check_alive()
        if time.monotonic() >= deadline_s:
            raise EmulatorError(f"{failure} within {_START_LIMIT_S:g} s")
        time.sleep(_POLL_S)
    return result


def _die_with_parent() -> Callable[[], Any]:
    """What a child does first so that it ends when we are killed, for then `stop` never runs."""
    prctl = ctypes.CDLL(None).prctl
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>

    def ask_kernel() -> None:
        prctl(set_parent_death_signal, signal.SIGTERM)

    return ask_kernel
