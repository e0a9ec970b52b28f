"""What the builder of PlatformIO's own platform `native` does: a program of all sources. With
EXPORT_FLAGS and EXPORT_LINK of the environment, of another core's compiler."""

import os

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
flags = os.environ.get("EXPORT_FLAGS", "").split()
tool = "arm-none-eabi-" if flags else ""
env.Replace(
    CC=f"{tool}gcc", CXX=f"{tool}g++", LINK=f"{tool}g++", AR=f"{tool}ar", RANLIB=f"{tool}ranlib",
    PROGNAME="program", PROGSUFFIX="",
)  # fmt: skip
env.Append(
    CCFLAGS=[*flags, "-Os", "-Wall", "-Wextra", "-Werror", "-ffunction-sections"],
    CXXFLAGS=["-fno-exceptions", "-fno-rtti"],
    LINKFLAGS=[*flags, *os.environ.get("EXPORT_LINK", "").split()],
)
Default(env.BuildProgram())
