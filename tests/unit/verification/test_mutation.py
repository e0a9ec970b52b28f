"""Small faults: which are made, and what a run says of the tests that should notice them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from codegen.files.places import PROGRAM
from verification.errors import CheckFailedError, VerificationError
from verification.mutation import cpp_mutants, nearest, python_mutants, rooms, run
from verification.mutation.mutant import Mutant
from verification.mutation.warm_pytest import WarmPytest

PYTHON = '''"""A text with 1 < 2 and not true."""
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import that == 5
def f(a: int = 7, größe: str = "ä 1 < 2") -> bool:
    if a < größe and a is not None:
        a += 1
    return not (a * 2)
'''.replace("import that == 5", "x = 5")
CPP = """// 1 + 1 < 3
#define ONE 1
constexpr int32_t kLimit = 512;
bool F(const char* s, int n) {
  n += 4;
  return n + 1 <= 7u && s[0] == 'x' || true;
}
static_assert(sizeof(int) == 4 &&
              sizeof(long) <= 8, "or not");
void G(int n) {
  TFLITE_DCHECK_LE(n, 8);
}
"""


def texts(source: str, found: list[Mutant]) -> set[str]:
    lines = source.splitlines()
    made = [mutant.applied(source).splitlines() for mutant in found]
    return {b.strip() for each in made for a, b in zip(lines, each, strict=True) if a != b}


def test_faults_in_python() -> None:
    assert texts(PYTHON, python_mutants.mutants(PYTHON)) == {
        'def f(a: int = 8, größe: str = "ä 1 < 2") -> bool:',
        "if a <= größe and a is not None:",
        "if a < größe or a is not None:",
        "if a < größe and a is None:",
        "if not (a < größe and a is not None):",
        "a += 2",
        "pass",
        "return a * 2",
        "return not (a + 2)",
        "return not (a * 3)",
    }


def test_faults_in_cpp() -> None:
    assert texts(CPP, cpp_mutants.mutants(CPP)) == {
        "n -= 4;",
        "n += 5;",
        ";",
        "return n - 1 <= 7u && s[0] == 'x' || true;",
        "return n + 2 <= 7u && s[0] == 'x' || true;",
        "return n + 1 < 7u && s[0] == 'x' || true;",
        "return n + 1 <= 8u && s[0] == 'x' || true;",
        "return n + 1 <= 7u || s[0] == 'x' || true;",
        "return n + 1 <= 7u && s[1] == 'x' || true;",
        "return n + 1 <= 7u && s[0] != 'x' || true;",
        "return n + 1 <= 7u && s[0] == 'x' && true;",
        "return n + 1 <= 7u && s[0] == 'x' || false;",
    }


EXTENTS = """
uint8_t bytes[14 + 4 * kRank];
static int8_t pair[2][kRank - 1] = {};
return bytes[2];
other = pair[1][3];
  static char line[80];
  char text[40] = "";
"""


def test_an_array_is_made_smaller() -> None:
    """One that is larger is no fault; what is long by itself may be shorter."""
    assert texts(EXTENTS, cpp_mutants.mutants(EXTENTS)) == {
        "uint8_t bytes[13 + 4 * kRank];",
        "uint8_t bytes[14 - 4 * kRank];",
        "uint8_t bytes[14 + 3 * kRank];",
        "uint8_t bytes[14 + 4 + kRank];",
        "static int8_t pair[1][kRank - 1] = {};",
        "static int8_t pair[2][kRank - 2] = {};",
        "return bytes[3];",
        ";",
        "other = pair[2][3];",
        "other = pair[1][4];",
    }


NO_FAULTS = """
import sys
_SHOWN = 600
if sys.version_info >= (3, 11):
    pass
print(json.dumps(x, indent=2), flush=True)
for a, b in zip(x, y, strict=True):
    raise E("1 < 2", f"{a + 1}")
