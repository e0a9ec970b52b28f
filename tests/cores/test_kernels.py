"""A few of the models that `invoke golden` runs by the thousand, on each core; and what the image
that runs them has linked."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from codegen.cycles.instruction import OBJDUMP
from tests.lost_registers import lost_registers
from verification.cases.registry import CASES
from verification.check_runner import TARGETS
from verification.golden import run_golden

pytestmark = [pytest.mark.golden, pytest.mark.emulated]

_CORE_CASES = 3 * len(CASES)
_CORES = ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"]
# These have the instructions and kernels of another one; `invoke golden --board` runs them.
_LIKE_OTHERS = ["cortex-m0plus", "cortex-m7", "cortex-m33"]
# The portable kernels run on the host under sanitizers, and on this core; the verb, on each.
_PORTABLE_ON = "cortex-m4"


@pytest.mark.parametrize("core", _CORES)
def test_every_output_byte_is_the_oracles_on_each_core(core: str) -> None:
    portable_too = core == _PORTABLE_ON
    report = run_golden(CASES, _CORE_CASES, seed=9000, boards=[core], portable_too=portable_too)
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.cases == {core: _CORE_CASES}


def _symbols(image: Path) -> set[str]:
    with image.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        return {symbol.name for symbol in table.iter_symbols()}


def _callers(image: Path, called: re.Pattern[str]) -> set[str]:
    """Functions of an image that call or jump to one whose name begins so."""
    command = [OBJDUMP, "-d", "--no-show-raw-insn", str(image)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    callers, function = set(), ""
    for line in listing.splitlines():
        if begun := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            function = begun[1]
        elif (target := re.search(r"<([^+>]+)>$", line)) and called.match(target[1]):
            callers.add(function)
    return callers


@pytest.mark.parametrize("core", _CORES)
def test_one_op_alone_links_soft_float_and_none_the_c_librarys_state(core: str) -> None:
    names = _symbols(TARGETS[core].runner)
    assert "_ZN4tflm3ops7kConv2DE" in names  # the runner has all ops
    unwanted = re.compile(r"__errno|_impure_ptr|_malloc_r|__udivmoddi4")
    assert not list(filter(unwanted.match, names))
    # What stands behind a detector is float32 in upstream's every model; libgcc calls itself.
    allowed = re.compile(r".*(detection|FloatOption)|__aeabi|__")
    callers = _callers(TARGETS[core].runner, re.compile(r"__aeabi_c?[df]"))
    assert [name for name in callers if not allowed.match(name)] == []


def test_what_a_core_is_compared_with_has_none_of_its_own_kernels() -> None:
    # their inner loops; the portable ones are inlined
    own = re.compile(r"Compute(Pairs|Quads|Run)")
    core = _PORTABLE_ON
    reference = TARGETS[core].reference
    assert reference is not None
    assert list(filter(own.search, _symbols(TARGETS[core].runner)))
    assert not list(filter(own.search, _symbols(reference.runner)))


def test_no_kernel_goes_on_with_a_register_that_is_lost() -> None:
    """The check runner has every op. The M0+ has the M0's instructions."""
    assert lost_registers(TARGETS["cortex-m0"].runner) == []


def test_the_cores_tested_are_all_there_are() -> None:
    assert {*_CORES, *_LIKE_OTHERS, "native"} == set(TARGETS)
