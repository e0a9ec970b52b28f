"""Compiling and linking without PlatformIO: what is made anew, and what a failure says."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.compile import cpp_build
from codegen.compile.compiler_flags import core_flags, isa_macro
from codegen.compile.included import Headers
from codegen.errors import CodegenError

SOFT = "-mfloat-abi=soft"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpp_build, "_OBJECTS", tmp_path / "cache/objects")
    monkeypatch.setattr(cpp_build, "_PROGRAMS", tmp_path / "cache/programs")


def _sources(folder: Path) -> tuple[Path, Path]:
    """main, which returns what its header says; and that header's folder."""
    (folder / "own").mkdir(exist_ok=True)
    (folder / "own/own.h").write_text("inline int Own() { return 7; }\n")
    (folder / "main.cc").write_text('#include "own.h"\nint main() { return Own() + MORE; }\n')
    return folder / "main.cc", folder / "own"


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("int a;\n", True),
        ("int a = MCUFORGE_MORE;\n", False),
        ('#include "own.h"\nint a = kOwn;\n', False),
    ],
)
def test_a_macro_of_ours_tells_only_of_what_names_it(
    text: str, alike: bool, tmp_path: Path
) -> None:
    (tmp_path / "own.h").write_text("constexpr int kOwn = MCUFORGE_MORE;\n")
    source = tmp_path / "a.cc"
    source.write_text(text)
    work = [(source, [f"-DMCUFORGE_MORE={more}"]) for more in (1, 2)]
    one, other = cpp_build.compile_objects(work, [tmp_path], cpp_build.HOST)
    assert (one == other) == alike


def test_no_op_waits_for_large_headers() -> None:
    """<cmath> alone takes a compiler twice as long as an op."""
    headers = Headers(cpp_build.LIBRARIES)
    for source, _ in cpp_build.library_sources("dsp"):
        for name in ("<cmath>", "<algorithm>"):
            assert not headers.mention(source, f"#include {name}"), source.name


def test_what_is_the_same_is_compiled_and_linked_once(tmp_path: Path) -> None:
    source, folder = _sources(tmp_path)

    def program(more: int) -> Path:
        work = [(source, [f"-DMORE={more}"])]
        (made,) = cpp_build.compile_objects(work, [folder], cpp_build.HOST)
        return cpp_build.link("program", [made], [], cpp_build.HOST)

    first = program(1)
    assert subprocess.run([first], check=False).returncode == 8
    os.utime(first, (1, 1))
    written_ns = first.stat().st_ctime_ns
    assert program(1) == first and first.stat().st_mtime > 1  # taken, and noted so
    second = program(2)
    assert second != first and subprocess.run([second], check=False).returncode == 9
    (folder / "own.h").write_text("inline int Own() { return 70; }\n")
    third = program(1)
    assert third != first and subprocess.run([third], check=False).returncode == 71
    assert first.stat().st_ctime_ns >= written_ns
    cache = tmp_path / "cache"
    assert len(list(cache.glob("objects/*"))) == 3  # nothing half-made is left
    assert all(path.suffix == ".o" for path in cache.glob("objects/*"))
    assert {path.name for path in cache.glob("programs/*/*")} == {"program"}


