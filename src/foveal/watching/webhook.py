from base64 import b64encode
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, unquote

from foveal.schemas.event import Event
from foveal.watching.sink import PATIENCE_S, SinkAwayError


class Webhook:
    """POSTs each event as JSON. Anything but 2xx means: not taken. No redirect is followed."""

    def __init__(self, url: SplitResult) -> None:
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._connection = kind(url.hostname or "", url.port, timeout=PATIENCE_S)
        self._target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._headers = {"Content-Type": "application/json"}
        if url.username is not None:
            user = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
            self._headers["Authorization"] = f"Basic {b64encode(user).decode()}"

    def send(self, event: Event) -> None:
        headers = {**self._headers, "Idempotency-Key": event.id}
        try:
            self._connection.request("POST", self._target, event.as_line(), headers)
            with self._connection.getresponse() as response:
                response.read()
                status = response.status
        except (OSError, HTTPException) as error:
            self.close()
            raise SinkAwayError(str(error) or type(error).__name__) from error
        if not 200 <= status < 300:
            raise SinkAwayError(f"it answered with {status}")

    def close(self) -> None:
        with suppress(OSError):
            self._connection.close()
