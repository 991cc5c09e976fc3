"""Spark: replay_batches in mapInArrow."""

import os
import sys

import pytest
from conftest import engine

sql = engine("pyspark.sql")
import pyarrow as pa  # noqa: E402
import shards  # noqa: E402

import token_sampler as ts  # noqa: E402


@pytest.fixture(scope="module")
def spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [os.environ.get("PYTHONPATH", ""), os.path.dirname(__file__)])
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 5)
        .getOrCreate())
    yield session
    session.stop()


def spark_schema(names):
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(ts.replay_schema(names))


@pytest.mark.parametrize("partitions", [1, 2, 4])
def test_any_number_of_partitions(tmp_path, spark, partitions):
    files = shards.shards(tmp_path, partitions)
    frame = spark.read.parquet(*files).repartition(partitions)
    config = shards.CONFIG
    made = frame.mapInArrow(
        lambda batches: ts.replay_batches(batches, config, dtype="f32"),
        spark_schema(frame.columns))
    shards.same(pa.Table.from_batches(made.toArrow().to_batches()), tmp_path)


def test_a_failed_worker(tmp_path, spark):
    """A task that dies is run again (local mode retries none by itself)."""
    files = shards.shards(tmp_path, 4)
    flag = tmp_path / "died"
    dies = shards.DiesOnce(flag)
    frame = spark.read.parquet(*files)

    def run():
        made = frame.mapInArrow(lambda batches: map(dies, batches),
                                spark_schema(frame.columns))
        return made.toArrow()

    with pytest.raises(Exception, match="(?s)worker|crash|exit"):
        run()
    assert flag.exists()
    shards.same(run(), tmp_path)
