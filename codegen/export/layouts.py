"""How each kind of project wants an export laid out: {path in the folder: text}."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from codegen.export.package import Package, readme


def _in(folder: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def c(package: Package) -> dict[str, str]:
    """Sources, test and CMakeLists.txt."""
    name = package.request.name
    setup = package.fill("setup_c.md")
    return {
        **_in("src", package.sources),
        **_in("test", package.test),
        "test/main.c": package.fill("main.c"),
        "CMakeLists.txt": package.fill(
            "CMakeLists.txt", sources=[f"src/{file}" for file in package.compiled]
        ),
        "README.md": readme(package, f"The neural network `{name}` as C and C++ sources.", setup),
    }


LAYOUTS: Mapping[str, Callable[[Package], dict[str, str]]] = {"c": c}
