from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from foveal.schemas.base import Strict

SERVED = "openai:"
"""Begins the name of a model that a server answers for."""

Unit = Literal["thousandth", "pixel"]


def served_name(model: str) -> str | None:
    """What the server knows it as; None where a model runs in this process."""
    return model.removeprefix(SERVED) if model.startswith(SERVED) else None


class Prices(Strict):
    """Of a million tokens, in whatever currency the server's bill is in."""

    read: float = Field(ge=0, description="of prompts")
    written: float = Field(ge=0, description="of answers, thoughts included")


class Server(Strict):
    """An OpenAI-compatible server that answers in the model's place, and how it is asked."""

    base_url: str = Field(
        description="such as http://localhost:8000/v1; without credentials: a key is read from "
        "OPENAI_API_KEY"
    )
    coordinates: Unit | None = Field(
        default=None, description="in which the model writes boxes; null: as its name tells"
    )
    requests: int = Field(default=8, ge=1, le=256, description="asked at the same time")
    seconds: float = Field(default=120, gt=0, le=86_400, description="that an answer may take")
    retries: int = Field(
        default=5, ge=0, le=20, description="after overload, a lost connection, or a broken answer"
    )
    thinking_tokens: int = Field(
        default=0, ge=0, description="added to every limit, for a model that thinks unasked"
    )
    prices: Prices | None = None

    @field_validator("base_url")
    @classmethod
    def _names_a_place_and_no_secret(cls, url: str) -> str:
        """What is wrong is said without the address, which may hold a password."""
        try:
            parts = urlsplit(url)
            place = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            parts, place = urlsplit(""), False
        if not place:
            raise ValueError("base_url must be an address such as http://localhost:8000/v1")
        if parts.username is not None or parts.password is not None or parts.query:
            raise ValueError("base_url must hold no key or password: set OPENAI_API_KEY instead")
        if parts.fragment:
            raise ValueError("base_url must end with its path, without a '#'")
        return url.rstrip("/")
