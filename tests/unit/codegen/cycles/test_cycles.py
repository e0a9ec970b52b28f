"""What instructions take by the manuals' tables, and how counts become cycles. Nothing runs."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen import tools
from codegen.boards.facts import FlashCache, FlashTiming, Region
from codegen.cycles import counting, instruction
from codegen.cycles.counting import Span, qemu_arguments, read_spans
from codegen.cycles.instruction import Code, read_instruction
from codegen.cycles.weigh import Cycles, Scale, sum_of
from codegen.errors import CodegenError

CORES = ("cortex-m0", "cortex-m0plus", "cortex-m3", "cortex-m4")
MAIN, OTHER = 0x100, 0x200


def code(monkeypatch: pytest.MonkeyPatch, *lines: str) -> Code:
    """A program of main at MAIN, whose instructions these are, two bytes each, and of `nop` in
    `other` at OTHER. lines: mnemonic and operands."""
    text = "\n".join(
        ["image.elf:     file format elf32-littlearm", "", "00000100 <main>:"]
        + [
            f"     {MAIN + 2 * i:x}:\t4770      \t{line.replace(' ', chr(9), 1)}"
            for i, line in enumerate(lines)
        ]
        + ["", f"     {OTHER:x}:\tbf00      \tnop"]
    )
    monkeypatch.setattr(tools, "find", lambda *_: "objdump")
    monkeypatch.setattr(instruction.subprocess, "run", ending(stdout=text))
    symbols = [(MAIN, "main"), (OTHER, "other")]
    monkeypatch.setattr(instruction, "_function_symbols", lambda _: symbols)
    return Code(Path("image.elf"))


def ending(returncode: int = 0, stdout: str = "", stderr: str = "") -> Callable[..., Any]:
    """In place of subprocess.run; its caller wants text, and looks at the exit code itself."""

    def run(command: list[str], *, capture_output: bool, text: bool, check: bool) -> Any:
        assert capture_output
        assert text
        assert not check
        return subprocess.CompletedProcess(command, returncode, stdout, stderr)

    return run


def cycles(
    monkeypatch: pytest.MonkeyPatch, cpu: str, *lines: str, is_taken: bool = False
) -> Cycles:
    """Of main, executed once from elsewhere; is_taken: its last instruction leads to `other`."""
    made = code(monkeypatch, *lines)
    last = MAIN + 2 * (len(lines) - 1)
    span = Span({(MAIN, last): {0: 1}})
    if is_taken:
        span.entries[OTHER, OTHER] = {last: 1}
    return Scale(made, cpu).weigh(span)["main"]


# Instruction; is it a branch that is taken; cycles on Cortex-M0, M0+, M3 and M4, 0 where there is
# no such instruction. From the tables that codegen/cycles/core_tables.py names.
TAKES: list[tuple[str, bool, tuple[float, float, float, float]]] = [
    ("adds r0, r1, r2", False, (1, 1, 1, 1)),
    ("cmp r0, #3", False, (1, 1, 1, 1)),
    ("ldr r0, [r1, #4]", False, (2, 2, 2, 2)),
    ("ldrsh.w r0, [r1, r2]", False, (2, 2, 2, 2)),
    ("strb r0, [r1, #4]", False, (2, 2, 1, 1)),
    ("str r0, [r1, r2]", False, (2, 2, 2, 2)),
    ("push {r4, r5, r6, r7, lr}", False, (6, 6, 6, 6)),
    ("pop {r4-r7, pc}", True, (9, 8, 8, 8)),
    ("pop {r4-r6}", False, (4, 4, 4, 4)),
    ("stmia r0!, {r1, r2}", False, (3, 3, 3, 3)),
    ("b.n 200 <other>", True, (3, 2, 3, 3)),
    ("bne.n 200 <other>", False, (1, 1, 1, 1)),
    ("bls.n 200 <other>", True, (3, 2, 3, 3)),
    ("bx lr", True, (3, 2, 3, 3)),
    ("bl 200 <other>", True, (4, 3, 3, 3)),
    ("mov pc, lr", True, (3, 2, 3, 3)),
    ("muls r0, r1", False, (1, 1, 1, 1)),
    ("dsb sy", False, (4, 3, 2, 2)),
    ("mrs r0, PRIMASK", False, (4, 3, 2, 2)),
    ("cbz r0, 200 <other>", True, (0, 0, 3, 3)),
    ("tbb [pc, r0]", True, (0, 0, 5, 5)),
    ("ldr.w pc, [r0]", True, (0, 0, 4, 4)),
    ("ldrd r0, r1, [r2]", False, (0, 0, 3, 3)),
    ("mla r0, r1, r2, r3", False, (0, 0, 2, 1)),
    ("smull r0, r1, r2, r3", False, (0, 0, 4, 1)),
    ("umlal r0, r1, r2, r3", False, (0, 0, 5.5, 1)),
    ("udiv r0, r1, r2", False, (0, 0, 7, 7)),
    ("muleq r0, r1, r2", False, (0, 0, 1, 1)),
    ("smlad r0, r1, r2, r3", False, (0, 0, 0, 1)),
    ("smlald r0, r1, r2, r3", False, (0, 0, 0, 1)),
    ("vldr s0, [r0]", False, (0, 0, 0, 2)),
    ("vldmia r0!, {d8-d15}", False, (0, 0, 0, 17)),
    ("vpush {s16-s19}", False, (0, 0, 0, 5)),
    ("vadd.f32 s0, s1, s2", False, (0, 0, 0, 1)),
    ("vfma.f32 s0, s1, s2", False, (0, 0, 0, 3)),
    ("vsqrt.f32 s0, s1", False, (0, 0, 0, 14)),
]


@pytest.mark.parametrize(("line", "is_taken", "wanted"), TAKES, ids=lambda value: str(value))
def test_what_an_instruction_takes(
    line: str,
    is_taken: bool,
    wanted: tuple[float, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cores = [cpu for cpu, want in zip(CORES, wanted, strict=True) if want]
    found = [cycles(monkeypatch, cpu, line, is_taken=is_taken) for cpu in cores]
    assert [one.at_0_wait_states for one in found] == [want for want in wanted if want]
    assert all(one.instructions == 1 for one in found)
    assert all((one.branch_refill > 0) == is_taken for one in found)
    is_access = line.startswith(("ldr", "str", "vldr")) and not line.startswith("ldrd")
    assert all(one.multi_cycle == 0 for one in found if is_access)
    assert all(one.load_use == 0 for one in found if not is_access)


@pytest.mark.parametrize(
    ("lines", "m0", "m3"),
    [
        (("ldr r0, [r1]", "ldr r2, [r3]"), 4, 3),
        (("ldr r0, [r1]", "ldr r2, [r0]"), 4, 4),  # whose address is being loaded
        (("ldr r0, [r1]", "str r2, [r3, r4]"), 4, 3),
        (("ldr r0, [r1]", "str r2, [r3]"), 4, 3),
        (("str r0, [r1]", "ldr r2, [r3]"), 4, 3),
        (("add r1, r2, r3", "ldr r0, [r1]"), 3, 4),  # whose address is being computed
        (("add r1, r2, r3", "ldr r0, [r4, r1]"), 3, 4),
        (("add r1, r2, r3", "str r0, [r1]"), 3, 3),
        (("add r5, r1, r1", "ldr r0, [r1]"), 3, 3),
        (("cmp r1, #0", "ldr r0, [r1]"), 3, 3),
        (("ldr r0, [r1]", "ldr r2, [r3]", "ldr r4, [r5]"), 6, 4),
    ],
)
def test_neighbours(
    lines: tuple[str, ...], m0: int, m3: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cycles(monkeypatch, "cortex-m0", *lines).at_0_wait_states == m0
    assert cycles(monkeypatch, "cortex-m3", *lines).at_0_wait_states == m3
    assert cycles(monkeypatch, "cortex-m33", *lines).at_0_wait_states == m3


def test_blocks_know_what_stands_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    made = code(monkeypatch, "ldr r0, [r1]", "ldr r2, [r3]", "b.n 100 <main>")
    scale = Scale(made, "cortex-m3")
    second, branch = MAIN + 2, MAIN + 4

    def of(entries: dict[tuple[int, int], dict[int, int]]) -> Cycles:
        return scale.weigh(Span(entries))["main"]

    through = of({(MAIN, MAIN): {0: 1}, (second, branch): {MAIN: 1}})
    assert through.at_0_wait_states == 2 + 1 + 1
    jumped = of({(second, branch): {OTHER: 3}})
    assert jumped.at_0_wait_states == 3 * (2 + 1)
    loop = of({(MAIN, branch): {0: 1, branch: 9}})
    assert loop.instructions == 30
    assert loop.branch_refill == 9 * 2
    assert loop.load_use == 10  # the second load is behind the first


def test_a_refill_belongs_to_the_function_that_branched(monkeypatch: pytest.MonkeyPatch) -> None:
    made = code(monkeypatch, "bl 200 <other>")
    span = Span({(MAIN, MAIN): {0: 4}, (OTHER, OTHER): {MAIN: 4}})
    found = Scale(made, "cortex-m0").weigh(span)
    assert (found["main"].branch_refill, found["other"].branch_refill) == (12, 0)
    assert (found["main"].instructions, found["other"].instructions) == (4, 4)
    assert list(Scale(made, "cortex-m0", leave_out=["other"]).weigh(span)) == ["main"]


def test_who_is_interrupted_branched_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for cpu in CORES:
        assert cycles(monkeypatch, cpu, "nop", is_taken=True).at_0_wait_states == 1


CACHE = FlashCache(64, 16)


@pytest.mark.parametrize(("has_prefetch", "instruction_cycles"), [(False, 50), (True, 35)])
def test_lines_that_no_cache_had(
    has_prefetch: bool, instruction_cycles: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = code(monkeypatch, "ldr r0, [r1]")
    span = Span({(MAIN, MAIN): {0: 1}}, {(MAIN, MAIN): (10, 3)}, {MAIN: 7})
    flash = FlashTiming("manual", 5, CACHE, CACHE, has_prefetch)
    found = Scale(made, "cortex-m4", flash).weigh(span)["main"]
    assert (found.flash_instruction, found.flash_data) == (instruction_cycles, 35)
    assert found.with_flash == 2 + instruction_cycles + 35
    assert Scale(made, "cortex-m4").weigh(span)["main"].with_flash == 2


def test_cycles_are_added_and_shared_out() -> None:
    one = Cycles(8, 2, 4, 6, 10, 12)
    assert (one.at_0_wait_states, one.with_flash) == (20, 42)
    total = Cycles(1)
    total.add(one)
    assert total == Cycles(9, 2, 4, 6, 10, 12)
    total.add(one, 2)
    assert total == Cycles(25, 6, 12, 18, 30, 36)
    assert sum_of([one, one], divisor=4) == Cycles(4, 1, 2, 3, 5, 6)
    assert sum_of([one]) == one


# ---------------------------------------------------------------- the image


def test_functions_and_what_lies_between(monkeypatch: pytest.MonkeyPatch) -> None:
    made = code(monkeypatch, "nop", "nop")
    addresses = (0, MAIN - 1, MAIN, OTHER - 1, OTHER, 0xFFFF)
    assert [made.function(one) for one in addresses] == ["?", "?", "main", "main", "other", "other"]
    assert made.addresses_of("ma.*") == [MAIN]
    assert made.addresses_of("mai") == []
    assert [one.at for one in made.block(MAIN, MAIN + 2)] == [MAIN, MAIN + 2]
    with pytest.raises(CodegenError, match="no instruction at 0x104; was the image built anew"):
        made.block(MAIN, MAIN + 4)


def test_lines_of_objdump() -> None:
    read = instruction._read_line
    short = read("    8000:\t4770      \tbx\tlr")
    wide = read(" 8002:\tf000 f8fe \tbl\t8202 <main+0x200> ; a comment, [r1]")
    assert short is not None
    assert wide is not None
    assert (short.at, short.size, short.end, short.kind) == (0x8000, 2, 0x8002, "branch register")
    assert (wide.at, wide.size, wide.end, wide.kind) == (0x8002, 4, 0x8006, "call")
    for line in ("", "00008000 <main>:", "    8000:\t4770"):
        assert read(line) is None


@pytest.mark.parametrize(
    ("listed", "words"),
    [("r4", 1), ("r4-r7, lr", 5), ("r0, r2, pc", 3), ("sl-lr", 5), ("d8-d9", 4), ("d0", 2)],
)
def test_words_of_a_register_list(listed: str, words: int) -> None:
    assert read_instruction(0, 4, "ldmia.w", f"r0!, {{{listed}}}").words == words


def test_registers_by_their_names_follow_each_other() -> None:
    names = ("r8", "sb", "sl", "fp", "ip", "sp", "lr", "pc")
    for before, name in itertools.pairwise(names):
        assert read_instruction(0, 4, "stmia", f"r0!, {{{before}-{name}}}").words == 2


def test_registers_of_an_address() -> None:
    one = read_instruction(0, 4, "ldr.w", "r0, [r1, r2, lsl #2]")
    assert (one.address, one.loaded) == (frozenset({"r1", "r2"}), frozenset({"r0"}))
    one = read_instruction(0, 4, "str", "r3, [sp, #4]")
    assert (one.kind, one.address, one.loaded) == ("store", frozenset({"sp"}), frozenset())
    assert read_instruction(0, 2, "ldmia", "r0!, {r1, r2}").kind == "multiple"
    assert read_instruction(0, 2, "stmia", "r0!, {r1, pc}").kind == "multiple"
    assert read_instruction(0, 2, "ldmia", "r0!, {r1, pc}").kind == "multiple to pc"
    assert read_instruction(0, 2, "add", "r0, r1").written == frozenset({"r0"})


def test_an_image_that_objdump_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    code(monkeypatch, "nop")
    for stderr, why in (("warning\nnot recognized\n", "not recognized"), ("", "no message")):
        monkeypatch.setattr(instruction.subprocess, "run", ending(1, stderr=stderr))
        with pytest.raises(CodegenError, match=f"image.elf: {why}; build it again"):
            Code(Path("image.elf"))


# ---------------------------------------------------------------- counts

COUNTS = """\
b 100 10a 0 5
b 100 10a 200 7
i 100 10a 12 4
d 10e 9
m
b 1f0 1ff 10a 1
"""


def test_spans_of_a_run(tmp_path: Path) -> None:
    path = tmp_path / counting.COUNTS
    path.write_text(COUNTS + "m\n")
    first, second = read_spans(path, "")
    assert first.entries == {(0x100, 0x10A): {0: 5, 0x200: 7}}
    assert first.fetches == {(0x100, 0x10A): (12, 4)}
    assert first.loads == {0x10E: 9}
    assert second == Span({(0x1F0, 0x1FF): {0x10A: 1}})
    total = counting.sum_of([first, second, first])
    assert total.entries == {(0x100, 0x10A): {0: 10, 0x200: 14}, (0x1F0, 0x1FF): {0x10A: 1}}
    assert total.fetches == {(0x100, 0x10A): (24, 8)}
    assert total.loads == {0x10E: 18}
    assert first.loads == {0x10E: 9}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("a\nunknown option -plugin\n", "unknown option -plugin"),
        ("", "nothing"),
        ("x" * 999, 200 * "x"),
    ],
)
def test_a_qemu_without_plugins_is_quoted(said: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match=f"it said: {why}; install one"):
        next(read_spans(tmp_path / "absent", said))


def test_what_the_plugin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "_plugin", lambda: Path("/a,b/it.so"))
    flash = Region("flash", "flash", 0x0800_0000, 0x1000)
    plain = ["-plugin", "/a,,b/it.so,mark=0x101,out=counts.txt"]
    none = FlashTiming("manual", 0, CACHE, CACHE)
    assert qemu_arguments(0x101, flash, None) == qemu_arguments(0x101, flash, none) == plain
    timed = FlashTiming("manual", 1, FlashCache(64, 16), FlashCache(8, 32))
    assert qemu_arguments(0x101, flash, timed)[1] == (
        f"{plain[1]},flash_lo=0x8000000,flash_hi=0x8001000,ilines=64,ibytes=16,dlines=8,dbytes=32"
    )


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("QEMU emulator version 7.2.0 (Debian)", 1),
        ("QEMU emulator version 8.9", 1),
        ("QEMU emulator version 9.0.1", 2),
        ("QEMU emulator version 10.0", 2),
        ("", 1),
    ],
)
def test_the_plugins_interface(said: str, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "find", lambda *_: "qemu")
    monkeypatch.setattr(counting.subprocess, "run", ending(stdout=said))
    assert counting._version() == version
