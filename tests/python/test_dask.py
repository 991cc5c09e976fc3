"""Dask: replay_batches in map_partitions."""

import os

import pytest
from conftest import engine

dd = engine("dask.dataframe")
distributed = engine("distributed")
import pyarrow as pa  # noqa: E402
import shards  # noqa: E402

import token_sampler as ts  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def cluster():
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [os.environ.get("PYTHONPATH", ""), os.path.dirname(__file__)])
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None,
    ) as cluster, distributed.Client(cluster):
        yield


def replayed(files, function, **options):
    frame = dd.read_parquet(files)
    meta = ts.replay_schema(list(frame.columns)).empty_table().to_pandas()
    made = frame.map_partitions(function, meta=meta, **options)
    return pa.Table.from_pandas(made.compute(), preserve_index=False)


@pytest.mark.parametrize("partitions", [1, 2, 4])
def test_any_number_of_partitions(tmp_path, partitions):
    files = shards.shards(tmp_path, partitions)
    table = replayed(files, ts.replay_batches, config=shards.CONFIG,
                     dtype="f32")
    shards.same(table, tmp_path)


def test_a_killed_worker(tmp_path):
    files = shards.shards(tmp_path, 4)
    flag = tmp_path / "died"
    shards.same(replayed(files, shards.DiesOnce(flag)), tmp_path)
    assert flag.exists()
