"""Questions to a server over HTTP; what goes wrong becomes one of foveal's own errors."""

from collections.abc import Callable
from textwrap import shorten
from time import monotonic, sleep
from typing import Any, cast
from weakref import finalize

import httpx2
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAI, OpenAIError
from pydantic import ValidationError

from foveal.models.served.completion import Completion
from foveal.models.served.retries import Garbled, patient
from foveal.schemas.errors import BadModel
from foveal.schemas.server import Server

LONGEST_ANSWER = 16_000_000
"""Bytes; a server that floods is cut off."""
_NO_KEY = "none"
"""Servers that want no key take any."""
_DENIED = (401, 403)
_UNKNOWN = 404
_LONGEST_TOLD = 300


class Refused(BadModel):
    """The server read this question and will not answer it as it is."""


class TooSlow(BadModel):
    """No answer came in the time that was given."""


class Client:
    def __init__(
        self,
        server: Server,
        model: str,
        *,
        api_key: str | None,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self.server, self.model, self.base_url = server, model, server.base_url
        self._secret = api_key
        self._api = OpenAI(
            base_url=server.base_url,
            api_key=api_key or _NO_KEY,
            max_retries=0,  # `retries.py` also asks again after a broken answer
            timeout=server.seconds,
        )
        self._sleep = sleep
        finalize(self, self._api.close)

    def complete(
        self, messages: list[dict[str, Any]], *, most: int, seconds: float | None = None, **how: Any
    ) -> Completion:
        """Asked again where that may help. Greedy, of at most so many tokens, thoughts included.

        `seconds` are for all attempts, the server's for each. Raises BadModel.
        """
        body = {"temperature": 0, "max_tokens": most + self.server.thinking_tokens, **how}
        again = patient(self.server.retries, self._sleep, seconds=seconds)
        try:
            return again(self._complete, messages, body, seconds or self.server.seconds)
        except (OpenAIError, httpx2.TransportError, Garbled) as error:
            raise self._described(error) from error

    def tell(self, url: str) -> dict[str, Any]:
        """What a server says of itself there; nothing where it has no such page."""
        try:
            told = patient(1, self._sleep)(self._api.get, url, cast_to=object)
        except APIStatusError as error:
            if error.status_code in _DENIED:
                raise self._described(error) from error
            return {}
        except (OpenAIError, httpx2.TransportError) as error:
            raise self._described(error) from error
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    def _complete(
        self, messages: list[dict[str, Any]], body: dict[str, Any], seconds: float
    ) -> Completion:
        """A server that sends byte by byte is held to the time as well."""
        end, content = monotonic() + seconds, bytearray()
        with self._api.chat.completions.with_streaming_response.create(
            model=self.model, messages=cast(Any, messages), extra_body=body, timeout=seconds
        ) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    raise Garbled(f"more than {LONGEST_ANSWER:,} bytes")
                if monotonic() > end:
                    raise APITimeoutError(request=response.http_request)
        try:
            return Completion.model_validate_json(bytes(content))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise Garbled(f"no chat completion: {first['msg']}") from error

    def _described(self, error: Exception) -> BadModel:
        at, tries = f"the server at {self.base_url}", self.server.retries + 1
        if isinstance(error, APIStatusError):
            return self._described_status(error, at)
        if isinstance(error, APITimeoutError):
            return TooSlow(
                f"{at} did not answer within {self.server.seconds:g} s, asked up to {tries} times",
                fix="give it more `seconds`, or fewer `requests` at the same time",
            )
        if isinstance(error, Garbled):
            return BadModel(
                f"{at} sent what is no answer ({error}), asked {tries} times",
                fix="check that the base URL is that of its OpenAI-compatible interface",
            )
        reason = type(error.__cause__ or error).__name__
        lost = isinstance(error, APIConnectionError | httpx2.TransportError)
        what = "cannot be reached" if lost else "cannot be asked"
        return BadModel(f"{at} {what} ({reason})", fix="check that it runs, and the base URL")

    def _described_status(self, error: APIStatusError, at: str) -> BadModel:
        status = error.status_code
        told = shorten(self._without_secret(error.message), _LONGEST_TOLD)
        if status in _DENIED:
            return BadModel(f"{at} refuses the key ({status})", fix="set OPENAI_API_KEY to one")
        if status == _UNKNOWN:
            return BadModel(
                f"{at} knows no {self.model!r}, or no chat completions ({told})",
                fix="give the name that it serves the model by, and a base URL such as …/v1",
            )
        if status < 500 and status != 429:
            return Refused(f"{at} refuses the request ({told})", fix="see what its log says of it")
        return BadModel(
            f"{at} still fails after {self.server.retries} retries ({told})",
            fix="see what its log says, or ask less of it at the same time (`requests`)",
        )

    def _without_secret(self, text: str) -> str:
        return text.replace(self._secret, "[key]") if self._secret else text
