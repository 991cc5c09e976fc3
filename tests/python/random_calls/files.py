"""Calls that write and read logs and tables, and that translate settings."""

import json

import given
import numpy as np
import plain

import token_sampler as ts

SIZE = 64
CHAIN = "top_p"
KEYS = (TypeError, ValueError, KeyError)


def log(m):
    """What was written is read, and replays to itself."""
    rng, path = m.rng, m.path()
    dtype = rng.choice(["f32", "f16", "bf16"])
    out = m.do(ts, "Logger", path, SIZE, dtype=dtype, legal=True,
               metadata={"a": "b"})
    m.do(ts, "Logger", *rng.choice([(3, SIZE), (m.path(), 0), (m.path(), "x"),
                                    (m.folder / "no" / "folder", SIZE)]),
         legal=False)
    m.do(out, "finish", legal=False)  # No row yet.
    pipeline = m.pipelines[CHAIN, SIZE]
    texts = [plain.Text(pipeline.sequence(seed=5, stream=i, prompt=[i]), CHAIN,
                        SIZE, 5, i, [i]) for i in range(2)]
    rows = [[], []]
    for i, text in enumerate(texts):
        m.do(out, "prompt", i, text.prompt, legal=True)
        m.do(out, "describe", i, pipeline, text.sequence, legal=True)
    for _ in range(rng.randrange(3, 9)):
        write(m, out, pipeline, texts, rows)
    for i, text in enumerate(texts):
        if not rows[i]:
            append(m, out, pipeline, text, i, rows[i], given.logits(rng, SIZE))
    m.check(m.do(out, "rows") >= sum(map(len, rows)), "rows")
    m.check(m.do(out, "bytes") > 0, "bytes")
    m.do(out, "sync", legal=True)
    if rng.random() < 0.1:
        m.do(out, "discard", legal=True)
        m.do(out, "append", 0, given.logits(rng, SIZE), 0, legal=False)
        m.do(ts, "open_log", path, legal=False)
        return
    m.do(out, "finish", legal=True)
    m.do(out, "append", 0, given.logits(rng, SIZE), 0, legal=False)
    m.do(ts, "Logger", path, SIZE, legal=False)  # It is there.
    read(m, path, texts, rows)


def write(m, out, pipeline, texts, rows):
    i = m.rng.randrange(2)
    text, row = texts[i], given.row(m.rng, SIZE)
    kind = m.rng.randrange(8)
    if kind == 0 and rows[i]:
        count = m.rng.randrange(len(rows[i]) + 1)
        m.do(out, "take_back", i, count, legal=True)
        text.sequence.rollback(count)
        del rows[i][len(rows[i]) - count:]
        del text.output[len(text.output) - count:]
    elif kind == 1:
        m.do(out, "append", *m.rng.choice(
            [(-1, row.value, 0), (2**32, row.value, 0), ("0", row.value, 0),
             (0, None, 0), (0, row.value, SIZE), (0, row.value, None)]),
            legal=False, allowed=KEYS)
    elif kind == 2:
        m.do(out, "take_back", i, m.rng.choice([len(rows[i]) + 1, -1, "1"]),
             legal=False)
    elif row.plain is None or row.problem == "wrong_size":
        m.do(out, "append", i, row.value, 0, legal=False, allowed=KEYS)
    elif row.problem == "ok":
        append(m, out, pipeline, text, i, rows[i], row.value)


def append(m, out, pipeline, text, i, rows, value):
    token = pipeline.sample(value, text.sequence)
    plain_row = ts.raw(value)
    m.do(out, "append", i, value, token, legal=True,
         **({"sequence": text.sequence} if m.rng.random() < 0.5 else {}))
    whole = np.full(SIZE, -np.inf)
    whole[plain_row.ids] = plain_row.logits
    rows.append(whole)
    text.sequence.accept(token)
    text.output.append(token.id)


