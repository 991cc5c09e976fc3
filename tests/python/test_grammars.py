"""Bitmasks of grammar engines, straight into `mask`."""

import json
import re

from conftest import DATA, engine, make_row

import token_sampler as ts

MASKED = {"version": 1, "stages": [
    {"type": "mask"}, {"type": "temperature", "temperature": 0.9},
    {"type": "top_p", "p": 0.98}, {"type": "categorical"}]}
REGEX = "(yes|no), [0-9]{1,3}!"


def complete_tokenizer():
    """The shipped vocabulary, with the fields that were left out of it."""
    shipped = json.loads((DATA / "tokenizer.json").read_text())
    byte_level = {"type": "ByteLevel", "add_prefix_space": False,
                  "trim_offsets": True, "use_regex": True}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    shipped.update(
        version="1.0", truncation=None, padding=None, normalizer=None,
        post_processor=None, pre_tokenizer=byte_level, decoder=byte_level,
        added_tokens=[{"special": True} | t | flags
                      for t in shipped["added_tokens"]],
    )
    shipped["model"] = {"type": "BPE", "merges": []} | shipped["model"]
    return json.dumps(shipped)


def test_llguidance_masks():
    llguidance = engine("llguidance")
    bitmasks = engine("llguidance.numpy")
    tokenizer = llguidance.LLTokenizer(complete_tokenizer())
    size = tokenizer.vocab_size
    matcher = llguidance.LLMatcher(
        tokenizer, llguidance.LLMatcher.grammar_from_regex(REGEX)
    )
    pipeline = ts.Pipeline(MASKED, size)
    sequence = pipeline.sequence(seed=5)
    words = bitmasks.allocate_token_bitmask(1, size)
    for step in range(40):
        bitmasks.fill_next_token_bitmask(matcher, words, 0)
        row = make_row(step, size)
        token = pipeline.sample(row, sequence, mask=words)
        allowed = int(words[0, token.id // 32]) >> (token.id % 32) & 1
        assert allowed == 1
        if token.id == tokenizer.eos_token:
            break
        assert matcher.consume_token(token.id)
        sequence.accept(token)
        if matcher.is_stopped():
            break
    text = tokenizer.decode_str(sequence.output.tolist())
    assert re.fullmatch(REGEX, text), text


def test_xgrammar_masks():
    xgrammar = engine("xgrammar")
    vocabulary = json.loads((DATA / "tokenizer.json").read_text())
    pieces = vocabulary["model"]["vocab"]
    size = len(pieces)
    texts = [piece for piece, _ in sorted(pieces.items(), key=lambda p: p[1])]
    info = xgrammar.TokenizerInfo(
        texts, xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[0]
    )
    compiled = xgrammar.GrammarCompiler(info).compile_regex(REGEX)
    matcher = xgrammar.GrammarMatcher(compiled)
    pipeline = ts.Pipeline(MASKED, size)
    sequence = pipeline.sequence(seed=5)
    words = xgrammar.allocate_token_bitmask(1, size)
    while not matcher.is_terminated():
        matcher.fill_next_token_bitmask(words)
        row = make_row(sequence.position, size)
        token = pipeline.sample(row, sequence, mask=words)
        assert matcher.accept_token(token.id)
        sequence.accept(token)
        assert sequence.position < 40
