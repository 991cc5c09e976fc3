"""A replay as a picture: its numbers, its course row by row, and its text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ._html import Texts, count, probability, token_html, view

if TYPE_CHECKING:
    from .replaying import Replay

# Units of the strips: a row is _ROW wide, a strip _HIGH high.
_ROW, _HIGH = 10, 60
_MOST_ROWS = 2000
_MOST_TOKENS = 400


def replay_html(table: Replay, texts: Texts | None = None) -> str:
    shown = min(len(table), _MOST_ROWS)
    parts = [_cards(table)]
    entropy = [table["entropy"][:shown]]
    if "raw_entropy" in table.columns:
        entropy.insert(0, table["raw_entropy"][:shown])
    parts.append(_strip(
        "entropy, nats" + ("; raw, and final in colour" if len(entropy) == 2
                           else ""), entropy))
    kept = np.maximum(table["kept"][:shown], 1)
    parts.append(_strip("tokens kept, log scale", [np.log(kept)],
                        f"1 to {count(int(kept.max()))}"))
    parts.append(_text(table, texts))
    if shown < len(table):
        parts.append(f"<p>The strips show the first {count(shown)} rows of "
                     f"{count(len(table))}.</p>")
    return view(*parts)


def _card(name: str, value: str, small: str = "") -> str:
    return (f"<div><dt>{name}</dt><dd>{value}<small>{small}</small></dd></div>")


def _cards(table: Replay) -> str:
    ok = np.array([status == "ok" for status in table["status"]], bool)
    logged = table["logged"] >= 0
    scored = ok & logged
    covered = scored & np.isfinite(table["logged_logprob"])
    cards = [_card("rows", count(len(table)),
                   "all ok" if ok.all() else f"{count(int(ok.sum()))} ok")]
    if scored.any():
        cards.append(_card(
            "coverage", f"{100 * covered.sum() / scored.sum():.2f}%",
            f"of {count(int(scored.sum()))} logged tokens can be drawn"))
    if covered.any():
        mean = -table["logged_logprob"][covered].mean()
        cards.append(_card("perplexity, truncated", f"{math.exp(mean):.2f}",
                           f"over {count(int(covered.sum()))} covered rows"))
    if ok.any():
        kept = table["kept"][ok]
        cards.append(_card(
            "tokens kept", f"{kept.mean():.1f}",
            f"on average; p50 {count(int(np.median(kept)))}, max "
            f"{count(int(kept.max()))}"))
        cards.append(_card("entropy", f"{table['entropy'][ok].mean():.3f}",
                           "nats on average"))
    if scored.any():
        same = (table["token"] == table["logged"])[scored].mean()
        cards.append(_card("same token", f"{100 * same:.1f}%",
                           "of the draws repeat the logged token"))
    return f'<dl class="ts-cards">{"".join(cards)}</dl>'


def _strip(title: str, lines: list[np.ndarray], scale: str = "") -> str:
    """Lines along the rows, each from 0 to the greatest of all."""
    finite = [line[np.isfinite(line)] for line in lines]
    high = max([float(f.max()) for f in finite if f.size] + [0.0]) or 1.0
    width = _ROW * max(1, len(lines[0]))
    paths = "".join(
        f'<path{" class=" + chr(34) + "ts-o" + chr(34) if i else ""} '
        f'd="{_path(line, high)}"/>' for i, line in enumerate(
            lines if len(lines) == 2 else [np.zeros(0), *lines]))
    scale = scale or f"0 to {high:.3g}"
    return (f"<figure><figcaption>{title}: {scale}</figcaption>"
            f'<svg viewBox="0 0 {width} {_HIGH}" height="{_HIGH}" '
            f'preserveAspectRatio="none" role="img" aria-label="{title}">'
            f'<rect width="{width}" height="{_HIGH}"/>{paths}</svg></figure>')


def _path(line: np.ndarray, high: float) -> str:
    """Steps, broken where a row has no number."""
    path, pen = [], "M"
    for i, x in enumerate(line.tolist()):
        if not math.isfinite(x):
            pen = "M"
            continue
        y = _HIGH * (1 - min(max(x / high, 0.0), 1.0))
        path.append(f"{pen}{_ROW * i} {y:.1f}H{_ROW * (i + 1)}")
        pen = "L"
    return "".join(path)


def _text(table: Replay, texts: Texts | None) -> str:
    """The logged tokens (where there are none, the drawn ones): the likelier,
    the darker; those that the config cuts are underlined."""
    shown = min(len(table), _MOST_TOKENS)
    parts: list[str] = []
    text = -1
    for row in range(shown):
        if int(table["sequence"][row]) != text:
            text = int(table["sequence"][row])
            parts.append(f"<br>sequence {text}: " if parts
                         else f"sequence {text}: ")
        logged = int(table["logged"][row])
        token = logged if logged >= 0 else int(table["token"][row])
        logprob = float(table["logged_logprob" if logged >= 0 else "logprob"][row])
        cut = logged >= 0 and not math.isfinite(logprob)
        p = 0.0 if cut or math.isnan(logprob) else math.exp(logprob)
        name = token_html(texts, token) if token >= 0 else "?"
        parts.append(
            f'<span{_CUT if cut else ""} style="background:color-mix(in srgb,'
            f'var(--ts-out) {8 + 52 * p:.0f}%,transparent)" title="row {row}, '
            f'id {token}, p {probability(p)}, {count(int(table["kept"][row]))} '
            f'kept">{name.removeprefix("id ")}</span>')
    more = len(table) - shown
    tail = f" and {count(more)} more" if more else ""
    return (f'<div class="ts-text" title="the likelier, the darker; underlined: '
            f'cut by this config">{"".join(parts)}{tail}</div>')


_CUT = ' class="ts-cutout"'
