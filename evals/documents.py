"""The reporter by itself: documents on drawn facts, so that what is wrong was written wrong.

    foveal eval documents [--limit N] [--json]

Once in the wording that ships in English, once in the Chinese one, once in other words, and all
again after a thought. N is how many documents are written in each. Each has a schema of its own,
narrowed to its facts as in a run, and is written once: a run asks again where something is untold.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Column, Table

from foveal.agents.facts import Facts
from foveal.agents.fitted import fitted
from foveal.evals.options import EvalOptions
from foveal.evals.roles import WORDS, Words
from foveal.evals.seeds import DOCUMENTS, generator
from foveal.evals.share import Share
from foveal.models.protocol import JsonSchema, Reply, VisionLanguageModel, WriteRequest
from foveal.schemas.base import Strict
from foveal.training.documents import draw_document
from foveal.training.wordings import shipped, vary

COUNT = 100
_TOGETHER = 20
_MOST_TOKENS, _THOUGHT_TOKENS = 700, 64
_LENGTHS = {"0": range(1), "1 to 3": range(1, 4), "4 to 6": range(4, 7), "7 or more": range(7, 100)}


class _Written(NamedTuple):
    wanted: Any
    said: Any
    """None where it was cut."""


class Documents(Strict):
    right: Share
    """Every value as it should be."""

    cut: int
    listed: dict[str, Share]
    """Lists as long as they should be, by how many entries those are."""


class DocumentFigures(Strict):
    documents: dict[Words, Documents]
    thinking: dict[Words, Documents]
    """The same documents after a thought."""

    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    model, count = options.load_model(), options.limit or COUNT
    done = 0

    def figures(words: Words, *, thinking: bool) -> Documents:
        nonlocal done
        options.progress(done, 2 * len(WORDS))
        done += 1
        return _figures(list(_write(model, words, count, thinking=thinking)))

    found = DocumentFigures(
        documents={words: figures(words, thinking=False) for words in WORDS},
        thinking={words: figures(words, thinking=True) for words in WORDS},
        model=model.name,
        revision=model.revision,
    )
    return found.model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = DocumentFigures.model_validate(figures)
    lengths = list(known.documents["en"].listed)
    columns = ("right", *(f"lists of {length}" for length in lengths), "cut")
    table = Table(Column(no_wrap=True), *columns, box=SIMPLE, title=known.model)
    for way, documents in (("", known.documents), (", thinking", known.thinking)):
        for words, one in documents.items():
            lists = [one.listed[length] for length in lengths]
            as_long = (f"{share.count} of {share.of}" for share in lists)
            table.add_row(f"{words}{way}", str(one.right), *as_long, str(one.cut))
    return table


def _write(
    model: VisionLanguageModel, words: Words, count: int, *, thinking: bool
) -> Iterator[_Written]:
    for start in range(0, count, _TOGETHER):
        indices = range(start, min(start + _TOGETHER, count))
        wanted, requests = zip(
            *(_request(words, index, thinking=thinking) for index in indices), strict=True
        )
        for answer, reply in zip(wanted, model.write(requests), strict=True):
            yield _Written(json.loads(answer), _read(reply))


def _request(words: Words, index: int, *, thinking: bool) -> tuple[str, WriteRequest]:
    rng = generator(DOCUMENTS, index)
    wording = vary(rng, "report", variety=1.0) if words == "other" else shipped("report", words)
    document = draw_document(rng, wording)
    facts = document.values["facts"]
    assert isinstance(facts, Facts)
    narrowed = fitted(document.schema, facts)
    assert narrowed is not None, "what is asked for was made from the facts"
    asked = wording.thinking(rng) if thinking else wording
    conversation = asked.brief(**document.values).told()
    budget = _THOUGHT_TOKENS if thinking else 0
    most = _MOST_TOKENS + budget
    request = WriteRequest(conversation, JsonSchema(narrowed), most, thinking_tokens=budget)
    return document.answer, request


def _read(reply: Reply) -> Any:
    return json.loads(reply.text) if reply.finish == "stop" else None


def _figures(written: Sequence[_Written]) -> Documents:
    lengths = [
        (len(wanted), len(said))
        for one in written
        if one.said is not None
        for wanted, said in zip(_lists(one.wanted), _lists(one.said), strict=True)
    ]
    return Documents(
        right=Share.counted([one.said == one.wanted for one in written]),
        cut=sum(one.said is None for one in written),
        listed={
            kind: Share.counted([said == wanted for wanted, said in lengths if wanted in entries])
            for kind, entries in _LENGTHS.items()
        },
    )


def _lists(document: Any) -> Iterator[list[Any]]:
    """But boxes."""
    if isinstance(document, dict):
        for value in document.values():
            yield from _lists(value)
    elif isinstance(document, list) and not (document and isinstance(document[0], int)):
        yield document
