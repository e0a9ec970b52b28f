"""Which board a place holds, by its tag and by the USB ids of board facts; where its lines are."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.boards.facts import load_board
from harness.errors import PortError
from harness.farm.place import Place, PlaceError

MICROBIT = load_board("microbit")
USB_ID = MICROBIT.usb_ids[0]


def resource(name: str, kind: str = "NetworkSerialPort", **told: Any) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "address": None,
        "protocol": "rfc2217",
        "usb_id": [None, None],
    } | told


PROBE = resource("probe", "NetworkUSBDebugger", usb_id=[USB_ID.vid, USB_ID.pid])


def place(*resources: dict[str, Any], **told: Any) -> Place:
    free: dict[str, Any] = {"tags": {}, "holder": None, "is_held": False, "is_complete": True}
    return Place.from_json("desk", {**free, "resources": resources, **told})


def test_usb_ids_of_board_facts_tell_the_board() -> None:
    found = place(PROBE, resource("uart"))
    assert "microbit" in found.board_ids
    found.check_board(MICROBIT)
    with pytest.raises(PlaceError, match=r"place desk holds .*, not mps2_an386; give --board"):
        found.check_board(load_board("mps2_an386"))


def test_a_tag_tells_more_but_may_not_contradict() -> None:
    tagged = place(PROBE, tags={"board": "microbit"})
    assert tagged.board_ids == ["microbit"]
    tagged.check_board(MICROBIT)
    wrong = place(PROBE, tags={"board": "mps2_an386"})
    with pytest.raises(PlaceError, match=r"=mps2_an386, but its USB ids are of .*microbit"):
        wrong.check_board(load_board("mps2_an386"))


def test_a_place_that_says_nothing_is_refused() -> None:
    assert place(resource("uart")).board_ids == []
    with pytest.raises(PlaceError, match="labgrid-client -p desk set-tags board=microbit"):
        place(resource("uart")).check_board(MICROBIT)


def test_only_free_and_whole_places_can_be_acquired() -> None:
    assert place().state == "free"
    place().check_free()
    with pytest.raises(PlaceError, match="place desk is held by host/ann; wait,"):
        place(holder="host/ann").check_free()
    with pytest.raises(PlaceError, match="not all of its resources are exported"):
        place(is_complete=False).check_free()


def test_the_serial_line_is_the_one_that_is_not_named_gdb() -> None:
    gdb = resource("gdb", address="h:3333", protocol="raw")
    both = place(gdb, resource("uart", address="[::1]:7", protocol="rfc2217"))
    assert both.url == "rfc2217://[::1]:7?ign_set_control"
    assert both.gdb_remote == "h:3333"
    assert place(resource("uart", address="h:7", protocol="raw")).url == "socket://h:7"
    assert place(resource("uart")).gdb_remote is None
    with pytest.raises(PortError, match="is not exported now"):
        _ = place(resource("uart")).url
    for resources in ((gdb,), (resource("a"), resource("b"))):
        with pytest.raises(PlaceError, match=r"has [02] serial lines; the board"):
            _ = place(*resources).url
