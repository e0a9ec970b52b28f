"""What the builders of PlatformIO's own platforms do, for this machine: tools, flags, program."""

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
env.Replace(PROGNAME="firmware", PROGSUFFIX=".elf", CXX="g++", CC="gcc", LINK="g++", AR="gcc-ar")
env.Append(
    CCFLAGS=["-Os", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections"],
    CXXFLAGS=["-std=gnu++14", "-fno-exceptions", "-fno-rtti"],  # cores choose older standards
    LINKFLAGS=["-Wl,--gc-sections"],
)
Default(env.BuildProgram())
