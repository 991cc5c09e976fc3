"""Hugging Face transformers: this sampler inside `model.generate`.

    from token_sampler.transformers import generate_kwargs

    output = model.generate(**inputs, max_new_tokens=64,
                            **generate_kwargs("balanced", model, seed=42))

The processor draws every token itself and leaves only that one finite, so
`generate` takes it, whatever it would have done with the row. Row i of the
batch has the stream `stream + i`: its tokens are those that the pipeline draws
alone from the same rows, and do not depend on the batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from . import _adapters, _core
from .logging import Logger
from .pipeline import Pipeline

# What generate would do to the rows before they come here, or after.
_NEUTRAL = {
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 1.0,
    "min_p": None,
    "typical_p": 1.0,
    "epsilon_cutoff": 0.0,
    "eta_cutoff": 0.0,
    "top_h": None,
    "repetition_penalty": 1.0,
    "encoder_repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "min_length": 0,
    "min_new_tokens": None,
    "bad_words_ids": None,
    "suppress_tokens": None,
    "begin_suppress_tokens": None,
    "sequence_bias": None,
    "guidance_scale": None,
    "forced_bos_token_id": None,
    "forced_eos_token_id": None,
    "exponential_decay_length_penalty": None,
    "renormalize_logits": False,
    "remove_invalid_values": False,
    "watermarking_config": None,
}


class SamplerProcessor(LogitsProcessor):
    """Draws the token of every row, and leaves it as the only finite one.

    Args:
        pipeline: of the width of the model's logits.
        seed: 0 to 2**64 - 1; None: the config's, else one from the system. A
            list has one for each row of the batch.
        stream: of the first row of the batch; row i has stream + i. With a list
            of seeds all rows have that stream.
        log: a Logger that gets every row with its token; sequence i is row i,
            up to the end of its text.
        logprobs: keep each step's ts.Tokens, with so many likeliest tokens, in
            `steps`.

    The text of a row is what `generate` hands over: a row that it rearranged
    (beams) is followed by its tokens, with the random numbers of its place. A
    processor belongs to one call of generate.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        seed: _adapters.Seed = None,
        stream: int = 0,
        log: Logger | None = None,
        logprobs: int | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.sequences: list[_core.Sequence] = []
        self.steps: list[_core.Tokens] = []
        self._seed = seed
        self._stream = stream
        self._log = log
        self._logprobs = logprobs
        self._last: _core.Tokens | None = None
        self._ended: set[int] = set()  # Rows whose text is over.

    def __call__(
        self, input_ids: torch.LongTensor, scores: torch.FloatTensor
    ) -> torch.FloatTensor:
        texts = input_ids.detach().cpu().numpy()
        self._follow(texts)
        rows = _rows(scores)
        tokens = _adapters.draw(
            self.pipeline, rows, self.sequences, log=self._log,
            ended=self._ended, logprobs=self._logprobs)
        if self._logprobs is not None:
            self.steps.append(tokens)
        self._last = tokens
        ids = torch.from_numpy(tokens.ids.astype(np.int64)).to(scores.device)
        chosen = torch.full_like(scores, -torch.inf)
        return chosen.scatter_(1, ids[:, None], 0.0)

    def _follow(self, texts: np.ndarray) -> None:
        """Brings the sequences to where generate's texts are."""
        if not self.sequences:
            self.sequences = _adapters.begin(
                self.pipeline, texts, seed=self._seed, stream=self._stream,
                log=self._log)
            return
        if len(texts) != len(self.sequences):
            raise ValueError(
                f"input_ids: got {len(texts)} rows, want "
                f"{len(self.sequences)}: a processor belongs to one call of "
                "generate"
            )
        for i, text in enumerate(texts):
            self._follow_one(i, text)

    def _follow_one(self, i: int, text: np.ndarray) -> None:
        sequence = self.sequences[i]
        before = sequence.tokens
        if len(text) == len(before) + 1 and (text[:-1] == before).all():
            sequence.accept(self._last[i], as_id=int(text[-1]))
            if int(text[-1]) != self._last[i].id:
                self._end(i)
            return
        # Rearranged, or taken back: from the common beginning on, by id.
        if self._log is not None:
            raise ValueError(
                f"log: row {i} goes on from another text (beams, assisted "
                "generation), and a log has the rows of one text in order"
            )
        shared = int((np.cumprod(_equal(text, before))).sum())
        if shared < len(sequence.prompt):
            raise ValueError(
                f"input_ids: row {i} has another prompt than it began with: a "
                "processor belongs to one call of generate"
            )
        sequence.rollback(len(before) - shared)
        for token in text[shared:]:
            sequence.accept_id(int(token))

    def _end(self, i: int) -> None:
        """generate took another token than the one that is left finite: the
        text was over, and that is its padding."""
        if self._log is not None and i not in self._ended:
            self._log.take_back(i, 1)
        self._ended.add(i)


def generate_kwargs(config: Any, model=None, *, vocab_size: int | None = None,
                    **options) -> dict[str, Any]:
    """What `model.generate` is given so that this sampler draws.

    Args:
        config: a Pipeline, or what Pipeline takes.
        model: whose config says the vocabulary size; or give vocab_size.
        options: of SamplerProcessor: seed, stream, log, logprobs.

    Its own warpers and penalties are set to neutral: everything that shapes the
    rows stands in the config. generate's stopping rules stay as they are.
    """
    if isinstance(config, Pipeline):
        pipeline = config
    else:
        if vocab_size is None:
            if model is None:
                raise ValueError("vocab_size: missing, and no model to ask")
            vocab_size = model.config.get_text_config().vocab_size
        pipeline = Pipeline(config, vocab_size)
    known = vars(GenerationConfig())
    neutral = {k: v for k, v in _NEUTRAL.items() if k in known}
    return {
        "do_sample": True,
        "num_beams": 1,
        "logits_processor": LogitsProcessorList(
            [SamplerProcessor(pipeline, **options)]
        ),
        **neutral,
    }


def log_output(
    path, output, prompts: torch.LongTensor, *, eos_ids=(), **options
) -> None:
    """Writes what generate returned to a log.

    Args:
        output: of generate(return_dict_in_generate=True, output_logits=True).
        prompts: the input_ids that generate was given.
        eos_ids: tokens that end a text: the padding after the first of them
            in a row is left out.
        options: of Logger: dtype, top_k, metadata, overwrite.
    """
    if output.logits is None:
        raise ValueError("output: has no logits, want output_logits=True")
    rows = [_rows(step) for step in output.logits]
    texts = output.sequences[:, prompts.shape[1] :].cpu().numpy()
    with Logger(path, rows[0].shape[-1], **options) as log:
        for i, text in enumerate(texts):
            log.prompt(i, prompts[i].cpu().numpy())
            for step, token in enumerate(text[: len(rows)]):
                log.append(i, rows[step][i], int(token))
                if token in eos_ids:
                    break


def _rows(scores: torch.Tensor) -> torch.Tensor:
    """On the CPU, elements side by side; without a copy where it is so."""
    return scores.detach().cpu().contiguous()


def _equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    n = min(len(a), len(b))
    return (a[:n] == b[:n]).astype(np.int64)
