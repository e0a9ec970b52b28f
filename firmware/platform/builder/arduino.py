"""What boards of PlatformIO's own platforms need besides: our port, generated sources, build id.

A "pre" script of [arduino] in platformio.ini. The platform that builds the board has its own
start-up code, linker script and tools; flags here are only those that our sources need.
"""

import sys
from pathlib import Path

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
PROJECT_DIR = Path(env.subst("$PROJECT_DIR"))
SRC_DIR = Path(env.subst("$PROJECT_SRC_DIR"))
GENERATED_DIR = Path(env.subst("$PROJECT_INCLUDE_DIR"))
BUILD_DIR = Path(env.subst("$BUILD_DIR"))
BOARDS_DIR = PROJECT_DIR / "firmware" / "boards"
FACTS_DIR = BUILD_DIR / "board_facts"

if str(PROJECT_DIR) not in sys.path:
    sys.path.insert(0, str(PROJECT_DIR))

from codegen.boards import port_files  # noqa: E402
from codegen.boards.facts import load_board  # noqa: E402
from codegen.compile import compiler_flags  # noqa: E402
from codegen.compile.needless_sources import build_filter  # noqa: E402
from codegen.errors import CodegenError  # noqa: E402
from codegen.files.manifest import atomic_write  # noqa: E402
from codegen.image import image_sources  # noqa: E402

try:
    board = load_board(env["PIOENV"])
    image_sources.require_generated(GENERATED_DIR)
except CodegenError as error:
    sys.stderr.write(f"error: {error}\n")
    env.Exit(error.exit_code)

atomic_write(FACTS_DIR / "board_facts.h", port_files.board_facts(board).encode())
platform = env.PioPlatform()
image_id = image_sources.image_id(
    PROJECT_DIR,
    SRC_DIR,
    GENERATED_DIR,
    Path(env.subst("$PROJECT_LIBDEPS_DIR")) / env["PIOENV"],
    board,
    # its compiler comes with the platform
    [f"{platform.name} {platform.version}", f"BUILD_FLAGS={env.get('BUILD_FLAGS')}"],
)
atomic_write(BUILD_DIR / "build_id", f"{image_id}\n".encode())

env.Append(
    CCFLAGS=compiler_flags.sound_calls(board.cpu),
    CPPDEFINES=[(compiler_flags.isa_macro(board.isa), 1)],
    CPPPATH=[str(FACTS_DIR), str(BOARDS_DIR), str(GENERATED_DIR)],
    LINKFLAGS=['-Wl,-Map="${BUILD_DIR}/firmware.map"'],
    SRC_BUILD_FLAGS=image_sources.application_flags(board, image_id),
)
env.AddBuildMiddleware(build_filter(image_sources.application_files(SRC_DIR, GENERATED_DIR)))
if image_sources.is_aot(GENERATED_DIR):
    env.Append(CPPPATH=image_sources.library_headers(PROJECT_DIR))
env.BuildSources(str(BUILD_DIR / "generated"), str(GENERATED_DIR))
for name in image_sources.port_folders(board):
    env.BuildSources(str(BUILD_DIR / "boards" / name), str(BOARDS_DIR / name))
