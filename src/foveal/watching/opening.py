"""Finds what a name or a URL leads to: a source to watch, a sink to send events to.

Each kind is imported where it is wanted, since the libraries it needs may not be installed.
"""

import re
from collections.abc import Container
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from foveal.schemas.errors import BadSink, BadSource
from foveal.tools.gate_settings import GateSettings
from foveal.watching.sink import Sink
from foveal.watching.source import Source
from foveal.wording import suggest

_URL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
"""Two letters at least, so that C:// is a drive."""


def open_source(source: str, gate: GateSettings, *, done: Container[str]) -> Source:
    """Raises BadSource where it is nothing to watch. A URL may lead anywhere: a person named it.

    Pictures of a folder whose frame is `done` are left out.
    """
    from foveal.tools.video_worker import PROTOCOLS
    from foveal.watching.video import Camera, VideoFile

    url = _URL.match(source)
    if url:
        scheme, known = url[1].lower(), sorted(set(PROTOCOLS) - {"file"})
        if scheme not in known:
            raise BadSource(f"{scheme!r} leads to no camera", fix=suggest(scheme, known))
        _require_av()
        return Camera(source, gate)
    path = Path(source)
    if path.is_dir():
        from foveal.watching.folder import Folder

        return Folder(path, done)
    if not path.is_file():
        raise BadSource(f"there is no {source!r}", fix="name a folder, a video file or a camera")
    _require_av()
    return VideoFile(path, gate)


def open_sink(url: str) -> Sink:
    """Raises BadSink where no event can ever be sent to it; nothing is sent yet."""
    try:
        parts = urlsplit(url)
        known = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise BadSink(f"{url!r} is no URL", fix="give one such as https://HOST/PATH") from error
    if "#" in url:
        raise BadSink(f"the URL of a sink at {parts.hostname!r} holds a '#'", fix="write it as %23")
    if parts.scheme in ("http", "https") and known:
        from foveal.watching.webhook import Webhook

        return Webhook(parts)
    if parts.scheme in ("mqtt", "mqtts") and known:
        _require("paho", package="paho-mqtt", purpose="an MQTT sink")
        from foveal.watching.mqtt import MqttTopic

        return MqttTopic(parts)
    if parts.scheme == "opc.tcp" and known:
        _require("asyncua", package="asyncua", purpose="an OPC UA sink")
        from foveal.watching.opcua import OpcUaVariables

        return OpcUaVariables(parts)
    raise BadSink(
        f"no event can be sent to {parts.scheme or url!r}",
        fix=suggest(parts.scheme, ["http", "https", "mqtt", "mqtts", "opc.tcp"]),
    )


def _require_av() -> None:
    if find_spec("av") is None:
        raise BadSource(
            "watching videos and cameras needs av, which is not installed",
            fix="pip install 'foveal[watch]'",
        )


def _require(library: str, *, package: str, purpose: str) -> None:
    """Raises BadSink with what to install; imports nothing."""
    if find_spec(library) is None:
        raise BadSink(
            f"{purpose} needs {package}, which is not installed", fix="pip install 'foveal[watch]'"
        )
