"""Ask a local model about a picture in a LangGraph graph of one node, token by token.

    python examples/ask_in_a_graph.py IMAGE QUESTION [--model tiny]

`tiny` knows circuit boards and the questions of foveal's agents, and cannot chat. A Qwen3-VL
answers anything: `--model Qwen/Qwen3-VL-2B-Instruct`.
"""

import argparse
from base64 import b64encode
from pathlib import Path

from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.graph import END, START, MessagesState, StateGraph

from foveal.models.langchain import ChatFoveal


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("image", type=Path)
    arguments.add_argument("question")
    arguments.add_argument("--model", default="tiny")
    options = arguments.parse_args()
    chat = ChatFoveal(model=options.model, max_tokens=64)

    def look(state: MessagesState) -> dict[str, list[AnyMessage]]:
        return {"messages": [chat.invoke(state["messages"])]}

    wiring = StateGraph(MessagesState)
    wiring.add_node(look)
    wiring.add_edge(START, "look")
    wiring.add_edge("look", END)
    question = HumanMessage(
        [
            {
                "type": "image",
                "base64": b64encode(options.image.read_bytes()).decode(),
                "mime_type": "image/png",
            },
            {"type": "text", "text": options.question},
        ]
    )
    asked = MessagesState(messages=[question])
    for chunk, _ in wiring.compile().stream(asked, stream_mode="messages"):
        print(chunk.text, end="", flush=True)
    print()


if __name__ == "__main__":
    main()
