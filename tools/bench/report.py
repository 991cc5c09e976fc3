#!/usr/bin/env python3
"""Turns the numbers of a measurement into the table of this folder's README and a picture.

    report.py collect NAME COMPARE BENCH   results/NAME.json from the files that
                                           llama-compare --json and
                                           sampler-bench --benchmark_out wrote
    report.py write NAME    README.md, results/NAME.md, results/NAME.svg
    report.py check         exit 1, and say where, unless these are what `write`
                            makes of the committed numbers

measure.sh runs the first two. Standard library only.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

import peer_report
import picture
import tables

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULTS = HERE / "results"
PAGE = RESULTS.parent / "README.md"
BEGIN = re.compile(r"<!-- begin: tools/bench/results/([\w.-]+)\.json -->\n")
END = "<!-- end: measurements -->\n"


def cpu_model():
    """The name Linux gives the processor."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def caches():
    """Sizes of the caches of processor 0, by level."""
    found = {}
    base = pathlib.Path("/sys/devices/system/cpu/cpu0/cache")
    for index in sorted(base.glob("index*")):
        if (index / "type").read_text().strip() != "Instruction":
            level = (index / "level").read_text().strip()
            found["L" + level] = (index / "size").read_text().strip()
    return found


def git(*words):
    return subprocess.run(("git", "-C", str(ROOT)) + words, check=True,
                          capture_output=True, text=True).stdout.strip()


def collect(name, compare_file, bench_file):
    """Writes results/NAME.json, one measured case a line."""
    compare = json.loads(pathlib.Path(compare_file).read_text())
    bench = json.loads(pathlib.Path(bench_file).read_text())
    with_llama = any(r["llama_ns"] for r in compare["results"])
    head = {
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count(),
                    "caches": caches(), "simd": compare["simd"]},
        "date": datetime.datetime.now(datetime.timezone.utc).strftime(
            "%Y-%m-%d"),
        "commit": git("rev-parse", "HEAD"),
        # Over the last quarter of an hour: the measurement, and what ran beside.
        "load": round(os.getloadavg()[2], 1),
        "command": (f"SAMPLER_SIMD={os.environ['SAMPLER_SIMD']} "
                    if "SAMPLER_SIMD" in os.environ else "")
                   + "tools/bench/measure.sh BUILD_DIR"
                   + (" LLAMA_DIR" if with_llama else ""),
    }
    lists = {
        "results": compare["results"],
        "bench": [{"name": re.sub(r"/iterations:\d+", "", b["name"]),
                   "floor_us": round(b["floor"], 3),
                   "step_us": round(b["step"], 3), "x": round(b["x"], 3),
                   **{key: round(b[key], 4) for key in ("filtered", "gigabytes")
                      if key in b}}
                  for b in bench["benchmarks"]],
    }
    text = json.dumps(head, indent=1)[:-2]
    text += ',\n "chains": {\n'
    text += ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}"
                       for key, value in compare["chains"].items())
    text += "\n }"
    for key, rows in lists.items():
        text += f',\n "{key}": [\n'
        text += ",\n".join("  " + json.dumps(row) for row in rows) + "\n ]"
    text += "\n}\n"
    json.loads(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text)


def made(name, readme):
    """{file: what it should hold} for the numbers of that name."""
    numbers = json.loads((RESULTS / f"{name}.json").read_text())
    begin = BEGIN.search(readme)
    end = readme.index(END)
    block = (f"<!-- begin: tools/bench/results/{name}.json -->\n"
             + tables.summary(numbers, name))
    files = {
        RESULTS / f"{name}.md": tables.everything(numbers, name),
        RESULTS / f"{name}.svg": picture.draw(numbers),
    }
    avx2 = RESULTS / f"{name}-avx2.json"
    if avx2.exists():  # measure.sh wrote it, under SAMPLER_SIMD=avx2.
        narrower = json.loads(avx2.read_text())
        block += tables.narrower_set(narrower, f"{name}-avx2")
        files[RESULTS / f"{name}-avx2.md"] = tables.everything(
            narrower, f"{name}-avx2")
    python = RESULTS / f"{name}-python.json"
    if python.exists():  # peers.sh wrote it.
        peers = json.loads(python.read_text())
        block += peer_report.summary(peers, name)
        files[RESULTS / f"{name}-python.svg"] = peer_report.draw(peers)
    return {PAGE: readme[:begin.start()] + block + readme[end:], **files}


def write(name):
    files = made(name, (PAGE).read_text())
    for path, text in files.items():
        path.write_text(text)


def check():
    readme = (PAGE).read_text()
    name = BEGIN.search(readme).group(1)
    stale = [str(path.relative_to(ROOT))
             for path, text in made(name, readme).items()
             if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path} is not what tools/bench/report.py write {name} makes "
              f"of tools/bench/results/{name}.json")
    return 1 if stale else 0


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "collect":
        return collect(*arguments[1:])
    if len(arguments) == 2 and arguments[0] == "write":
        return write(arguments[1])
    if arguments == ["check"]:
        return check()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
