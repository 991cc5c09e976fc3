"""Phrases that must not occur, from Python."""

import numpy as np
import pytest

import token_sampler as ts

# Ten tokens with texts of one or two letters.
TEXTS = ["a", "b", "ab", "c", "d", "bc", " ", "x", "y", "z"]


@pytest.fixture
def pipeline():
    return ts.Pipeline("neutral", len(TEXTS))


def text_without(pipeline, phrases, seed, length=40):
    rewinder = ts.Rewinder(phrases)
    sequence = pipeline.sequence(seed=seed)
    row = np.zeros(len(TEXTS), np.float32)
    shown = b""
    while sequence.position < length:
        try:
            token = pipeline.sample(row, sequence)
        except ts.RowError:
            answer = rewinder.no_candidate(sequence)
        else:
            sequence.accept(token)
            answer = rewinder.add(token.id, TEXTS[token.id], sequence)
        shown += answer.emit
        if answer.next == "stop":
            return shown, sequence, answer
    answer = rewinder.finish(sequence)
    shown += answer.emit
    assert rewinder.held == b"" and rewinder.held_tokens == 0
    return shown, sequence, answer


def test_no_phrase_occurs_and_what_is_shown_is_the_text(pipeline):
    taken_back = 0
    for seed in range(30):
        shown, sequence, _ = text_without(pipeline, ["abc", b"dd"], seed)
        text = "".join(TEXTS[i] for i in sequence.tokens).encode()
        assert shown == text
        assert b"abc" not in text and b"dd" not in text
        taken_back += sequence.attempt
    assert taken_back > 0


def test_without_the_rewinder_they_do(pipeline):
    row = np.zeros(len(TEXTS), np.float32)
    texts = ""
    for seed in range(30):
        sequence = pipeline.sequence(seed=seed)
        while sequence.position < 40:
            sequence.accept(pipeline.sample(row, sequence))
        texts += "".join(TEXTS[i] for i in sequence.tokens)
    assert "abc" in texts and "dd" in texts


def test_a_phrase_says_how_it_is_meant(pipeline):
    phrase = ts.Phrase("A", ignore_case=True, most=0, stop=True)
    assert phrase.text == b"A"
    shown, sequence, answer = text_without(pipeline, [phrase], seed=1)
    assert answer.next == "stop" and answer.phrase == 0
    assert sequence.position < 40 and "stop" in repr(answer)
    words = ts.Phrase("b", whole_words=True)
    shown, _, _ = text_without(pipeline, [words], seed=2, length=200)
    assert b"b" in shown and b" b " not in shown


def test_answers_say_how_far_back(pipeline):
    rewinder = ts.Rewinder(["ab"])
    sequence = pipeline.sequence(seed=1)
    sequence.accept_id(0)
    answer = rewinder.add(0, "a", sequence)
    assert (answer.next, answer.emit, rewinder.held) == ("go_on", b"", b"a")
    sequence.accept_id(1)
    answer = rewinder.add(1, b"b", sequence)
    assert (answer.next, answer.taken, sequence.position) == ("rewound", 2, 0)
    # What was taken back is forbidden there.
    row = np.full(len(TEXTS), -np.inf, np.float32)
    row[0] = 0
    with pytest.raises(ts.RowError):
        pipeline.sample(row, sequence)


def test_mistakes(pipeline):
    with pytest.raises(ValueError, match="phrase 0: got no text"):
        ts.Rewinder([""])
    with pytest.raises(ValueError, match="most"):
        ts.Rewinder([ts.Phrase("a", most=-1)])
    with pytest.raises(TypeError, match="phrases: got int"):
        ts.Rewinder([3])
    with pytest.raises(TypeError, match="text: got int"):
        ts.Rewinder(["a"]).add(0, 7, pipeline.sequence(seed=1))
    with pytest.raises(TypeError):
        ts.Rewinder(["a"]).add(0, "a", None)


def test_a_snapshot_goes_on_with_what_is_held():
    phrases = [ts.Phrase("abc", most=2), "dd"]
    rewinder = ts.Rewinder(phrases)
    sequence = ts.Pipeline("neutral", len(TEXTS)).sequence(seed=1)
    sequence.accept_id(2)
    assert rewinder.add(2, "ab", sequence).emit == b""
    restored = ts.Rewinder.restore(phrases, rewinder.snapshot())
    assert restored.held == b"ab" and restored.held_tokens == 1
    assert restored.snapshot() == rewinder.snapshot()
    sequence.accept_id(3)
    answer = restored.add(3, "c", sequence)
    assert answer.next == "rewound" and answer.taken == 2
    with pytest.raises(ValueError, match="phrases"):
        ts.Rewinder.restore(["other"], rewinder.snapshot())
