"""Ask a local model a question about a picture in a LangGraph graph of one node.

    python examples/ask_in_a_graph.py IMAGE QUESTION ANSWER ANSWER... [--model tiny]
    python examples/ask_in_a_graph.py examples/boards/tested.png "Is the trace cut?" yes no

The reply is one of the answers, whatever the model. `tiny` knows the questions of foveal's agents
about circuit boards and guesses at others: give a larger Qwen3-VL as `--model` to ask freely.
"""

import argparse
from base64 import b64encode
from pathlib import Path
from typing import TypedDict

from langchain_core.messages import HumanMessage
from langgraph.graph import END, START, StateGraph

from foveal.models.langchain import ChatFoveal


class State(TypedDict, total=False):
    question: HumanMessage
    answer: str


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("image", type=Path)
    arguments.add_argument("question")
    arguments.add_argument("answers", nargs="+")
    arguments.add_argument("--model", default="tiny")
    options = arguments.parse_args()
    chat = ChatFoveal(model=options.model).with_structured_output({"enum": options.answers})

    def look(state: State) -> State:
        return {"answer": chat.invoke([state["question"]])}

    wiring = StateGraph(State)
    wiring.add_node(look)
    wiring.add_edge(START, "look")
    wiring.add_edge("look", END)
    encoded = b64encode(options.image.read_bytes()).decode()
    picture = {"type": "image", "base64": encoded, "mime_type": "image/png"}
    question = HumanMessage([picture, {"type": "text", "text": options.question}])
    print(wiring.compile().invoke({"question": question})["answer"])


if __name__ == "__main__":
    main()
