"""`invoke export`: from a build folder to a folder of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from codegen.export import folder, package
from codegen.export.archive import zip_bytes
from codegen.export.card import Measured
from codegen.export.layouts import LAYOUTS, pack_name
from codegen.export.request import Request


def export(
    request: Request, build_dir: Path, command: str, measured: Sequence[Measured] = ()
) -> int:
    """Writes request.folder; returns how many files are in it.

    command: what repeats it, and measured: by core, for the model card.
    Raises CodegenError, with the folder as it was.
    """
    folder.check(request)
    made = package.make(request, build_dir, command, measured)
    texts = {**LAYOUTS[request.target](made), **made.papers}
    files = {name: text.encode() for name, text in texts.items()}
    files["sbom.cdx.json"] = package.bill(made, texts)
    if request.zipped:
        files = _zipped(request.name, files)
    elif request.target == "cmsis-pack":
        files = _packed(pack_name(made), str(made.values["version"]), files)
    folder.write(request, files)
    return len(files)


def _zipped(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """One zip, in which all is in a folder of the library's name."""
    return {f"{name}.zip": zip_bytes({f"{name}/{file}": files[file] for file in files})}


def _packed(name: str, version: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The pack, its description, and what is to be read before it is installed."""
    beside = [file for file in files if "/" not in file]
    packed = {f"{name}.{version}.pack": zip_bytes(files)}
    return {**packed, **{file: files[file] for file in beside}}