assert x
def abstract(): ...
x.reshape(len(x), -1)
b = now_s - begun_s >= limit_s or time.monotonic() < end_s
"""


def test_what_no_test_should_hold_is_left_alone() -> None:
    kept = {"print(json.dumps(x, indent=2), flush=True)", 'raise E("1 < 2", f"{a + 1}")'}
    found = [one for one in python_mutants.mutants(NO_FAULTS) if one.text not in (" + ", " and ")]
    kept.add("x.reshape(len(x), -1)")  # as a whole
    assert {NO_FAULTS[one.start : one.end] for one in found} == kept
    assert {one.text for one in found} == {"pass"}
    assert python_mutants.mutants("_A = 1 << 20\n_B = 512 * 1024") == []
    assert python_mutants.mutants("def f(a=500, *, b: int = 1 << 4): ...") == []
    assert python_mutants.mutants("class A:\n    a: int = 500\n    b = 30") == []
    assert python_mutants.mutants("_A = Facts(size=14 * 1024)") == []
    assert python_mutants.mutants("_A, _B = 640, 120") == []
    assert len(python_mutants.mutants("_A, _B = 640, 9\nfor a in (640, 120):\n    pass")) == 3
    assert python_mutants.mutants("_SEED = 1\na = f(b, seed=1)") == []
    assert len(python_mutants.mutants("a = f(b, seed=c + 1)")) == 2
    assert len(python_mutants.mutants("_SEEDS = 1\ndef f():\n    SEED = 1\nSEED = True")) == 2
    assert len(python_mutants.mutants("def f(a=5, *, b=True): ...")) == 2
    assert len(python_mutants.mutants("_A = 1 << 3\n_B = x * 1024")) == 5
    assert python_mutants.mutants("_A = 10") == [] and len(python_mutants.mutants("_A = 9")) == 1
    assert len(python_mutants.mutants("def f():\n    a = 10")) == 1


def test_the_tests_of_a_module_are_those_that_import_it(tmp_path: Path) -> None:
    files = {
        "room/__init__.py": "",
        "room/part.py": "",
        "room/near.py": "from room import part\n",
        "room/far.py": "def f():\n    from room.near import x\n",
        "room/by_name.py": "",
        "other/alone.py": "import room.far\n",
        "tests/helper.py": "from room.part import x\n",
        "tests/unit/room/test_near.py": "import room.near\n",
        "tests/unit/room/test_part.py": "import room.part\n",
        "tests/unit/room/test_nothing.py": "",
        "tests/unit/other/test_b.py": "from tests.helper import y\n",
        "tests/unit/other/test_far.py": "from room import far\n",
        "tests/unit/verbs/test_all.py": "import room.part, verbs.a\n",
        "tests/golden/test_a.py": "import room.part\n",
        "tests/emulated/test_c.py": "import room.part\n",
        "tests/unit/room/test_room.py": "import room\n",
        "tests/unit/verbs/test_b.py": "import subprocess\n",
        "tests/unit/verbs/test_c.py": "",
        "tests/unit/verbs/pages/test_a.py": "",
        "verbs/a.py": "",
        "verbs/d.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def found(source: str) -> list[str]:
        tests = nearest.test_files(Path(source), tmp_path)
        return [test.removeprefix("tests/").removesuffix(".py") for test in tests]

    assert found("room/part.py") == ["unit/room/test_part", "unit/room/test_near"]
    (tmp_path / "tests/unit/room/test_part.py").unlink()  # it has none of its own any more
    nearest._tests.cache_clear()
    assert found("room/part.py") == ["unit/other/test_b", "golden/test_a", "unit/room/test_near"]
    (tmp_path / "tests/unit/room/test_part.py").write_text("import room.part\n")
    nearest._tests.cache_clear()
    assert found("room/near.py") == ["unit/room/test_near"]
    assert found("room/__init__.py")[0] == "unit/room/test_room"
    assert found("room/far.py") == ["unit/other/test_far"]
    assert found("room/by_name.py") == [
        f"unit/room/test_{n}" for n in ("near", "nothing", "part", "room")
    ]
    assert found("other/alone.py") == ["unit/other/test_b", "unit/other/test_far"]
    assert found("verbs/a.py") == ["unit/verbs/test_all"]
    assert found("verbs/d.py") == [
        f"unit/verbs/{n}" for n in ("test_all", "test_c", "pages/test_a", "test_b")
    ]


def test_the_tests_that_c_plus_plus_is_asked_of_are_there() -> None:
    for room in rooms._CPP:
        source = rooms.find(room).sources[0]
        named = [one for one in rooms.find(room).tests(source) if not one.startswith("-")]
        assert not [one for one in named if not (PROGRAM / one.split("::")[0]).exists()]


def test_a_header_that_just_users_include_is_asked_for_their_kind_of_code() -> None:
    room = rooms.find("lib/tflm")
    own, users = (
        room.tests(rooms.RUNTIME / "tensorflow/lite/micro" / name)
        for name in ("graph.h", "micro_utils.h")
    )
    assert own == room.tests(rooms.RUNTIME / "tensorflow/lite/micro/graph.cc")
    assert users[0] == "tests/golden/test_sketches.py" and len(users) < len(own)
    assert all((PROGRAM / one).is_file() for one in users)


def test_a_diff_shows_the_changed_line() -> None:
    assert (
        Mutant(4, 5, "2").diff("a = 1\nb = 3\n", "x.py") == "+++ x.py\n@@ -1 +1 @@\n-a = 1\n+a = 2"
    )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of one room, whose tests know half of it."""
    for module in (rooms, run):
        monkeypatch.setattr(module, "PROGRAM", tmp_path)
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    (tmp_path / "codegen").mkdir()
    (tmp_path / "codegen/thing.py").write_text("def known():\n    return 1\n")
    tests = tmp_path / "tests/unit/codegen"
    tests.mkdir(parents=True)
    (tests / "test_thing.py").write_text(
        "import sys; sys.path.insert(0, '.')\nfrom codegen.thing import known\n"
        "def test_it():\n    assert known() == 1\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def test_which_faults_are_noticed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is noticed at once, one by its endless loop, one by nobody."""
    thing = checkout / "codegen/thing.py"
    thing.write_text(
        "def known():\n    while False:\n        pass\n    return 1\ndef unknown():\n    return 2\n"
    )
    monkeypatch.setattr(run, "_TEST_LIMIT_S", {".py": 2})
    monkeypatch.setattr(run, "_LONGER", 0)
    said: list[str] = []
    report = run.run_mutation("codegen", 4, seed=1, say=said.append)
    assert not report.passed
    assert str(report) == "mutate: 3 of 4 noticed, 1 survived, 0 are the same code"
    killed = {one.diff.split("+    ")[-1] for one in report.outcomes if one.what == run.KILLED}
    assert killed == {"return 2", "while True:", "while not (False):"}
    assert "killed by tests/unit/codegen/test_thing.py::test_it" in "".join(said)
    assert "+    return 3" in "".join(said)
    assert thing.read_text().endswith("return 2\n")


def test_what_cannot_be_run_is_said(checkout: Path) -> None:
    with pytest.raises(VerificationError, match="no room 'nowhere'"):
        run.run_mutation("nowhere", 1, seed=1)
    (checkout / "tests/unit/codegen/test_thing.py").write_text("def test_it():\n    assert False\n")
    with pytest.raises(CheckFailedError, match=r"::test_it fails without any fault"):
        run.run_mutation("codegen", 2, seed=1)
    (checkout / "codegen/thing.py").write_text("")
    with pytest.raises(VerificationError, match="has only 0 faults"):
        run.run_mutation("codegen", 1, seed=1)


def test_tests_of_cores_that_run_the_same_are_left_out() -> None:
    every = {"native", "native, planning", *run._CORES}
    assert run._of_cores(every) == []
    assert run._of_cores({"cortex-m55", "cortex-m4"}) == ["-k", "cortex-m4 or cortex-m55"]
    assert run._of_cores({"native, planning", *run._CORES}) == []
    assert run._of_cores(every - {"cortex-m0", "cortex-m3"}) == [
        "-k",
        "not (cortex-m0 or cortex-m3)",
    ]


def test_a_header_of_the_application_that_makes_the_same_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    monkeypatch.setattr(run, "PROGRAM", here)
    monkeypatch.setattr(run.cpp_build, "LIBRARIES", (here / "firmware/lib/nn",))
    monkeypatch.setattr(run, "_CORES", ("cortex-m4",))
    for folder in ("src", "lib/nn"):
        for root in (here, there):
            (root / "firmware" / folder).mkdir(parents=True)
            source = root / "firmware" / folder / "a.cc"
            source.write_text(f'#include "{folder[:3]}.h"\nint F() {{ return Two(); }}\n')

    def is_same(name: str, text: str) -> bool:
        header = Path("firmware") / name
        (here / header).write_text("inline int Two() { return 1 + 1; }\nconstexpr int kOdd = 3;\n")
        (there / header).write_text(text)
        return run._is_same_in_all(header, there)

    assert is_same("src/src.h", "inline int Two() { return 2; }\nconstexpr int kOdd = 4;\n")
    assert not is_same("src/src.h", "inline int Two() { return 1 + 2; }\n")
    assert not is_same("lib/nn/lib.h", "inline int Two() { return 2; }\n")  # others' code, too


def test_tests_that_do_not_end_are_ended(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text("import time\ntime.sleep(60)\n")
    with WarmPytest(tmp_path) as warm:
        ended, _ = warm.run(["test_x.py"], 0.5)
    assert ended is None


@pytest.mark.parametrize(
    ("without_s", "with_s", "limits_s", "what"),
    [
        (1.0, 0.0, [60.0], ""),
        (1.0, 61.0, [60.0], "test_x.py::test_it"),
        (7.0, 61.0, [60.0, 70.0], ""),  # slow anyway
        (7.0, 71.0, [60.0, 70.0], "test_x.py::test_it"),
    ],
)
def test_how_long_a_fault_may_take(
    without_s: float,
    with_s: float,
    limits_s: list[float],
    what: str,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may make a test ten times as slow, and any test as slow as a minute."""
    tried_s = []

    def run_tests(arguments: list[str], _: float) -> tuple[int, str]:
        limit_s = float(next(one for one in arguments if "timeout" in one).partition("=")[2])
        if arguments[-1] == "test_x.py::test_it":
            return 0, ""
        tried_s.append(limit_s)
        late = f"Failed: Timeout (>{limit_s}s)\nFAILED test_x.py::test_it - Failed"
        return (1, late) if with_s > limit_s else (0, "")

    ticks = iter([0.0, without_s])
    monkeypatch.setattr(run.time, "monotonic", lambda: next(ticks))
    pytest_: Any = Mock(run=run_tests)
    copy = run._Checkout(checkout, pytest_)
    assert copy.noticed(["test_x.py"], Path("codegen/thing.py")) == what
    assert tried_s == limits_s


RUN = """
import sys
from pathlib import Path
from verification.mutation import rooms, run
rooms.PROGRAM = run.PROGRAM = Path(sys.argv[1])
run.BUILD = Path(sys.argv[1]) / "build"
run.run_mutation("codegen", 2, seed=1)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_who_is_ended_leaves_nothing_behind(checkout: Path, number: signal.Signals) -> None:
    """No process of the tests, whatever ends it, and no copy, if it is told."""
    started, copies = checkout / "started", checkout / "copies"
    copies.mkdir()
    (checkout / "tests/unit/codegen/test_thing.py").write_text(
        "import codegen.thing, pathlib, subprocess\n"
        "def test_it():\n"
        "    child = subprocess.Popen(['sleep', '300'])\n"
        f"    pathlib.Path({str(started)!r}).write_text(str(child.pid))\n"
        "    child.wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(checkout)],
        cwd=PROGRAM,
        env={**os.environ, "TMPDIR": str(copies)},
        stderr=subprocess.DEVNULL,
        # Ctrl-C reaches it also where what begins the tests has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        child = int(_eventually(lambda: started.exists() and started.read_text()))
        try:
            assert list(copies.glob("mutate-*"))
            process.send_signal(number)
            _eventually(lambda: process.poll() is not None)
            assert _eventually(lambda: not Path(f"/proc/{child}").exists())
        finally:
            process.kill()
    if number != signal.SIGKILL:
        assert process.returncode == (-number if number == signal.SIGINT else 128 + number)
        assert list(copies.iterdir()) == []


@pytest.mark.parametrize(
    ("codes", "by"),
    [
        ([-signal.SIGTERM, 0], ""),
        ([-signal.SIGKILL] * 3, "tests that ended with code -9"),  # the fault's, after all
        ([-signal.SIGSEGV], "tests that ended with code -11"),
    ],
)
def test_who_ends_the_tests_from_outside_says_nothing_of_them(codes: list[int], by: str) -> None:
    asked = Mock(side_effect=[(code, "") for code in codes])
    assert run._noticed(["test_x.py"], Mock(run=asked), 60.0) == (by, False)
    assert asked.call_count == len(codes)


def test_a_build_that_is_ended_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build, started = tmp_path / "build", tmp_path / "started"
    build.write_text("#!/bin/sh\nsleep 300 &\necho $! > started\nwait\n")
    build.chmod(0o755)
    monkeypatch.setattr(run.sys, "executable", str(build))

    def end() -> None:
        _eventually(lambda: started.exists() and started.read_text())
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, lambda *_: sys.exit(1))
    ending = threading.Thread(target=end)
    ending.start()
    try:
        with pytest.raises(SystemExit):
            run._Checkout(tmp_path, Mock()).build_image()
    finally:
        ending.join()
        signal.signal(signal.SIGUSR1, before)
    child = int(started.read_text())
    assert _eventually(lambda: not Path(f"/proc/{child}").exists())


def _eventually(found: Any) -> Any:
    end_s = time.monotonic() + 30
    while not (value := found()):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return value
