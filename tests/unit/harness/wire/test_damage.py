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

    def read(self, _: float) -> bytes:
        data, self.held = self.held, b""
        return data

    def write(self, data: bytes) -> None:
        self.held += data

    def set_baud(self, baud: int) -> None:
        raise NotImplementedError

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


def test_durations_are_read_with_their_unit() -> None:
    spec = FaultSpec.parse("stall=50ms,cut=20s,split")
    assert (spec.stall_s, spec.cut_s, spec.split) == (0.05, 20, True)


@pytest.mark.parametrize("text", ["flop=1", "flip=2", "flip=x", "stall=50", "split=1", "cut"])
def test_bad_specs_are_refused(text: str) -> None:
    with pytest.raises(HarnessError, match="is not understood; give flip") as error:
        FaultSpec.parse(text)
    assert error.value.exit_code == 2
