"""Flags of compiler and linker. One place for the firmware that ships and for what is measured.

PlatformIO's builder gives them to each source; library.json of a library takes some away or adds
others, there as in codegen.compile.cpp_build.
"""

from __future__ import annotations

# A counting loop is longer with Armv8.1-M's loop instructions. What they save in time is worth it
# in kernels, which are compiled without these flags.
SIZE = ("-Os", "-fno-branch-count-reg")
SECTIONS = ("-ffunction-sections", "-fdata-sections")
WARNINGS = ("-Wall", "-Wextra", "-Werror")
CXX = ("-std=c++17", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics")

_ARMV6_M_CPUS = ("cortex-m0", "cortex-m0plus")

LINK_TIME_OPTIMISATION = ("-flto=auto", "-fno-fat-lto-objects")
# 1to1: the code of a source stays in an object of its own, by which `invoke size` tells it apart.
# Sections a function: a naked one has its literals behind it, and one that nobody calls goes.
IMAGE_LINK = (
    *(*LINK_TIME_OPTIMISATION, "-flto-partition=1to1", *SIZE, "-ffunction-sections"),
    *("-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,--fatal-warnings"),
)
"""Of a bare-metal image, beside core_flags() and the linker script."""


def sound_calls(cpu: str) -> list[str]:
    """What GCC needs to keep registers over calls on that core, for compiling and linking.

    -fipa-ra keeps values in registers that a callee leaves alone. Epilogues of Armv6-M pop some of
    those to free stack, which it does not see; so GCC turns it off for that core. But a function
    under `#pragma GCC optimize` gets it back (seen with GCC 12.2), and kernels have such pragmas.
    """
    return ["-fno-ipa-ra"] if cpu in _ARMV6_M_CPUS else []


def core_flags(cpu: str, float_abi: str, fpu: str) -> list[str]:
    """What selects an Arm core as GCC names it, for compiling and linking. fpu: "none" if none."""
    flags = ["-mthumb", f"-mcpu={cpu}", f"-mfloat-abi={float_abi}", *sound_calls(cpu)]
    return flags if fpu == "none" else [*flags, f"-mfpu={fpu}"]


def isa_macro(isa: str) -> str:
    """The macro that selects the kernels of "scalar", "dsp" or "mve" (lib/nn/nn/isa.h)."""
    return f"MCUFORGE_ISA_{isa.upper()}"
