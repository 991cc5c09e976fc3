"""Masks, second rows and code points."""

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts

MASKED = {"version": 1, "stages": [{"type": "mask"}, {"type": "categorical"}]}
GUIDED = {
    "version": 1,
    "stages": [{"type": "guidance", "scale": 1.5}, {"type": "categorical"}],
}
CODED = {"version": 1, "stages": [{"type": "arithmetic"}]}


@pytest.fixture
def masked():
    return ts.Pipeline(MASKED, V)


@pytest.mark.parametrize("kind", [np.int32, np.uint32])
def test_a_mask_bans(masked, row, kind):
    allowed = np.zeros(V, np.bool_)
    allowed[[3, 64, 999]] = True
    words = ts.pack_mask(allowed).view(kind)
    left = masked.process(row, masked.sequence(seed=1), mask=words)
    assert sorted(left.ids.tolist()) == [3, 64, 999]


def test_pack_mask_is_the_bit_by_bit_definition():
    random = np.random.default_rng(3)
    for size in (1, 31, 32, 33, 1000):
        allowed = random.random((2, size)) < 0.5
        words = ts.pack_mask(allowed)
        assert words.dtype == np.uint32
        assert words.shape == (2, ts.mask_words(size))
        for b in range(2):
            for j in range(size):
                bit = int(words[b, j // 32]) >> (j % 32) & 1
                assert bit == allowed[b, j]
    with pytest.raises(TypeError):
        ts.pack_mask(np.ones(3))


def test_masks_of_the_wrong_kind(masked, row):
    sequence = masked.sequence(seed=1)
    for words in (np.zeros(32, np.int64), np.zeros(32), np.zeros(32, bool)):
        with pytest.raises(TypeError, match="mask: got"):
            masked.sample(row, sequence, mask=words)
    with pytest.raises(ValueError, match="apart"):
        masked.sample(row, sequence, mask=np.zeros(64, np.int32)[::2])
    with pytest.raises(ValueError, match="mask: got 2, want 1"):
        masked.sample(row, sequence, mask=np.zeros((2, 32), np.int32))
    unaligned = np.frombuffer(bytes(4 * 32 + 1), np.int32, 32, offset=1)
    with pytest.raises(ValueError, match="aligned"):
        masked.sample(row, sequence, mask=unaligned)


def test_an_empty_mask_leaves_no_candidate(masked, row):
    with pytest.raises(ts.RowError, match="no_candidate"):
        masked.sample(
            row, masked.sequence(seed=1), mask=np.zeros(32, np.uint32)
        )


def test_what_no_stage_reads_is_an_error(pipeline, sequence, row):
    words = np.full(32, -1, np.int32)
    with pytest.raises(ts.RowError, match="unused_input.*mask") as error:
        pipeline.sample(row, sequence, mask=words)
    assert error.value.status == "unused_input"


def test_what_a_stage_misses_is_an_error(row):
    for config, name in ((GUIDED, "guidance"), (CODED, "arithmetic")):
        pipeline = ts.Pipeline(config, V)
        with pytest.raises(ts.RowError, match=f"missing_input.*{name}"):
            pipeline.sample(row, pipeline.sequence(seed=1))


def test_guidance_takes_a_second_row(row):
    pipeline = ts.Pipeline(GUIDED, V)
    sequence = pipeline.sequence(seed=1)
    same = pipeline.process(row, sequence, unconditional=row)
    assert same.ids[0] == np.argmax(row)
    other = pipeline.process(row, sequence, unconditional=make_row(9))
    assert other.logits.tolist() != same.logits.tolist()


def test_a_code_point_draws_the_token_it_lies_in(row):
    pipeline = ts.Pipeline(CODED, V)
    sequence = pipeline.sequence(seed=1)
    for uniform in (0.0, 0.25, 0.999, np.float32(0.5), 0):
        left = pipeline.process(row, sequence, uniform=uniform)
        assert left.token == left.draw(float(uniform))
    with pytest.raises(ts.RowError, match="wrong_input"):
        pipeline.sample(row, sequence, uniform=1.0)
    with pytest.raises(TypeError):
        pipeline.sample(row, sequence, uniform="x")


def test_reads_says_what_is_looked_at(masked, pipeline):
    assert masked.reads("mask") and not masked.reads("uniform")
    assert not pipeline.reads("mask")
    with pytest.raises(ValueError, match='got "masks"'):
        pipeline.reads("masks")
