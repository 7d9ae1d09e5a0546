from foveal.models.protocol import Conversation, Picture
from foveal.models.served.completion import Spent
from foveal.schemas.report import Usage
from foveal.schemas.server import Prices

_MILLION = 1_000_000


def usage_of(spent: Spent | None, conversation: Conversation, prices: Prices | None) -> Usage:
    """As the server counted; pictures as sent, since it does not say which it knew."""
    spent = spent or Spent()
    shown = sum(isinstance(part, Picture) for message in conversation for part in message.parts)
    return Usage(
        image_encodes=shown,
        prefill_tokens=max(0, spent.prompt_tokens - spent.cached_tokens),
        cached_tokens=spent.cached_tokens,
        new_tokens=spent.completion_tokens,
        model_calls=1,
        cost=_cost(spent, prices) if prices else 0,
    )


def _cost(spent: Spent, prices: Prices) -> float:
    read, written = spent.prompt_tokens * prices.read, spent.completion_tokens * prices.written
    return (read + written) / _MILLION
