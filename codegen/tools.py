"""Programs that only some verbs need: installed when they are first asked for, or named."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from codegen.errors import CodegenError, MissingToolError

_WHY = "|".join(os.strerror(one) for one in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
# "error writing to /tmp/x.s: No space ...", or "[Errno 28] No space ...: '/tmp/x.npz'"
_FULL = re.compile(rf"((?P<before>/[^\s:'\"]+)['\"]?: )?(?P<why>{_WHY})(: '(?P<after>[^']+)')?")


@dataclass(frozen=True)
class Source:
    """Where a program comes from. debian: its packages, "" if there are none. other: in words.
    serves: the verbs that want it, of a program that nothing else needs."""

    debian: str
    other: str = ""
    serves: str = ""

    def __str__(self) -> str:
        debian = f"sudo apt-get install {self.debian} (Debian, Ubuntu)" if self.debian else ""
        return ", ".join(filter(None, (debian, self.other)))


_COMPILER = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
SOURCES = {
    "qemu-system-arm": Source(
        "qemu-system-arm", "sudo dnf install qemu-system-arm (Fedora), brew install qemu (macOS)"
    ),
    "arm-none-eabi-g++": Source(_COMPILER, "brew install gcc-arm-embedded (macOS)"),
    **dict.fromkeys(
        ("arm-none-eabi-objdump", "arm-none-eabi-c++filt"),
        Source("binutils-arm-none-eabi", "brew install gcc-arm-embedded (macOS)", "cycles"),
    ),
    "g++": Source("g++"),
    "gdb-multiarch": Source("gdb-multiarch", serves="debug, flash --protocol gdb, test"),
    "ser2net": Source("ser2net", serves="test --only farm"),
    "espeak-ng": Source("espeak-ng", "brew install espeak-ng (macOS)", "--recipe keyword"),
    "cmake": Source("cmake", "brew install cmake (macOS)", "test --only export, tutorials"),
    "clang": Source("clang", "brew install llvm (macOS)", "test --only export"),
    "npm": Source("npm", "brew install node (macOS)", "--board pico, --data fashion"),
    "node": Source("nodejs", "brew install node (macOS)", "--board pico"),
    "chromium": Source("chromium", "brew install chromium (macOS)", "report --pdf"),
    "chromedriver": Source("chromium chromium-driver", "brew install chromedriver (macOS)", "test"),
    "openocd": Source("openocd", "brew install open-ocd (macOS)", "flash --protocol openocd"),
    "st-flash": Source("stlink-tools", "brew install stlink (macOS)", "flash --protocol stlink"),
    "dfu-util": Source("dfu-util", "brew install dfu-util (macOS)", "flash --protocol dfu"),
    "pyocd": Source("", "pip install pyocd", "flash --protocol pyocd"),
    "JLinkExe": Source("", "the J-Link software pack from segger.com", "flash --protocol jlink"),
}


def find(program: str, purpose: str) -> str:
    """The path of one of SOURCES, installed with apt-get if need be and if nobody has to be asked.

    purpose: what wants it, for the message. Raises MissingToolError.
    """
    path = shutil.which(program) or (_install(program, purpose) and shutil.which(program))
    if not path:
        raise missing(program, purpose)
    return path


def require_space(what: str, said: str) -> None:
    """Raises CodegenError where a program failed because a disk is full, which may be that of
    TMPDIR. what: it did. said: it printed."""
    found = _FULL.search(said)
    if found:
        place = found["before"] or found["after"] or os.environ.get("TMPDIR", tempfile.gettempdir())
        raise CodegenError(
            f"{what}: cannot write {place}: {found['why']}; free space there, then run it again"
        )


def missing(program: str, purpose: str) -> MissingToolError:
    """The error for a program that is not on PATH."""
    return MissingToolError(
        f"{purpose}: {program} is not on PATH; install it: {SOURCES[program]}; "
        "`invoke doctor` looks at all there is"
    )


def _install(program: str, purpose: str) -> bool:
    """True if apt-get installed it. Only as root: a password is nothing to ask for in between."""
    package = SOURCES[program].debian
    if not package or shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    print(f"{purpose}: installing {package} with apt-get", flush=True)
    quiet = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    install = [*quiet, "install", "-y", "--no-install-recommends", *package.split()]
    return all(_succeeds(command) for command in ([*quiet, "update"], install))


def _succeeds(command: list[str]) -> bool:
    result = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return result.returncode == 0
