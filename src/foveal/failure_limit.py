from dataclasses import dataclass
from typing import Self

from foveal.schemas.errors import BadWorkflow


@dataclass(frozen=True)
class FailureLimit:
    """How many items may end in an error before a batch stops; by default all may."""

    count: int | None = None
    share: float | None = None
    """Of all items, 0 to 1."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """`20`, or `5%`. Raises BadWorkflow."""
        if text is None:
            return cls()
        number = text.removesuffix("%")
        try:
            if number == text and int(text) >= 0:
                return cls(count=int(text))
            if number != text and 0 <= float(number) <= 100:
                return cls(share=float(number) / 100)
        except ValueError:
            pass  # said below
        raise BadWorkflow(f"{text!r} is no number of failures", fix="give one such as 20 or 5%")

    def is_passed(self, errors: int, *, items: int) -> bool:
        if self.share is not None:
            return errors > self.share * items
        return self.count is not None and errors > self.count
