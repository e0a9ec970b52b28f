"""An image's instructions, as the toolchain's objdump reads them, and what kind each one is."""

from __future__ import annotations

import bisect
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from codegen import tools
from codegen.errors import CodegenError
from codegen.files.elf_file import opened

OBJDUMP = "arm-none-eabi-objdump"

_CONDITIONS = set(re.findall("..", "eqnecshscclomiplvsvchilsgeltgtle"))


def _of_kind(words: str, kind: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), kind)


_KINDS = {
    **_of_kind("ldr ldrb ldrh ldrsb ldrsh ldrex ldrexb ldrexh", "load"),
    **_of_kind("str strb strh strex strexb strexh", "store"),
    **_of_kind("ldrd strd", "double"),
    **_of_kind("ldm ldmia ldmdb ldmfd stm stmia stmdb stmfd push pop", "multiple"),
    **_of_kind("vldm vldmia vldmdb vstm vstmia vstmdb vpush vpop", "float multiple"),
    **_of_kind("vldr vstr", "float load"),
    **_of_kind("vmla vmls vnmla vnmls vfma vfms vfnma vfnms", "float multiply accumulate"),
    **_of_kind("vdiv vsqrt", "float divide"),
    **_of_kind("b cbz cbnz", "branch"),
    **_of_kind("bl", "call"),
    **_of_kind("bx blx", "branch register"),
    **_of_kind("tbb tbh", "table branch"),
    **_of_kind("mul muls smulbb smulbt smultb smultt smmul smmulr smuad smusd", "multiply"),
    **_of_kind("mla mls", "multiply accumulate"),
    **_of_kind("smull umull", "long multiply"),
    **_of_kind("smlal umlal", "long multiply accumulate"),
    **_of_kind("sdiv udiv", "divide"),
    **_of_kind("dsb dmb isb", "barrier"),
    **_of_kind("mrs msr", "special"),
    **_of_kind("cmp cmn tst teq", "compare"),
}
_LINE = re.compile(r"^ *([0-9a-f]+):\t([0-9a-f ]+?) *\t(\S+)(?:\t([^;@]*))?")
_REGISTER = re.compile(r"\b(?:r1[0-5]|r[0-9]|s[lbp]|fp|ip|lr|pc)\b")
_NUMBERS = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}


@dataclass(frozen=True)
class Instruction:
    """kind: a key of CoreTable.timings, or "compare". words: registers in its list, 32 bits each.

    address: registers that make the address of a load or store. loaded, written: those that it
    loads, or computes.
    """

    at: int
    size: int
    kind: str
    words: int = 0
    address: frozenset[str] = frozenset()
    loaded: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()

    @property
    def end(self) -> int:
        return self.at + self.size


class Code:
    """The instructions of an ELF file, and the functions that they are of."""

    def __init__(self, elf: Path) -> None:
        """Raises CodegenError, MissingToolError."""
        self._at = _disassemble(elf)
        symbols = _function_symbols(elf)
        self._starts = [start for start, _ in symbols]
        self._names = [name for _, name in symbols]

    def block(self, start: int, last: int) -> list[Instruction]:
        """From the first to the last one. Raises CodegenError where there is no instruction."""
        found = []
        at = start
        while at <= last:
            one = self._at.get(at)
            if one is None:
                raise CodegenError(f"no instruction at {at:#x}; was the image built anew?")
            found.append(one)
            at = one.end
        return found

    def at(self, address: int) -> Instruction | None:
        return self._at.get(address)

    def function(self, address: int) -> str:
        """The name of the function that the address lies in; "?" before the first one."""
        found = bisect.bisect_right(self._starts, address) - 1
        return self._names[found] if found >= 0 else "?"

    def addresses_of(self, pattern: str) -> list[int]:
        """Where the functions begin whose names the regular expression matches in full."""
        matching = re.compile(pattern).fullmatch
        return [a for a, n in zip(self._starts, self._names, strict=True) if matching(n)]


def _function_symbols(path: Path) -> list[tuple[int, str]]:
    with opened(path) as elf:
        table = elf.get_section_by_name(".symtab")
        return sorted(
            (symbol["st_value"] & ~1, symbol.name)
            for symbol in (table.iter_symbols() if table else ())
            if symbol["st_info"]["type"] == "STT_FUNC"
        )


def _disassemble(elf: Path) -> dict[int, Instruction]:
    program = tools.find(OBJDUMP, "reading an image's instructions")
    command = [program, "-d", "--wide", str(elf)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        why = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise CodegenError(f"cannot read the image {elf}: {why}; build it again")
    found = filter(None, map(_read_line, result.stdout.splitlines()))
    return {one.at: one for one in found}


def _read_line(line: str) -> Instruction | None:
    match = _LINE.match(line)
    if not match:
        return None
    at, code, mnemonic, operands = match.groups()
    return read_instruction(int(at, 16), len(code.replace(" ", "")) // 2, mnemonic, operands or "")


def read_instruction(at: int, size: int, mnemonic: str, operands: str) -> Instruction:
    """mnemonic, operands: as objdump writes them, comments left out."""
    kind = _KINDS.get(_plain(mnemonic), "alu")
    brackets = re.search(r"\[([^]]*)\]", operands)
    address = _registers(brackets[1]) if brackets else ()
    first = _registers(operands.partition(",")[0])
    if kind in ("multiple", "float multiple"):
        listed = operands.partition("{")[2].partition("}")[0]
        to_pc = _plain(mnemonic).startswith(("pop", "ldm")) and "pc" in _registers(listed)
        kind = "multiple to pc" if to_pc else kind
        return Instruction(at, size, kind, _count_words(listed))
    if kind == "double":
        return Instruction(at, size, kind, 2)
    if kind == "load":
        kind = "load to pc" if first == ("pc",) else kind
        return Instruction(at, size, kind, 0, frozenset(address), frozenset(first))
    if kind == "store":
        kind = "store indexed" if len(address) > 1 else kind
        return Instruction(at, size, kind, 0, frozenset(address))
    if kind == "alu":
        kind = "to pc" if first == ("pc",) else kind
        return Instruction(at, size, kind, written=frozenset(first))
    return Instruction(at, size, kind)


def _plain(mnemonic: str) -> str:
    """Without width, condition and the S that sets flags."""
    word = mnemonic.partition(".")[0]
    if word in _KINDS:
        return word
    if word[-2:] in _CONDITIONS and word[:-2] in _KINDS:
        return word[:-2]
    if word.startswith(("smlal", "smlsl")):  # SMLALD and SMLALBB take one cycle where they exist
        return "mul"
    if word.startswith(("smla", "smls", "smmla", "smmls", "smuad", "smusd", "smulw")):
        return "mul"
    return word


def _registers(text: str) -> tuple[str, ...]:
    return tuple(_REGISTER.findall(text))


def _count_words(listed: str) -> int:
    """Of a register list such as "r4-r7, lr" or "d8-d15"."""
    total = 0
    for part in filter(None, (word.strip() for word in listed.split(","))):
        first, _, last = part.partition("-")
        count = _number(last) - _number(first) + 1 if last else 1
        total += count * (2 if first.startswith("d") else 1)
    return total


def _number(register: str) -> int:
    return _NUMBERS[register] if register in _NUMBERS else int(register[1:])
