"""The model in this process: builds prompts, runs them in batches, reads answers."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from time import monotonic

from transformers import BaseImageProcessor, PreTrainedTokenizerFast

from foveal.models.adapter import Adapter, opens_thinking
from foveal.models.answers import AnswerTree
from foveal.models.choosing import Question
from foveal.models.coordinates import Coordinates
from foveal.models.draft import Draft, Ending, time_limit
from foveal.models.masks import Masks
from foveal.models.mending import failed_before, mend
from foveal.models.prompt import Outline, PromptBuilder, pictures
from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    Conversation,
    JsonSchema,
    Reply,
    WriteRequest,
)
from foveal.models.qwen3_vl import Qwen3VL
from foveal.models.repair import Gap
from foveal.models.request_check import (
    check_answers,
    check_choosing,
    check_conversation,
    check_writing,
)
from foveal.models.runner import USUAL_BUDGETS, Budgets, Runner
from foveal.models.scheduler import USUAL_LIMITS, Limits, Scheduler
from foveal.models.stop_texts import before_stop, holds_stop, safe_part
from foveal.models.writing import Task
from foveal.schemas.errors import BadModel

UNFINISHED = "\N{REPLACEMENT CHARACTER}"
"""Bytes that are no character, or not yet."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What `from_pretrained` gives, and where it came from."""

    name: str
    revision: str
    model: Qwen3VL
    tokenizer: PreTrainedTokenizerFast
    image_processor: BaseImageProcessor


