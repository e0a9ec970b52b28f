"""--to cmsis-pack: unpacked, and built of the files that its description names, for each core."""

import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from tests.export.bench import BOARD, CORES, compile_image, main_source, passes
from tests.exported import make

pytestmark = pytest.mark.emulated


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cnn", tmp_path_factory.mktemp("pack"), "cmsis-pack")


@pytest.fixture(scope="module")
def unpacked(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    (pack,) = out.glob("*.pack")
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(folder)
    return folder


def test_its_name_is_what_its_description_says(out: Path, unpacked: Path) -> None:
    (pdsc,) = unpacked.glob("*.pdsc")
    root = ET.fromstring(pdsc.read_bytes())
    release = root.find("releases/release")
    assert release is not None
    vendor, name, version = root.findtext("vendor"), root.findtext("name"), release.get("version")
    assert pdsc.name == f"{vendor}.{name}.pdsc"
    assert (out / f"{vendor}.{name}.{version}.pack").is_file()
    assert (out / pdsc.name).read_bytes() == pdsc.read_bytes()
    # Open-CMSIS-Pack, PACK.xsd 1.7.32: what a package has to have
    assert {"vendor", "name", "description", "url", "releases"} <= {one.tag for one in root}


@pytest.mark.parametrize("core", CORES)
def test_the_files_that_it_names(core: str, unpacked: Path, tmp_path: Path) -> None:
    (pdsc,) = unpacked.glob("*.pdsc")
    files: dict[str, list[Path]] = {}
    for one in ET.fromstring(pdsc.read_bytes()).iter("file"):
        path = unpacked / one.attrib["name"]
        assert path.exists(), path
        files.setdefault(one.attrib["category"], []).append(path)
    main = tmp_path / "main.c"
    main.write_text(main_source(["cnn"]))
    image = compile_image(
        CORES[core], files["sourceCpp"], [*files["sourceC"], main], [*files["include"], BOARD],
        tmp_path / "objects",
    )  # fmt: skip
    assert passes(CORES[core], image)
