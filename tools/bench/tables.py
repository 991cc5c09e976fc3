"""Markdown tables of a measurement (see report.py)."""

import statistics

SHAPES = ("peaked", "gaussian", "zipf", "flat", "real")
TOKENS = 151936  # The vocabulary of the summary.


def ratios(above, below):
    """Run by run."""
    return [a / b for a, b in zip(above, below)]


def short(value):
    """Two or three digits."""
    if value >= 9.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1.995 else f"{value:.2f}"


def spread(values):
    return (f"{short(statistics.median(values))} "
            f"({short(min(values))}-{short(max(values))})")


def floors(result):
    return ratios(result["ours_ns"], result["floor_ns"])


def faster(result):
    return ratios(result["llama_ns"], result["ours_ns"])


def goal(chain, rows):
    """(most reads of the row, times faster at least; 0: no goal)."""
    most = chain["most_floors"]
    if rows == "flat" and chain["most_floors_flat"]:
        most = chain["most_floors_flat"]
    return most, chain["least_times_faster"]


def machine(numbers):
    m = numbers["machine"]
    sizes = ", ".join(f"{level} {size}" for level, size in m["caches"].items())
    return f"{m['cpu']} ({m['simd']}; {sizes}), {m['cores']} cores"


def cell(result):
    text = short(statistics.median(floors(result)))
    if result["llama_ns"]:
        text += f" / {short(statistics.median(faster(result)))}x"
    return text


def chain_table(numbers):
    lines = ["| chain | goal | " + " | ".join(SHAPES) + " |",
             "|---|---|" + "---|" * len(SHAPES)]
    for name, chain in numbers["chains"].items():
        cells = {r["rows"]: cell(r) for r in numbers["results"]
                 if r["chain"] == name and r["rows"] in SHAPES
                 and (r["tokens"] == TOKENS or r["rows"] == "real")}
        if not cells:
            continue
        most, least = goal(chain, "")
        aim = f"{most:g}"
        if chain["most_floors_flat"]:
            aim += f" ({chain['most_floors_flat']:g} flat)"
        if least:
            aim += f" / {least:g}x"
        lines.append(f"| {chain['label']} | {aim} | "
                     + " | ".join(cells.get(s, "-") for s in SHAPES) + " |")
    return "\n".join(lines) + "\n"


def bench_x(numbers, chain, dtype, residence):
    """Reads of the f32 row, or None."""
    name = f"{chain}/{TOKENS}/gaussian/{dtype}/{residence}/manual_time"
    for b in numbers["bench"]:
        if b["name"] == name:
            return b["x"]
    return None


