"""firmware/src/rate.cc: when the line goes back to the board's own rate."""

import subprocess
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parents[3] / "firmware"


def test_a_rate_that_nothing_valid_comes_at_ends_after_a_second(tmp_path: Path) -> None:
    tool = tmp_path / "rate_tool"
    command = ["g++", "-std=c++17", "-g", "-Wall", "-Wextra", "-Werror"]
    command += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    command += ["-DMCUFORGE_UART_BAUD=115200u", "-DMCUFORGE_UART_MAX_BAUD=1000000u"]
    command += [f"-I{FIRMWARE / 'boards'}", f"-I{FIRMWARE / 'src'}", "-o", str(tool)]
    sources = [FIRMWARE / "src/rate.cc", Path(__file__).with_name("rate_tool.cc")]
    built = subprocess.run([*command, *map(str, sources)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([tool], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
