"""The picture of a measurement, as SVG (see report.py).

Two panels with logarithmic axes: time of a step against the size of the
vocabulary, and against the size of the nucleus. It brings its own background
and follows the reader's light or dark theme.
"""

import math
import statistics

WIDTH, HEIGHT = 960, 500
TOP, BOTTOM = 92, 412  # Of the panels.
PANELS = ((64, 456), (544, 936))  # Left and right of each.

# Chain, name in the legend, and which of the colours below.
LEFT = (("greedy", "greedy", "a"),
        ("short", "top_k 40, top_p, temperature", "b"),
        ("temperature_draw", "temperature, draw", "c"),
        ("top_p_draw", "top_p 0.95, draw", "d"))
RIGHT = (("top_p_draw", "top_p 0.95, draw", "d"),
         ("typical_p_draw", "typical_p 0.95, draw", "e"))

STYLE = """<style>
 .ground { fill: #ffffff } text { fill: #24292f }
 .key { color: #24292f } .grid { stroke: #d8dee4 } .frame { stroke: #8c959f; fill: none }
 .floor { stroke: #6e7781 } .a { color: #0969da } .b { color: #bc4c00 }
 .c { color: #1a7f37 } .d { color: #8250df } .e { color: #bf3989 }
 @media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117 } text { fill: #e6edf3 }
  .key { color: #e6edf3 } .grid { stroke: #30363d } .frame { stroke: #6e7681 }
  .floor { stroke: #9198a1 } .a { color: #58a6ff } .b { color: #f0883e }
  .c { color: #56d364 } .d { color: #bc8cff } .e { color: #ff7bc5 }
 }
 text { font: 12px system-ui, sans-serif } .title { font-weight: 600;
 font-size: 14px } .end { text-anchor: end } .middle { text-anchor: middle }
 .line { stroke: currentColor; fill: none; stroke-width: 2 }
 .peer { stroke-dasharray: 6 4 } .dot { fill: currentColor }
 .range { stroke: currentColor; stroke-width: 1 }
 .floor { fill: none; stroke-width: 2.5; stroke-dasharray: 2 3 }
</style>
"""


def scale(low, high, start, end):
    """Logarithmic: low to start, high to end."""
    factor = (end - start) / math.log(high / low)
    return lambda value: start + factor * math.log(value / low)


def when(nanoseconds):
    if nanoseconds >= 1e6:
        return f"{nanoseconds / 1e6:g} ms"
    return f"{nanoseconds / 1e3:g} µs"


def text(x, y, words, kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{words}</text>\n'


def line(x1, y1, x2, y2, kind):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'class="{kind}"/>\n')


def curve(points, kind):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" class="{kind}"/>\n'


def series(results, key, field, x_of, y_of, colour, peer):
    """A line through the medians, with the range of the runs at each."""
    svg = ""
    points = []
    for result in results:
        values = result[field]
        if not values:
            continue
        x, y = x_of(result[key]), y_of(statistics.median(values))
        points.append((x, y))
        svg += line(x, y_of(min(values)), x, y_of(max(values)),
                    f"range {colour}")
        svg += (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" '
                f'class="dot {colour}"/>\n')
    if not points:
        return ""
    return svg + curve(points, f"line {colour}" + (" peer" if peer else ""))


def decades(results):
    """Powers of ten that hold all medians between them."""
    medians = [statistics.median(r[field]) for r in results
               for field in ("floor_ns", "ours_ns", "llama_ns") if r[field]]
    return [10**i for i in range(math.floor(math.log10(min(medians))),
                                 math.ceil(math.log10(max(medians))) + 1)]


def axes(left, right, x_of, y_of, levels, ticks):
    svg = ""
    for value in levels:
        svg += line(left, y_of(value), right, y_of(value), "grid")
        svg += text(left - 6, y_of(value) + 4, when(value), "end")
    for tick, label in ticks:
        svg += line(x_of(tick), TOP, x_of(tick), BOTTOM, "grid")
        svg += text(x_of(tick), BOTTOM + 18, label, "middle")
    return svg + (f'<rect x="{left}" y="{TOP}" width="{right - left}" '
                  f'height="{BOTTOM - TOP}" class="frame"/>\n')


def legend(x, y, chains):
    """Two columns."""
    svg = ""
    for i, (_, label, colour) in enumerate(chains):
        at = x + i % 2 * 212, y + i // 2 * 18
        svg += line(at[0], at[1] - 4, at[0] + 22, at[1] - 4, f"line {colour}")
        svg += text(at[0] + 28, at[1], label)
    return svg


def panel(place, results, key, chains, title, below, levels, ticks):
    left, right = place
    x_of = scale(ticks[0][0] / 1.12, ticks[-1][0] * 1.12, left, right)
    y_of = scale(levels[0], levels[-1], BOTTOM, TOP)
    svg = text(left, 24, title, "title") + legend(left, 48, chains)
    svg += axes(left, right, x_of, y_of, levels, ticks)
    svg += text((left + right) / 2, BOTTOM + 38, below, "middle")
    by_chain = {}
    for result in results:
        by_chain.setdefault(result["chain"], []).append(result)
    floor = {}
    for name, _, colour in chains:
        of_chain = sorted(by_chain.get(name, []), key=lambda r: r[key])
        for field, peer in (("ours_ns", False), ("llama_ns", True)):
            svg += series(of_chain, key, field, x_of, y_of, colour, peer)
        for result in of_chain:
            floor.setdefault(result[key], []).extend(result["floor_ns"])
    return svg + curve([(x_of(at), y_of(statistics.median(values)))
                        for at, values in sorted(floor.items())], "floor")


def draw(numbers):
    results = numbers["results"]
    by_size = [r for r in results if r["rows"] == "gaussian"]
    by_nucleus = [r for r in results if r["rows"] == "nucleus"]
    shown = {name for name, _, _ in LEFT + RIGHT}
    levels = decades([r for r in by_size + by_nucleus if r["chain"] in shown])
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
           f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
           'aria-label="Time of a step, here and in llama.cpp">\n' + STYLE
           + f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>\n')
    svg += panel(PANELS[0], by_size, "tokens", LEFT,
                 "Time of a step by vocabulary (Gaussian rows)",
                 "tokens in the vocabulary", levels,
                 ((32000, "32,000"), (128256, "128,256"),
                  (262144, "262,144")))
    svg += panel(PANELS[1], by_nucleus, "nucleus", RIGHT,
                 "Time of a step by nucleus, 151,936 tokens",
                 "tokens that hold 95 % of the mass", levels,
                 tuple((10**i, f"{10**i:,}") for i in range(6)))
    y = HEIGHT - 8
    svg += line(330, y - 4, 360, y - 4, "line key") + text(366, y, "this library")
    svg += (line(460, y - 4, 490, y - 4, "line peer key")
            + text(496, y, "llama.cpp"))
    svg += (line(580, y - 4, 610, y - 4, "floor")
            + text(616, y, "one read of the row"))
    return svg + "</svg>\n"
