"""What may be mutated, and which tests have to notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegen.compile.included import Headers
from codegen.files.places import PROGRAM
from verification.cases import signal
from verification.errors import VerificationError
from verification.mutation.nearest import test_files

_PYTHON = ("codegen", "harness", "pipeline", "training", "verification", "verbs")
APPLICATION = "firmware/src"
RUNTIME = Path("firmware/lib/tflm")
_ON_HOST = "tests/golden/test_golden.py::test_every_output_byte_is_the_oracles_on_the_host"
_CONTRADICTED = (
    "tests/golden/test_contradictions.py::test_what_becomes_of_a_model_with_one_thing_changed"
)
_ARENAS = "tests/golden/test_arena_sweep.py::test_an_ops_arena_is_what_it_was"
_FLOATS = [f"tests/unit/firmware/test_float_{name}.py" for name in ("curves", "arithmetic")]
# The quick and telling ones first. Not among them: tests of what is around the runtime.
_KERNELS = [
    "tests/golden/test_golden.py",
    *(f"tests/cores/test_{name}.py" for name in ("kernels", "vector_lengths", "conv_blocks")),
]
_RUNTIME = [
    *(f"tests/golden/test_{name}.py" for name in ("refusals", "streaming", "arena_sweep", "aot")),
    *(f"tests/cores/test_{name}.py" for name in ("small_arenas", "aot")),
]
_CPP = {
    "firmware/lib/nn": [
        *_FLOATS,
        _ARENAS,
        *_KERNELS,
        "tests/emulated/test_property.py",
        *_RUNTIME,
        "tests/unit/codegen/host",
        "tests/unit/codegen/aot",
        "tests/unit/firmware/frontend",
    ],
    "firmware/lib/tflm": [
        _ARENAS,
        *_FLOATS,
        "tests/unit/firmware/test_control_flow.py",
        "tests/unit/firmware/test_log.py",
        _ON_HOST,
        "tests/golden/test_contradictions.py",
        "tests/golden/test_sketches.py",
        "tests/unit/codegen/memory",
        "tests/unit/firmware/test_tflm_api.py",
        "tests/cores/test_log_on_cores.py",
        *_RUNTIME,
        "tests/golden/test_custom_op.py",
        "tests/golden/test_fuzz.py",
    ],
    "firmware/lib/wire": ["tests/unit/firmware/wire"],
    "firmware/lib/custom_ops": [
        "tests/unit/firmware/test_signal_ops.py",
        *(f"{_ON_HOST}[{op}]" for op in signal.CASES),
        *(f"{_CONTRADICTED}[{op}]" for op in signal.CASES),
        "tests/golden/test_custom_op.py",
    ],
    "firmware/lib/frontend": ["tests/unit/firmware/frontend", "tests/unit/codegen/frontend"],
    APPLICATION: [
        "tests/unit/firmware/wire",
        "tests/unit/firmware/test_ring_buffer.py",
        "tests/unit/firmware/test_rate.py",
        *(
            f"tests/emulated/test_{name}.py"
            for name in ("device", "host_process", "baud", "tensors")
        ),
        "tests/unit/firmware/test_tflm_api.py",
        "tests/cores/test_log_on_cores.py",
        *("--board=host", "-k=host or not emulated or baud or text"),
    ],
}


# What a header of the runtime is asked for that just users include: code of their kind.
_USERS = [
    "tests/golden/test_sketches.py",
    "tests/unit/firmware/test_tflm_api.py",
    "tests/unit/firmware/test_signal_ops.py",
    "tests/golden/test_custom_op.py",
]


@dataclass(frozen=True)
class Room:
    """name: a folder of the repository. sources: its files, relative to the repository."""

    name: str
    sources: tuple[Path, ...]

    def tests(self, source: Path) -> list[str]:
        """Files and folders of tests that concern a source: the nearest first."""
        if source.suffix == ".py":
            return test_files(source, PROGRAM)
        if source.is_relative_to(RUNTIME) and source.suffix == ".h" and not _is_own(source):
            return _USERS
        return next(tests for room, tests in _CPP.items() if self.name.startswith(room))


def _is_own(header: Path) -> bool:
    """Whether a source of the libraries includes it."""
    library = PROGRAM / RUNTIME.parent
    headers = Headers([library])
    return any(PROGRAM / header in headers.reached(path) for path in library.rglob("*.cc"))


def find(name: str) -> Room:
    """A folder of Python or of C++; `lib/nn` will do. Raises VerificationError."""
    name = name.strip("/")
    name = f"firmware/{name}" if name.startswith(("lib/", "src")) else name
    folder = PROGRAM / name
    patterns: tuple[str, ...] = ()
    if name.startswith(tuple(_CPP)):
        patterns = ("**/*.cc", "**/*.h")
    elif name.split("/")[0] in _PYTHON:
        patterns = ("**/*.py",)
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    if not found:
        raise VerificationError(
            f"mutate: no room {name!r}; there are {', '.join((*_PYTHON, *_CPP))} and their folders"
        )
    return Room(name, tuple(path.relative_to(PROGRAM) for path in found))
