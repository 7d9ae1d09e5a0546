import time
from logging import getLogger
from threading import Event as Flag
from threading import Thread

from foveal.records.event_log import EventLog
from foveal.records.sent import Sent
from foveal.schemas.errors import FovealError
from foveal.schemas.event import Event
from foveal.watching.sink import Sink, SinkAwayError

_FIRST_S, _LONGEST_S = 0.5, 30.0
"""Between tries, doubled each time."""

_POLL_S = 0.5

_log = getLogger(__name__)


class Delivery:
    """Sends a log to a sink, each event once it took the one before; what it misses waits.

    An event that was taken while the process died is sent again, under the same id.
    """

    def __init__(self, log: EventLog, sink: Sink, sent: Sent) -> None:
        self._log, self._sink, self._sent = log, sink, sent
        self.name = sent.sink
        self._finishing = Flag()
        self._deadline = float("inf")
        self._thread = Thread(target=self._run, name=f"sink {self.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self, *, within_s: float) -> int:
        """How many events are left for the next time; no further one may be added."""
        self._deadline = time.monotonic() + within_s
        self._finishing.set()
        self._thread.join()
        return self._log.left(self._sent.offset)

    def _run(self) -> None:
        try:
            while not (self._finishing.is_set() and time.monotonic() > self._deadline):
                kept = self._log.at(self._sent.offset, wait_s=_POLL_S)
                if kept is not None:
                    self._send(Event.model_validate_json(kept.line), next_offset=kept.next)
                elif self._finishing.is_set():
                    return
        except FovealError as error:  # the disk is full: what was not sent waits for the next start
            _log.error("%s: %s", self.name, error)
        finally:
            self._sink.close()

    def _send(self, event: Event, *, next_offset: int) -> None:
        """Until it is taken, or there is no time left."""
        pause_s = _FIRST_S
        while True:
            try:
                self._sink.send(event)
            except SinkAwayError as error:
                _log.warning("%s: %s; tried again in %g s", self.name, error, pause_s)
            else:
                self._sent.advance(next_offset)
                return
            if not self._pause(pause_s):
                return
            pause_s = min(2 * pause_s, _LONGEST_S)

    def _pause(self, seconds: float) -> bool:
        """Whether there is time for another try."""
        if self._finishing.wait(seconds):
            time.sleep(max(0.0, min(_FIRST_S, self._deadline - time.monotonic())))
            return time.monotonic() < self._deadline
        return True
