"""Pictures from https URLs, where that was allowed."""

import socket
import ssl
import string
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, quote, urlsplit

from foveal.addresses import is_public, resolve
from foveal.schemas.errors import BadImage
from foveal.tools.deadline import Deadline


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Connects to an address that was checked, follows no redirect, and uses no proxy."""

    seconds: float = 20
    """For connecting, and again for all that is sent; looking the name up is not counted."""

    max_bytes: int = 100_000_000
    port: int = 443
    resolve: Callable[[str], Sequence[str]] = resolve
    is_allowed: Callable[[str], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fetch(self, url: str) -> bytes:
        """Raises BadImage where `url` is not one to fetch, or where that fails."""
        parts = _checked(url)
        try:
            with self._connected(_host(parts)) as channel:
                return self._transferred(parts, channel)
        except (OSError, HTTPException, ValueError) as error:
            raise _refused(url, "cannot be fetched") from error

    def _connected(self, host: str) -> ssl.SSLSocket:
        """The name is looked up once, so that it cannot lead elsewhere after it was checked."""
        addresses = self.resolve(host)
        for address in addresses:
            if not self.is_allowed(address):
                raise _refused(host, f"is at {address}, which is no public address")
        channel = socket.create_connection((addresses[0], self.port), timeout=self.seconds)
        channel.settimeout(None)  # the deadline ends all that follows
        return self.trust.wrap_socket(channel, server_hostname=host, do_handshake_on_connect=False)

    def _transferred(self, parts: SplitResult, channel: ssl.SSLSocket) -> bytes:
        """A deadline on each read alone would let a server send a byte at a time for days."""
        content = b""
        with Deadline(self.seconds, partial(_cut, channel)) as deadline:
            try:
                channel.do_handshake()
                content = self._content(parts, channel)
            except (OSError, HTTPException):
                if not deadline.passed:
                    raise
        if deadline.passed:
            raise _refused(parts.geturl(), f"was not sent within {self.seconds:g} s")
        return content

    def _content(self, parts: SplitResult, channel: ssl.SSLSocket) -> bytes:
        connection = HTTPConnection(_host(parts), HTTPConnection.default_port)
        connection.sock = channel
        connection.request("GET", _target(parts), headers={"Connection": "close"})
        with connection.getresponse() as response:
            if response.status != 200:
                moved = 300 <= response.status < 400
                why = "leads to another URL" if moved else f"is answered with {response.status}"
                raise _refused(parts.geturl(), why)
            declared = response.length
            content = b""
            if declared is None or declared <= self.max_bytes:
                content = response.read(self.max_bytes + 1 if declared is None else None)
        if max(declared or 0, len(content)) > self.max_bytes:
            raise _refused(parts.geturl(), f"holds more than {self.max_bytes:,} bytes")
        return content


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usual_port = parts.port in {None, 443}
        host = _host(parts)
    except ValueError as error:
        raise _refused(url, "is no URL") from error
    if parts.scheme != "https" or not host:
        raise _refused(url, "is no https URL")
    if not usual_port:
        raise _refused(url, "names a port other than 443")
    if parts.username is not None or parts.password is not None:
        raise _refused(host, "is given with a user name or a password in the URL")
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").encode("idna").decode()


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe=string.punctuation)


def _cut(channel: ssl.SSLSocket) -> None:
    """Not by TLS's own shutdown, which waits for the other side."""
    with suppress(OSError):
        socket.socket.shutdown(channel, socket.SHUT_RDWR)


def _refused(what: str, why: str) -> BadImage:
    return BadImage(f"{what!r} {why}", fix="download it and give the file")
