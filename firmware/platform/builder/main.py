"""How the firmware is built: SCons script that PlatformIO runs for each environment.

Everything that differs between boards comes from the board's JSON file; this script asks for the
architecture of the board's family and for nothing else.
"""

import shlex
import subprocess
import sys
from pathlib import Path

from SCons.Script import AlwaysBuild, Default, DefaultEnvironment

env = DefaultEnvironment()
PROJECT_DIR = Path(env.subst("$PROJECT_DIR"))
WORKSPACE_DIR = Path(env.subst("$PROJECT_WORKSPACE_DIR"))
BUILD_DIR = Path(env.subst("$BUILD_DIR"))
SRC_DIR = Path(env.subst("$PROJECT_SRC_DIR"))
GENERATED_DIR = Path(env.subst("$PROJECT_INCLUDE_DIR"))
PLATFORM_DIR = Path(env.PioPlatform().get_dir()).resolve()
REPOSITORY = PLATFORM_DIR.parents[1]
BOARDS_DIR = REPOSITORY / "firmware" / "boards"

if str(REPOSITORY) not in sys.path:
    sys.path.insert(0, str(REPOSITORY))

from codegen.boards import boot2, port_files, uf2  # noqa: E402
from codegen.boards.facts import load_board  # noqa: E402
from codegen.compile import compiler_flags  # noqa: E402
from codegen.compile.needless_sources import build_filter  # noqa: E402
from codegen.errors import CodegenError  # noqa: E402
from codegen.files import cache_limit  # noqa: E402
from codegen.files.manifest import atomic_write  # noqa: E402
from codegen.image import image_sources, section_sizes  # noqa: E402
from firmware.platform.builder import object_cache  # noqa: E402


def fail(message, exit_code=2):
    sys.stderr.write(f"error: {message}\n")
    env.Exit(exit_code)


# ---------------------------------------------------------------- facts and generated sources

try:
    board = load_board(env["BOARD"])
    image_sources.require_generated(GENERATED_DIR)
except CodegenError as error:
    fail(str(error), error.exit_code)

FACTS_DIR = BUILD_DIR / "board_facts"
atomic_write(FACTS_DIR / "board_facts.h", port_files.board_facts(board).encode())

# ---------------------------------------------------------------- tools and flags

# No path of this machine in the image. Where the program is installed, the workspace is elsewhere.
OWN_FOLDERS = tuple(dict.fromkeys(map(str, (PROJECT_DIR, WORKSPACE_DIR.parent))))
NO_FOLDER = [f"-ffile-prefix-map={folder}=." for folder in OWN_FOLDERS]

env.Replace(PROGNAME="firmware", PROGSUFFIX=".elf")
env.Append(
    CCFLAGS=[
        *(*compiler_flags.SIZE, "-g", *NO_FOLDER),
        *(*compiler_flags.SECTIONS, *compiler_flags.WARNINGS),
    ],
    CXXFLAGS=list(compiler_flags.CXX),
    CFLAGS=["-std=c11"],
    # the map says which object a byte comes from: `invoke size` reads it
    LINKFLAGS=['-Wl,-Map="${BUILD_DIR}/firmware.map"'],
    CPPDEFINES=[(compiler_flags.isa_macro(board.isa), 1)],
    CPPPATH=[str(BOARDS_DIR)],
)
port_folders = image_sources.port_folders(board)

if board.family.architecture == "cortex_m":
    prefix = "arm-none-eabi-"
    core = compiler_flags.core_flags(board.cpu, board.float_abi, board.fpu)
    env.Append(
        CCFLAGS=[*core, *compiler_flags.LINK_TIME_OPTIMISATION],
        LINKFLAGS=[*core, *compiler_flags.IMAGE_LINK, *NO_FOLDER],
        LIBS=["m", "c", "gcc"],
    )
    linker_script = BUILD_DIR / "board.ld"
    atomic_write(linker_script, port_files.linker_script(board).encode())
    env.Replace(LDSCRIPT_PATH=str(linker_script))
else:
    prefix = ""
    env.Append(LINKFLAGS=["-Wl,--gc-sections", "-Wl,--fatal-warnings"])
    sanitize = env.GetProjectOption("custom_sanitize", "no").lower() in ("yes", "true", "1")
    if sanitize:
        flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        env.Append(CCFLAGS=[*flags, "-fno-omit-frame-pointer"], LINKFLAGS=flags)

env.Replace(
    AR=f"{prefix}gcc-ar",
    AS=f"{prefix}as",
    CC=f"{prefix}gcc",
    CXX=f"{prefix}g++",
    LINK=f"{prefix}g++",
    OBJCOPY=f"{prefix}objcopy",
    RANLIB=f"{prefix}gcc-ranlib",
    ARFLAGS=["rcD"],  # D: no time, no user in the archive
)

