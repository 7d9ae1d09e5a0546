"""What became of claims that were put to the test."""

from collections.abc import Callable, Sequence
from typing import Self

from foveal.agents.inspection import Trial
from foveal.evals.share import Share
from foveal.schemas.base import Strict
from foveal.schemas.verification import Verification


class Tried(Strict):
    """Intervals count parts for trials, since claims on one part are alike."""

    supported: Share
    unsupported: Share
    denied: Share
    """At the first look, with the pixels there: all that would be unsupported without covers."""

    unmoved: Share
    """Held at the first look, and still with the pixels covered."""

    unsupported_by_label: dict[str, Share]

    @classmethod
    def of(cls, parts: Sequence[Sequence[Trial]], settings: Verification) -> Self:
        def share(happened: Callable[[Trial], bool], label: str | None = None) -> Share:
            return Share.clustered(
                [
                    [happened(trial) for trial in part if label in (None, trial.claim.label)]
                    for part in parts
                ]
            )

        def supported(trial: Trial) -> bool:
            return settings.supports(claimed=trial.claimed, covered=trial.covered)

        def denied(trial: Trial) -> bool:
            return trial.claimed < settings.confirm_from

        labels = sorted({trial.claim.label for part in parts for trial in part})
        return cls(
            supported=share(supported),
            unsupported=share(lambda trial: not supported(trial)),
            denied=share(denied),
            unmoved=share(lambda trial: not supported(trial) and not denied(trial)),
            unsupported_by_label={
                label: share(lambda trial: not supported(trial), label) for label in labels
            },
        )
