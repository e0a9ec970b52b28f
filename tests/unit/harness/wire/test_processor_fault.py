"""What is said of a fault without symbols; with them: tests/emulated/test_device.py."""

from pathlib import Path

import pytest

from harness.wire import processor_fault


def test_bits_are_named_where_no_place_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nowhere = tmp_path / "absent.elf"
    assert processor_fault.explain(nowhere, 0x1234, 0x5679, 0x8200) == "CFSR: PRECISERR, BFARVALID"
    assert processor_fault.explain(nowhere, 0x1234, 0xFFFF_FFF9, 0) == ""
    monkeypatch.setattr(processor_fault, "_ADDR2LINE", "no-such-tool")
    assert processor_fault.explain(nowhere, 0x1234, 0x5679, 1 << 20) == "CFSR: STKOF"


@pytest.mark.parametrize(
    ("first_bit", "names"),
    [  # Armv7-M B3.2.15: MMFSR, BFSR and UFSR, from bit 0 on; "-" is reserved. STKOF: Armv8-M
        (0, "IACCVIOL DACCVIOL - MUNSTKERR MSTKERR MLSPERR - MMARVALID"),
        (8, "IBUSERR PRECISERR IMPRECISERR UNSTKERR STKERR LSPERR - BFARVALID"),
        (16, "UNDEFINSTR INVSTATE INVPC NOCP STKOF - - - UNALIGNED DIVBYZERO"),
    ],
)
def test_each_bit_has_the_manuals_name(first_bit: int, names: str, tmp_path: Path) -> None:
    for bit, name in enumerate(names.split(), first_bit):
        said = processor_fault.explain(tmp_path / "absent.elf", 0, 0, 1 << bit)
        assert said == ("" if name == "-" else f"CFSR: {name}")


def test_places_are_asked_twice_and_the_call_is_before_the_return(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """binutils knows an inlined place only the second time."""
    tool = tmp_path / "addr2line"
    monkeypatch.setattr(processor_fault, "_ADDR2LINE", str(tool))

    def explained(body: str, lr: int, cfsr: int = 0) -> str:
        tool.write_text(f"#!/bin/sh\n{body}\n")
        tool.chmod(0o755)
        return processor_fault.explain(tmp_path / "x.elf", 0x1234, lr, cfsr)

    echo = 'n=0; for a in "$@"; do n=$((n+1)); [ $n -gt 4 ] && echo f$a x.cc:$n; done'
    twice = f"{echo} | tr ' ' '\\n'"
    assert explained(twice, 0x5679) == "f0x1234 at x.cc:7, called from f0x5676 at x.cc:8"
    assert explained(twice, 0xF000_0000, 1 << 16).endswith(
        "called from f0x0 at x.cc:8; CFSR: UNDEFINSTR"
    )
    assert explained("echo too; echo few", 0x5679, 3) == "CFSR: IACCVIOL, DACCVIOL"
    unknown = 'for i in 1 2 3 4; do echo "??"; echo "??:0"; done'
    assert explained(unknown, 0x5679) == ""