@pytest.mark.parametrize("name", ["main.cc", "own/own.h"])
def test_a_source_that_changes_while_it_is_compiled_leaves_no_object(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = _sources(tmp_path)
    compile_it = cpp_build._run

    def change_before(command: Sequence[str], what: str) -> None:
        changed = tmp_path / name
        changed.write_text(changed.read_text().replace("7", "8") + "// more\n")
        compile_it(command, what)

    monkeypatch.setattr(cpp_build, "_run", change_before)
    with pytest.raises(cpp_build.CppBuildError, match=r"main.cc, .* was changed while"):
        cpp_build.compile_objects([(source, ["-DMORE=1"])], [folder], cpp_build.HOST)
    assert not list((tmp_path / "cache/objects").iterdir())


@pytest.mark.parametrize(
    ("said", "kind", "message"),
    [
        (
            "a.o: note\nld: region `ram' overflowed by 1234 bytes\n",
            cpp_build.RegionOverflowError,
            "linking x: ram is too small by 1234 B",
        ),
        (
            "ld: x section `.bss' will not fit in region 'flash'\n",
            cpp_build.RegionOverflowError,
            "linking x: flash is too small",
        ),
        (
            "collecting\n  ld: undefined reference to `F'\ncollect2: error: ld returned 1\n",
            cpp_build.CppBuildError,
            "linking x failed: ld: undefined reference to `F'",
        ),
        (
            "In file included\na.cc:1: error: no such thing\n",
            cpp_build.CppBuildError,
            "linking x failed: a.cc:1: error: no such thing",
        ),
        ("\n only this \n", cpp_build.CppBuildError, "linking x failed: only this"),
        ("", cpp_build.CppBuildError, "linking x failed: no message"),
    ],
)
def test_why_it_failed_is_one_line(
    said: str,
    kind: type[CodegenError],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "said").write_text(said)
    failing = tmp_path / "ld"
    failing.write_text(f"#!/bin/sh\ncat {tmp_path}/said >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(cpp_build.tools, "find", lambda *_: str(failing))
    with pytest.raises(cpp_build.CppBuildError) as raised:
        cpp_build.link("x", [], [], cpp_build.HOST)
    assert (type(raised.value), str(raised.value), raised.value.exit_code) == (kind, message, 1)
    assert not list((tmp_path / "cache").rglob("x*"))


def test_a_library_without_its_facts_is_named(tmp_path: Path) -> None:
    for text in (None, "{", "[]", '{"build": 1}'):
        if text is not None:
            (tmp_path / "library.json").write_text(text)
        with pytest.raises(CodegenError, match=r"^cannot read .*library.json: .*; restore it"):
            cpp_build.library_flags(tmp_path)


def test_messages_are_stripped_from_the_runtime_alone() -> None:
    for stripped in (False, True):
        with_flag = {
            cpp_build.TFLM in path.parents
            for path, flags in cpp_build.library_sources("scalar", stripped)
            if cpp_build.STRIPPED[1] in flags
        }
        assert with_flag == ({True} if stripped else set())


def test_the_front_end_has_the_kernels_that_it_calls() -> None:
    names = [path.name for path, _ in cpp_build.front_end_sources()]
    assert names[-3:] == ["fixed_point.cc", "scale.cc", "softmax_s8__scalar.cc"]
    assert "post_label.cc" in names


def test_a_boards_flags_select_its_core_and_kernels() -> None:
    flags = cpp_build.machine_flags(load_board("mps2_an386"))
    assert {"-mcpu=cortex-m4", "-mfloat-abi=hard", "-DMCUFORGE_ISA_DSP=1", "-flto=auto"} <= {*flags}
    assert any(flag.startswith("-mfpu=") for flag in flags)
    small = cpp_build.machine_flags(load_board("microbit"))
    assert "-fno-ipa-ra" in small and "-fno-ipa-ra" not in flags
    assert not any(flag.startswith("-mfpu=") for flag in small)


def test_two_who_want_the_same_make_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = _sources(tmp_path)
    ran: list[str] = []
    run = cpp_build._run

    def slow(command: Sequence[str], what: str) -> None:
        ran.append(what)
        time.sleep(0.2)
        run(command, what)

    monkeypatch.setattr(cpp_build, "_run", slow)

    def make() -> Path:
        objects = cpp_build.compile_objects([(source, ["-DMORE=1"])], [folder], cpp_build.HOST)
        return cpp_build.link("program", objects, [], cpp_build.HOST)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: make(), range(2))
    assert first == second and ran == ["compiling main.cc", "linking program"]


def test_a_cores_flags() -> None:
    assert core_flags("cortex-m4", "hard", "fpv4-sp-d16") == [
        *("-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    ]
    assert core_flags("cortex-m3", "soft", "none") == ["-mthumb", "-mcpu=cortex-m3", SOFT]
    for cpu in ("cortex-m0", "cortex-m0plus"):  # whose GCC loses registers over calls
        assert core_flags(cpu, "soft", "none") == ["-mthumb", f"-mcpu={cpu}", SOFT, "-fno-ipa-ra"]
    assert isa_macro("mve") == "MCUFORGE_ISA_MVE"
