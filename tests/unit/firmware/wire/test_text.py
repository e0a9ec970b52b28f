"""firmware/src/text.cc, the firmware's own printf formatting, in a C++ program that checks it."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def test_messages_are_formatted_and_cut(tmp_path: Path) -> None:
    tool = tmp_path / "text_tool"
    command = ["g++", "-std=c++17", "-g", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}/firmware/src"]
    command += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", str(tool)]
    sources = [ROOT / "firmware/src/text.cc", Path(__file__).with_name("text_tool.cc")]
    built = subprocess.run([*command, *map(str, sources)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([tool], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
