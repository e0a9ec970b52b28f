"""Finds calls in Armv6-M code after which a register is read that the callee has lost.

A callee may overwrite r0 to r3 and r12 (AAPCS32 6.1.1). With -fipa-ra GCC looks into the callee
and keeps values in those that it leaves alone; but an epilogue of Armv6-M may pop them, which that
look does not see (codegen/compile/compiler_flags.py: sound_calls).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FUNCTION = re.compile(r"^([0-9a-f]+) <(.+)>:$")
_INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\t([a-z][a-z0-9.]*)\s*(.*?)\s*(?:[;@].*)?$")
_TARGET = re.compile(r"^([0-9a-f]+) <")
_REGISTER = re.compile(r"\b(r\d+|ip|lr|sp|pc|sl|fp)\b")
_CONDITIONAL = re.compile(r"^b(eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)(\.n|\.w)?$")

_TWO_OPERANDS_READ_BOTH = (
    *("add", "adds", "sub", "subs", "ands", "orrs", "eors", "bics", "adcs", "sbcs"),
    *("lsls", "lsrs", "asrs", "rors", "muls"),
)
_WRITE_FIRST = (
    *(*_TWO_OPERANDS_READ_BOTH, "mov", "movs", "mvns", "negs", "rsbs", "mrs"),
    *("sxtb", "sxth", "uxtb", "uxth", "rev", "rev16", "revsh"),
    *("ldr", "ldrb", "ldrh", "ldrsb", "ldrsh"),
)
_READ_ALL = ("cmp", "cmn", "tst", "str", "strb", "strh", "msr", "bx", "blx")
_NO_REGISTERS = (
    "b",
    "bl",
    "nop",
    "cpsid",
    "cpsie",
    "dsb",
    "isb",
    "dmb",
    "udf",
    "bkpt",
    "svc",
    "wfi",
)
SCRATCH = ("r0", "r1", "r2", "r3")
# Of libgcc, in assembly: what they pop may be the remainder (Run-time ABI for the Arm
# Architecture, 4.3.1).
_RETURNS_IN_R1_TO_R3 = re.compile(r"__aeabi_u?l?i?divmod$")


@dataclass
class _Instruction:
    name: str
    reads: frozenset[str]
    writes: frozenset[str]
    target: int | None  # of a branch or call
    next: int | None = None  # address of what follows in the same function; None: nothing does

    @property
    def is_return(self) -> bool:
        return self.name == "bx" or "pc" in self.writes


@dataclass
class _Function:
    name: str
    addresses: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class LostRegister:
    """`register` is read after the call at `address` though `callee`, or what it calls, pops it."""

    caller: str
    address: int
    callee: str
    register: str

    def __str__(self) -> str:
        return f"{self.caller} reads {self.register} after {self.address:#x}: {self.callee} pops it"


def lost_registers(elf: Path) -> list[LostRegister]:
    """Of all calls of known functions in an image. Raises ValueError (an unknown instruction)."""
    code = _output("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", str(elf))
    symbols = _output("arm-none-eabi-readelf", "-sW", str(elf))
    rows = [line.split() for line in symbols.splitlines()]
    # Constants stand between functions, and objdump takes some of them for code.
    entries = {int(row[1], 16) & ~1 for row in rows if len(row) == 8 and row[3] == "FUNC"}
    return _Image(code, entries).lost()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class _Image:
    def __init__(self, disassembly: str, entries: set[int]) -> None:
        self.code: dict[int, _Instruction] = {}
        self.functions: dict[int, _Function] = {}
        self._argument: dict[tuple[int, str], bool] = {}
        self._lost_at_return: dict[tuple[int, str], bool] = {}
        self._overwritten: dict[tuple[int, str], bool] = {}
        function: _Function | None = None
        for line in disassembly.splitlines():
            if head := _FUNCTION.match(line):
                function = None
                if (entry := int(head[1], 16)) in entries:
                    function = self.functions[entry] = _Function(head[2])
            elif function and (match := _INSTRUCTION.match(line)):
                address = int(match[1], 16)
                if function.addresses:
                    self.code[function.addresses[-1]].next = address
                function.addresses.append(address)
                self.code[address] = _decode(match[2].removesuffix(".n"), match[3])

    def lost(self) -> list[LostRegister]:
        return [
            LostRegister(function.name, address, self.functions[callee].name, register)
            for function in self.functions.values()
            for address in function.addresses
            if (callee := self._callee(address)) is not None
            for register in SCRATCH
            if self._loses(callee, register) and self._is_read(self.code[address].next, register)
        ]

    def _callee(self, address: int) -> int | None:
        """The known function that is called there, or jumped to as the last thing."""
        target = self.code[address].target
        if target not in self.functions or _RETURNS_IN_R1_TO_R3.match(self.functions[target].name):
            return None
        return target

    def _loses(self, entry: int, register: str) -> bool:
        """Whether a function can return with what it, or one that it calls, popped into it."""
        key = entry, register
        if key not in self._lost_at_return:
            self._lost_at_return[key] = False  # for recursion
            self._lost_at_return[key] = any(
                self._loses_at(address, register) for address in self.functions[entry].addresses
            )
        return self._lost_at_return[key]

    def _loses_at(self, address: int, register: str) -> bool:
        instruction = self.code[address]
        if instruction.name == "pop" and "pc" in instruction.writes:
            return register in instruction.writes
        callee = self._callee(address)
        if callee is None or not self._loses(callee, register):
            return False
        if instruction.name != "bl":
            return True
        return any(
            self.code[end].is_return and register not in self.code[end].writes
            for end in self._until_written(instruction.next, register)
        )

    def _is_read(self, start: int | None, register: str) -> bool:
        """Whether a path from an address reads the register before it is written."""
        return any(
            register in self.code[address].reads
            or ((callee := self._callee(address)) is not None and self._takes(callee, register))
            for address in self._until_written(start, register)
        )

    def _takes(self, entry: int, register: str) -> bool:
        """Whether a function has an argument in the register."""
        key = entry, register
        if key not in self._argument:
            self._argument[key] = False  # for recursion
            self._argument[key] = self._is_read(entry, register)
        return self._argument[key]

    def _overwrites(self, call: _Instruction, register: str) -> bool:
        """Whether what is called writes the register by an instruction of its own."""
        if call.name not in ("bl", "blx"):
            return False
        if call.target not in self.functions:
            return True
        key = call.target, register
        if key not in self._overwritten:
            self._overwritten[key] = False  # for recursion
            self._overwritten[key] = any(
                (register in (inner := self.code[address]).writes and not inner.is_return)
                or self._overwrites(inner, register)
                for address in self.functions[call.target].addresses
            )
        return self._overwritten[key]

    def _until_written(self, start: int | None, register: str) -> Iterator[int]:
        """Addresses on all paths from `start` up to a write of the register or a return."""
        waiting, seen = [start], set()
        while waiting:
            address = waiting.pop()
            if address is None or address in seen or address not in self.code:
                continue
            seen.add(address)
            yield address
            instruction = self.code[address]
            if register in instruction.writes or self._overwrites(instruction, register):
                continue
            if instruction.target not in self.functions:
                waiting.append(instruction.target)
            ends = instruction.name == "b" or instruction.is_return
            if not (ends or self._never_returns(instruction)):
                waiting.append(instruction.next)

    def _never_returns(self, call: _Instruction) -> bool:
        """Whether what is called has no return, and leads to no other function by a jump."""
        if call.name != "bl" or call.target not in self.functions:
            return False
        inner = [self.code[address] for address in self.functions[call.target].addresses]
        return not any(
            one.is_return or (one.name != "bl" and one.target in self.functions) for one in inner
        )


def _decode(name: str, operands: str) -> _Instruction:
    registers = _REGISTER.findall(operands)
    target = _TARGET.match(operands)
    everything = frozenset(registers)
    nothing: frozenset[str] = frozenset()
    if name == "push":  # of what nobody wants, for room on the stack
        reads, writes = nothing, nothing
    elif name == "pop":
        reads, writes = nothing, everything
    elif name in ("ldmia", "ldm"):
        reads, writes = frozenset(registers[:1]), everything
    elif name in ("stmia", "stm"):
        reads, writes = everything, nothing
    elif name in _WRITE_FIRST:
        both = name in _TWO_OPERANDS_READ_BOTH and len(operands.split(",")) == 2
        reads, writes = frozenset(registers if both else registers[1:]), frozenset(registers[:1])
    elif name in _READ_ALL:
        reads, writes = everything, nothing
    elif name in _NO_REGISTERS or _CONDITIONAL.match(name):
        return _Instruction(name, nothing, nothing, int(target[1], 16) if target else None)
    else:
        raise ValueError(f"not an instruction of Armv6-M that this knows: {name} {operands}")
    return _Instruction(name, reads, writes, None)
