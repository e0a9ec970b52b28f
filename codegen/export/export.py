"""`invoke export`: from a build folder to a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from codegen.export import folder, package
from codegen.export.layouts import LAYOUTS
from codegen.export.request import Request


def export(request: Request, build_dir: Path, command: str) -> int:
    """Writes request.folder; returns how many files are in it.

    command: what repeats it, for the model card. Raises CodegenError, with the folder as it was.
    """
    folder.check(request)
    made = package.make(request, build_dir, command)
    texts = {**LAYOUTS[request.target](made), **made.papers}
    files = {name: text.encode() for name, text in texts.items()}
    files["sbom.cdx.json"] = package.bill(made, texts)
    folder.write(request, files)
    return len(files)
