"""Table and picture of a measurement beside Python's ways (see peers.py)."""

import math
import statistics

import picture
import tables

LABELS = {
    "token_sampler": "this library",
    "numpy": "numpy",
    "torch": "torch",
    "transformers": "transformers",
    "vllm": "vLLM's CPU sampler",
}
# Of the picture: a panel for each.
SHOWN = ("short", "top_p", "temperature")
COLOURS = {"token_sampler": "a", "numpy": "b", "torch": "c",
           "transformers": "d", "vllm": "e"}
TOP, BAR, GAP = 64, 22, 46


def ways(peers):
    return [who for who in LABELS if who in peers["cases"][0]["us"]]


def cell(case, who):
    """Microseconds, and how many times ours, run by run."""
    if who not in case["us"]:
        return "-"
    us = case["us"][who]
    text = tables.short(statistics.median(us))
    if who == "token_sampler":
        return text
    times = tables.ratios(us, case["us"]["token_sampler"])
    return f"{text} = {tables.short(statistics.median(times))}x"


def table(peers):
    found = ways(peers)
    lines = ["| asked for | rows | "
             + " | ".join(LABELS[who] for who in found) + " |",
             "|---|---|" + "---|" * len(found)]
    for case in peers["cases"]:
        lines.append(f"| {peers['chains'][case['chain']]} | {case['rows']} | "
                     + " | ".join(cell(case, who) for who in found) + " |")
    return "\n".join(lines) + "\n"


def summary(peers, name):
    """The part of the page's block."""
    runs = len(peers["cases"][0]["us"]["token_sampler"])
    versions = ", ".join(f"{package} {version}"
                         for package, version in peers["versions"].items())
    return f"""
### From Python

![Time of a step from Python, here and in other libraries](results/{name}-python.svg)

Microseconds of the thread's own time for a step from Python, one thread,
{tables.TOKENS:,} tokens (real rows: 49,152), and how many times as long as here.
Medians of {runs} interleaved runs.
numpy: `argpartition` for top_k, `argsort` for top_p; torch: `topk`, `sort`, and
`multinomial`; transformers: its warpers, `softmax` and `multinomial`; vLLM:
`TopKTopPSampler.forward_cpu`.

{table(peers)}
{versions}; {peers['date']}, `{peers['command']}`.
"""


def label_of(us):
    return f"{us / 1000:,.1f} ms" if us >= 1000 else f"{tables.short(us)} µs"


def bars(peers, chain, x, y, x_of):
    """One chain on Gaussian rows."""
    case = next(c for c in peers["cases"]
                if c["chain"] == chain and c["rows"] == "gaussian")
    svg = picture.text(x, y - 10, peers["chains"][chain], "title")
    for i, who in enumerate(who for who in ways(peers) if who in case["us"]):
        us = statistics.median(case["us"][who])
        at = y + i * BAR
        svg += picture.text(x + 142, at + 14, LABELS[who], "end")
        svg += (f'<rect x="{x + 150}" y="{at + 3}" '
                f'width="{x_of(us) - x - 150:.1f}" height="{BAR - 6}" '
                f'class="dot {COLOURS[who]}"/>\n')
        svg += picture.text(x_of(us) + 6, at + 14, label_of(us))
    return svg, y + len(case["us"]) * BAR + GAP


def draw(peers):
    """results/NAME-python.svg."""
    slowest = max(us for case in peers["cases"] for times in case["us"].values()
                  for us in times)
    x_of = picture.scale(1, 10 ** math.ceil(math.log10(slowest)), 214, 860)
    body = ""
    y = TOP
    for chain in SHOWN:
        drawn, y = bars(peers, chain, 64, y, x_of)
        body += drawn
    height = y
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.WIDTH}" '
            f'height="{height}" viewBox="0 0 {picture.WIDTH} {height}" '
            'role="img" aria-label="Time of a step from Python">\n'
            + picture.STYLE
            + f'<rect class="ground" width="{picture.WIDTH}" '
              f'height="{height}"/>\n'
            + picture.text(64, 28, "A step from Python, one thread, "
                           f"{tables.TOKENS:,} tokens, Gaussian rows; "
                           "logarithmic", "")
            + body + "</svg>\n")
