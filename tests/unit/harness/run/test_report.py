"""What the report of a run says, row by row, and in JSON."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from codegen.samples.measures import Measures, Slice
from harness.run.report import PartReport, Report, print_report
from harness.wire.messages import SelfTest

CONFUSION = [[5, 3, 0, 2], [3, 7, 1, 0], [0, 4, 9, 0], [0, 0, 0, 0]]
DEVICE = Measures(
    "classify",
    40,
    {"accuracy": 0.625},
    CONFUSION,
    [Slice("who", "Ann", 9, 0.9), Slice("who", "Bob", 8, 0.5), Slice("where", "here", 7, 0.7)],
)
PART = PartReport("A", "31", 20, 0, 1, 2, 3, 4.25, None)
REPORT = Report(
    board="mps2_an386", isa="dsp", runtime="own", samples="the test split", noun="digit",
    labels=["zero", "one"], sent=1040, answered=1040, oracle="tflm 1", device_measures=DEVICE,
    oracle_measures=replace(DEVICE, values={"accuracy": 0.65}), mismatches=0, retries=1001,
    damaged=2, reconnects=3, instructions_per_inference=12345,
    inference_us={"min": 1234.6, "max": 2.4}, samples_per_s=12.34, arena_bytes=4096,
    arena_used_bytes=4096, flash_bytes=41808, ram_bytes=15688, model_sha256="ab" * 32,
    self_test=SelfTest(3, 3), unique_ids=["31", "32"], parts=[PART],
)  # fmt: skip


def test_each_number_has_its_row() -> None:
    assert REPORT.rows() == [
        ("digits sent", "1,040"),
        ("answered", "1,040"),
        ("correct", "650"),
        ("accuracy on the device", "62.50%"),
        ("accuracy of the oracle", "65.00%"),
        ("confused most", "2 as one: 4, zero as one: 3, one as zero: 3"),
        ("worst who", "Bob: 50.00% of 8"),
        ("worst where", "here: 70.00% of 7"),
        ("runtime", "own"),
        ("oracle", "tflm 1"),
        ("bit-exact mismatches", "0"),
        ("instructions per inference", "12,345"),
        ("microseconds per inference", "min 1,235, max 2"),
        ("digits/s", "12.3"),
        ("retries", "1,001"),
        ("arrived damaged", "2"),
        ("line cut and opened again", "3"),
        ("self-test", "3 golden vectors passed"),
        ("arena", "4,096 B, all used"),
        ("flash", "41,808 B"),
        ("RAM", "15,688 B"),
        ("model", "abababababababab..."),
        ("chip", "31"),
        ("chip", "32"),
    ]


def test_a_place_that_was_set_aside_is_shown_and_does_not_fail_the_run() -> None:
    dead = replace(PART, name="B", failure="the line was cut")
    assert not replace(REPORT, parts=[PART, dead]).passed
    aside = replace(REPORT, parts=[PART, replace(dead, set_aside=True)])
    assert aside.passed
    assert aside.as_json()["parts"][1]["set_aside"] is True


def test_what_nobody_knows_is_said_or_left_out() -> None:
    bare = replace(
        REPORT, device_measures=None, oracle_measures=None, instructions_per_inference=None,
        self_test=None, unique_ids=[],
    )  # fmt: skip
    rows = dict(bare.rows())
    assert (rows["inputs"], rows["self-test"]) == ("the test split", "not run")
    assert rows["instructions per inference"] == "not counted"
    assert not {"correct", "confused most", "chip"} & set(rows)
    document = bare.as_json()
    assert (document["accuracy"], document["correct"], document["confusion"]) == (None, None, None)
    assert (document["measures"], document["slices"]) == ({}, [])
    no_targets = replace(REPORT, device_measures=Measures("none", 40))
    assert dict(no_targets.rows())["inputs"] == "the test split"


def test_other_tasks_have_their_own_measures() -> None:
    slices = [Slice("who", "Ann", 9, 0.9), Slice("who", "Bob", 8, 1.5)]
    rmse = Measures("regress", 40, {"RMSE": 1.23456}, None, slices)
    rows = dict(replace(REPORT, device_measures=rmse, oracle_measures=rmse).rows())
    assert (rows["RMSE on the device"], rows["worst who"]) == ("1.235", "Bob: 1.5 of 8")
    assert "correct" not in rows and "confused most" not in rows
    right = replace(DEVICE, confusion=[[5, 0], [0, 7]])
    assert dict(replace(REPORT, device_measures=right).rows())["confused most"] == "nothing"


def test_json_has_the_measures_and_slices() -> None:
    document = REPORT.as_json()
    assert document["measures"] == {"device": {"accuracy": 0.625}, "oracle": {"accuracy": 0.65}}
    assert document["slices"][1] == {"column": "who", "value": "Bob", "count": 8, "measure": 0.5}
    assert (document["correct"], document["accuracy"]) == (650, 0.625)
    assert document["oracle_accuracy"] == 0.65 and document["passed"] is True
    assert "device_measures" not in document


@pytest.mark.parametrize(
    "change",
    [
        {"answered": 1039},
        {"mismatches": 1},
        {"self_test": SelfTest(3, 1)},
        {"parts": [PART, replace(PART, failure="it fell silent")]},
    ],
)
def test_one_fault_fails_the_run(change: dict[str, object]) -> None:
    assert REPORT.passed and replace(REPORT, self_test=None).passed
    assert not replace(REPORT, **change).passed  # type: ignore[arg-type]


def printed(report: Report, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=80, color_system="standard")
    print_report(report, [("kept in", "runs/[x]")], console)
    return out.getvalue()


def test_lines_off_a_terminal_and_a_coloured_table_on_one() -> None:
    plain = printed(REPORT).splitlines()
    assert plain[0] == "mps2_an386 (dsp): PASSED"
    assert plain[1] == "  digits sent                 1,040"
    assert plain[-1] == "  kept in                     runs/[x]"
    green, red = "\x1b[32m", "\x1b[1;31m"
    assert green in printed(REPORT, terminal=True) and red not in printed(REPORT, terminal=True)
    failed = printed(replace(REPORT, mismatches=1), terminal=True)
    of_rows = [line for line in failed.splitlines() if red in line and "FAILED" not in line]
    assert failed.count(red) > len(of_rows) > 0
    assert all("mismatches" in line for line in of_rows)
    assert printed(replace(REPORT, answered=1), terminal=True).count(red) == 1


LAST = ["samples/s", "result"]


def test_several_devices_have_a_row_each() -> None:
    parts = [PART, replace(PART, name="B", unique_id="32", answered=1000, failure="no reply")]
    lines = printed(replace(REPORT, parts=parts, retries=7)).splitlines()
    assert [line.split() for line in lines[:5]] == [
        ["device", "chip", "answered", "mismatches", "retries", "damaged", "cuts", *LAST],
        ["A", "31", "20", "0", "1", "2", "3", "4.2", "passed"],
        ["B", "32", "1,000", "0", "1", "2", "3", "4.2", "FAILED"],
        ["earlier", "part", "20"],
        ["all", "1,040", "0", "7", "2", "3", "12.3", "FAILED"],
    ]
    assert lines[5] == "B failed: no reply"
    assert "earlier part" not in printed(replace(REPORT, parts=parts, answered=1020))
    assert "samples/s  result" not in printed(REPORT)
