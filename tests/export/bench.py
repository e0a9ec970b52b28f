"""A user's machine for exports: a clean environment, compilers, and boards in QEMU."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verification.semihosting import qemu_command, run_to_its_end

BOARD = Path(__file__).parent / "board"
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wconversion")
CXX = ("-fno-exceptions", "-fno-rtti")
_PASSED = "passed\n"


@dataclass(frozen=True)
class Core:
    """machine: QEMU's. flash, ram: origin and length in bytes."""

    machine: str
    flags: tuple[str, ...]
    flash: tuple[int, int] = (0, 4 << 20)
    ram: tuple[int, int] = (0x2000_0000, 4 << 20)

    @property
    def link(self) -> list[str]:
        """What the linker is told, beside the core's flags."""
        sizes = [
            f"-Wl,--defsym={name}_{what}={value:#x}"
            for name, region in (("FLASH", self.flash), ("RAM", self.ram))
            for what, value in zip(("ORIGIN", "LENGTH"), region, strict=True)
        ]
        script = ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections"]
        return [*script, f"-T{BOARD / 'link.ld'}", *sizes]


CORES = {
    "m0": Core("microbit", ("-mcpu=cortex-m0",), (0, 256 << 10), (0x2000_0000, 16 << 10)),
    "m3": Core("mps2-an385", ("-mcpu=cortex-m3",)),
    "m4": Core("mps2-an386", ("-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")),
    "m33": Core(
        "mps2-an505",
        ("-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
        (0x1000_0000, 4 << 20),
        (0x3800_0000, 4 << 20),
    ),
    "m55": Core(
        "mps3-an547",
        ("-mcpu=cortex-m55", "-mfloat-abi=hard"),
        (0, 512 << 10),
        (0x2100_0000, 4 << 20),
    ),
}


def clean_environment(home: Path, **further: str) -> dict[str, str]:
    """Nothing of this checkout and of this shell but where programs are."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C", **further}


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """What it printed; AssertionError with all of it where it fails."""
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=dict(environment), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def boot(core: Core, image: Path) -> str:
    """What the image prints until it ends itself with exit code 0."""
    command = qemu_command(core.machine, image, "the tests of exports")
    done = run_to_its_end(command, image.parent, 60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def main_source(names: Sequence[str]) -> str:
    """A C11 program that runs the self-tests of all exports in one arena, the first one twice."""
    includes = [f'#include "{name}{end}.h"' for name in names for end in ("", "_self_test")]
    members = [f"  unsigned char {name}[{name.upper()}_ARENA_BYTES];" for name in names]
    calls = [f"  failed |= {name}_self_test(&arena, sizeof(arena));" for name in (*names, names[0])]
    return "\n".join(
        [
            '#include "board.h"', *includes, "",
            "static _Alignas(16) union {", *members, "} arena;", "",
            "int main(void) {", "  int failed = 0;", *calls,
            '  board_print(failed == 0 ? "passed\\n" : "FAILED\\n");',
            "  return failed != 0;", "}", "",
        ]
    )  # fmt: skip


def clang_headers() -> tuple[str, str]:
    """For C++ and C: where newlib's headers are. Debian's clang has none for Arm; its own headers
    take the place of GCC's."""
    found = []
    for language in ("c++", "c"):
        done = subprocess.run(
            ["arm-none-eabi-g++", "-E", "-v", "-x", language, "-"],
            input="", capture_output=True, text=True, check=True,
        )  # fmt: skip
        listed = re.search(r"<...> search starts here:\n(.*?)End of search", done.stderr, re.DOTALL)
        assert listed
        folders = [Path(line.strip()).resolve() for line in listed[1].splitlines()]
        found.append(" ".join(f"-isystem {one}" for one in folders if "gcc" not in one.parts))
    return found[0], found[1]


def cmake(core: Core, compiler: str, exports: Sequence[Path], folder: Path) -> Path:
    """A CMake project with these exports in it, built for the core; its image."""
    assert shutil.which("cmake"), "apt-get install cmake"
    assert shutil.which(compiler), f"apt-get install {compiler}"
    main = folder / "main.c"
    main.write_text(main_source([one.name for one in exports]))
    cxx, c = clang_headers() if compiler == "clang" else ("", "")
    environment = clean_environment(
        folder, CORE=f"-mthumb {' '.join(core.flags)}", COMPILER=compiler, CXX_HEADERS=cxx,
        C_HEADERS=c,
    )  # fmt: skip
    build = folder / "build"
    run(
        ["cmake", "-S", BOARD, "-B", build, "-DCMAKE_BUILD_TYPE=MinSizeRel", f"-DMAIN={main}",
         f"-DCMAKE_TOOLCHAIN_FILE={BOARD / 'arm.cmake'}",
         f"-DEXPORTS={';'.join(map(str, exports))}", f"-DLINK={';'.join(core.link)}"],
        folder, environment,
    )  # fmt: skip
    run(["cmake", "--build", build, "--parallel"], folder, environment)
    return build / "firmware"


def compile_image(
    core: Core, cpp: Sequence[Path], c: Sequence[Path], includes: Sequence[Path], folder: Path,
    further: Sequence[str] = (),
) -> Path:  # fmt: skip
    """The same without a build system: these sources, for the core."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = clean_environment(folder)
    common = ["-mthumb", *core.flags, "-Os", *WARNINGS, *(f"-I{one}" for one in includes), "-c"]
    run(["arm-none-eabi-g++", "-std=c++17", *CXX, *common, *further, *cpp], folder, environment)
    run(["arm-none-eabi-gcc", "-std=c11", *common, *c, BOARD / "start.c"], folder, environment)
    image = folder / "image.elf"
    objects = sorted(folder.glob("*.o"))
    linker = ["arm-none-eabi-g++", "-mthumb", *core.flags]
    link = [*linker, *map(str, objects), *core.link, "-o", str(image)]
    run(link, folder, environment)
    return image


def passes(core: Core, image: Path) -> bool:
    return boot(core, image) == _PASSED


PIO = (sys.executable, "-m", "platformio")
