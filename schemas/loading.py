from typing import Literal, Self

from pydantic import Field, model_validator

from foveal.schemas.base import Strict
from foveal.schemas.precision import Dtype, Quantisation


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

    @model_validator(mode="after")
    def _names_one_place(self) -> Self:
        if self.device_map is not None and self.device != "auto":
            raise ValueError(f"give device {self.device!r} or a device_map, not both")
        return self

    def overridden(self, other: "Loading", *, same_model: bool) -> "Loading":
        """With what `other` sets in its place; an adapter fits only the model it was trained on."""
        given = other.model_dump(include=other.model_fields_set)
        kept = self.model_dump(include=self.model_fields_set)
        if given.keys() & {"device", "device_map"}:
            kept = {name: value for name, value in kept.items() if not name.startswith("device")}
        if not same_model:
            kept.pop("lora", None)
        return Loading(**kept | given)
