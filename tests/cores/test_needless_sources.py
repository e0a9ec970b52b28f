"""What a build leaves out because no op leads to it is never what an op needs, on any ISA."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.compile import cpp_build
from codegen.compile.needless_sources import needless_sources
from codegen.model.op_table import load_supported_ops
from verification.check_runner import TARGETS

pytestmark = pytest.mark.golden

INTERPRETER = '#include "tensorflow/lite/micro/micro_interpreter.h"\n'
OPS = load_supported_ops().values()


def _symbols(isa_of: str) -> dict[Path, tuple[set[str], set[str]]]:
    """{source: (what it defines for others, what it takes from others)} from its object."""
    target = TARGETS[isa_of]
    work = [
        (path, [*target.machine_flags, *flags])
        for path, flags in cpp_build.library_sources(target.isa)
    ]
    sources = {
        str(o): path for o, (path, _) in zip(cpp_build.compile_objects(work), work, strict=True)
    }
    found: dict[Path, tuple[set[str], set[str]]] = {p: (set(), set()) for p in sources.values()}
    text = subprocess.run(
        ["arm-none-eabi-nm", "-g", "-A", *sources], capture_output=True, text=True, check=True
    ).stdout
    for line in text.splitlines():
        made, _, rest = line.partition(":")
        *_, kind, name = rest.split()
        found[sources[made]][kind == "U"].add(name)
    return found


def test_each_op_has_all_that_it_needs_on_each_core(tmp_path: Path) -> None:
    cores = {cpu: _symbols(cpu) for cpu in ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55")}
    ours = {
        cpu: set().union(*(defined for defined, _ in symbols.values()))
        for cpu, symbols in cores.items()
    }
    calls = [(op, argument) for op in OPS for argument in ("", f"MCUFORGE_INT8({op.name})")]
    for op, argument in calls:
        application = tmp_path / f"{op.name}.cc"
        call = f"resolver.Add{op.add_suffix}({argument})"
        application.write_text(f"{INTERPRETER}auto status = {call};\n")
        needless = needless_sources([application])
        assert needless, f"{op.name} alone needs everything"
        for cpu, symbols in cores.items():
            kept = [parts for path, parts in symbols.items() if path not in needless]
            defined = set().union(*(defined for defined, _ in kept))
            taken = set().union(*(undefined for _, undefined in kept))
            assert f"k{op.add_suffix}" in "".join(defined)
            missing = (taken & ours[cpu]) - defined
            assert not missing, f"{op.name} on {cpu}: {missing}"
