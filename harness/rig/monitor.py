"""Shows what comes down a line: frames in words, plain text as it is."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from codegen.boards.facts import load_board
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.wire import ids, messages
from harness.wire.framing import Decoder, Frame, Item, encode
from harness.wire.transport import Line, SerialLine

_QUIET_S = 0.2  # after this, waiting text without a line end is shown


def run(
    board_id: str,
    build_dir: Path,
    port: str | None = None,
    baud: int | None = None,
    timestamps: bool = True,
) -> None:
    """Show the line of `port`, or of an emulated board booted for it, until Ctrl-C.

    Asks the device once what it is. Raises HarnessError or CodegenError.
    """
    board = load_board(board_id)
    with ExitStack() as stack:
        emulator: Emulator | None = None
        if port is None:
            elf = Expected.load(board, build_dir).elf
            emulator = stack.enter_context(open_emulator(board, elf))
            port = emulator.url
        line = stack.enter_context(SerialLine(port, baud or board.uart.baud))
        if emulator is not None:
            emulator.resume()
        print(f"{board.id} on {port}; Ctrl-C ends", file=sys.stderr)
        line.write(encode(Frame(messages.INFO, 1)))
        try:
            show(line, sys.stdout, timestamps=timestamps, emulator=emulator)
        except KeyboardInterrupt:
            print(file=sys.stderr)


def show(
    line: Line,
    out: TextIO,
    *,
    timestamps: bool = True,
    emulator: Emulator | None = None,
    limit_s: float | None = None,
) -> None:
    """Print what `line` brings, for `limit_s` or for ever. Raises PortError when it is cut."""
    decoder = Decoder()
    start_s = time.monotonic()
    while limit_s is None or time.monotonic() - start_s < limit_s:
        if emulator is not None:
            emulator.check_alive()
        data = line.read(_QUIET_S)
        items = decoder.feed(data)
        if text := decoder.flush_text(whole_lines=bool(data)):
            items.append(text)
        for item in items:
            stamp = f"{time.monotonic() - start_s:9.3f} s  " if timestamps else ""
            for text_line in describe(item):
                print(stamp + text_line, file=out, flush=True)


def describe(item: Item) -> list[str]:
    """An item in words, a line or more."""
    if not isinstance(item, Frame):
        return str(item).splitlines() or [""]
    head = f"[{ids.type_name(item.type)} seq {item.seq}]"
    if item.version != ids.PROTOCOL_VERSION:
        return [f"{head} of protocol version {item.version}: {item.payload.hex(' ')}"]
    try:
        return [f"{head} {_describe_payload(item)}"]
    except messages.PayloadError as error:
        return [f"{head} malformed, {error}: {item.payload.hex(' ')}"]


def _describe_payload(frame: Frame) -> str:
    if frame.type in list(ids.Event):
        return messages.describe_event(frame.type, frame.payload)
    if frame.type == messages.INFO | ids.REPLY_BIT:
        info = messages.parse_info(frame.payload)
        state = "ready" if info.ready else info.setup_failure
        chip = f", chip {info.unique_id}" if info.unique_id else ""
        return (
            f"{info.board}, build {info.build_id}, {info.isa} kernels of {info.runtime}, model "
            f"{info.model_sha256[:16]}..., "
            f"arena {info.arena_used:,} of {info.arena_size:,} B, {state}{chip}"
        )
    if frame.type == messages.INFER | ids.REPLY_BIT:
        result = messages.parse_inference(frame.payload)
        return f"class {result.predicted}, {result.ticks} ticks, scores {result.scores.tolist()}"
    if frame.type == messages.STATS | ids.REPLY_BIT:
        stats = messages.parse_stats(frame.payload)
        return ", ".join(f"{name} {value}" for name, value in stats.items())
    return frame.payload.hex(" ")
