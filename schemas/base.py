from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """Refuses unknown keys and silent conversions; instances never change."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
