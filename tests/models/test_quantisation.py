import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import torch

from foveal.models.checkpoint import find_checkpoint
from foveal.models.engine import Engine
from foveal.models.load import load_model
from foveal.models.protocol import ChooseRequest, Conversation, JsonSchema, WriteRequest
from foveal.models.quantisation import quantised
from foveal.models.source import find_source
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading
from foveal.schemas.precision import Quantisation

Ask = Callable[..., Conversation]

with_torchao = pytest.mark.skipif(not find_spec("torchao"), reason="torchao is not installed")

SCHEMA = {"type": "array", "items": {"enum": ["open", "short"]}, "maxItems": 2}


def kinds(engine: Engine) -> dict[str, str]:
    """How each parameter is kept."""
    return {name: type(kept).__name__ for name, kept in engine._runner.model.named_parameters()}


@pytest.fixture
def question(ask: Ask) -> ChooseRequest:
    return ChooseRequest(ask("What changed?", (64, 96)), ("open", "short", "pin-hole"))


@with_torchao
@pytest.mark.parametrize(("quantisation", "deviation"), [("int8", 0.05), ("int4", 0.5)])
@pytest.mark.parametrize("dtype", ["auto", "bfloat16"])
def test_a_quantised_model_answers_nearly_as_the_original_does(
    checkpoint: Path,
    question: ChooseRequest,
    quantisation: Quantisation,
    deviation: float,
    dtype: str,
) -> None:
    loading = Loading.model_validate(
        {"device": "cpu", "dtype": dtype, "quantisation": quantisation}
    )
    (expected,) = load_model(str(checkpoint), Loading(device="cpu")).choose([question])
    engine = load_model(str(checkpoint), loading)
    (found,) = engine.choose([question])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=deviation)
    (reply,) = engine.write([WriteRequest(question.conversation, grammar=JsonSchema(SCHEMA))])
    jsonschema.validate(json.loads(reply.text), SCHEMA)


@with_torchao
@pytest.mark.parametrize(
    ("quantisation", "language"), [("int8", "Int8Tensor"), ("int4", "Int4OpaqueTensor")]
)
def test_every_matrix_of_the_layers_is_quantised_and_nothing_else(
    checkpoint: Path, quantisation: Quantisation, language: str
) -> None:
    engine = load_model(str(checkpoint), Loading(device="cpu", quantisation=quantisation))
    linear = {
        f"{name}.weight"
        for name, module in engine._runner.model.named_modules()
        if isinstance(module, torch.nn.Linear) and name != "lm_head"
    }
    for name, kind in kinds(engine).items():
        expected = language if "language_model" in name else "Int8Tensor"
        assert kind == (expected if name in linear else "Parameter"), name


@with_torchao
def test_the_experts_of_a_mixture_are_quantised_too(mixture: Path, question: ChooseRequest) -> None:
    (expected,) = load_model(str(mixture), Loading(device="cpu")).choose([question])
    engine = load_model(str(mixture), Loading(device="cpu", quantisation="int8"))
    (found,) = engine.choose([question])
    assert found.probabilities == pytest.approx(expected.probabilities, abs=0.05)
    experts = {kind for name, kind in kinds(engine).items() if ".experts." in name}
    assert experts == {"Int8Tensor"}


@with_torchao
def test_quantising_says_nothing(checkpoint: Path) -> None:
    script = (
        "import sys\n"
        "from foveal.models.load import load_model\n"
        "from foveal.schemas.loading import Loading\n"
        "load_model(sys.argv[1], Loading(quantisation='int8'))\n"
    )
    command = [sys.executable, "-c", script, str(checkpoint)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert (ended.stdout, ended.stderr) == ("", "")


@with_torchao
def test_the_revision_says_that_weights_were_quantised(checkpoint: Path) -> None:
    whole = find_checkpoint(str(checkpoint)).revision
    for quantisation in ("int8", "int4"):
        source = find_source(str(checkpoint), Loading(quantisation=quantisation))
        assert source.revision == f"{whole}+{quantisation}"


@with_torchao
def test_a_checkpoint_that_is_quantised_already_is_refused(
    checkpoint: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(checkpoint, tmp_path / "copy"))
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"quantization_config": {}}))
    with pytest.raises(BadModel, match="is quantised already: leave quantisation out"):
        find_source(str(copy), Loading(quantisation="int8"))


@with_torchao
def test_four_bits_for_a_mixture_of_experts_are_refused(mixture: Path) -> None:
    with pytest.raises(BadModel, match="mixture of experts, for which there is no int4: use int8"):
        find_source(str(mixture), Loading(quantisation="int4"))


@with_torchao
def test_four_bits_on_a_device_without_kernels_are_refused() -> None:
    with pytest.raises(BadModel, match="no int4 on device 'meta': use int8"):
        quantised("int4", torch.device("meta"))


@pytest.mark.skipif(bool(find_spec("torchao")), reason="torchao is installed")
def test_quantisation_without_its_library_says_how_to_get_it(checkpoint: Path) -> None:
    with pytest.raises(BadModel, match=r"needs torchao.*pip install 'foveal\[quantisation\]'"):
        find_source(str(checkpoint), Loading(quantisation="int8"))
