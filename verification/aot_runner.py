"""Golden's cases as generated code (engine aot): many models in one check runner.

The runner is built anew for each batch of cases; case i of its table is asked for by number.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from codegen.aot.generate import generate_aot
from codegen.compile import cpp_build
from codegen.compile.cpp_build import NN
from codegen.model.tflite import Model
from verification.check_runner import CHECKS, Target, build_image, build_sanitized

_IMAGE_BYTES = 200_000  # of models in one runner: what the smallest machine's code memory bears
_IMAGE_CASES = 50  # more take a compiler no less time, and memory

_TABLE = """#ifndef AOT_CASES_H_
#define AOT_CASES_H_
{includes}
namespace checks {{
constexpr AotCase kAotCases[] = {{
{rows}}};
}}  // namespace checks
#endif
"""
_FIELDS = (
    *("kArenaBytes", "kInputCount", "kOutputCount", "kInputBytes", "kOutputBytes"),
    *("Init", "Input", "Output", "Invoke"),
)


def batches(models: Sequence[bytes]) -> Iterator[range]:
    """The cases, cut into what one runner holds."""
    begin = nbytes = 0
    for index, model in enumerate(models):
        if index > begin and (nbytes + len(model) > _IMAGE_BYTES or index - begin == _IMAGE_CASES):
            yield range(begin, index)
            begin, nbytes = index, 0
        nbytes += len(model)
    if begin < len(models):
        yield range(begin, len(models))


def case_number(index: int) -> bytes:
    """What a Job of such a runner has in place of a model."""
    return struct.pack("<I", index)


def build_runner(target: Target, cases: Sequence[tuple[bytes, float]]) -> Path:
    """A check runner whose case i is the model of cases[i], with that strip_cost (generate_aot).

    Raises CodegenError (a model that the engine refuses), CppBuildError, MissingToolError.
    """
    with tempfile.TemporaryDirectory(prefix="aot-") as name:
        folder = Path(name)
        for index, (model, strip_cost) in enumerate(cases):
            made = generate_aot(model, f"case{index}", [target.isa], strip_cost=strip_cost)
            for file_name, text in made.items():
                (folder / file_name).write_bytes(text)
        (folder / "aot_cases.h").write_text(_table(len(cases)))
        sources = [*sorted(folder.glob("*.cc")), CHECKS / "aot_batch.cc"]
        libraries = cpp_build.library_sources(target.isa)
        includes = [folder]
        if any(Model.parse(model).custom_names for model, _ in cases):
            # by lib/tflm, not by kernels alone
            sources += [*cpp_build.custom_op_sources(), CHECKS / "aot_log.cc"]
            includes.append(cpp_build.CUSTOM_OPS)
        else:
            libraries = [one for one in libraries if NN in one[0].parents]
        if target.machine is None:
            sources.append(CHECKS / "host.cc")
            return build_sanitized("aot", sources, libraries=libraries, includes=includes)
        return build_image(target, f"aot-{target.cpu}", sources, libraries, includes)


def _table(count: int) -> str:
    includes = "".join(f'#include "case{index}_model.h"\n' for index in range(count))
    rows = "".join(
        "    {" + ", ".join(f"case{index}::{field}" for field in _FIELDS) + "},\n"
        for index in range(count)
    )
    return _TABLE.format(includes=includes, rows=rows)
