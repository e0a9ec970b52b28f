"""FaultyLine: what it does to the bytes, and that a seed repeats it."""

import pytest

from harness.errors import HarnessError, PortError
from harness.wire.damage import FaultSpec, FaultyLine, Injected

DATA = bytes(range(256)) * 40


class Loop:
    """Gives back what was written."""

    url = "loop"

    def __init__(self) -> None:
        self.held = b""
        self.baud = 115_200

    def read(self, _: float) -> bytes:
        data, self.held = self.held, b""
        return data

    def write(self, data: bytes) -> None:
        self.held += data

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def close(self) -> None:
        self.held = b""


def passed(text: str, seed: int = 1) -> tuple[bytes, Injected]:
    """What of DATA arrives after both directions, and what was injected."""
    injected = Injected()
    line = FaultyLine(Loop(), FaultSpec.parse(text), seed, injected)
    line.write(DATA)
    arrived = b""
    while data := line.read(0):
        arrived += data
    return arrived, injected


def test_without_faults_all_passes() -> None:
    assert passed("") == (DATA, Injected())


def test_split_changes_no_byte() -> None:
    assert passed("split") == (DATA, Injected())


@pytest.mark.parametrize(("name", "longer"), [("flip", 0), ("drop", -1), ("dup", 1), ("insert", 1)])
def test_each_fault_comes_as_often_as_asked_and_is_counted(name: str, longer: int) -> None:
    arrived, injected = passed(f"{name}=1e-2")
    count = getattr(injected, name)
    assert 130 < count < 290  # 205 expected on both ways together
    assert len(arrived) == len(DATA) + longer * count
    assert arrived != DATA
    assert str(injected) == f"{count} {name}"


class Draws:
    """As random.Random, with given draws."""

    def __init__(self, *draws: float) -> None:
        self._draws = iter(draws)

    def random(self) -> float:
        return next(self._draws)

    def randrange(self, _: int) -> int:
        return 0


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (FaultSpec(flip=0.25, drop=0.25, dup=0.25, insert=0.125), b"\x09\x08\x08\x00\x08\x08"),
        (FaultSpec(drop=0.25), b"\x08\x08\x08\x08"),  # no fault whose rate is 0, for no draw
        (FaultSpec(dup=0.25), b"\x08\x08\x08\x08\x08\x08"),
        (FaultSpec(insert=0.25), b"\x00\x08\x08\x08\x08\x08"),
    ],
)
def test_each_fault_has_a_stretch_of_the_draws_as_long_as_its_rate(
    monkeypatch: pytest.MonkeyPatch, spec: FaultSpec, expected: bytes
) -> None:
    draws = (0.0, 0.25, 0.5, 0.75, 0.875)
    monkeypatch.setattr("harness.wire.damage.random.Random", lambda _: Draws(*draws))
    loop = Loop()
    FaultyLine(loop, spec, 1, Injected()).write(b"\x08" * len(draws))
    assert loop.held == expected


def test_the_same_seed_does_the_same_and_another_does_not() -> None:
    everything = "flip=1e-3,drop=1e-3,dup=1e-3,insert=1e-3"
    assert passed(everything, 7) == passed(everything, 7)
    assert passed(everything, 7) != passed(everything, 8)


def test_a_cut_line_stays_cut() -> None:
    injected = Injected()
    line = FaultyLine(Loop(), FaultSpec(cut_s=1e-9), 1, injected)
    with pytest.raises(PortError, match="loop: the line was cut"):
        line.write(b"x")
    with pytest.raises(PortError):
        line.read(0)


def test_the_line_behind_it_is_still_the_line() -> None:
    loop = Loop()
    line = FaultyLine(loop, FaultSpec(), 1, Injected())
    line.set_baud(9600)
    line.write(b"x")
    assert (line.url, loop.baud, loop.held) == ("loop", 9600, b"x")
    line.close()
    assert loop.held == b""


def test_what_stalls_waits_so_long_and_passes_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("harness.wire.damage.time.sleep", waited.append)
    injected = Injected()
    loop = Loop()
    line = FaultyLine(loop, FaultSpec(stall_s=0.05), 1, injected)
    for _ in range(2000):
        line.write(b"x")
    to_device = injected.stall
    for _ in range(2000):
        loop.held = b"x"
        assert line.read(0) == b"x" and line.read(0) == b""
    assert 5 < to_device < 40 and 5 < injected.stall - to_device < 40  # 20 expected, of what passes
    assert waited == [0.05] * injected.stall
    waited.clear()
    whole = FaultyLine(Loop(), FaultSpec(), 1, injected)
    for _ in range(1000):
        whole.write(b"x")
    assert not waited


def test_a_line_is_cut_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr("harness.wire.damage.time.monotonic", lambda: now_s[0])
    injected = Injected()
    line = FaultyLine(Loop(), FaultSpec(cut_s=20), 1, injected)
    for now_s[0] in (100.0, 119.9):
        line.write(b"x")
    now_s[0] = 120.1
    with pytest.raises(PortError):
        line.read(0)
    assert str(injected) == "1 cut"


def test_durations_are_read_with_their_unit() -> None:
    spec = FaultSpec.parse("stall=50ms,cut=20s,split")
    assert (spec.stall_s, spec.cut_s, spec.split) == (0.05, 20, True)


def test_rates_are_shares() -> None:
    spec = FaultSpec.parse("flip=0,drop=1, dup=0.5,,insert=1e-4")
    assert (spec.flip, spec.drop, spec.dup, spec.insert) == (0, 1, 0.5, 1e-4)
    with pytest.raises(HarnessError, match="flip stands there twice"):
        FaultSpec.parse("flip=1e-4,flip=0")
    with pytest.raises(HarnessError, match="stall stands there twice"):
        FaultSpec.parse("stall=1s,stall=1s")


@pytest.mark.parametrize(
    "text",
    ["flop=1", "flip=2", "flip=-1", "flip=x", "stall=50", "stall=0s", "split=1", "cut", "cut=0ms"],
)
def test_bad_specs_are_refused(text: str) -> None:
    with pytest.raises(HarnessError, match="is not understood; give flip") as error:
        FaultSpec.parse(text)
    assert error.value.exit_code == 2
