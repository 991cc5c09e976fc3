"""Ray Data: replay_batches in map_batches."""

import os

import pytest
from conftest import engine

ray = engine("ray")
import shards  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402

import token_sampler as ts  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def cluster():
    paths = os.environ.get("PYTHONPATH", "")
    here = os.path.dirname(__file__)
    ray.init(num_cpus=2, include_dashboard=False,
             object_store_memory=200_000_000, log_to_driver=False,
             runtime_env={"env_vars": {"PYTHONPATH": f"{paths}:{here}"}})
    yield
    ray.shutdown()


def blocks(folder, count):
    files = shards.shards(folder, count)
    return ray.data.from_arrow([pq.read_table(file) for file in files])


def table_of(dataset):
    return pa.concat_tables(ray.get(dataset.to_arrow_refs()))


@pytest.mark.parametrize("partitions", [1, 2, 4])
def test_any_number_of_partitions(tmp_path, partitions):
    dataset = blocks(tmp_path, partitions).map_batches(
        ts.replay_batches, batch_format="pyarrow", batch_size=5,
        fn_kwargs={"config": shards.CONFIG, "dtype": "f32"})
    shards.same(table_of(dataset), tmp_path)


def test_a_killed_worker(tmp_path):
    flag = tmp_path / "died"
    dies = shards.DiesOnce(flag)
    dataset = blocks(tmp_path, 4).map_batches(
        lambda batch: dies(batch), batch_format="pyarrow", batch_size=5,
        max_retries=3)
    shards.same(table_of(dataset), tmp_path)
    assert flag.exists()
