"""A closed set of answers as a tree of tokens.

The probability of an answer is the one that decoding within the set would give it: wherever answers
part, a softmax over the tokens that lead on to one of them; where only one token leads on, nothing
is asked. So answers that differ in their first token need one forward pass, and answers that begin
alike (`pin`, `pin-hole`) are told apart where they part.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import prod

import torch
from torch import Tensor

Path = tuple[int, ...]
"""Tokens from the end of the trunk to a place inside an answer."""


class AnswerTree:
    def __init__(self, answers: Mapping[str, Sequence[int]], *, end: int) -> None:
        """`end` is the token that closes an answer, so that one answer may begin another."""
        whole = {answer: (*ids, end) for answer, ids in answers.items()}
        assert len(set(whole.values())) == len(answers) > 0, f"{list(answers)} must differ"
        branches = _branches(whole.values())
        self.trunk: Path = min(branches, key=len, default=next(iter(whole.values())))
        """What all answers begin with; it is read with the question."""
        shared = len(self.trunk)
        self.branches = {place[shared:]: tokens for place, tokens in branches.items()}
        """The tokens that may follow, at each place where answers part."""
        self._answers = {answer: path[shared:] for answer, path in whole.items()}

    def probabilities(self, logits: Mapping[Path, Tensor]) -> dict[str, float]:
        """`logits` of the tokens in `branches`, in their order."""
        shares = {place: torch.softmax(row.double(), dim=0) for place, row in logits.items()}
        return {
            answer: prod(
                float(shares[path[:depth]][self.branches[path[:depth]].index(token)])
                for depth, token in enumerate(path)
                if path[:depth] in self.branches
            )
            for answer, path in self._answers.items()
        }


def _branches(paths: Iterable[Path]) -> dict[Path, list[int]]:
    following: defaultdict[Path, set[int]] = defaultdict(set)
    for path in paths:
        for depth, token in enumerate(path):
            following[path[:depth]].add(token)
    return {place: sorted(tokens) for place, tokens in following.items() if len(tokens) > 1}
