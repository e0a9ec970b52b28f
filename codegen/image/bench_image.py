"""The benchmark's image: one model, a resolver with its ops alone, no application.

Built as the firmware is (flags of each library.json, -Os for the rest), but with error strings
stripped and nothing beside start-up and runtime, as the baseline was: docs/performance.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.aot.generate import count_constants, generate_aot
from codegen.boards.facts import Board
from codegen.compile import cpp_build
from codegen.compile.needless_sources import needed_files
from codegen.engines import AOT, INTERPRETER
from codegen.files.manifest import atomic_write
from codegen.files.places import BUILD, PROGRAM
from codegen.files.templates import fill
from codegen.model.op_table import SupportedOp, resolver_arguments, resolver_calls
from codegen.model.tflite import Model

SOURCE = PROGRAM / "firmware" / "bench" / "main.cc"
_TEMPLATES = Path(__file__).parent / "templates"
_BUILD = BUILD / "bench"
OPS = "bench_ops.h"
_FILES = ("bench_model.h", "bench_data.s", "bench.ld")
_CODE_SECTIONS = (".text", ".data")  # the model's array has a section of its own


@dataclass(frozen=True)
class BenchImage:
    """elf: the linked image. flash_bytes: text, rodata and data, the model not counted.

    constant_bytes: the model: the .tflite, or the arrays of generated code.

    machine: the QEMU machine it is linked for. icount_shift: an instruction takes 2^shift ns there.
    """

    elf: Path
    flash_bytes: int
    constant_bytes: int
    machine: str
    icount_shift: int
    stack_bytes: int


def build_bench_image(
    model: Model,
    board: Board,
    arena_bytes: int,
    inputs: NDArray[Any],
    supported: Mapping[str, SupportedOp],
    host_board: Board | None = None,
    profile: bool = False,
    engine: str = INTERPRETER,
) -> BenchImage:
    """Compiles for `board` and links for its memory, or for host_board's if that is given.

    arena_bytes: exact, as planned for board.isa. inputs: [N, ...], N >= 1, of each inference the
    bytes of all inputs, one behind the other. profile: the image prints the ticks of each op.
    engine: one of codegen.engines.
    Raises RegionOverflowError (too large), CppBuildError, MissingToolError.
    """
    machine = host_board or board
    if machine.emulator is None or machine.emulator.machine is None:
        raise cpp_build.CppBuildError(f"{machine.id} is no QEMU machine; choose another")
    files = {
        "model.tflite": model.data,
        "inputs.bin": np.ascontiguousarray(inputs).tobytes(),
        **_render(model, machine, board.stack_bytes, arena_bytes, inputs, supported, engine),
    }
    if engine == AOT:
        hook = "bench_after_op" if profile else None
        files |= generate_aot(model.data, "model", [board.isa], hook)
    digest = hashlib.sha256(b"\0".join(name.encode() + files[name] for name in sorted(files)))
    kind = f"{'-aot' * (engine == AOT)}{'-profile' * profile}"
    folder = _BUILD / f"{board.id}-{digest.hexdigest()[:16]}{kind}"
    for name, content in files.items():
        atomic_write(folder / name, content)

    machine_flags = cpp_build.machine_flags(board)
    options = [
        *(["-DMCUFORGE_BENCH_PROFILE=1"] * profile),
        *(["-DMCUFORGE_BENCH_AOT=1"] * (engine == AOT)),
    ]
    program = [SOURCE, SOURCE.with_name(f"{engine}_subject.h")]
    objects = program_objects(program, folder, board.isa, machine_flags, options)
    # What .incbin reads is no part of the source's text: the digest that names the folder is.
    data_flags = [*machine_flags, f"-Wa,-I,{folder}"]
    objects += cpp_build.compile_objects([(folder / "bench_data.s", data_flags)])
    elf = cpp_build.link_image("bench.elf", objects, machine_flags, folder / "bench.ld")
    program_bytes = _section_bytes(elf, _CODE_SECTIONS)
    constant_bytes = model.size
    if engine == AOT:  # which has its constants in the program
        constant_bytes = count_constants(model, board.isa)
        program_bytes -= constant_bytes
    return BenchImage(
        elf=elf,
        flash_bytes=program_bytes,
        constant_bytes=constant_bytes,
        machine=machine.emulator.machine,
        icount_shift=machine.emulator.icount_shift or 0,
        stack_bytes=board.stack_bytes,
    )


def program_objects(
    program: Sequence[Path],
    folder: Path,
    isa: str,
    machine_flags: Sequence[str],
    options: Sequence[str] = (),
) -> list[Path]:
    """Objects of a benchmark's program and of the runtime's sources that it leads to, as in what
    ships: how much is inlined at link time depends on how much there is.

    program: its sources and headers. folder: those that were made for it. Raises CppBuildError,
    MissingToolError.
    """
    needed = needed_files([*program, *folder.glob("*.h"), *folder.glob("*.cc")])
    custom_ops = [path for path in cpp_build.custom_op_sources() if path in needed]
    own = [path for path in program if path.suffix == ".cc"]
    flags = [*machine_flags, *cpp_build.STRIPPED, *cpp_build.program_flags(), *options]
    return [
        *cpp_build.compile_objects(
            (path, [*machine_flags, *library])
            for path, library in cpp_build.library_sources(isa, stripped=True)
            if path in needed
        ),
        *cpp_build.compile_objects(
            ((path, flags) for path in (*own, *custom_ops, *sorted(folder.glob("*.cc")))),
            [folder, SOURCE.parent, cpp_build.CUSTOM_OPS],
        ),
    ]


def _render(
    model: Model,
    machine: Board,
    stack_bytes: int,
    arena_bytes: int,
    inputs: NDArray[Any],
    supported: Mapping[str, SupportedOp],
    engine: str,
) -> dict[str, bytes]:
    def first(kind: str) -> Any:
        return next(region for region in machine.regions if region.kind == kind)

    values = {
        "model_name": model.sha256,
        "is_aot": engine == AOT,
        "arena_bytes": arena_bytes,
        "input_count": len(inputs),
        "model_bytes": model.size,
        "inputs_bytes": inputs.nbytes,
        "input_bytes": [tensor.nbytes for tensor in model.inputs],
        "output_bytes": [tensor.nbytes for tensor in model.outputs],
        "machine": machine.id,
        "flash": first("flash"),
        "ram": first("ram"),
        "largest": max(machine.regions, key=lambda region: region.length),
        "stack_bytes": stack_bytes,
    }
    files = {name: render(name, values) for name in _FILES}
    return files if engine == AOT else {**files, OPS: render_ops([model], supported)}


def render_ops(models: Sequence[Model], supported: Mapping[str, SupportedOp]) -> bytes:
    """The header OPS: a resolver with the ops of these models alone, at least one."""
    all_calls = dict.fromkeys(c for model in models for c in resolver_calls(model, supported))
    whole = {call for call in all_calls if call.endswith("()")}
    # An op that one model needs in all its types has these for the others, too.
    calls = [c for c in all_calls if c in whole or f"{c.partition('(')[0]}()" not in whole]
    planned = next((model for model in models if model.has_memory_plan), models[0])
    values = {
        "resolver_calls": calls,
        "resolver_arguments": resolver_arguments(planned, calls),
        "has_custom_ops": any(model.custom_names for model in models),
    }
    return render(OPS, values)


def render(name: str, values: Mapping[str, Any]) -> bytes:
    """A file made from templates/<name>.jinja."""
    return fill(_TEMPLATES / f"{name}.jinja", values).encode()


def _section_bytes(elf_path: Path, names: tuple[str, ...]) -> int:
    from elftools.elf.elffile import ELFFile

    with elf_path.open("rb") as file:
        elf = ELFFile(file)
        sections = [elf.get_section_by_name(name) for name in names]
        return sum(int(section["sh_size"]) for section in sections if section is not None)
