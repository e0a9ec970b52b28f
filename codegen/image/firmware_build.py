"""Builds the firmware of one board from build/<name>/generated, through PlatformIO.

    build/<name>/generated/  --pio run-->  .pio/build/<board>/  -->  build/<name>/<board>/

Two builds at a time would share PlatformIO's folder, so a lock makes the second wait for the first.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from codegen import lock, tools
from codegen.boards import uf2
from codegen.boards.facts import Board, boards_built_here
from codegen.compile.cpp_build import OVERFLOWED
from codegen.cost.memory_fit import check_image
from codegen.errors import CodegenError, MissingToolError
from codegen.files.artifacts import (
    BUILD_LOG,
    FIRMWARE_INFO,
    FIRMWARE_MAP,
    GENERATED,
)
from codegen.files.build_id import build_id
from codegen.files.manifest import Manifest, atomic_write
from codegen.files.places import PROGRAM
from codegen.image import pio_core, pio_registry
from codegen.image.image_sources import (
    GENERATED_VARIABLE,
    SELF_TEST_VARIABLE,
    is_aot,
    require_generated,
)
from codegen.image.section_sizes import check_size, image_size
from codegen.image.tflm_lib import TflmLib
from codegen.progress import progress

FIRMWARE = PROGRAM / "firmware"
PIO_BUILD_DIR = pio_core.WORKSPACE_DIR / "build"
TOOLCHAIN_PACKAGE = pio_core.CORE_DIR / "packages" / "toolchain-gccarmnoneeabi"

OWN_RUNTIME = "mcuforge"
OTHER_RUNTIME = "upstream TFLM"
AOT_RUNTIME = "mcuforge aot"


class FirmwareBuildError(CodegenError):
    """The compiler or the linker refused."""

    exit_code = 1


@dataclass(frozen=True)
class FirmwareInfo:
    """What firmware.json says about an image."""

    board: str
    isa: str
    build_id: str  # 16 hex digits, the same as in the image's INFO reply
    model_sha256: str
    flash_bytes: int
    ram_bytes: int  # .data, .bss and the reserved stack
    runtime: str = OWN_RUNTIME  # who runs the model, as INFO says it

    @staticmethod
    def load(image_dir: Path) -> FirmwareInfo:
        """Reads image_dir/firmware.json. Raises CodegenError if it is absent or damaged."""
        path = image_dir / FIRMWARE_INFO
        try:
            return FirmwareInfo(**json.loads(path.read_text()))
        except FileNotFoundError:
            raise CodegenError(f"{path} is missing; run `invoke build` first") from None
        except (OSError, ValueError, TypeError) as error:
            raise CodegenError(f"{path} is damaged ({error}); run `invoke build`") from error


def environment_name(board: Board, sanitize: bool = False) -> str:
    """The [env:...] in platformio.ini. Raises CodegenError if the board has no such build."""
    if not sanitize:
        return board.id
    if board.family.architecture != "native":
        raise CodegenError(f"{board.id} has no sanitizers, only boards that run as a process have")
    return f"{board.id}_sanitize"


def _require_environment(environment: str) -> None:
    """PlatformIO's own message on a missing one is a screen long. Raises CodegenError."""
    lines = (PROGRAM / "platformio.ini").read_text().splitlines()
    if f"[env:{environment}]" not in lines:
        raise CodegenError(
            f"platformio.ini has no [env:{environment}]; add it with `board = {environment}` "
            "(docs/porting.md, 2)"
        )


def image_dir(board: Board, build_dir: Path, sanitize: bool = False) -> Path:
    """Where a board's image and its firmware.json are."""
    return build_dir / environment_name(board, sanitize)


def stage_name(board: Board, sanitize: bool = False) -> str:
    """What the manifest calls the making of the board's image."""
    return f"build {environment_name(board, sanitize)}"


def require_as_built(board: Board, build_dir: Path) -> None:
    """The board's image is whole and the one that was built. Raises CodegenError that says what to
    do; an image of which the manifest knows nothing is somebody else's to vouch for."""
    changed = Manifest.load(build_dir).changed(stage_name(board))
    if changed:
        raise CodegenError(
            f"{', '.join(changed)} in {build_dir} is damaged, or not what was built; "
            f"run `invoke build --board {board.id}`"
        )


