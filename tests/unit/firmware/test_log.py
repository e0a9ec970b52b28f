"""The runtime's own vsnprintf: it prints what libc prints, and consumes every argument."""

import subprocess
from pathlib import Path

TFLM = Path(__file__).resolve().parents[3] / "firmware/lib/tflm"


def test_messages_are_those_of_libc(tmp_path: Path) -> None:
    tool = tmp_path / "log_tool"
    command = ["g++", "-std=c++17", "-g", "-Wall", "-Wextra", "-Werror", f"-I{TFLM}"]
    command += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", str(tool)]
    source = TFLM / "tensorflow/lite/micro/debug_vsnprintf.cc"
    built = subprocess.run(
        [*command, str(source), str(Path(__file__).with_name("log_tool.cc"))],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    done = subprocess.run([tool], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
