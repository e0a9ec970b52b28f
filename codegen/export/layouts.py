"""How each kind of project wants an export laid out: {path in the folder: text}."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from codegen.export.package import Package, readme

VENDOR = "mcuforge"  # of a CMSIS pack


def _in(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def _compiled(files: Mapping[str, str]) -> list[str]:
    return sorted(name for name in files if name.endswith((".cc", ".cpp")))


def c(package: Package) -> dict[str, str]:
    """Sources, test and CMakeLists.txt."""
    sources = _in("src", package.sources)
    title = f"The neural network `{package.request.name}` as C and C++ sources."
    return {
        **sources,
        **_in("test", package.test),
        "test/main.c": package.fill("main.c"),
        "CMakeLists.txt": package.fill("CMakeLists.txt", sources=_compiled(sources)),
        "README.md": readme(package, title, package.fill("setup_c.md")),
    }


def platformio(package: Package) -> dict[str, str]:
    """A project that `pio run` builds, whose lib/NAME is the library."""
    name = package.request.name
    title = f"A PlatformIO project with the neural network `{name}`: `lib/{name}` is the library."
    return {
        **_in(f"lib/{name}/src", {**package.sources, **package.test}),
        f"lib/{name}/library.json": _json(
            {
                "name": name,
                "version": package.values["version"],
                "description": f"The neural network {name}, made by mcuforge",
                "license": "Apache-2.0",
                "frameworks": "*",
                "platforms": "*",
                "headers": f"{name}.h",
                "build": {"srcDir": "src", "includeDir": "src"},
            }
        ),
        f"lib/{name}/LICENSE": package.papers["LICENSE"],
        "platformio.ini": package.fill("platformio.ini"),
        "src/main.c": package.fill("main.c"),
        "README.md": readme(package, title, package.fill("setup_platformio.md")),
    }


def arduino(package: Package) -> dict[str, str]:
    """A library as the IDE wants it: all sources in src/, with endings that its builder knows."""
    name = package.request.name
    files = {**package.sources, **package.test}
    flat = {str(PurePosixPath(file).with_suffix(".cpp")) if file.endswith(".cc") else file: text
            for file, text in files.items()}  # fmt: skip
    example = f"{name}_self_test"
    title = f"The neural network `{name}` as an Arduino library."
    return {
        **_in("src", flat),
        "library.properties": package.fill("library.properties"),
        f"examples/{name}_serial/{name}_serial.ino": package.fill("serial.ino"),
        f"examples/{example}/{example}.ino": package.fill("self_test.ino"),
        "README.md": readme(package, title, package.fill("setup_arduino.md")),
    }


def zephyr(package: Package) -> dict[str, str]:
    """A module, and a sample application."""
    name = package.request.name
    sources = _in("src", package.sources)
    title = f"A Zephyr module with the neural network `{name}`."
    return {
        **sources,
        **_in("test", package.test),
        "zephyr/module.yml": package.fill("module.yml"),
        "CMakeLists.txt": package.fill("zephyr.cmake", sources=_compiled(sources)),
        "Kconfig": package.fill("Kconfig"),
        f"samples/{name}/CMakeLists.txt": package.fill("sample.cmake"),
        f"samples/{name}/prj.conf": package.fill("prj.conf"),
        f"samples/{name}/sample.yaml": package.fill("sample.yaml"),
        f"samples/{name}/src/main.c": package.fill("main.c"),
        "README.md": readme(package, title, package.fill("setup_zephyr.md")),
    }


def cmsis_pack(package: Package) -> dict[str, str]:
    """The content of the pack: its description beside the sources."""
    sources = _in("src", package.sources)
    title = f"A CMSIS pack with the neural network `{package.request.name}`."
    return {
        **sources,
        **_in("test", package.test),
        f"{pack_name(package)}.pdsc": package.fill(
            "pack.pdsc", vendor=VENDOR, sources=_compiled(sources)
        ),
        "README.md": readme(
            package, title, package.fill("setup_cmsis-pack.md", pack=pack_name(package))
        ),
    }


def pack_name(package: Package) -> str:
    return f"{VENDOR}.{package.request.name}"


def tflm(package: Package) -> dict[str, str]:
    """Only what a project with upstream TFLM lacks; the test is one more user of them."""
    name = package.request.name
    test = {**package.test, **package.wrapper, f"{name}_main.c": package.fill("main.c")}
    return {
        **package.sources,
        **_in("test", test),
        "README.md": package.fill("README_tflm.md"),
    }


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


LAYOUTS: Mapping[str, Callable[[Package], dict[str, str]]] = {
    "c": c,
    "platformio": platformio,
    "arduino": arduino,
    "zephyr": zephyr,
    "cmsis-pack": cmsis_pack,
    "tflm": tflm,
}