def output_files(board: Board, build_dir: Path, sanitize: bool = False) -> list[Path]:
    """All files that `build` writes."""
    folder = image_dir(board, build_dir, sanitize)
    return [folder / FIRMWARE_INFO, *(folder / f"firmware.{suffix}" for suffix in _suffixes(board))]


def inputs(
    board: Board,
    build_dir: Path,
    sanitize: bool = False,
    tflm_lib: TflmLib | None = None,
    self_test: bool = False,
) -> dict[str, str]:
    """What the image is made from, for the manifest: name -> hash or text."""
    sources = {
        name: FIRMWARE / name
        for name in ("src", "lib", "platform/builder", "boards", "platform/platform.py")
    }
    sources["board.json"] = board.path
    sources["platformio.ini"] = PROGRAM / "platformio.ini"
    return {
        "sources": build_id(sources, []),
        "generated": build_id({GENERATED: build_dir / GENERATED}, []),
        "compiler": compiler_version(board),
        "environment": environment_name(board, sanitize),
        pio_core.BUILD_FLAGS: os.environ.get(pio_core.BUILD_FLAGS, ""),
        "tflm_lib": tflm_lib.digest() if tflm_lib else "",
        "self_test": str(self_test),
    }


def compiler_version(board: Board) -> str:
    """First line of the compiler's --version. Raises MissingToolError.

    Where a platform of PlatformIO's registry brings the compiler: that platform and its version.
    """
    if board.family.architecture == "arduino":
        platform = pio_registry.platform_of(board)
        return f"{platform} {pio_registry.installed_version(platform)}"
    compiler = _compiler(board)
    try:
        output = subprocess.run([compiler, "--version"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise MissingToolError(f"cannot run {compiler}: {error}; see `invoke doctor`") from error
    return output.decode(errors="replace").partition("\n")[0]


def require(board: Board, sanitize: bool = False) -> None:
    """Refuses what no build can make: no compiler, no environment. Raises CodegenError."""
    compiler_version(board)
    _require_environment(environment_name(board, sanitize))


def build(
    board: Board,
    build_dir: Path,
    model_sha256: str,
    sanitize: bool = False,
    verbose: bool = False,
    tflm_lib: TflmLib | None = None,
    self_test: bool = False,
) -> FirmwareInfo:
    """Builds and copies image and firmware.json to build_dir/<board>/.

    model_sha256: of the model that generated/ was made from. verbose: shows PlatformIO's output,
    which is kept in build_dir/<board>/build.log in any case. tflm_lib: takes the place of our own
    runtime. self_test: the image runs its self-test at each boot.
    Raises FirmwareBuildError, BudgetError (too big), MissingToolError, CodegenError; the files of
    an earlier build stay then.
    """
    require(board, sanitize)  # before anything is written
    environment = environment_name(board, sanitize)
    require_generated(build_dir / GENERATED)
    target_dir = image_dir(board, build_dir, sanitize)
    target_dir.mkdir(parents=True, exist_ok=True)
    with build_lock():
        pio_core.prepare()
        variables = {
            GENERATED_VARIABLE: str((build_dir / GENERATED).resolve()),
            **(tflm_lib.variables() if tflm_lib else {}),
        }
        if self_test:
            variables[SELF_TEST_VARIABLE] = "1"
        _run_platformio(board, environment, target_dir / BUILD_LOG, verbose, variables)
        made = PIO_BUILD_DIR / environment
        made_id = (made / "build_id").read_text().strip()
        _require_id(made / "firmware.elf", made_id)
        size = image_size(made / "firmware.elf", board)
        check_size(size, board)
        for suffix in _suffixes(board):
            atomic_write(
                target_dir / f"firmware.{suffix}", (made / f"firmware.{suffix}").read_bytes()
            )
        # The map names files of the compiler, so it is no output that has to be the same anywhere.
        atomic_write(target_dir / FIRMWARE_MAP, (made / FIRMWARE_MAP).read_bytes())
        (target_dir / "firmware.elf").chmod(0o755)  # the host's image is a program
        info = FirmwareInfo(
            board=board.id,
            isa=board.isa,
            build_id=made_id,
            model_sha256=model_sha256,
            flash_bytes=size.flash_bytes,
            ram_bytes=size.ram_bytes,
            runtime=_runtime(build_dir / GENERATED, tflm_lib),
        )
        atomic_write(
            target_dir / FIRMWARE_INFO, (json.dumps(asdict(info), indent=2) + "\n").encode()
        )
    print(f"build: {environment}: {size}; build id {info.build_id}")
    return info


def _runtime(generated: Path, tflm_lib: TflmLib | None) -> str:
    if tflm_lib:
        return OTHER_RUNTIME
    return AOT_RUNTIME if is_aot(generated) else OWN_RUNTIME


def _require_id(elf: Path, made_id: str) -> None:
    """The image was linked from the sources that the id is of, not left there by another build."""
    if made_id.encode() not in elf.read_bytes():
        raise FirmwareBuildError(
            f"{elf} is not build {made_id}, which its sources make; run `invoke clean --everything`"
        )


def _suffixes(board: Board) -> tuple[str, ...]:
    if board.family.architecture != "cortex_m":
        return ("elf",)
    return ("elf", "bin", "hex", *(("uf2",) if uf2.family_id(board) is not None else ()))


def _compiler(board: Board) -> str:
    """Path of the C++ compiler: from PATH, else from PlatformIO's toolchain package."""
    name = "g++" if board.family.architecture == "native" else "arm-none-eabi-g++"
    found = shutil.which(name)
    packaged = TOOLCHAIN_PACKAGE / "bin" / name
    if found is None and packaged.is_file() and board.family.architecture != "native":
        found = str(packaged)
    if found is None:
        raise tools.missing(name, f"building for {board.id}")
    return found


@contextlib.contextmanager
def build_lock() -> Iterator[None]:
    """Held by whoever builds in PlatformIO's folder, until the result is copied from there."""
    path = PIO_BUILD_DIR.parent / "mcuforge.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock.held(path, "build: waiting for another build to end"):
        yield


def _run_platformio(
    board: Board, environment: str, log_path: Path, verbose: bool, options: Mapping[str, str]
) -> None:
    """Runs `pio run -e <environment>`, with `options` as environment variables.

    Raises FirmwareBuildError or BudgetError.
    """
    command = [sys.executable, "-m", "platformio", "run", "-e", environment]
    lines = []
    with subprocess.Popen(
        command,
        cwd=PROGRAM,
        env=pio_core.environment(options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        try:
            with progress(f"build: {environment}") as step:
                for line in process.stdout:
                    lines.append(line)
                    if line[:1].isalpha():  # "Compiling ...", not a rule
                        words = line.split()
                        step.advance(state=f"{words[0]} {Path(words[-1]).name}")
                    if verbose:
                        print(line, end="", flush=True)
        except BaseException:
            process.terminate()
            raise
    output = "".join(lines)
    atomic_write(log_path, output.encode())
    if process.returncode == 0:
        return
    tools.require_space(f"building {environment}", output)
    check_image(_overflowing(board, output), board, boards_built_here())
    if not verbose:
        sys.stderr.write("".join(_relevant(lines)))
    raise FirmwareBuildError(f"building {environment} failed; the whole log is in {log_path}")


def _overflowing(board: Board, output: str) -> dict[str, int]:
    """Bytes wanted of the regions that are too small, by name, from what the linker said.

    Regions of a linker script that is not ours (family arduino) have other names: none then.
    """
    length = {region.name: region.length for region in board.regions}
    found = OVERFLOWED.findall(output)
    return {name: length[name] + int(excess) for name, excess in found if name in length}


def _relevant(lines: list[str]) -> list[str]:
    """What a user needs of a failed build: the errors and the lines that belong to them."""
    first = next((i for i, line in enumerate(lines) if re.search(r"\berror\b", line, re.I)), 0)
    return lines[first : first + 40]