class Engine:
    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        autocast: bool,
        limits: Limits = USUAL_LIMITS,
        budgets: Budgets = USUAL_BUDGETS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` counts the seconds of a request's time limit."""
        self.name, self.revision = checkpoint.name, checkpoint.revision
        self.prompts = PromptBuilder(checkpoint.tokenizer, checkpoint.image_processor)
        self.adapter = Adapter(
            self.prompts.patcher, thinks_first=opens_thinking(checkpoint.tokenizer)
        )
        self._runner = Runner(
            checkpoint.model,
            self.prompts.patcher,
            autocast=autocast,
            budgets=budgets,
            block=limits.block,
        )
        self._scheduler = Scheduler(self._runner, limits)
        self._tokenizer = checkpoint.tokenizer
        self._context: int = checkpoint.model.config.text_config.max_position_embeddings
        self._clock = clock
        self._tree = lru_cache(maxsize=256)(self._build_tree)

    @property
    def coordinates(self) -> Coordinates:
        return self.adapter.coordinates

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        return self.adapter.fit(size)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        questions = [self._question(request) for request in requests]
        self._scheduler.finish(questions)
        return [Choice(question.probabilities, question.usage) for question in questions]

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        tasks = [self._task(request) for request in requests]
        self._scheduler.finish(tasks)
        return [self._checked(*pair) for pair in zip(requests, tasks, strict=True)]

    def stream(self, request: WriteRequest) -> Generator[str, None, Reply]:
        """Token by token, but for characters and blanks that are not whole yet."""
        if request.grammar is not None:
            (reply,) = self.write([request])
            yield reply.text
            return reply
        task, shown = self._task(request), 0
        for _ in self._scheduler.follow(task):
            text = self._decode(task.answer).rstrip(UNFINISHED)
            sure = safe_part(before_stop(text, request.stop_texts), request.stop_texts).strip()
            if len(sure) > shown:
                yield sure[shown:]
                shown = len(sure)
        reply = self._reply(task, request.stop_texts)
        yield reply.text[shown:]
        return reply

    def forget(self, conversation: Conversation) -> None:
        """Drop what is kept of a conversation that will not go on, but for what others share."""
        outline, shown = self._outline(conversation), pictures(conversation)
        with self._scheduler.between_rounds():
            self._runner.forget(outline, shown)

    def forget_all(self) -> None:
        """Drop every picture and prompt that is kept, so that what follows costs all it costs."""
        with self._scheduler.between_rounds():
            self._runner.forget_all()

    def _question(self, request: ChooseRequest) -> Question:
        check_choosing(request)
        answers = self._tree(request.answers)
        outline = self._outline(request.conversation, self.adapter.after(request.thinking))
        inside = max(map(len, answers.branches), default=0)
        self._check_context(len(outline.ids) + len(answers.trunk) + inside)
        return Question(outline.followed_by(answers.trunk), pictures(request.conversation), answers)

    def _build_tree(self, answers: tuple[str, ...]) -> AnswerTree:
        ids = {answer: self.prompts.encode(answer) for answer in answers}
        check_answers(answers, ids)
        return AnswerTree(ids, end=self._tokenizer.eos_token_id)

    def _task(self, request: WriteRequest) -> Task:
        check_writing(request)
        thinks = self._thinks(request.thinking_tokens)
        begun = self.adapter.begin_thinking if thinks else self.adapter.skip_thinking
        outline = self._outline(request.conversation, begun)
        draft = Draft(
            self._ending,
            limit=min(request.max_new_tokens, self._context - len(outline.ids)),
            mask=self.masks.start(request.grammar) if request.grammar else None,
            thinking=thinks,
            thinking_limit=request.thinking_tokens,
            out_of_time=time_limit(request.seconds, self._clock),
            is_over=self._is_over(request.stop_texts),
        )
        return Task.start(outline, pictures(request.conversation), draft)

    def _thinks(self, tokens: int | None) -> bool:
        if tokens and self._ending.close_thinking is None:
            raise BadModel(
                f"{self.name} has no {self.adapter.close_thinking} to end a thought with",
                fix="give it no tokens to think with, or use a model that thinks",
            )
        return self.adapter.thinks_first if tokens is None else tokens > 0

    def _is_over(self, stops: tuple[str, ...]) -> Callable[[Sequence[int]], bool] | None:
        return (lambda ids: holds_stop(self._decode(ids), stops)) if stops else None

    def _checked(self, request: WriteRequest, task: Task) -> Reply:
        reply, mask = self._reply(task, request.stop_texts), task.draft.mask
        if mask is None:
            return reply
        return mend(reply, find=mask.first_gap, rewrite=partial(self._rewrite, request, task))

    def _rewrite(self, request: WriteRequest, task: Task, reply: Reply, gap: Gap) -> Reply:
        """The assistant's turn begins with its thought and the text before the value."""
        begun = self.adapter.after(reply.thinking) + gap.before
        outline = self._outline(request.conversation, begun)
        failed = [tuple(self.prompts.encode(text)) for text in failed_before(reply, gap)]
        draft = Draft(
            self._ending,
            limit=min(request.max_new_tokens, self._context - len(outline.ids)),
            mask=self.masks.start(JsonSchema(gap.schema), avoid=failed),
            thinking=False,
            out_of_time=task.draft.out_of_time,
        )
        again = Task.start(outline, pictures(request.conversation), draft)
        self._scheduler.finish([again])
        return self._reply(again)

    def _outline(self, conversation: Conversation, continuation: str = "") -> Outline:
        check_conversation(conversation, self.adapter.fit)
        outline = self.prompts.outline(conversation, continuation=continuation)
        self._check_context(len(outline.ids))
        return outline

    def _check_context(self, tokens: int) -> None:
        if tokens >= self._context:
            raise BadModel(
                f"the conversation takes {tokens} tokens, "
                f"and {self.name} has a context of {self._context}",
                fix="show fewer or smaller pictures, or use a model with a longer context",
            )

    def _reply(self, task: Task, stops: tuple[str, ...] = ()) -> Reply:
        draft = task.draft
        thought, answer = draft.parts()
        written = self._decode(answer)
        # A grammar's blanks are meant.
        text = written if draft.mask else before_stop(written, stops).strip()
        assert draft.finish is not None, "tasks come back finished"
        return Reply(
            text=text,
            thinking=self._decode(thought).rstrip(UNFINISHED).strip(),
            finish=draft.finish,
            log_probabilities=tuple(draft.log_probabilities),
            usage=task.usage,
            lenient=draft.mask is not None and draft.mask.lenient,
            ids=tuple(answer) if text.strip() == written.strip() else (),
        )

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(ids, clean_up_tokenization_spaces=False))

    @cached_property
    def masks(self) -> Masks:
        width = max(len(self._tokenizer), self._runner.vocabulary)
        return Masks(self._tokenizer, vocabulary=width, stops=sorted(self._ending.stops))

    @cached_property
    def _ending(self) -> Ending:
        found = self._runner.model.generation_config.eos_token_id
        stops = {self._tokenizer.eos_token_id, *(found if isinstance(found, list) else [found])}
        tags = self.adapter.open_thinking, self.adapter.close_thinking
        opening, closing = self._tokenizer.convert_tokens_to_ids(tags)
        return Ending(
            stops=frozenset(stops - {None}),
            open_thinking=opening,
            close_thinking=closing,
            after_thinking=tuple(self.prompts.encode("\n\n")),
        )
