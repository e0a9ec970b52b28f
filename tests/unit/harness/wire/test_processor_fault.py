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
