"""From the address of a server to a model behind it that is known to see."""

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path
from pydantic import ValidationError

from foveal.models.served.abilities import Abilities, try_out
from foveal.models.served.client import Client
from foveal.models.served.identity import Identity, identify
from foveal.models.served.model import ServedModel
from foveal.records.whole_file import write_whole
from foveal.schemas.errors import BadModel, BadOutput
from foveal.schemas.loading import Loading
from foveal.schemas.server import SERVED, Server, served_name
from foveal.sight import check_sight, draw


def connect(model: str, server: Server, *, fresh: bool = False) -> ServedModel:
    """What the server can do is tried out and its sight checked, once for each version of it.

    What came out is kept on disk; `fresh` tries again. Raises BadModel where nothing answers, or
    what answers does not see.
    """
    client = Client(server, model.removeprefix(SERVED), api_key=_key())
    identity = identify(client)
    file = _file(identity)
    known = None if fresh else _recalled(file)
    served = ServedModel(client, identity, known or try_out(client))
    if known is None:
        check_sight(served, draw(np.random.default_rng()))
        _keep(file, served.abilities)
    return served


def require_server(model: str, loading: Loading) -> Server:
    """Raises BadModel where it is not said which server answers, or how it should load."""
    if not served_name(model):
        raise BadModel(
            f"{model!r} is no model of a server, and a base URL is given",
            fix=f"name it {SERVED}NAME, or leave the base URL out",
        )
    if loading.server is None:
        raise BadModel(
            f"it is not said which server answers for {model!r}",
            fix="give --base-url URL, or loading.server.base_url in the workflow",
        )
    if loading.model_copy(update={"server": None}) != Loading():
        raise BadModel(
            f"the server of {model!r} loads it by itself",
            fix="leave device, number format, quantisation, adapter and repeatable to it",
        )
    return loading.server


def _key() -> str | None:
    return os.environ.get("OPENAI_API_KEY")  # noqa: TID251 - this is the front door


def _file(identity: Identity) -> Path:
    named = sha256(f"{identity.base_url} {identity.revision}".encode()).hexdigest()
    return user_cache_path("foveal") / "servers" / f"{named[:32]}.json"


def _recalled(file: Path) -> Abilities | None:
    """None where nothing is kept, or what an earlier version of foveal kept."""
    try:
        return Abilities.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _keep(file: Path, abilities: Abilities) -> None:
    """Where no cache can be written, each process tries out anew."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, abilities.model_dump_json().encode() + b"\n")
    except (OSError, BadOutput):
        return
