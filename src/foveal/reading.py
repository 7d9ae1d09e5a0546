"""Pictures that a person names: files, and https URLs where those are allowed."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from foveal.fetching import Fetcher
from foveal.schemas.errors import BadImage
from foveal.tools.decoding import Decoder
from foveal.tools.image import Image

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
"""Two letters at least, so that C:// is a drive."""


def read_picture(
    source: str | os.PathLike[str],
    *,
    roots: Sequence[Path] | None = None,
    fetcher: Fetcher | None = None,
) -> Image:
    """Only from below one of `roots` where those are given, and from a URL only by a fetcher."""
    name = os.fspath(source)
    if not _URL.match(name):
        return _decoder(os.getpid()).read(Path(name), roots=roots)
    if fetcher is None:
        raise BadImage(
            f"{name!r} is a URL, and images are not fetched from URLs",
            fix="download it, or allow https with --allow-urls (allow_urls=True in Python)",
        )
    return _read_fetched(fetcher.fetch(name), name)


def _read_fetched(content: bytes, url: str) -> Image:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fetched"
        path.write_bytes(content)
        try:
            image = _decoder(os.getpid()).read(path)
        except BadImage as error:
            what = error.what.replace(repr(str(path)), repr(url))
            raise BadImage(what, fix=error.fix) from error
    parts = urlsplit(url)
    return replace(image, source=PurePosixPath(unquote(parts.path)).name or str(parts.hostname))


@cache
def _decoder(process_id: int) -> Decoder:
    """One for all calls, since its processes take 0.1 s to start; a fork gets its own."""
    del process_id
    return Decoder()
