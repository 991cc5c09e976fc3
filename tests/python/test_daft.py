"""Daft: token_sampler.daft."""

import pytest
from conftest import engine

daft = engine("daft")
import shards  # noqa: E402

from token_sampler.daft import replay  # noqa: E402


@pytest.mark.parametrize("partitions", [1, 2, 4])
def test_any_number_of_partitions(tmp_path, partitions):
    files = shards.shards(tmp_path, partitions)
    made = replay(daft.read_parquet(files), shards.CONFIG, dtype="f32")
    shards.same(made.to_arrow(), tmp_path)


def test_small_batches(tmp_path):
    files = shards.shards(tmp_path, 2)
    frame = daft.read_parquet(files).into_batches(3)
    shards.same(replay(frame, shards.CONFIG, dtype="f32").to_arrow(), tmp_path)
