"""What may pass is asked again, later and later; what will not is not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from logging import getLogger

import httpx2
from openai import APIConnectionError, APIStatusError
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

LONGEST_WAIT = 60.0
"""Seconds, also where a server asks for more."""

_OVERLOADED, _BROKEN = 429, 500

_log = getLogger(__name__)


class Garbled(Exception):
    """An answer that is no completion: cut, too long, or something else altogether."""


def patient(
    retries: int, sleep: Callable[[float], None], *, seconds: float | None = None
) -> Retrying:
    """Not beyond so many `seconds`."""
    enough = stop_after_attempt(retries + 1)
    return Retrying(
        stop=enough if seconds is None else enough | stop_before_delay(seconds),
        wait=_pause,
        retry=retry_if_exception(may_pass),
        before_sleep=_tell,
        sleep=sleep,
        reraise=True,
    )


def may_pass(error: BaseException) -> bool:
    """Overload, a server's own failure, a lost connection, time that ran out, a broken answer."""
    if isinstance(error, APIStatusError):
        return error.status_code == _OVERLOADED or error.status_code >= _BROKEN
    return isinstance(error, APIConnectionError | httpx2.TransportError | Garbled)


def _pause(state: RetryCallState) -> float:
    """As the server asks; else a random part of a time that doubles, so that many do not meet."""
    asked = _asked(state.outcome.exception() if state.outcome else None)
    if asked is not None:
        return min(asked, LONGEST_WAIT)
    return wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)(state)


def _asked(error: BaseException | None) -> float | None:
    """Retry-After (RFC 9110, section 10.2.3), in seconds from now."""
    if not isinstance(error, APIStatusError):
        return None
    header = error.response.headers.get("retry-after", "")
    if header.isascii() and header.isdigit():
        return float(header)
    with suppress(ValueError):
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    return None


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.info("asking again in %.1f s: %s", state.upcoming_sleep, type(error).__name__)
