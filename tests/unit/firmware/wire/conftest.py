"""A bridge to the C++ of firmware/lib/wire, compiled with sanitizers and run as one process."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.firmware.wire.bridge import WireTool

ROOT = Path(__file__).resolve().parents[4]
WIRE = ROOT / "firmware/lib/wire"


@pytest.fixture(scope="session")
def wire_tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireTool]:
    """firmware/lib/wire behind a pipe, with AddressSanitizer and UBSan on."""
    tool = tmp_path_factory.mktemp("wire") / "wire_tool"
    sources = [*sorted(WIRE.glob("wire/*.cc")), Path(__file__).with_name("wire_tool.cc")]
    command = ["g++", "-std=c++17", "-g", "-O1", "-Wall", "-Wextra", "-Werror"]
    command += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{WIRE}"]
    command += [*map(str, sources), "-o", str(tool)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with WireTool(tool) as bridge:
        yield bridge
