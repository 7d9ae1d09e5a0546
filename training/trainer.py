import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast, Qwen3VLForConditionalGeneration

from foveal.models.patch_embedding import use_linear_patches
from foveal.models.vision_attention import batch_images
from foveal.training import tiny, workers
from foveal.training.allocator import keep_freed_memory, return_free_memory
from foveal.training.chunk import Chunk, endless
from foveal.training.copying import Alphabet, draw_copies
from foveal.training.learner import Learner
from foveal.training.mixture import MIXTURE
from foveal.training.pace import Pace
from foveal.training.tally import Tally
from foveal.training.tasks import draw_batch, draw_sights
from foveal.training.validation import validate
from foveal.training.wordings import corpus

_REPORT_EVERY = 100
_SAVE_EVERY = 100
_VALIDATE_EVERY = 500
_TRIM_EVERY = 25
"""Steps of many lengths leave holes, 10 GB of them in ten minutes."""


@dataclass(frozen=True)
class Options:
    chunks: Path
    run: Path
    minutes: float
    start: Path | None
    rate: float

    @property
    def checkpoint(self) -> Path:
        return self.run / "last.pt"

    @property
    def validation(self) -> Path:
        return self.chunks / "validation.npz"


class Trainer:
    """One worker's part: draw a batch, learn from it, now and then report and save."""

    def __init__(self, rank: int, options: Options) -> None:
        self._rank, self._options = rank, options
        keep_freed_memory()
        model, self._tokenizer = open_model(options.start)
        self._learner = Learner(model, self._tokenizer)
        resumes = options.checkpoint.exists()
        spent = self._learner.restore(options.checkpoint) if resumes else 0.0
        self._pace = Pace(options.minutes, spent=spent)
        self._tally = Tally()

    def run(self) -> None:
        """Tasks are drawn alike in all workers, and regions by each for itself."""
        learner, pace = self._learner, self._pace
        rng = np.random.default_rng([learner.step, self._rank])
        schedule = np.random.default_rng(learner.step)
        chunks = endless(self._options.chunks, rng)
        alphabet = Alphabet.of(self._tokenizer)
        while pace.left(learner.step) > 0:
            chunk = next(chunks)
            rate = pace.rate(learner.step, peak=self._options.rate)
            alone = schedule.random()
            if alone < MIXTURE.seeing:
                views = draw_sights(rng, chunk, share=workers.COUNT)
                self._tally.add("seeing", learner.see(views, rate=rate))
            elif alone < MIXTURE.seeing + MIXTURE.copying:
                copies = draw_copies(rng, alphabet, share=workers.COUNT)
                self._tally.add("copying", learner.copy(copies, rate=rate))
            else:
                task = MIXTURE.draw(schedule)
                samples = draw_batch(rng, task, chunk, variety=MIXTURE.variety, share=workers.COUNT)
                self._tally.add(task, learner.learn(samples, rate=rate))
            self._report_and_save()
        self._save()

    def _report_and_save(self) -> None:
        step = self._learner.step
        if step % _TRIM_EVERY == 0:
            return_free_memory()
        if step % _REPORT_EVERY == 0 and self._rank == 0:
            self._report(validated=step % _VALIDATE_EVERY == 0)
        if step % _SAVE_EVERY == 0:
            self._save()

    def _report(self, *, validated: bool) -> None:
        learner, minutes = self._learner, round(self._pace.seconds / 60, 2)
        line: dict[str, object] = {"step": learner.step, "minutes": minutes, **self._tally.empty()}
        if validated:
            chunk = Chunk.load(self._options.validation)
            with learner.average.in_place():
                named = validate(learner.model, learner.batcher, chunk)
            line["named"] = named
        with (self._options.run / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")
        print(line, flush=True)

    def _save(self) -> None:
        if self._rank == 0:
            self._learner.save(self._options.checkpoint, seconds=self._pace.seconds)
            with self._learner.average.in_place():
                tiny.save(self._options.run / "tiny", self._learner.model, self._tokenizer)
        workers.wait()


def open_model(
    start: Path | None,
) -> tuple[Qwen3VLForConditionalGeneration, PreTrainedTokenizerFast]:
    """The model in a folder, or a new one with a tokenizer of its own."""
    if start is None:
        tokenizer = tiny.train_tokenizer(corpus())
        model = tiny.new_model(tokenizer, seed=0)
    else:
        tokenizer = AutoTokenizer.from_pretrained(start)
        model = Qwen3VLForConditionalGeneration.from_pretrained(start, dtype=torch.float32)
    use_linear_patches(model)
    batch_images(model)
    return model.train(), tokenizer
