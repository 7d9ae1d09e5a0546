"""Probabilities of a closed set of answers, from the likeliest tokens that a server lists.

The way of `models/answers.py` as seen from outside: tokens are known by their texts, only the
likeliest of each place, and only along the answer that was written.
"""

from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple

from foveal.models.served.completion import Token

_LEAST = 0.5
"""Of what the model would say must begin one of the answers, else it says something else."""
_NEGLIGIBLE = 0.01
"""Of that may lead to several answers along a way that was not written."""
_ENDS = ("", "<|im_end|>", "<|endoftext|>", "</s>", "<eos>", "<|eot_id|>")

Shares = dict[str, float]


class _Place(NamedTuple):
    listed: Shares
    """Probability of each token by its text."""
    written: str


def shares(answers: Sequence[str], tokens: Sequence[Token]) -> Shares | None:
    """Of each answer, together one; None where what is listed does not tell.

    `tokens` are those of the answer, without a thought. An answer that no listed token begins has
    at most the probability of the least likely one, and is given that.
    """
    places = [_place(token, blank=not index) for index, token in enumerate(tokens)]
    return _shares({answer: answer for answer in answers}, places)


def _shares(left: Mapping[str, str], places: Sequence[_Place]) -> Shares | None:
    """`left` is what each answer still has to say."""
    if len(left) == 1:
        return dict.fromkeys(left, 1.0)
    if not places:
        return None
    (listed, written), *later = places
    owners = {text: _owners(text, left) for text in listed}
    known = sum(listed[text] for text, those in owners.items() if those)
    elsewhere = sum(listed[t] for t, those in owners.items() if len(those) > 1 and t != written)
    if known < _LEAST or elsewhere > _NEGLIGIBLE * known:
        return None
    found = {answer: sum(listed[t] for t in listed if owners[t] == [answer]) for answer in left}
    if len(owners[written]) > 1:
        further = _shares({a: left[a].removeprefix(written) for a in owners[written]}, later)
        if further is None:
            return None
        found |= {a: found[a] + listed[written] * share for a, share in further.items()}
    unlisted = [answer for answer in left if not any(answer in those for those in owners.values())]
    return _whole(found | _at_most(unlisted, listed))


def _owners(text: str, left: Mapping[str, str]) -> list[str]:
    """The answers that a token goes on with, or ends."""
    if text in _ENDS:
        return [answer for answer, rest in left.items() if not rest]
    return [answer for answer, rest in left.items() if rest.startswith(text)]


def _at_most(unlisted: Sequence[str], listed: Shares) -> Shares:
    if not unlisted:
        return {}
    rest = max(0.0, 1 - sum(listed.values())) / len(unlisted)
    return dict.fromkeys(unlisted, min(rest, *listed.values()))


def _whole(found: Shares) -> Shares:
    total = sum(found.values())
    return {answer: share / total for answer, share in found.items()}


def _place(token: Token, *, blank: bool) -> _Place:
    """The first token of an answer may bring a `blank` before it."""
    shown = str.lstrip if blank else str
    probabilities = {one.token: exp(min(one.logprob, 0.0)) for one in (token, *token.top_logprobs)}
    listed: Shares = {}
    for text, probability in probabilities.items():
        listed[shown(text)] = listed.get(shown(text), 0.0) + probability
    return _Place(listed, shown(token.token))
