"""Pictures as the model is shown them, and what is kept of having shown them."""

from dataclasses import dataclass, replace
from typing import Self

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Region, Shown
from foveal.agents.instructions import Brief
from foveal.models.protocol import Conversation, Picture, sent_size
from foveal.schemas.box import Box
from foveal.schemas.image import name_pixels
from foveal.tools.view import Seen, cut, turned


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One place of a part, called A; or its reference called A, and the part then B."""

    tested: Seen
    reference: Seen | None = None

    def turned(self, quarter_turns: int) -> Self:
        """Both pictures, anticlockwise."""
        reference = self.reference and turned(self.reference, quarter_turns)
        return replace(self, tested=turned(self.tested, quarter_turns), reference=reference)

    @property
    def _named(self) -> tuple[tuple[str, Seen], ...]:
        if self.reference is None:
            return (("A", self.tested),)
        return ("A", self.reference), ("B", self.tested)

    def conversation(self, brief: Brief) -> Conversation:
        return brief.conversation([Picture(name, seen.pixels) for name, seen in self._named])

    def shown(self) -> list[Shown]:
        return [
            Shown(name=name, view=seen.view, crop=name_pixels(seen.pixels))
            for name, seen in self._named
        ]

    def keep(self, context: Context, call: str, **said: object) -> list[Shown]:
        """Record the pixels, and the call with what was said in it."""
        shown = self.shown()
        for picture, (_, seen) in zip(shown, self._named, strict=True):
            context.recorder.image(picture.crop, seen.pixels)
        crops = [picture.crop for picture in shown]
        context.recorder.append(call, model=context.model.revision, pictures=crops, **said)
        return shown


def pair_of(region: Region, box: Box, state: Inspection, context: Context) -> Exhibit:
    """What stands in the box on the tested part, and there on the aligned template."""
    template, tested = context.gallery[state["aligned"]], context.gallery[state["tested"]]
    side = context.workflow.looks.size_px
    size = sent_size(context.model, (side, side))
    return Exhibit(
        reference=cut(template, region.on_template(box, template.size), size=size),
        tested=cut(tested, box, size=size),
    )


def record_brief(brief: Brief, context: Context) -> None:
    """Each call names its instructions by hash; here they stand in full."""
    context.recorder.append(
        "instructions", sha256=brief.sha256, system=brief.system, user=brief.visual
    )
