from typing import Literal, Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict
from foveal.schemas.precision import Dtype, Quantisation
from foveal.schemas.server import Server, served_name


class Loading(Strict):
    """How a model is loaded and run: on which device, in which numbers, with which adapter."""

    device: str = Field(
        default="auto", min_length=1, description="'auto' takes an accelerator where there is one"
    )
    device_map: Literal["auto"] | None = Field(
        default=None, description="'auto' spreads the model over all accelerators"
    )
    dtype: Dtype = Field(
        default="auto", description="number format of the weights; 'auto' is the checkpoint's own"
    )
    quantisation: Quantisation | None = Field(
        default=None, description="keeps the weights of the layers in fewer bits"
    )
    lora: str | None = Field(
        default=None, min_length=1, description="folder of a LoRA adapter as peft saves it"
    )
    repeatable: bool = Field(
        default=False,
        description="answers are bit for bit the same, whatever else is asked at the same time or "
        "was asked before; slower, since requests are not joined",
    )
    server: Server | None = Field(
        default=None, description="that answers for a model named 'openai:…'; all else is its own"
    )

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if self.device_map is not None and self.device != "auto":
            raise ValueError(f"give device {self.device!r} or a device_map, not both")
        return self

    def for_model(self, name: str) -> "Loading":
        """What of it another model takes over: a server loads its own."""
        kept = self.model_dump(exclude_unset=True)
        served = served_name(name) is not None
        return Loading(**{key: kept[key] for key in kept if (key == "server") == served})

    def overridden(self, other: "Loading", *, same_model: bool) -> "Loading":
        """With what `other` sets in its place; an adapter fits only the model it was trained on."""
        given = other.model_dump(exclude_unset=True)
        kept = self.model_dump(exclude_unset=True)
        if given.keys() & {"device", "device_map"}:
            kept = {name: value for name, value in kept.items() if not name.startswith("device")}
        if not same_model:
            kept.pop("lora", None)
        if given.get("server"):
            given["server"] = (kept.get("server") or {}) | given["server"]
        return Loading(**kept | given)
