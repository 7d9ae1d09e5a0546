"""The options of every command that runs a model, declared once."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal, TypeVar

import typer

from foveal.model_choice import ModelChoice
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.precision import Dtype, Quantisation
from foveal.schemas.server import Unit

Result = TypeVar("Result")


def choose_model(
    *,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="'tiny', a folder, a hub name, or openai:NAME."),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="'auto', 'cpu', 'cuda', …")
    ] = None,
    device_map: Annotated[
        Literal["auto"] | None, typer.Option(help="Spread the model over all accelerators.")
    ] = None,
    dtype: Annotated[Dtype | None, typer.Option(help="Number format of the weights.")] = None,
    quantisation: Annotated[
        Quantisation | None, typer.Option(help="Keep the weights in fewer bits.")
    ] = None,
    lora: Annotated[
        str | None, typer.Option(metavar="DIR", help="Folder of a LoRA adapter.")
    ] = None,
    repeatable: Annotated[
        bool | None, typer.Option(help="Same bits whatever else is asked; slower.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of the server that answers for openai:NAME."),
    ] = None,
    coordinates: Annotated[
        Unit | None, typer.Option(help="In which it writes boxes, if its name does not tell.")
    ] = None,
) -> ModelChoice:
    options = {
        "device": device,
        "device_map": device_map,
        "dtype": dtype,
        "quantisation": quantisation,
        "lora": lora,
        "repeatable": repeatable,
    }
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    if base_url is not None:
        given["server"] = {"base_url": base_url}
    if coordinates is not None:
        if base_url is None:
            raise BadWorkflow("--coordinates is given without --base-url", fix="give both")
        given["server"]["coordinates"] = coordinates
    if not given:
        return ModelChoice(model)
    from pydantic import ValidationError

    from foveal.schemas.loading import Loading

    try:
        return ModelChoice(model, Loading.model_validate(given))
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadWorkflow(f"no model is had with this {', '.join(given)}", fix=why) from error


def with_model(command: Callable[..., Result]) -> Callable[..., Result]:
    """Gives a command the options above in the place of its parameter `model: ModelChoice`."""
    options = signature(choose_model).parameters

    @wraps(command)
    def run(**given: Any) -> Result:
        chosen = {name: given.pop(name) for name in options}
        return command(**given, model=choose_model(**chosen))

    shown = signature(command)
    own = [parameter for name, parameter in shown.parameters.items() if name != "model"]
    vars(run)["__signature__"] = shown.replace(parameters=[*own, *options.values()])
    return run
