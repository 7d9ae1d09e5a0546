"""Which model a server runs, as far as it tells: servers name no weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from foveal.models.served.client import Client

_VERSIONS = (
    ("/version", "version"),  # vLLM
    ("/api/version", "version"),  # Ollama
    ("/get_server_info", "version"),  # SGLang
    ("/props", "build_info"),  # llama.cpp
)
_LASTING = ("id", "root", "parent", "owned_by", "max_model_len", "meta")
"""What a list of models says of one that a restart does not change."""


@dataclass(frozen=True)
class Identity:
    base_url: str
    model: str
    version: str
    """Of the server; empty where it tells none."""
    told: Mapping[str, Any]
    """Of the model."""

    @property
    def revision(self) -> str:
        """Hash of all but the address: a server may move."""
        known = {"model": self.model, "version": self.version, "told": self.told}
        return f"served-{sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()}"

    @property
    def names(self) -> tuple[str, ...]:
        """The model's own and, behind an alias, its checkpoint's."""
        return self.model, str(self.told.get("root", ""))


def identify(client: Client) -> Identity:
    """Raises BadModel where nothing answers there, or the key is refused."""
    listed = client.tell(f"{client.base_url}/models").get("data")
    every = listed if isinstance(listed, list) else []
    named = (one for one in every if isinstance(one, dict) and one.get("id") == client.model)
    entry = next(named, {})
    told = {name: entry[name] for name in _LASTING if name in entry}
    return Identity(client.base_url, client.model, _version(client), told)


def _version(client: Client) -> str:
    root = client.base_url.removesuffix("/v1")
    for path, name in _VERSIONS:
        version = client.tell(root + path).get(name)
        if isinstance(version, str):
            return version
    return ""
