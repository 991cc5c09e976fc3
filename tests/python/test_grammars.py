"""Bitmasks of grammar engines, straight into `mask`.

The loop is the one of tools/demo/grammar.sh; the packages are the real ones.
"""

import json
import re
import sys

import numpy as np
import pytest
from conftest import DATA, SOURCE, engine, make_row

import token_sampler as ts

sys.path.insert(0, str(SOURCE / "tools" / "demo"))

import grammar_loop  # noqa: E402

TOKENIZER = DATA / "tokenizer.json"
SIZE, END = 49152, 2
REGEX = "(yes|no), [0-9]{1,3}!"
SCHEMA = {"type": "object", "additionalProperties": False,
          "required": ["name", "rivers"],
          "properties": {"name": {"type": "string", "maxLength": 12},
                         "rivers": {"type": "integer", "minimum": 0,
                                    "maximum": 99}}}


@pytest.fixture(params=list(grammar_loop.GRAMMARS))
def made(request):
    """Makes a grammar of the engine: made(regex=..) or made(schema=..)."""
    engine(request.param)
    kind = grammar_loop.GRAMMARS[request.param]
    return lambda **asked: kind(TOKENIZER, END, **asked)


def text_of(tokens):
    texts, _ = grammar_loop.json_words(TOKENIZER)
    return "".join(texts[t] for t in tokens if t != END).replace("Ġ", " ")


def allowed(words):
    """The ids of the tokens that the words allow."""
    bits = np.asarray(words).view(np.uint8)
    return np.flatnonzero(np.unpackbits(bits, bitorder="little")[:SIZE])


def row_after(tokens):
    """A row that leaves the choice to the grammar, but for short numbers."""
    return make_row([7, *tokens], SIZE)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_texts_are_of_the_grammar(made, seed):
    pipeline = ts.Pipeline(grammar_loop.CONFIG, SIZE)
    tokens = grammar_loop.write(
        pipeline, pipeline.sequence(seed=seed), made(regex=REGEX), row_after,
        most=40)
    assert re.fullmatch(REGEX, text_of(tokens)), text_of(tokens)
    sequence = pipeline.sequence(seed=seed)
    tokens = grammar_loop.write(pipeline, sequence, made(schema=SCHEMA),
                                row_after, most=80)
    value = json.loads(text_of(tokens))
    assert set(value) == {"name", "rivers"} and 0 <= value["rivers"] <= 99


def test_the_law_is_that_of_rows_which_are_masked_before(made):
    """mask= is what an engine does that sets the forbidden logits to -inf."""
    free = ts.Pipeline(
        {"version": 1, "stages": grammar_loop.CONFIG["stages"][1:]}, SIZE)
    masked = ts.Pipeline(grammar_loop.CONFIG, SIZE)
    grammar = made(regex=REGEX)
    ours, theirs = masked.sequence(seed=5), free.sequence(seed=5)
    steps = 0
    while not grammar.done:
        row, words = row_after(ours.tokens), grammar.words()
        cut = np.full(SIZE, -np.inf, np.float32)
        cut[allowed(words)] = row[allowed(words)]
        left, want = masked.process(row, ours, mask=words), free.process(
            cut, theirs)
        assert (left.ids == want.ids).all()
        assert (left.probs == want.probs).all()
        assert np.isin(left.ids, allowed(words)).all()
        assert left.token.id == want.token.id
        ours.accept(left.token)
        theirs.accept(want.token)
        grammar.accept(left.token.id)
        steps += 1
    assert steps >= 4


def test_a_batch_has_its_masks_side_by_side(made):
    """[B, W] words, as serving engines hold them; a row without a grammar has
    all bits."""
    pipeline = ts.Pipeline(grammar_loop.CONFIG, SIZE)
    grammars = [made(regex=REGEX), made(regex="[a-z]{3}"), None]
    alone = [pipeline.sequence(seed=9, stream=i) for i in range(3)]
    batch = [pipeline.sequence(seed=9, stream=i) for i in range(3)]
    words = np.full((3, ts.mask_words(SIZE)), -1, np.int32)
    for _ in range(2):
        for i, grammar in enumerate(grammars):
            if grammar is not None:
                words[i] = np.asarray(grammar.words())
        rows = np.stack([row_after(s.tokens) for s in batch])
        tokens = pipeline.sample_batch(rows, batch, threads=2, mask=words)
        tokens.accept(batch)
        for i, sequence in enumerate(alone):
            one = pipeline.sample(rows[i], sequence, mask=words[i])
            assert one.id == tokens.ids[i]
            sequence.accept(one)
        for grammar, token in zip(grammars, tokens.ids):
            if grammar is not None:
                grammar.accept(int(token))


def test_tokens_are_taken_back_on_both_sides(made):
    pipeline = ts.Pipeline(grammar_loop.CONFIG, SIZE)
    sequence, grammar = pipeline.sequence(seed=4), made(regex=REGEX)
    before = np.asarray(grammar.words()).copy()
    tokens = grammar_loop.write(pipeline, sequence, grammar, row_after, most=2)
    grammar.rollback(2)
    sequence.rollback(2)
    assert (np.asarray(grammar.words()) == before).all()
    again = grammar_loop.write(pipeline, sequence, grammar, row_after, most=2)
    assert again == tokens
    with pytest.raises(ValueError, match="does not allow"):
        grammar.accept(SIZE - 1)


def test_a_log_of_the_run_is_replayed(made, tmp_path):
    path = tmp_path / "run.safetensors"
    pipeline = ts.Pipeline(grammar_loop.CONFIG, SIZE)
    sequence = pipeline.sequence(seed=8)
    with ts.Logger(path, SIZE, dtype="f32") as log:
        log.describe(0, pipeline, sequence)
        tokens = grammar_loop.write(pipeline, sequence, made(regex=REGEX),
                                    row_after, most=40, log=log)
    assert ts.replay(path)["token"].tolist() == tokens
