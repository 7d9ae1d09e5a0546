"""Whether verification tells claims that rest on pixels from claims that rest on nothing.

    foveal eval evidence [--workflow board-compare|board-inspect] [--data DIR] [--limit N] [--json]

On drawn boards, or on DIR laid out as DeepPCB's. Every labelled defect is claimed under its label,
and every label where nothing is; nothing is judged before, so this is the verification alone.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Self

from langgraph.runtime import Runtime
from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Claim, Inspection, Region, Trial
from foveal.agents.verify import try_claims
from foveal.evals.deeppcb import TYPES, read_pairs
from foveal.evals.drawn import drawn_pair
from foveal.evals.labelled import Labelled
from foveal.evals.labels import in_terms_of, require_labels
from foveal.evals.options import EvalOptions, Progress
from foveal.evals.pairs import LabelledPair, spread
from foveal.evals.planted import planted_claims, true_claims
from foveal.evals.seeds import EVIDENCE, generator, seed_range
from foveal.evals.share import Share
from foveal.evals.tried import Tried
from foveal.graphs.nodes.align import align, can_compare
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.base import Strict
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image
from foveal.tools.register import register
from foveal.training.boards.defects import DEFECT_LABELS

BOARDS = 100


class EvidenceFigures(Strict):
    planted: Tried
    true: Tried
    parts: str
    not_comparable: int
    workflow: str
    verification: Verification
    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    parts = _parts(options)
    model = options.load_model()
    return measure(options.workflow, model, parts, progress=options.progress).model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = EvidenceFigures.model_validate(figures)
    title = f"{known.workflow} with {known.model} on {known.parts}"
    table = Table("", "planted claims", "true claims", box=SIMPLE, title=title)
    rows: dict[str, Callable[[Tried], Share]] = {
        "supported": lambda tried: tried.supported,
        "unsupported": lambda tried: tried.unsupported,
        "fell at the first look (all without covers)": lambda tried: tried.denied,
        "fell at the covered look": lambda tried: tried.unmoved,
    }
    for name, share in rows.items():
        table.add_row(name, str(share(known.planted)), str(share(known.true)))
    for label, planted in known.planted.unsupported_by_label.items():
        true = known.true.unsupported_by_label.get(label, "none")
        table.add_row(f"unsupported: {label}", str(planted), str(true))
    table.add_row("parts that cannot be compared", str(known.not_comparable))
    return table


def measure(
    workflow: Workflow, model: VisionLanguageModel, parts: Labelled, *, progress: Progress
) -> EvidenceFigures:
    """With the workflow's own verification, or the usual one where it has none."""
    settings = workflow.verification or Verification()
    verifying = workflow.model_copy(update={"verification": settings})
    planted, true = [], []
    for index, pair in enumerate(parts.pairs):
        if (part := _Part.of(pair, verifying, model)) is not None:
            rng, defects = generator(EVIDENCE, index), workflow.defects
            planted.append(part.tried(planted_claims(rng, part.tested, pair.truths, defects)))
            true.append(part.tried(true_claims(pair.truths)))
        progress(index + 1, len(parts.pairs))
    return EvidenceFigures(
        planted=Tried.of(planted, settings),
        true=Tried.of(true, settings),
        parts=parts.name,
        not_comparable=len(parts.pairs) - len(true),
        workflow=workflow.name,
        verification=settings,
        model=model.name,
        revision=model.revision,
    )


class _Part(NamedTuple):
    """A part as a graph has it when it comes to verifying."""

    state: Inspection
    context: Context

    @classmethod
    def of(cls, pair: LabelledPair, workflow: Workflow, model: VisionLanguageModel) -> Self | None:
        """None where it cannot be compared with its template."""
        images = pair.read()[-len(INPUTS[workflow.graph]) :]
        context = Context(model, workflow, Gallery(*images))
        state: Inspection = {"tested": images[-1].id}
        if len(images) > 1:
            state["template"] = images[0].id
            state = {**state, **align(state, Runtime(context=context))}
            if can_compare(state) != "aligned":
                return None
        return cls(state, context)

    @property
    def tested(self) -> Image:
        return self.context.gallery[self.state["tested"]]

    def tried(self, claims: Iterable[Claim]) -> list[Trial]:
        trials, _ = try_claims([self._laid_over(claim) for claim in claims], *self)
        return trials

    def _laid_over(self, claim: Claim) -> Claim:
        """With the template moved onto its region, as proposed regions have it."""
        if "aligned" not in self.state:
            return claim
        template, box = self.context.gallery[self.state["aligned"]], claim.region.box_px
        shift = register(template.pixels, self.tested.pixels, box)
        return Claim(region=Region(box_px=box, shift_px=shift), label=claim.label)


def _parts(options: EvalOptions) -> Labelled:
    workflow = options.workflow
    if workflow.graph == "survey":
        raise BadWorkflow(
            f"workflow {workflow.name!r} is a survey, which tests nothing",
            fix="give --workflow board-compare or board-inspect",
        )
    if options.data is None:
        require_labels(workflow, DEFECT_LABELS)
        drawn = [drawn_pair(EVIDENCE, index) for index in range(options.limit or BOARDS)]
        name = f"{len(drawn)} boards drawn from seeds {seed_range(EVIDENCE, len(drawn))}"
        return Labelled(in_terms_of(workflow, drawn), name)
    require_labels(workflow, TYPES.values())
    pairs = spread(read_pairs(options.data), options.limit)
    return Labelled(in_terms_of(workflow, pairs), f"{len(pairs)} pairs of {options.data.name}")
