"""The one table of ids: Python names what stands there, and a malformed table is refused."""

import re
from enum import IntEnum

import pytest

from codegen.files.places import PROGRAM
from harness.wire import ids, messages

TABLE = ids.parse_ids(ids.IDS_DEF.read_text(encoding="ascii"))


@pytest.mark.parametrize(
    ("kind", "enum"),
    [
        ("EVENT", ids.Event),
        ("ERROR", ids.ErrorCode),
        ("SETUP", ids.Setup),
        ("FORMAT", ids.InputFormat),
    ],
)
def test_enums_hold_the_whole_table(kind: str, enum: type[IntEnum]) -> None:
    assert {member.name: member.value for member in enum} == {
        entry.name: entry.value for entry in TABLE[kind].values()
    }


def test_the_table_of_commands_is_whole() -> None:
    commands = [value for value in vars(messages).values() if isinstance(value, messages.Command)]
    assert {command.name: int(command) for command in commands} == {
        entry.name: entry.value for entry in ids.COMMANDS.values()
    }
    assert (messages.BAUD.least_bytes, messages.BAUD.most_bytes) == (4, 4)
    assert (messages.INFER.least_bytes, messages.INFER.most_bytes) == (1, None)


def test_replies_and_events_cannot_be_mistaken_for_requests() -> None:
    commands = {entry.value for entry in TABLE["COMMAND"].values()}
    events = {entry.value for entry in TABLE["EVENT"].values()}
    assert all(0 < command < 0x60 for command in commands)
    assert all(0xE0 <= event <= 0xFF for event in events)


def test_counters_are_numbered_in_order() -> None:
    assert [entry.value for entry in TABLE["STAT"].values()] == list(range(len(ids.STAT_NAMES)))


@pytest.mark.parametrize(
    "source",
    [
        'WIRE_ERROR(A, 1, "x")\nWIRE_ERROR(B, 1, "y")',
        'WIRE_ERROR(A, 1, "x")\nWIRE_ERROR(A, 2, "y")',
        "WIRE_ERROR(A, 1)",
        'WIRE_ERROR(A, one, "x")',
        'WIRE_ERROR(A, 1, 0, 4, "x")',
        'WIRE_COMMAND(A, 1, "x")',
    ],
)
def test_a_bad_table_is_refused(source: str) -> None:
    line = 3 + source.count("\n")
    with pytest.raises(ValueError, match=rf"^ids\.def:{line}: "):
        ids.parse_ids(f"// first\n\n{source}\n// last\n")


def test_the_protocol_document_states_every_id() -> None:
    text = (ids.IDS_DEF.parents[4] / "docs/protocol.md").read_text("utf-8")
    for kind in ("COMMAND", "EVENT"):
        for entry in TABLE[kind].values():
            assert re.search(rf"^\| 0x{entry.value:02X} .*\| {entry.name}: ", text, re.MULTILINE), (
                entry
            )
    for kind in ("ERROR", "SETUP"):
        for entry in TABLE[kind].values():
            row = [cell.strip() for cell in ("", str(entry.value), entry.name, entry.text)]
            assert any(
                [cell.strip() for cell in line.split("|")[:4]][:3] == row[:3] and entry.text in line
                for line in text.splitlines()
            ), entry
    for index, name in enumerate(ids.STAT_NAMES):
        assert f"| {4 * index} | {name} |" in " ".join(text.split()), name


def test_the_files_of_a_new_command_are_named_and_know_the_last_one() -> None:
    """docs/protocol.md, "A new command": five files, each of which has what RESET needs."""
    section = (PROGRAM / "docs/protocol.md").read_text("utf-8").split("## A new command\n")[1]
    rows = re.findall(r"^\| ([\w/.]+\.\w+) ", section, re.MULTILINE)
    assert len(rows) == 5
    for row in rows:
        assert re.search(r"\bRESET\b", (PROGRAM / row).read_text("utf-8")), row
