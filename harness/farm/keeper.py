"""Holds the places of a run, in a process of its own that lives as long as the run does.

    python -m harness.farm.keeper HOST:PORT

labgrid keeps a place acquired until somebody releases it, whatever becomes of who acquired it. So
this process waits at the end of a pipe: when the run ends, in whatever way, the pipe does, and the
places are released. A coordinator that starts anew has forgotten who held what; the places are
acquired again as soon as their exporters are back, and one that somebody else has by then is lost.

Lines of JSON. In: {"id": 1, "acquire": "desk-1"}, {"id": 2, "release": "desk-1"}. Out: {"id": 1,
"error": null}, and at each change the state, as `harness.farm.place` reads it. Only this module and
`labgrid_drivers` import labgrid.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

import grpc
from labgrid.remote.client import ClientSession, Error
from labgrid.remote.common import Place, ResourceEntry
from labgrid.remote.generated import labgrid_coordinator_pb2 as messages
from labgrid.resource.serialport import NetworkSerialPort
from labgrid.util.proxy import proxymanager

from harness.farm.place import COORDINATOR_PORT, SERIAL

_CONNECT_S = 10.0
_RETRY_S = 1.0
_RELEASE_S = 60.0
_NOT_THERE = (Error, asyncio.TimeoutError, TimeoutError)


class _Session(ClientSession):
    """One connection to the coordinator; `changed` is set at each of its updates."""

    changed: asyncio.Event
    user: str

    def gethostname(self) -> str:
        return str(self.user.partition("/")[0])

    def getuser(self) -> str:
        return str(self.user.partition("/")[2])

    async def on_resource_changed(self, *what: Any) -> None:
        await super().on_resource_changed(*what)
        self.changed.set()

    async def on_place_changed(self, place: Any) -> None:
        await super().on_place_changed(place)
        self.changed.set()

    async def on_place_deleted(self, name: str) -> None:
        await super().on_place_deleted(name)
        self.changed.set()


class Keeper:
    """The places that one run holds at the coordinator of `address`."""

    def __init__(self, address: str) -> None:
        self._address = proxymanager.get_grpc_address(address, default_port=COORDINATOR_PORT)
        own = ClientSession.gethostname(None), ClientSession.getuser(None)
        # Two runs of one user must not take each other's places for their own.
        self._user = f"{own[0]}/{own[1]}:mcuforge-{os.getppid()}"
        self._changed = asyncio.Event()
        self._held: set[str] = set()
        self._forgotten: set[str] = set()  # of these what a new coordinator may not know of
        self._lost: dict[str, str] = {}  # place -> why

    async def run(self) -> None:
        """Until standard input ends. Says so if the coordinator is not there."""
        try:
            self._session = await self._connect()
        except _NOT_THERE:
            _say({"failed": True})
            return
        _say(self._state())
        tasks = [asyncio.create_task(one) for one in (self._stay_connected(), self._watch())]
        try:
            await self._serve()
        finally:
            with contextlib.suppress(*_NOT_THERE):
                await asyncio.wait_for(self._release_all(), _RELEASE_S)
            for task in tasks:
                task.cancel()

    async def _connect(self) -> _Session:
        session = _Session(self._address, asyncio.get_running_loop())
        session.changed, session.user = self._changed, self._user
        try:
            await asyncio.wait_for(session.start(), _CONNECT_S)
        except BaseException:
            await session.close()
            raise
        return session

    async def _stay_connected(self) -> None:
        while True:
            await self._session.stopping.wait()
            self._changed.set()
            await self._session.close()
            await asyncio.sleep(_RETRY_S)
            with contextlib.suppress(*_NOT_THERE):
                self._session = await self._connect()
                self._forgotten = set(self._held)
                self._changed.set()

    async def _watch(self) -> None:
        """At each change: see to what is held, and tell the state."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _RETRY_S if self._forgotten else None)
            self._changed.clear()
            if not self._session.stopping.is_set():
                for name in sorted(self._held):
                    await self._see_to(name)
            _say(self._state())

    async def _see_to(self, name: str) -> None:
        place = self._session.places.get(name)
        if place is None:
            self._lose(name, "it was deleted")
        elif place.acquired == self._user:
            self._forgotten.discard(name)
        elif place.acquired is not None:
            self._lose(name, f"{place.acquired} has it now")
        elif name not in self._forgotten:
            self._lose(name, "it was released by somebody else")
        elif self._is_complete(place):
            with contextlib.suppress(grpc.aio.AioRpcError):  # the next change says who has it
                await self._acquire(name)

    def _lose(self, name: str, why: str) -> None:
        self._held.discard(name)
        self._forgotten.discard(name)
        self._lost[name] = why

    async def _serve(self) -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        while line := await reader.readline():
            order = json.loads(line)
            do = self._acquire if "acquire" in order else self._release
            error = None
            try:
                await do(order.get("acquire") or order["release"])
            except grpc.aio.AioRpcError as failure:
                error = failure.details() or failure.code().name
            _say(self._state())
            _say({"id": order["id"], "error": error})

    async def _acquire(self, name: str) -> None:
        await self._session.stub.AcquirePlace(messages.AcquirePlaceRequest(placename=name))
        await self._session.sync_with_coordinator()  # its resources' addresses are here, too
        self._held.add(name)

    async def _release(self, name: str) -> None:
        if name in self._held:
            request = messages.ReleasePlaceRequest(placename=name, fromuser=self._user)
            await self._session.stub.ReleasePlace(request)
            self._lose(name, "it was released")

    async def _release_all(self) -> None:
        """Also at a coordinator that is away: it may come back with what it knew."""
        while True:
            with contextlib.suppress(grpc.aio.AioRpcError):
                for name in sorted(self._held):
                    await self._release(name)
                return
            await asyncio.sleep(_RETRY_S)

    # ------------------------------------------------------------ what there is

    def _state(self) -> dict[str, Any]:
        away = self._session.stopping.is_set()
        places = {name: self._told(place) for name, place in self._session.places.items()}
        return {"away": away, "lost": self._lost, "places": places}

    def _told(self, place: Place) -> dict[str, Any]:
        is_held = place.name in self._held and place.acquired == self._user
        resources = [
            {
                "name": name,
                "kind": entry.cls,
                "address": _address(entry) if is_held else None,
                "protocol": entry.params.get("protocol", ""),
                "usb_id": [entry.params.get("vendor_id"), entry.params.get("model_id")],
            }
            for name, entry in self._resources(place)
        ]
        return {
            "tags": dict(place.tags),
            "holder": place.acquired,
            "is_held": is_held,
            "is_complete": self._is_complete(place),
            "resources": resources,
        }

    def _resources(self, place: Place) -> Iterator[tuple[str, ResourceEntry]]:
        for exporter, groups in self._session.resources.items():
            for group, entries in groups.items():
                for name, entry in entries.items():
                    if "cls" not in entry.data:  # its exporter has gone
                        continue
                    match = place.getmatch((exporter, group, entry.cls, name))
                    if match is not None:
                        yield match.rename or name, entry

    def _is_complete(self, place: Place) -> bool:
        """Whether each of its matches is there: an exporter may be away."""
        there = [
            (exporter, group, entry.cls, name)
            for exporter, groups in self._session.resources.items()
            for group, entries in groups.items()
            for name, entry in entries.items()
            if "cls" in entry.data and entry.avail
        ]
        return bool(place.matches) and place.unmatched(there) is None


def _address(entry: ResourceEntry) -> str | None:
    """host:port of a serial line, through SSH where its exporter or LG_PROXY says so."""
    if entry.cls != SERIAL or not entry.params.get("port"):
        return None
    resource = NetworkSerialPort(target=None, name=None, **entry.args)
    resource.extra = entry.extra
    host, port = proxymanager.get_host_and_port(resource)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _say(what: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the run has ended
        print(json.dumps(what), flush=True)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # the run says what is to be said
    asyncio.run(Keeper(sys.argv[1]).run())
