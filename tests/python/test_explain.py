"""Explanations: the numbers of the distributions, stage by stage."""

import numpy as np
import pytest
from conftest import V

import token_sampler as ts


def prefix(pipeline, stages):
    """The pipeline of the first stages alone."""
    config = pipeline.config
    config["stages"] = config["stages"][:stages] + [{"type": "categorical"}]
    return ts.Pipeline(config, V)


def test_each_stage_is_the_pipeline_that_ends_there(pipeline, sequence, row):
    told = pipeline.explain(row, sequence, top=50)
    raw = ts.raw(row)
    assert told.status == "ok"
    assert told.raw_count == V and told.raw_entropy == raw.entropy
    assert told.token == pipeline.sample(row, sequence)
    before = V
    for i, stage in enumerate(told.stages[:-1]):
        part = prefix(pipeline, i + 1)
        left = part.process(row, part.sequence(seed=1))
        assert (stage.before, stage.kept) == (before, len(left))
        assert stage.entropy == left.entropy
        assert stage.mass == pytest.approx(sum(map(raw.prob, left.ids.tolist())))
        for path in told.tokens:
            want = left.prob(path.id) if path.id in left else None
            assert path.per_stage[i] == want
        before = stage.kept
    assert [p.id for p in told.tokens] == raw.ids[:50].tolist()


def test_removed_tokens_name_their_stage(pipeline, sequence, row):
    least = int(np.argmin(row))
    told = pipeline.explain(row, sequence, top=2, tokens=[least])
    path = told.tokens[-1]
    assert path.id == least and path.prob == 0.0
    assert told.stages[path.removed_by].type == "top_k"
    assert told.stages[path.removed_by].mass_removed > 0
    assert told.tokens[0].removed_by is None


def test_the_text_names_every_stage(pipeline, sequence, row):
    told = pipeline.explain(row, sequence)
    assert all(stage.type in repr(told) for stage in told.stages)
    assert f"token {told.token.id}" in repr(told)


def test_what_is_left_is_that_of_process(pipeline, sequence, row):
    told, left = (pipeline.explain(row, sequence),
                  pipeline.process(row, sequence))
    assert told.kept_ids.tolist() == left.ids.tolist()
    assert told.kept_probs.tolist() == left.probs.tolist()
    assert told.entropy == left.entropy
    none = pipeline.explain(np.full(V, -np.inf, np.float32), sequence)
    assert len(none.kept_ids) == len(none.kept_probs) == 0
    assert none.entropy is None


def test_misuse(pipeline, sequence, row):
    with pytest.raises(ValueError, match="top: got -1"):
        pipeline.explain(row, sequence, top=-1)
    with pytest.raises(TypeError):
        pipeline.explain(row, sequence, bogus=1)
