"""The reporter: told what was found, it writes what the workflow asks for under its schema."""

import json
from dataclasses import asdict
from typing import Any, NamedTuple

from jsonschema_rs import validator_for
from langgraph.runtime import Runtime

from foveal.agents.answering import to_write
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context
from foveal.agents.exhibit import record_brief
from foveal.agents.facts import Facts, facts_of
from foveal.agents.fitted import fitted
from foveal.agents.inlined import inlined
from foveal.agents.inspection import Inspection
from foveal.agents.instructions import asked_again
from foveal.agents.properties import property_lines
from foveal.agents.tracing import Traced, constants_of, traced
from foveal.models.protocol import Conversation, JsonSchema, Message, Reply
from foveal.schemas.errors import BadReply
from foveal.schemas.report import Report, Usage
from foveal.schemas.text import said_in
from foveal.schemas.workflow import Document

_MOST_TOKENS, _MORE_A_FINDING = 400, 80


class _Written(NamedTuple):
    """A document, or why there is none."""

    document: Any
    sources: dict[str, str]
    refused: str
    usage: Usage


def document_asked(state: Inspection, runtime: Runtime[Context]) -> str:
    del state
    return "report" if runtime.context.workflow.document is None else "document"


def write_document(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Let the model write from the report; what no fact carries is refused, never altered."""
    context, report = runtime.context, state["report"]
    asked = context.workflow.document
    assert asked is not None, "the graph comes here only where a document is asked for"
    facts = facts_of(report, context.workflow, date=context.date)
    written = _write(asked, facts, context)
    return {"report": _completed(report, facts, written), "usage": written.usage}


def _completed(report: Report, facts: Facts, written: _Written) -> Report:
    known = {"facts": facts.counted(), "usage": report.usage + written.usage}
    if written.refused:
        reason = f"{report.reason}; the document was refused: {written.refused}"
        verdict = "fail" if report.verdict == "fail" else "review"
        return report.model_copy(update=known | {"verdict": verdict, "reason": reason})
    return report.model_copy(
        update=known | {"document": written.document, "sources": written.sources}
    )


def _write(asked: Document, facts: Facts, context: Context) -> _Written:
    schema = inlined(asked.json_schema)
    narrowed = fitted(schema, facts)
    if narrowed is None:
        return _refused("what its schema requires is in no fact", Usage(), context)
    conversation = _question(asked, schema, facts, context)
    most = _MOST_TOKENS + _MORE_A_FINDING * len(facts.defects)
    usage, untold = Usage(), [""]
    for attempt in range(1, asked.attempts + 1):
        try:
            reply = _reply(conversation, narrowed, context, most=most)
        except BadReply as error:
            return _refused(error.what, usage, context)
        usage += reply.usage
        document, found = _read(reply, schema, facts)
        untold = found.untold
        context.recorder.append("document", attempt=attempt, **found._asdict())
        if not untold:
            return _Written(document, found.sources, "", usage)
        again = asked_again("report", context.workflow.language, {"untold": untold})
        context.recorder.append("asked again", role="report", user=again)
        conversation = (*conversation, reply.message, Message("user", (again,)))
    return _refused("; ".join(untold), usage, context)


def _question(
    asked: Document, schema: dict[str, Any], facts: Facts, context: Context
) -> Conversation:
    """The schema stands behind the facts, in the user's message, as it does in training."""
    workflow = context.workflow
    brief = brief_for(
        "report",
        workflow,
        facts=facts,
        instruction=said_in(asked.instruction, workflow.language),
        properties=property_lines(schema),
    )
    record_brief(brief, context)
    return brief.told()


def _reply(
    conversation: Conversation, schema: dict[str, Any], context: Context, *, most: int
) -> Reply:
    request = to_write(conversation, JsonSchema(schema), context.workflow, role="report", most=most)
    (reply,) = context.model.write([request])
    context.recorder.append("write", model=context.model.revision, pictures=[], **asdict(reply))
    return reply


def _read(reply: Reply, schema: dict[str, Any], facts: Facts) -> tuple[Any, Traced]:
    if reply.finish != "stop":
        return None, Traced({}, [f"the text was cut after {reply.usage.new_tokens} tokens"])
    try:
        document = json.loads(reply.text)
    except ValueError:
        return None, Traced({}, ["the text is no JSON"])
    error = next(validator_for(schema, offline=True).iter_errors(document), None)
    if error is not None:
        return None, Traced({}, [error.message])
    return document, traced(document, facts, constants=constants_of(schema))


def _refused(why: str, usage: Usage, context: Context) -> _Written:
    context.recorder.append("document refused", reason=why)
    return _Written(None, {}, why, usage)
