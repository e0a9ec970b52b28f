"""The digits of a run, shared among the devices that run side by side: none lost, none double."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator


class Shards:
    """Hands out the indices of the digits, one at a time, to whoever asks next.

    A digit that was handed out is `answered` or given back; so as long as one device works, those
    of a device that failed are done by the others. stopped: whether to hand out no more.
    """

    def __init__(
        self, count: int, done: Collection[int], stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self.started_s: float | None = None  # when the first digit was handed out
        self.sent = len(done)  # digits handed out, now or in an earlier part of the run
        self._changed = threading.Condition()
        self._new = deque(index for index in range(count) if index not in done)
        self._again: deque[int] = deque()
        self._unanswered = len(self._new)
        self._stopped = False
        self._stopped_outside = stopped

    def stop(self) -> None:
        """Hand out no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def answered(self) -> None:
        """One of the digits that were handed out has its answer."""
        with self._changed:
            self._unanswered -= 1
            if not self._unanswered:
                self._changed.notify_all()

    def give_back(self, indices: Iterable[int]) -> None:
        """Digits that were handed out and will not be answered by whoever took them."""
        with self._changed:
            self._again.extend(indices)
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """True if every digit has its answer, or nobody is to go on."""
        return self._is_stopped or not self._unanswered

    @property
    def _is_stopped(self) -> bool:
        return self._stopped or self._stopped_outside()

    def wait_for_more(self) -> bool:
        """Block until there is a digit to hand out: True; or until the run has ended: False."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._new or self._again)
            return not self.ended

    def __iter__(self) -> Iterator[int]:
        while (index := self._next()) is not None:
            yield index

    def _next(self) -> int | None:
        with self._changed:
            if self._is_stopped:
                return None
            if self.started_s is None:
                self.started_s = time.monotonic()
            if self._again:
                return self._again.popleft()
            self.sent += bool(self._new)
            return self._new.popleft() if self._new else None