def residence_table(numbers):
    lines = ["| chain | in L2 | in L3 | in memory | f16, in memory | "
             "bf16, in memory |",
             "|---|---|---|---|---|---|"]
    for name, chain in numbers["chains"].items():
        found = [bench_x(numbers, name, "f32", r)
                 for r in ("warm", "l3", "memory")]
        found += [bench_x(numbers, name, d, "memory") for d in ("f16", "bf16")]
        if None in found:
            continue
        cells = [short(x) for x in found[:3]]
        cells += [f"{x / found[2]:.2f} of f32" for x in found[3:]]
        lines.append(f"| {chain['label']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def loop_table(numbers):
    """A paragraph and a table, if steps between other work were measured."""
    found = {b["name"].removesuffix("/manual_time"): b
             for b in numbers["bench"]}
    lines = []
    for name, loop in found.items():
        if not name.endswith("/loop"):
            continue
        alone = found.get(name.removesuffix("loop") + "l3")
        chain, size, rows = name.split("/")[:3]
        label = numbers["chains"][chain]["label"]
        if alone is not None:
            lines.append(f"| {label} | {int(size):,} | {rows} | "
                         f"{short(alone['step_us'])} us | "
                         f"{short(loop['step_us'])} us |")
    if not lines:
        return ""
    return """
Steps one after the other, and in a loop that does other work on other data
between them, as a loop that generates text does:

| chain | tokens | rows | one after the other | in a loop |
|---|---|---|---|---|
""" + "\n".join(lines) + "\n"


def batch_cell(numbers, chain, dtype, threads):
    """Microseconds a row and gigabytes a second, or None."""
    name = f"batch/{chain}/{TOKENS}/gaussian/{dtype}/{threads}/manual_time"
    for b in numbers["bench"]:
        if b["name"] == name:
            return f"{short(b['step_us'])} us, {b['gigabytes']:.0f} GB/s"
    return None


def batch_table(numbers):
    """A paragraph and a table, if batches were measured."""
    lines = []
    for name, chain in numbers["chains"].items():
        cells = [batch_cell(numbers, name, dtype, threads)
                 for dtype in ("f32", "bf16") for threads in (1, 2)]
        if None not in cells:
            lines.append(f"| {chain['label']} | " + " | ".join(cells) + " |")
    if not lines:
        return ""
    floors = [next(b["floor_us"] for b in numbers["bench"] if b["name"] ==
                   f"batch/greedy/{TOKENS}/gaussian/f32/{threads}/manual_time")
              for threads in (1, 2)]
    read = [f"{short(us)} us ({4 * TOKENS / us / 1000:.0f} GB/s)"
            for us in floors]
    return f"""
A row of a `SampleBatch` of 64 sequences (Gaussian rows in memory, threads that
stand by, the fastest batch); a plain read of an f32 row takes {read[0]} on one
thread, {read[1]} on two:

| chain | f32, one thread | f32, two | bf16, one thread | bf16, two |
|---|---|---|---|---|
""" + "\n".join(lines) + "\n"


def typical_spread(numbers):
    """Median over all cases of (largest - smallest) / median over the runs."""
    spreads = []
    for result in numbers["results"]:
        x = floors(result)
        spreads.append((max(x) - min(x)) / statistics.median(x))
    return f"{100 * statistics.median(spreads):.0f} %"


def quiet(numbers):
    """A sentence about what else the machine did, if it did."""
    load = numbers.get("load", 1)
    if load < 2:
        return ""
    return (f"**The machine was not quiet**: its load average was {load:g} on "
            f"{numbers['machine']['cores']} cores. Times\nare too long for that, "
            "those of the floor too: compare ratios.\n")


def summary(numbers, name):
    """The page's block."""
    runs = len(numbers["results"][0]["ours_ns"])
    real = next(r["tokens"] for r in numbers["results"] if r["rows"] == "real")
    return f"""![Cost of a step against vocabulary and nucleus size, here and in llama.cpp](results/{name}.svg)

Time of a step as a multiple of one pass that reads the same row for its
maximum, and how many times faster it is than llama.cpp's chain (f32, one thread,
{TOKENS:,} tokens, real rows {real:,}; rows rotating through the L3 cache):

{chain_table(numbers)}
Where the row lies when the step begins, as multiples of a read from there, and
16-bit rows against f32 (Gaussian rows):

{residence_table(numbers)}{loop_table(numbers)}{batch_table(numbers)}
{machine(numbers)}, {numbers['date']}.
Commit {numbers['commit'][:12]}. Medians of {runs} interleaved runs, which differ by
{typical_spread(numbers)} (largest less smallest, the median over all cases).
{quiet(numbers)}Every vocabulary size, every run's extremes and every stage:
[`results/{name}.md`](results/{name}.md).
"""


def narrower_set(numbers, name):
    """The page's section of the same machine held to a narrower set."""
    return f"""
### With {numbers['machine']['simd'].upper()} alone

What most machines have. The same processor, held to it by
`SAMPLER_SIMD={numbers['machine']['simd']}`, which the floor follows; llama.cpp's
own library is the same as above:

{chain_table(numbers)}
{quiet(numbers)}Every vocabulary size: [`results/{name}.md`](results/{name}.md).
"""


def every_result(numbers):
    lines = ["| chain | tokens | rows | floor ns | ours ns | reads of the row | "
             "goal | llama.cpp ns | times faster | goal |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for r in numbers["results"]:
        chain = numbers["chains"][r["chain"]]
        most, least = goal(chain, r["rows"])
        rows = r["rows"] + (f" {r['nucleus']:,}" if r["nucleus"] else "")
        peer = "- | - | -"
        if r["llama_ns"]:
            peer = (f"{statistics.median(r['llama_ns']):,.0f} | "
                    f"{spread(faster(r))} | {least:g}")
        lines.append(
            f"| {chain['label']} | {r['tokens']:,} | {rows} | "
            f"{statistics.median(r['floor_ns']):,.0f} | "
            f"{statistics.median(r['ours_ns']):,.0f} | {spread(floors(r))} | "
            f"{most:g} | {peer} |")
    return "\n".join(lines) + "\n"


def every_bench(numbers):
    lines = ["| benchmark | floor us | step us | reads of the row | decided by "
             "bounds |", "|---|---|---|---|---|"]
    for b in numbers["bench"]:
        name = b["name"].removesuffix("/manual_time")
        decided = f"{100 * b['filtered']:.1f} %" if "filtered" in b else "-"
        lines.append(f"| {name} | {b['floor_us']:.2f} | {b['step_us']:.2f} | "
                     f"{short(b['x'])} | {decided} |")
    return "\n".join(lines) + "\n"


def everything(numbers, name):
    """results/NAME.md."""
    return f"""# Measurement {name}

Made by `tools/bench/report.py` from [`{name}.json`]({name}.json).

{machine(numbers)}, {numbers['date']}, commit {numbers['commit']}:

    {numbers['command']}

## Beside llama.cpp

Medians of {len(numbers['results'][0]['ours_ns'])} interleaved runs, with the least and the most in parentheses. "nucleus n":
rows of which n tokens hold 95 % of the mass.

{every_result(numbers)}
## Stages, element types, and where the row lies

`sampler-bench`: chain/tokens/rows/element type/where the row lies; `stage/x` is
the stage x and a draw.

{every_bench(numbers)}"""
