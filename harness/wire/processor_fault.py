"""Where and why a processor faulted: lines of the source from the image, names of CFSR's bits."""

from __future__ import annotations

import subprocess
from pathlib import Path

_ADDR2LINE = "arm-none-eabi-addr2line"
_LIMIT_S = 30.0

# Configurable Fault Status Register, Armv7-M B3.2.15; STKOF is Armv8-M's (DDI 0553, CFSR)
_CFSR_BITS = {
    **{0: "IACCVIOL", 1: "DACCVIOL", 3: "MUNSTKERR", 4: "MSTKERR", 5: "MLSPERR"},
    **{7: "MMARVALID", 8: "IBUSERR", 9: "PRECISERR", 10: "IMPRECISERR", 11: "UNSTKERR"},
    **{12: "STKERR", 13: "LSPERR", 15: "BFARVALID", 16: "UNDEFINSTR", 17: "INVSTATE"},
    **{18: "INVPC", 19: "NOCP", 20: "STKOF", 24: "UNALIGNED", 25: "DIVBYZERO"},
}
_EXC_RETURN = 0xF000_0000  # an lr from here on is no address (B1.5.8)


def explain(elf: Path, pc: int, lr: int, cfsr: int) -> str:
    """ "function at file:line, called from function at file:line; CFSR: names", or what of it is
    known: nothing where the toolchain is not installed or the image has no such address.
    """
    # lr is where the caller goes on, and its lowest bit says Thumb: the call is before that
    caller = (lr & ~1) - 2 if 2 < lr < _EXC_RETURN else 0
    place, called_from = _locate(elf, [pc, caller])
    text = place
    if place and called_from:
        text += f", called from {called_from}"
    names = [name for bit, name in _CFSR_BITS.items() if cfsr >> bit & 1]
    if names:
        text += ("; " if text else "") + f"CFSR: {', '.join(names)}"
    return text


def _locate(elf: Path, addresses: list[int]) -> list[str]:
    """ "function at file:line" of each address, "" where that is not known."""
    # Of an image that was optimised when linked, binutils 2.40 often knows an address's line and
    # what was inlined there only when asked again.
    asked = [*map(hex, addresses)] * 2
    command = [_ADDR2LINE, "--functions", "--demangle", "--exe", str(elf), *asked]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return [""] * len(addresses)
    lines = result.stdout.splitlines()[2 * len(addresses) :]
    if len(lines) != 2 * len(addresses):
        return [""] * len(addresses)
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return ["" if "??" in function else f"{function} at {line}" for function, line in pairs]
