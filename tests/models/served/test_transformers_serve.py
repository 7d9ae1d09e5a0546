"""`transformers serve` on the model that ships answers as the engine in this process does."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

from foveal.agents.briefs import brief_for
from foveal.models.checkpoint import SHIPPED
from foveal.models.engine import Engine
from foveal.models.load import load_model
from foveal.models.protocol import ChooseRequest, Conversation, JsonSchema, Picture, WriteRequest
from foveal.models.served.messages import messages
from foveal.models.served.model import ServedModel
from foveal.schemas.errors import BadReply
from foveal.schemas.server import Server
from foveal.serving import connect
from foveal.tools.intake import read_image
from foveal.workflow_file import load_workflow

ENVIRONMENT = Path(__file__).parents[3] / ".server-env"
BOARDS = Path(__file__).parents[3] / "examples" / "boards"
NAME = str(SHIPPED)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ENVIRONMENT / "bin" / "transformers").exists(),
        reason="transformers serve has an environment of its own, 5.5 GB: make server-env",
    ),
]

PROCESSOR = """
import json, sys
from transformers import AutoProcessor

processor = AutoProcessor.from_pretrained(sys.argv[1], local_files_only=True)
for line in sys.stdin:
    messages = json.loads(line)
    for message in messages:
        if isinstance(message["content"], str):
            message["content"] = [{"type": "text", "text": message["content"]}]
        for part in message["content"]:
            if part["type"] == "image_url":
                part.update(type="image", url=part.pop("image_url")["url"])
    made = processor.apply_chat_template(
        messages, tokenize=True, return_dict=True, add_generation_prompt=True
    )
    print(json.dumps(made["input_ids"][0]))
"""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(ENVIRONMENT / "bin" / "transformers"), "serve", NAME, "--device", "cpu"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        _await(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url):  # noqa: S310 - of this test's own server
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("transformers serve does not come up")


@pytest.fixture(scope="module")
def served(base_url: str) -> ServedModel:
    return connect(f"openai:{NAME}", Server(base_url=base_url), fresh=True)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_model("tiny")


@pytest.fixture(scope="module")
def judged() -> list[Conversation]:
    """Crops of the boards of the examples, side by side."""
    template, tested = (
        read_image(BOARDS / f"{name}.png").pixels for name in ("template", "tested")
    )
    brief = brief_for("judge", load_workflow("board-compare"))
    places = np.random.default_rng(0).integers(0, 640 - 128, (40, 2))
    return [
        brief.conversation(
            [
                Picture(name, np.ascontiguousarray(pixels[y : y + 128, x : x + 128]))
                for name, pixels in (("A", template), ("B", tested))
            ]
        )
        for x, y in places
    ]


def label_names() -> tuple[str, ...]:
    return tuple(label.name for label in load_workflow("board-compare").labels)


def test_the_likeliest_answer_is_the_same(
    served: ServedModel, engine: Engine, judged: list[Conversation]
) -> None:
    labels = label_names()
    requests = [ChooseRequest(conversation, labels) for conversation in judged]
    for here, there in zip(engine.choose(requests), served.choose(requests), strict=True):
        assert there.guided
        assert there.answer == here.answer or here.probabilities[here.answer] < 0.6


def test_the_text_is_the_same(
    served: ServedModel, engine: Engine, judged: list[Conversation]
) -> None:
    requests = [WriteRequest(conversation, None, 40) for conversation in judged[:8]]
    here, there = engine.write(requests), served.write(requests)
    assert [reply.text for reply in there] == [reply.text for reply in here]


def test_what_a_schema_does_not_allow_is_refused(
    served: ServedModel, judged: list[Conversation]
) -> None:
    """The server holds to no schema, and this model was never asked for such a thing."""
    schema = JsonSchema({"type": "object", "properties": {"q": {}}, "required": ["q"]})
    with pytest.raises(BadReply, match="still refused by its JSON Schema"):
        served.write([WriteRequest(judged[0], schema, 40)])


def test_the_prompt_is_that_of_the_processor(engine: Engine, judged: list[Conversation]) -> None:
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-c", PROCESSOR, NAME],
        input="".join(json.dumps(messages(one)) + "\n" for one in judged),
        capture_output=True,
        text=True,
        check=True,
    )
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert made == [engine.prompts.outline(one).ids for one in judged]
