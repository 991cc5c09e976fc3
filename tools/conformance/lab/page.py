"""The published table, and the summary that `check` prints."""

from __future__ import annotations

import textwrap

from .checks import FALSE_ALARMS, TESTS
from .records import Run
from .verdicts import Verdict

HEAD = """# What real engines do with their own settings

Each engine ran SmolLM2-135M-Instruct with its own requests; each request was
imported into a config of this library (`import_settings`), whose exact law the
engine is held against. [The method and its bounds](README.md). This page is
made by `conformance.py page` of the logs in `tests/data/conformance`; a test
repeats the check of every setting from them.

PASS: on every row the kept tokens are the same, each logprob is within the
bound of the engine's float32, the draws fit the law, and a seed repeats.
DIFFERS: the row with the fewest tokens to look at follows.

"""


def page(runs: list[Run]) -> str:
    """Markdown, of packed runs with the verdicts on their whole rows."""
    parts = [HEAD, _overview(runs)]
    for run in runs:
        parts.append(_engine(run))
    return "\n".join(parts)


def _overview(runs: list[Run]) -> str:
    lines = ["| engine | versions | run on | settings | PASS | DIFFERS |",
             "|---|---|---|---|---|---|"]
    for run in runs:
        verdicts = run.facts["verdicts"]
        passed = sum(v["result"] == "PASS" for v in verdicts)
        lines.append(
            f"| {run.engine} | {_versions(run)} | {run.facts['date']} "
            f"| {len(verdicts)} | {passed} | {len(verdicts) - passed} |")
    lines.append(
        f"\nThe tests of draws share a budget of one false alarm in "
        f"{1 / FALSE_ALARMS:,.0f} tables of {TESTS} settings.\n")
    return "\n".join(lines)


def _engine(run: Run) -> str:
    lines = [f"## {run.engine}\n", f"{_versions(run)}, {run.facts['date']}.\n",
             "| setting | result | rows | logprob off by (bound) | draws: p "
             "| seeds repeated here | smallest row that differs |",
             "|---|---|---|---|---|---|---|"]
    for verdict in run.facts["verdicts"]:
        lines.append(_row(verdict))
    return "\n".join(lines) + "\n"


def _row(verdict: dict) -> str:
    off = ("" if verdict["logprob"] is None
           else f"{verdict['logprob']:.0e} ({verdict['bound']:.0e})")
    p = "" if verdict["p"] is None else f"{verdict['p']:.2g}"
    return (f"| {verdict['setting']} | {verdict['result']} "
            f"| {verdict['rows']} | {off} | {p} | {verdict['exact']} "
            f"| {_smallest(verdict)} |")


def _smallest(verdict: dict) -> str:
    """Of its findings the one with the fewest tokens to look at, in words."""
    found = min(verdict["findings"], key=lambda f: f["size"], default=None)
    if found is None:
        return ""
    return f"{found['where']}: {found['said']}".replace("|", "/")


def _versions(run: Run) -> str:
    return ", ".join(f"{k} {v}" for k, v in run.facts["versions"].items())


def excerpt(run: Run) -> str:
    """What the page of an engine's adapter says of its settings."""
    verdicts = run.facts["verdicts"]
    passed = [f"`{v['setting']}`" for v in verdicts if v["result"] == "PASS"]
    said = (f"{_versions(run)}: {len(passed)} of {len(verdicts)} settings "
            f"pass: {', '.join(passed)}.")
    lines = textwrap.wrap(said, 80, break_long_words=False,
                          break_on_hyphens=False)
    differing = [v for v in verdicts if v["result"] != "PASS"]
    if differing:
        lines += ["", "| differs | smallest row that does |", "|---|---|"]
    for verdict in differing:
        lines.append(f"| {verdict['setting']} | {_smallest(verdict)} |")
    return "\n".join(lines) + "\n"


def summary(run: Run, verdicts: list[Verdict]) -> str:
    """One line a setting, for the terminal."""
    lines = [f"{run.engine} ({_versions(run)}), {run.facts['date']}"]
    for v in verdicts:
        off = "" if v.logprob is None else f"off {v.logprob:.0e}/{v.bound:.0e}"
        p = "" if v.p is None else f"p {v.p:.2g}"
        lines.append(f"  {v.setting:<30} {v.result:<8} {v.rows:>3} rows "
                     f"{off:<16} {p:<10} {v.exact}")
        lines += [f"      {f.kind}: {f.where}: {f.said}" for f in v.findings]
    return "\n".join(lines)

