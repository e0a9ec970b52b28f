"""The wheel, installed in an environment of its own and used from a project's folder.

The user's examples of docs/testing.md run there, too. The environment borrows the packages of this
one, so that nothing is downloaded.
"""

import itertools
import os
import re
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codegen.files.places import BUILD
from codegen.host.runtime import library_file
from tests.installed import Environment

pytestmark = pytest.mark.emulated

ROOT = Path(__file__).resolve().parents[2]
TESTING_MD = ROOT / "docs/testing.md"

IMPORT_ALL = """
import importlib, pkgutil, mcuforge
EXTRAS = {
    "harness.farm.keeper": ("grpc", "labgrid"),
    "harness.farm.labgrid_drivers": ("grpc", "labgrid"),
    "pipeline.search.sampler": ("optuna",),
}
for module in pkgutil.walk_packages(mcuforge.__path__, "mcuforge."):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        needed = EXTRAS.get(module.name.partition(".")[2], ())
        assert error.name in needed, error
    print(module.name)
"""


@dataclass(frozen=True)
class Project:
    """A user's folder with a model and an image for `host` that the installed verbs built."""

    installed: Environment
    folder: Path
    model: Path

    def mcuforge(self, *arguments: str | Path) -> tuple[int, str]:
        return self.installed.run("mcuforge", *arguments, cwd=self.folder)

    def pytest(self, test: str, *options: str) -> tuple[int, str]:
        """pytest on one file, with nothing that would name the plugin."""
        (self.folder / "test_mine.py").write_text(test)
        command = ("-m", "pytest", "-p", "no:cacheprovider", "-rs", "--board=host")
        images = f"--build-dir=build/{self.model.stem}"
        return self.installed.run("python", *command, images, *options, cwd=self.folder)


@pytest.fixture(scope="module")
def project(
    installed: Environment, build_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """Its image has answered digits, and nothing was written where the program lies."""
    before = installed.files()
    made = Project(installed, tmp_path_factory.mktemp("project"), build_dir / "model.tflite")
    _lend_objects(made.folder)
    code, output = made.mcuforge(
        *("hil", "--model", made.model, "--board", "host", "--data", "sample", "--count", "100")
    )
    assert code == 0, output
    assert re.search(r"bit-exact mismatches +0\n", output)
    assert installed.files() == before
    return made


def _lend_objects(project: Path) -> None:
    """What the checkout has compiled of the planner's runtime, but for one source, which is left to
    the installed program: the others would take it half a minute."""
    library_file()
    lent = project / "build/cpp/objects"
    lent.mkdir(parents=True)
    for path in (BUILD / "cpp/objects").glob("*.o"):
        if not path.name.startswith("runtime-"):
            (lent / path.name).symlink_to(path)


def test_it_takes_one_name_and_all_its_modules_can_be_imported(
    installed: Environment, tmp_path: Path
) -> None:
    (record,) = installed.modules.glob("mcuforge-*/RECORD")
    ours = {Path(line.partition(",")[0]).parts[0] for line in record.read_text().splitlines()}
    assert ours == {"mcuforge", record.parent.name, ".."}  # the last: bin/mcuforge
    code, output = installed.run("python", "-c", IMPORT_ALL, cwd=tmp_path)
    assert code == 0, output
    rooms = {entry.parent.name for entry in ROOT.glob("*/__init__.py")}
    assert {"codegen", "harness", "training", "verbs"} <= rooms
    for room in rooms:
        modules = {
            "mcuforge." + ".".join(file.relative_to(ROOT).with_suffix("").parts)
            for file in (ROOT / room).rglob("*.py")
        }
        assert {name.removesuffix(".__init__") for name in modules} <= set(output.split())


def test_the_checkouts_own_tests_run_where_it_is_installed_too(installed: Environment) -> None:
    collect = (
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--collect-only",
        "tests/unit/test_setup.py",
    )
    code, output = installed.run("python", *collect, cwd=ROOT)
    assert code == 0, output


def test_its_verbs_run_from_a_project(project: Project) -> None:
    code, output = project.mcuforge("boards")
    assert code == 0
    assert "mps2_an386" in output
    code, output = project.mcuforge("doctor")
    assert code == 0, output
    code, output = project.mcuforge("preflight", "--model", project.model)
    assert code == 0
    assert "fits mps2_an386" in output
    settings = project.folder / "invoke.yaml"
    settings.write_text("mcuforge:\n  board: microbit\n")
    code, output = project.mcuforge("preflight", "--model", project.model)
    settings.unlink()
    assert "fits microbit" in output, "invoke.yaml of the project goes before the program's"
    code, output = project.mcuforge("lint")  # for the checkout only
    assert code == 2
    code, output = project.mcuforge("--help", "size")
    assert code == 0
    assert "see `mcuforge boards`" in output


def test_the_image_tells_neither_where_the_program_nor_where_the_project_lies(
    project: Project,
) -> None:
    elf = (project.folder / "build" / project.model.stem / "host/firmware.elf").read_bytes()
    for folder in (project.installed.modules, project.folder):
        assert os.fsencode(folder) not in elf


def examples() -> list[str]:
    """The Python blocks of docs/testing.md: the plugin's tests, the energy of an inference."""
    return re.findall(r"```python\n(.*?)```", TESTING_MD.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the place of a meter a pseudo-terminal, which says more watts with each reading."""
    end, terminal = os.openpty()
    tty.setraw(terminal)
    monkeypatch.setenv("METER", os.ttyname(terminal))
    ended = threading.Event()

    def measure() -> None:
        for reading in itertools.count():
            if ended.wait(0.01):
                return
            os.write(end, b"%.3f\n" % (0.1 + reading / 1000))

    measuring = threading.Thread(target=measure)
    measuring.start()
    yield
    ended.set()
    measuring.join()
    os.close(end)
    os.close(terminal)


@pytest.mark.usefixtures("meter")
def test_the_users_examples_pass_and_name_board_build_model_and_energy(project: Project) -> None:
    test = "\n".join(examples()).replace("SECONDS = 10.0", "SECONDS = 0.2")
    code, output = project.pytest(test, "--emulate", "--junitxml=out.xml")
    assert code == 0, output
    assert "3 passed, 1 skipped" in output
    properties = {
        entry.get("name"): entry.get("value")
        for entry in ElementTree.parse(project.folder / "out.xml").iter("property")
    }
    assert properties["board"] == "host"
    assert len(str(properties["build_id"])) == 16
    assert len(str(properties["model_sha256"])) == 64
    assert float(str(properties["microjoule"])) > 0


def test_a_failure_shows_the_frames_and_where_the_log_is(project: Project) -> None:
    test = "def test_it(device):\n    assert device.stats()['inferences'] == 77\n"
    code, output = project.pytest(test, "--emulate")
    assert code == 1
    for text in ("< STATS reply seq=", "trace.log", "device console"):
        assert text in output


def test_after_a_failed_bring_up_the_rest_is_skipped_with_the_cause(project: Project) -> None:
    test = "def test_a(device):\n    pass\n\ndef test_b(device):\n    pass\n"
    code, output = project.pytest(test, "--port=/dev/nothing-here")
    assert code == 1
    assert "bring-up: opening /dev/nothing-here: no such port" in output
    assert "the device did not come up: opening /dev/nothing-here" in output
    assert "1 skipped, 1 error" in output
