"""A place of the farm as its coordinator tells it, and which board it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.boards.facts import Board, UsbId, list_boards
from harness.errors import HarnessError, PortError

BOARD_TAG = "board"
FREE = "free"
GDB = "gdb"
SERIAL = "NetworkSerialPort"  # labgrid's class of a line
COORDINATOR_PORT = 20408  # where labgrid has it by default


class PlaceError(HarnessError):
    """The place is not there, not to be had, or not of that board's kind."""


@dataclass(frozen=True)
class Resource:
    """What an exporter offers. address: host:port of a serial line, None unless held."""

    name: str
    kind: str
    address: str | None
    protocol: str  # of a serial line: rfc2217 | raw
    usb_id: UsbId | None


@dataclass(frozen=True)
class Place:
    """is_complete: each of its resources is exported now."""

    name: str
    tags: dict[str, str]
    holder: str  # host/user, "" of a free one
    is_held: bool  # by this run
    is_complete: bool
    resources: tuple[Resource, ...]

    @classmethod
    def from_json(cls, name: str, told: dict[str, Any]) -> Place:
        """Of what harness.farm.keeper says."""
        resources = []
        for one in told["resources"]:
            vid, pid = one["usb_id"]
            usb_id = UsbId(vid, pid) if vid is not None and pid is not None else None
            named = (one["name"], one["kind"], one["address"], one["protocol"])
            resources.append(Resource(*named, usb_id))
        return cls(
            name=name,
            tags=told["tags"],
            holder=told["holder"] or "",
            is_held=told["is_held"],
            is_complete=told["is_complete"],
            resources=tuple(sorted(resources, key=lambda one: one.name)),
        )

    @property
    def board_ids(self) -> list[str]:
        """The board of its tag, else those that its USB ids may be; [] where nothing tells."""
        if BOARD_TAG in self.tags:
            return [self.tags[BOARD_TAG]]
        return _boards_of(self.usb_ids)

    @property
    def usb_ids(self) -> set[UsbId]:
        """Of its probe, boot loader or drive, as far as the exporter tells."""
        return {one.usb_id for one in self.resources if one.usb_id is not None}

    @property
    def state(self) -> str:
        """Whether it can be acquired, else why not."""
        if self.holder:
            return f"held by {self.holder}"
        return FREE if self.is_complete else "an exporter is away"

    def check_board(self, board: Board) -> None:
        """Raises PlaceError for a place of another kind, or one that says nothing of its kind."""
        ids = self.board_ids
        if not ids:
            raise PlaceError(
                f"place {self.name} does not say which board it holds; tag it: "
                f"labgrid-client -p {self.name} set-tags {BOARD_TAG}={board.id}"
            )
        by_usb = _boards_of(self.usb_ids)
        if BOARD_TAG in self.tags and by_usb and ids[0] not in by_usb:
            raise PlaceError(
                f"place {self.name} is tagged {BOARD_TAG}={ids[0]}, but its USB ids are of "
                f"{' or '.join(by_usb)}; mend the tag, or its matches"
            )
        if board.id not in ids:
            raise PlaceError(
                f"place {self.name} holds {' or '.join(ids)}, not {board.id}; give --board "
                f"{ids[0]}, or another place (`invoke boards --farm`)"
            )

    def check_free(self) -> None:
        """Raises PlaceError for one that cannot be acquired now."""
        if self.holder:
            raise PlaceError(
                f"place {self.name} is held by {self.holder}; wait, choose another (`invoke boards "
                f"--farm`), or if its run is over: labgrid-client -p {self.name} release --kick"
            )
        if not self.is_complete:
            raise PlaceError(
                f"place {self.name}: not all of its resources are exported; start their exporter, "
                f"and see labgrid-client -p {self.name} show"
            )

    @property
    def url(self) -> str:
        """Of the board's serial line, for SerialLine. Raises PortError where there is none now."""
        lines = [one for one in self.resources if one.kind == SERIAL and one.name != GDB]
        if len(lines) != 1:
            raise PlaceError(
                f"place {self.name} has {len(lines)} serial lines; the board's has to be its one "
                f"{SERIAL} beside the one named {GDB}"
            )
        if lines[0].address is None:
            raise PortError(f"place {self.name}: its serial line is not exported now")
        if lines[0].protocol == "raw":
            return f"socket://{lines[0].address}"
        # ser2net, which exporters start, does not answer to pyserial's flow control.
        return f"rfc2217://{lines[0].address}?ign_set_control"

    @property
    def gdb_remote(self) -> str | None:
        """host:port of the gdb server that the place has for its board; None without one."""
        found = [one for one in self.resources if one.kind == SERIAL and one.name == GDB]
        return found[0].address if found else None


def _boards_of(usb_ids: set[UsbId]) -> list[str]:
    """Ids of the boards that may have one of them; [] for none."""
    return [board.id for board in list_boards() if usb_ids & set(board.usb_ids)]
