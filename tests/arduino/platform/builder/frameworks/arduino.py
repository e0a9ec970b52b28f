"""The framework: its API's headers and its core."""

from pathlib import Path

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
SHIM_DIR = Path(env.PioPlatform().get_dir()).resolve().parent / "shim"

env.Append(CPPPATH=[str(SHIM_DIR)], CPPDEFINES=[("ARDUINO", 10819)])
env.BuildSources(str(Path(env.subst("$BUILD_DIR")) / "core"), str(SHIM_DIR))
