"""A loop in which a grammar engine's bitmask goes into the sampler's `mask`.

A grammar engine fills, before every token, one int32 word for 32 tokens: bit
j % 32 of word j // 32 says whether token j may come next. Serving engines hold
such words for a whole batch, [B, W]; a pipeline with a stage "mask" takes them
as they are.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CONFIG = {"version": 1, "stages": [
    {"type": "mask"}, {"type": "repetition_penalty", "penalty": 1.1},
    {"type": "temperature", "temperature": 0.8}, {"type": "min_p", "p": 0.02},
    {"type": "categorical"}]}


@functools.cache
def json_words(file: Path) -> tuple[list[str], str]:
    """The texts of a tokenizer.json's vocabulary by id, and it as JSON.

    The shipped one has the vocabulary alone; what engines want besides is
    filled in.
    """
    shipped = json.loads(file.read_text())
    byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                  "trim_offsets": True, "use_regex": True}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"),
                          False)
    shipped.update(
        version="1.0", truncation=None, padding=None, normalizer=None,
        post_processor=None, pre_tokenizer=byte_level, decoder=byte_level,
        added_tokens=[{"special": True} | t | flags
                      for t in shipped["added_tokens"]])
    shipped["model"] = {"type": "BPE", "merges": []} | shipped["model"]
    vocabulary = shipped["model"]["vocab"]
    texts = sorted(vocabulary, key=vocabulary.get)
    return texts, json.dumps(shipped)


class XGrammar:
    """One text's state in xgrammar."""

    def __init__(self, tokenizer: Path, end_id: int, *, schema: Any = None,
                 regex: str | None = None) -> None:
        import xgrammar

        texts, _ = json_words(tokenizer)
        compiler = xgrammar.GrammarCompiler(xgrammar.TokenizerInfo(
            texts, xgrammar.VocabType.BYTE_LEVEL, vocab_size=len(texts),
            stop_token_ids=[end_id]))
        self._matcher = xgrammar.GrammarMatcher(
            compiler.compile_regex(regex) if regex else
            compiler.compile_json_schema(json.dumps(schema),
                                         any_whitespace=False))
        self._words = xgrammar.allocate_token_bitmask(1, len(texts))

    def words(self) -> Any:
        """Which tokens may come next: a torch tensor, on the CPU."""
        self._matcher.fill_next_token_bitmask(self._words)
        return self._words[0]

    def accept(self, token: int) -> None:
        if not self._matcher.accept_token(token):
            raise ValueError(f"token: the grammar does not allow {token}")

    def rollback(self, count: int) -> None:
        self._matcher.rollback(count)

    @property
    def done(self) -> bool:
        return self._matcher.is_terminated()


class LLGuidance:
    """One text's state in llguidance."""

    def __init__(self, tokenizer: Path, end_id: int, *, schema: Any = None,
                 regex: str | None = None) -> None:
        import llguidance
        import llguidance.numpy

        _, complete = json_words(tokenizer)
        matcher = llguidance.LLMatcher
        self._fill = llguidance.numpy.fill_next_token_bitmask
        tokens = llguidance.LLTokenizer(complete, eos_token=end_id)
        self._matcher = matcher(
            tokens, matcher.grammar_from_regex(regex) if regex else
            matcher.grammar_from_json_schema(
                json.dumps(schema), defaults={"whitespace_flexible": False}))
        self._words = llguidance.numpy.allocate_token_bitmask(
            1, tokens.vocab_size)

    def words(self) -> np.ndarray:
        """Which tokens may come next."""
        self._fill(self._matcher, self._words, 0)
        return self._words[0]

    def accept(self, token: int) -> None:
        if not self._matcher.consume_token(token):
            raise ValueError(f"token: the grammar does not allow {token}")

    def rollback(self, count: int) -> None:
        self._matcher.rollback(count)

    @property
    def done(self) -> bool:
        return self._matcher.is_stopped()


GRAMMARS = {"xgrammar": XGrammar, "llguidance": LLGuidance}


def write(pipeline, sequence, grammar, next_row: Callable[[list[int]], Any], *,
          most: int, log=None) -> list[int]:
    """Tokens until the grammar is at its end, `most` at most.

    next_row(tokens): the logits after the prompt and these tokens.
    log: a Logger, which gets each step's row and mask; sequence 0.
    """
    tokens: list[int] = []
    while not grammar.done and len(tokens) < most:
        row, words = next_row(tokens), grammar.words()
        token = pipeline.sample(row, sequence, mask=words)
        if log is not None:
            log.append(0, row, token, mask=words, sequence=sequence)
        sequence.accept(token)
        grammar.accept(token.id)
        tokens.append(token.id)
    return tokens
