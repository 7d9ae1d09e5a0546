"""A graph that goes on where its run stood when its process died."""

from dataclasses import replace
from typing import Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command
from pydantic import TypeAdapter, ValidationError

from foveal.agents.context import Context, Journal
from foveal.agents.inspection import Inspection
from foveal.agents.journaled import Journaled
from foveal.graphs.compare import Graph
from foveal.graphs.nodes.align import lay_over
from foveal.schemas.decision import Decision
from foveal.schemas.errors import BadRecord

_STATE = TypeAdapter(Inspection)


class Durable(Journal, Protocol):
    """What outlives the process: the state after each step, and the answers of the step under way.

    A process may die between the two writes that end a step, so a finished step may run again; the
    journal is why it then asks the model nothing again.
    """

    @property
    def saver(self) -> BaseCheckpointSaver[str]: ...

    @property
    def run(self) -> str: ...


def go_on(graph: Graph, start: Inspection, context: Context, durable: Durable) -> Inspection:
    """Runs what is left of a run; all of it, where it is new. Raises BadRecord."""
    model = Journaled(context.model, durable, context.recorder)
    context = replace(context, model=model, waits=True)
    graph, config = _kept(graph, durable)
    stood = graph.get_state(config)
    if stood.metadata is None or stood.metadata["source"] == "input":  # no step was begun
        return _state(graph.invoke(start, config, context=context, durability="sync"))
    state = _state(stood.values)
    if "aligned" in state:
        lay_over(state, state["placement"], context.gallery)
    return _state(graph.invoke(None, config, context=context, durability="sync"))


def settle(graph: Graph, decision: Decision, context: Context, durable: Durable) -> Inspection:
    """Tells a run that waits for a person what was decided."""
    graph, config = _kept(graph, durable)
    if not graph.get_state(config).next:
        raise BadRecord("this run does not wait for a person", fix="run it again")
    told: Command[str] = Command(resume=decision.model_dump_json())
    context = replace(context, waits=True)
    return _state(graph.invoke(told, config, context=context, durability="sync"))


def _kept(graph: Graph, durable: Durable) -> tuple[Graph, RunnableConfig]:
    config: RunnableConfig = {"configurable": {"thread_id": durable.run}}
    return graph.copy(update={"checkpointer": durable.saver}), config


def _state(values: object) -> Inspection:
    """What a checkpoint holds was on disk, where others may have written."""
    try:
        return _STATE.validate_python(values)
    except ValidationError as error:
        raise BadRecord(
            "the checkpoint of this run holds no state of an inspection",
            fix="take checkpoints.sqlite away: the run then begins anew",
        ) from error