def read(m, path, texts, rows):
    log = m.do(ts, "open_log", m.rng.choice([path, str(path)]), legal=True)
    m.do(ts, "open_log", m.rng.choice([3, None, m.folder / "none", m.folder]),
         legal=False)
    m.check(len(log) == sum(map(len, rows)), "rows")
    want = [token for text in texts for token in text.output]
    m.check(log.tokens.tolist() == want, f"tokens {log.tokens}, want {want}")
    m.look_at(log.tokens)
    for i, row in enumerate(r for one in rows for r in one):
        m.check(log[i].logits.tolist() == row.tolist(), f"row {i}")
        m.check(log[i].token == want[i] == log[i - len(log)].token, "token")
    for i, sequence in enumerate(log.sequences):
        m.check(sequence.prompt.tolist() == texts[i].prompt, "prompt")
        m.check((sequence.seed, sequence.stream) == (5, i), "seed")
    for outside in (len(log), -len(log) - 1, "x", 1.5):
        try:
            log[outside]
        except (IndexError, TypeError):
            continue
        m.check(False, f"log[{outside!r}]")
    table = m.do(ts, "replay", m.rng.choice([log, path]), legal=True,
                 threads=m.rng.choice([1, 2]))
    m.check(table["token"].tolist() == want, "replay")
    m.check(repr(table) and len(table) == len(log), "columns")
    m.do(ts, "replay", log, m.rng.choice([{}, "nosuch", 3]), legal=False)
    m.do(ts, "replay", log, threads=m.rng.choice([0, -1, "x"]), legal=False)
    arrow(m, log, table)


def arrow(m, log, table):
    """Any cut into batches gives the columns of the replay."""
    rows = m.rng.choice([1, 2, 100])
    batches = m.do(ts, "log_batches", log, rows=rows, legal=True)
    config = plain.CHAINS[CHAIN]
    done = list(m.do(ts, "replay_batches", batches, config, legal=True))
    schema = m.do(ts, "replay_schema", ["row", "sequence", "position"],
                  legal=True)
    m.check(done[0].schema == schema, "schema")
    for name in ("token", "kept", "logprob", "raw_entropy"):
        column = [x for batch in done for x in batch[name].to_pylist()]
        m.check(np.array_equal(column, table[name], equal_nan=True), name)
    m.check(m.do(table, "to_arrow")["token"].to_pylist() == column_of(table),
            "to_arrow")
    m.do(ts, "replay_batches", m.rng.choice([3, None]), config, legal=False)


def column_of(table):
    return table["token"].tolist()


def settings(m):
    config = plain.CHAINS[m.rng.choice(["cool", "min_p", "top_p", "balanced"])]
    engine = m.rng.choice(m.do(ts, "export_engines", legal=True))
    told, report = m.do(ts, "export_settings", engine, config, legal=True)
    m.check(report.lost >= 0 and repr(report), "report")
    runtimes = m.do(ts, "runtimes", legal=True)
    runtime = m.rng.choice(["vllm", "huggingface", "llama.cpp"])
    m.check(runtime in runtimes, "runtimes")
    made, report = m.do(ts, "import_settings", runtime,
                        {"temperature": 0.7, "top_p": 0.9}, legal=True)
    m.check(report.entries and repr(report), "report")
    ts.Pipeline(made, SIZE)
    m.do(ts, "import_settings", *m.rng.choice(
        [("nosuch", {}), (3, {}), (runtime, "{"), (runtime, object()),
         ("vllm", [1]), ("vllm", {"temperature": "hot"})]), legal=False)
    m.do(ts, "export_settings", *m.rng.choice(
        [("nosuch", config), (3, config), (engine, 3), (engine, "nosuch")]),
        legal=False)
    m.check(set(m.do(ts, "presets")) >= {"balanced", "greedy"}, "presets")
    m.check("$schema" in json.loads(m.do(ts, "config_schema")), "schema")


ACTIONS = [log, settings]