cache_dir = WORKSPACE_DIR / "objects"
cache_limit.prune(cache_dir.glob("*/*"))  # SCons touches what it takes from there
env.CacheDir(str(cache_dir), object_cache.ObjectCache)

# ---------------------------------------------------------------- build id


def compiler_version():
    try:
        output = subprocess.run(
            [env.subst("$CXX"), "--version"], env=env["ENV"], capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"cannot run {env.subst('$CXX')} ({error}); install it, `invoke doctor` says how", 3)
    return output.decode().splitlines()[0]


def without_own_folders(text):
    for folder in OWN_FOLDERS:
        text = text.replace(folder, ".")
    return text


def flag_texts():
    """All that reaches compiler and linker, with our own folders taken out."""
    names = ("CCFLAGS", "CXXFLAGS", "CFLAGS", "LINKFLAGS", "CPPDEFINES", "LIBS", "BUILD_FLAGS")
    return [without_own_folders(f"{name}={env.get(name)}") for name in names]


image_id = image_sources.image_id(
    PROJECT_DIR,
    SRC_DIR,
    GENERATED_DIR,
    Path(env.subst("$PROJECT_LIBDEPS_DIR")) / env["PIOENV"],
    board,
    [compiler_version(), *flag_texts()],
)
# Only the application's few sources see the id and the generated ones: libraries need not be
# compiled again for another model.
generated_flags = image_sources.generated_flags(PROJECT_DIR, GENERATED_DIR)
env.Append(
    SRC_BUILD_FLAGS=[
        *image_sources.application_flags(board, image_id),
        *(shlex.quote(flag) for flag in generated_flags),
    ]
)

# ---------------------------------------------------------------- sources

env.AddBuildMiddleware(build_filter(image_sources.application_files(SRC_DIR, GENERATED_DIR)))
generated_env = env.Clone()
generated_env.Append(
    CPPPATH=[str(GENERATED_DIR), *image_sources.library_headers(REPOSITORY)],
    CCFLAGS=generated_flags,
)
generated_env.BuildSources(str(BUILD_DIR / "generated"), str(GENERATED_DIR))
board_env = env.Clone()
board_env.Prepend(
    CPPPATH=[str(FACTS_DIR), *(str(BOARDS_DIR / name) for name in port_folders)],
)
for name in port_folders:
    board_env.BuildSources(str(BUILD_DIR / "boards" / name), str(BOARDS_DIR / name))


def sign_boot_stage(target, source, env):
    try:
        boot2.sign(Path(str(target[0])))
    except CodegenError as error:
        fail(str(error), error.exit_code)


elf = env.BuildProgram()
env.AddPostAction(elf, sign_boot_stage)
env.NoCache(elf)  # the map beside it comes from linking

# ---------------------------------------------------------------- what is made of the ELF


def report_size(target, source, env):
    """Prints the sizes and fails the build if the board's memory is exceeded."""
    try:
        size = section_sizes.image_size(Path(str(source[0])), board)
        section_sizes.check_size(size, board)
    except CodegenError as error:
        fail(str(error), error.exit_code)
    atomic_write(BUILD_DIR / "build_id", f"{image_id}\n".encode())
    print(f"{board.id}: {size}; build {image_id}")


size_report = env.Alias("sizes", elf, env.Action(report_size, "Checking sizes"))
AlwaysBuild(size_report)
outputs = [elf, size_report]
if board.family.architecture == "cortex_m":
    for suffix, file_format in (("bin", "binary"), ("hex", "ihex")):
        outputs.append(
            env.Command(
                str(BUILD_DIR / f"firmware.{suffix}"),
                elf,
                env.VerboseAction(f"$OBJCOPY -O {file_format} $SOURCE $TARGET", "Making $TARGET"),
            )
        )
    uf2_family = uf2.family_id(board)
    if uf2_family is not None:

        def make_uf2(target, source, env):
            data = Path(str(source[0])).read_bytes()
            data = uf2.uf2(data, board.image_origin, uf2_family)
            atomic_write(Path(str(target[0])), data)

        outputs.append(
            env.Command(
                str(BUILD_DIR / "firmware.uf2"),
                str(BUILD_DIR / "firmware.bin"),
                env.VerboseAction(make_uf2, "Making $TARGET"),
            )
        )


def upload(target, source, env):
    # Half a second to import, which a build without upload is spared.
    from harness.errors import HarnessError
    from harness.rig import flash

    try:
        flash.upload_image(board, BUILD_DIR, env.get("UPLOAD_PROTOCOL"), env.get("UPLOAD_PORT"))
    except (HarnessError, CodegenError) as error:
        fail(str(error), error.exit_code)


AlwaysBuild(env.Alias("upload", outputs, upload))
Default(outputs)
