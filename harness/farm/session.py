"""A run's end of the pipe to its keeper: which places there are, and which of them it holds."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import threading
from types import TracebackType
from typing import Any, NoReturn

from codegen.errors import MissingToolError
from codegen.files.places import PROJECT
from harness.errors import HarnessError, PlaceLostError, PortError
from harness.farm.place import COORDINATOR_PORT, Place, PlaceError

REQUIREMENT = "labgrid>=26,<27"  # of the extra `farm` in pyproject.toml
ADDRESS_VARIABLE = "LG_COORDINATOR"  # labgrid's own
DEFAULT_ADDRESS = f"127.0.0.1:{COORDINATOR_PORT}"
_START_S = 30.0
_ORDER_S = 60.0  # an exporter has 10 s for each resource
_LEAVE_S = 10.0


class FarmError(HarnessError):
    """The farm cannot be reached from this machine."""

    exit_code = 3


def require() -> None:
    """Raises MissingToolError where labgrid is not installed."""
    if importlib.util.find_spec("labgrid") is None:
        raise MissingToolError(
            "a farm's places need labgrid; install it with `.venv/bin/python -m pip install "
            f'"{REQUIREMENT}"`, or leave --place and --farm out (docs/farm.md)'
        )


class Session:
    """Enter it to connect; its end, like the end of this process, releases what it holds.

    Any thread may use it.
    """

    def __init__(self, address: str | None = None) -> None:
        """address: HOST[:PORT] of the coordinator; by default labgrid's own default."""
        self._address = address or os.environ.get(ADDRESS_VARIABLE) or DEFAULT_ADDRESS
        self._changed = threading.Condition()
        self._state: dict[str, Any] = {}
        self._answers: dict[int, str | None] = {}
        self._orders = 0
        self._has_failed = False
        self._has_ended = False

    def __enter__(self) -> Session:
        """Raises FarmError, MissingToolError."""
        require()
        self._words = tempfile.TemporaryFile("w+")
        self._keeper = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.keeper", self._address],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            text=True,
            start_new_session=True,  # a terminal's Ctrl-C ends the run, which ends the keeper
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        with self._changed:
            self._changed.wait_for(lambda: self._state or self._has_ended, _START_S)
        if not self._state:
            self.close()
            self._raise_failure()
        return self

    def _raise_failure(self) -> NoReturn:
        """Why there is no session: labgrid itself, or nobody answers it."""
        if self._last_words and not self._has_failed:
            said = self._last_words[-1]
            raise FarmError(f"labgrid does not start: {said}; install {REQUIREMENT} anew")
        raise FarmError(
            f"no labgrid coordinator answers at {self._address}; start it (labgrid-coordinator), "
            f"or give its address with --coordinator or {ADDRESS_VARIABLE}"
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Have everything released. A coordinator that is away is left to the keeper."""
        stdin, stdout = self._keeper.stdin, self._keeper.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        self._reader.join(_LEAVE_S)
        if not self._reader.is_alive():
            self._keeper.wait()
            stdout.close()
        self._words.seek(0)
        self._last_words = self._words.read().strip().splitlines()
        self._words.close()

    def _read(self) -> None:
        assert self._keeper.stdout is not None
        for line in self._keeper.stdout:
            said = json.loads(line)
            with self._changed:
                if "id" in said:
                    self._answers[said["id"]] = said["error"]
                elif "failed" in said:
                    self._has_failed = True
                elif "places" in said:
                    self._state = said
                self._changed.notify_all()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    # ------------------------------------------------------------ what there is

    @property
    def places(self) -> dict[str, Place]:
        """By name."""
        with self._changed:
            told = self._state["places"]
        return {name: Place.from_json(name, told[name]) for name in sorted(told)}

    def place(self, name: str) -> Place:
        """Raises PlaceError for one that is not there."""
        found = self.places
        if name not in found:
            raise PlaceError(
                f"there is no place {name} at {self._address}; it has {', '.join(found) or 'none'}"
            )
        return found[name]

    def check_held(self, name: str) -> None:
        """Raises PlaceLostError for a place that was acquired, and will not come back."""
        with self._changed:
            why = self._state["lost"].get(name)
            if self._has_ended:
                why = "the process that held it has ended"
        if why is not None:
            raise PlaceLostError(f"place {name} was lost: {why}")

    def held(self, name: str) -> Place:
        """One that was acquired. Raises PlaceLostError; PortError while it may come back."""
        self.check_held(name)
        with self._changed:
            is_away = self._state["away"]
        found = self.places.get(name)
        if is_away or found is None or not found.is_held:
            what = f"the coordinator at {self._address}" if is_away else "an exporter"
            raise PortError(f"place {name}: {what} is away")
        return found

    # ------------------------------------------------------------ what is asked for

    def acquire(self, name: str) -> None:
        """Raises PlaceError."""
        if error := self._order(acquire=name):
            self.place(name).check_free()
            raise PlaceError(f"place {name}: {error}; see labgrid-client -p {name} show")

    def release(self, name: str) -> None:
        """Before the others are. One that was lost is left alone."""
        self._order(release=name)

    def _order(self, **what: str) -> str | None:
        """What the coordinator has against it. Raises FarmError where nobody answers."""
        with self._changed:
            self._orders += 1
            number = self._orders
            assert self._keeper.stdin is not None
            try:
                self._keeper.stdin.write(json.dumps({"id": number, **what}) + "\n")
                self._keeper.stdin.flush()
            except (BrokenPipeError, ValueError):
                self._has_ended = True
            self._changed.wait_for(lambda: number in self._answers or self._has_ended, _ORDER_S)
            if number not in self._answers:
                raise FarmError(
                    f"the coordinator at {self._address} does not answer any more; is it running?"
                )
            return self._answers.pop(number)
