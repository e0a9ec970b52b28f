"""--to platformio: `pio run` in the folder as it is, but for the platform: PlatformIO would
download it, so one beside this file stands for it.
"""

import shutil
from pathlib import Path

import pytest

from codegen.image import pio_core
from tests.export.bench import BOARD, CORES, PIO, clean_environment, main_source, passes, run
from tests.exported import make

pytestmark = pytest.mark.emulated

_PLATFORM = Path(__file__).parent / "platform"


def _pio_run(project: Path, home: Path, **further: str) -> Path:
    """The program that `pio run` makes."""
    config = project / "platformio.ini"
    text = config.read_text()
    assert "platform = native\n" in text
    config.write_text(text.replace("platform = native\n", f"platform = symlink://{_PLATFORM}\n"))
    core = home / "core"
    pio_core.prepare(core)
    environment = clean_environment(home, PLATFORMIO_CORE_DIR=str(core), **further)
    run([*PIO, "run"], project, environment)
    return project / ".pio/build/native/program"


def test_the_example_on_this_machine(tmp_path: Path) -> None:
    project = make("readings", tmp_path, "platformio")
    program = _pio_run(project, tmp_path)
    said = run([program], project, clean_environment(tmp_path))
    assert said == "readings: self-test passed, 6 vectors\n"


@pytest.mark.parametrize("core", ["m4", "m55"])
def test_the_library_in_a_project_for_a_core(core: str, tmp_path: Path) -> None:
    """The user's own main.c in the place of the example's."""
    project = make("cnn", tmp_path, "platformio", "aot")
    for name in ("start.c", "board.h"):
        shutil.copy(BOARD / name, project / "src" / name)
    (project / "src/main.c").write_text(main_source(["cnn"]))
    chosen = CORES[core]
    image = _pio_run(
        project, tmp_path, EXPORT_FLAGS=" ".join(["-mthumb", *chosen.flags]),
        EXPORT_LINK=" ".join(chosen.link),
    )  # fmt: skip
    assert passes(chosen, image)
