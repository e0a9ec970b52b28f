"""Another library that provides the TFLM C++ API, in place of firmware/lib/tflm and lib/nn.

It reaches PlatformIO through the two variables that platformio.ini reads, so that one file of
settings serves both runtimes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.build_id import build_id

LIBRARY_VARIABLE = "MCUFORGE_TFLM_LIB"
IGNORED_VARIABLE = "MCUFORGE_LIB_IGNORE"
_OWN_LIBRARIES = ("tflm", "nn")
_HEADER = "micro_interpreter.h"  # of the API that every version has
_LINK = "symlink://"  # PlatformIO's prefix of a folder that is used where it lies
_FLAGS = (
    "-DMCUFORGE_RUNTIME_UPSTREAM=1",  # what INFO says
    # Upstream before October 2026 lays TfLiteTensor out by it, so the library's own flags will not
    # do: application and library have to agree. Later versions do not know it.
    "-DTF_LITE_STATIC_MEMORY",
    "-Wno-error",  # other people's warnings are not ours to mend
    "-fno-lto",  # nor is it known whether their code bears it
)


@dataclass(frozen=True)
class TflmLib:
    """spec: as PlatformIO's lib_deps takes it. folder: where its sources are, None if PlatformIO
    fetches it."""

    spec: str
    folder: Path | None

    @staticmethod
    def parse(text: str) -> TflmLib | None:
        """From a folder, or any spec of PlatformIO's; None for "". Raises CodegenError."""
        if not text:
            return None
        folder = Path(text).expanduser().resolve()
        if folder.is_dir():
            name = _library_name(folder)
            if name in _OWN_LIBRARIES:
                raise CodegenError(
                    f"--tflm-lib {text}: the library is called {name!r}, as one of mcuforge's own "
                    "that it replaces; give it another name in its library.json"
                )
            if next(folder.rglob(_HEADER), None) is None:
                raise CodegenError(f"--tflm-lib {text}: no {_HEADER} is in it; name TFLM's library")
            return TflmLib(f"{_LINK}{folder}", folder)
        if text.startswith((".", "/", "~")):
            raise CodegenError(f"--tflm-lib {text}: no such folder")
        return TflmLib(text, None)

    def variables(self) -> Mapping[str, str]:
        """Environment variables for PlatformIO."""
        flags = (os.environ.get("PLATFORMIO_BUILD_FLAGS", ""), *_FLAGS)
        return {
            LIBRARY_VARIABLE: self.spec,
            IGNORED_VARIABLE: ", ".join(_OWN_LIBRARIES),
            "PLATFORMIO_BUILD_FLAGS": " ".join(filter(None, flags)),
        }

    def digest(self) -> str:
        """Changes with the library's sources, or with the spec of one that is fetched."""
        return self.spec if self.folder is None else build_id({"library": self.folder}, [])


def linked_folder() -> Path | None:
    """For the builder's scripts: the folder that takes the place of our own libraries."""
    spec = os.environ.get(LIBRARY_VARIABLE, "")
    return Path(spec.removeprefix(_LINK)) if spec.startswith(_LINK) else None


def _library_name(folder: Path) -> str:
    try:
        return str(json.loads((folder / "library.json").read_text())["name"])
    except FileNotFoundError:
        return folder.name
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CodegenError(f"cannot read {folder / 'library.json'}: {error}") from None
