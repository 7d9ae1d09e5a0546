"""Tells a reply that goes round in circles from one that is only monotonous.

A reply loops when it ends in one block of tokens written over and over: more than 64 times, or at
least 16 times and over more than 256 tokens. So no array of 64 equal numbers below 1000 is taken
for a loop (a number of three digits and its comma are four tokens), and a sentence of 20 tokens is
one at its 16th time. Blocks are at most 64 tokens long.
"""

LONGEST_BLOCK = 64
"""In tokens."""

MOST_TIMES = 64
"""As many as an array has items where its schema says nothing (`bounds.MOST_ITEMS`)."""

SUSPECT_TIMES = 16
SUSPECT_TOKENS = 256


class LoopDetector:
    """Costs a comparison for each length of block and token."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._repeated = [0] * (LONGEST_BLOCK + 1)
        """By length of block: how many of the last tokens equal the one a block before them."""

    def add(self, token: int) -> None:
        ids = self._ids
        ids.append(token)
        for block in range(1, min(LONGEST_BLOCK, len(ids) - 1) + 1):
            same = ids[-1 - block] == token
            self._repeated[block] = self._repeated[block] + 1 if same else 0

    @property
    def looping(self) -> bool:
        return any(
            _is_loop(block, repeated + block)
            for block, repeated in enumerate(self._repeated)
            if block and repeated
        )


def _is_loop(block: int, tokens: int) -> bool:
    times = tokens // block
    return times > MOST_TIMES or (times >= SUSPECT_TIMES and tokens > SUSPECT_TOKENS)
