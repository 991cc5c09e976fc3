"""A step as a picture: that of the tool's HTML report.

What was drawn and how much was kept; the stages in order; the final
distribution laid end to end as the draw sees it, with u on it; the candidates
as bars, raw beside final, with a line where each stage cuts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from ._html import (Texts, cell, count, entropy_text, head, probability,
                    token_html, view)

if TYPE_CHECKING:
    from .explanation import Explanation, StageStep, TokenPath

# Room for a label of a few characters.
_LABELLED = 0.06


def step_html(told: Explanation, texts: Texts | None) -> str:
    parts = [_facts(told, texts), _stages(told)]
    if told.token is not None:
        parts.append(_draw(told, texts))
    return view(*parts, _Bars(told, texts).html())


def _prob(told: Explanation, token: int) -> float:
    return float(told.kept_probs[told.kept_ids == token].sum())


def _fact(name: str, html: str) -> str:
    return f"<div><dt>{name}</dt><dd>{html}</dd></div>"


def _facts(told: Explanation, texts: Texts | None) -> str:
    facts = [_fact("chain", f"<code>{escape(told.chain)}</code>")]
    if told.token is None or told.entropy is None:
        facts.append(_fact("status", escape(
            f"{told.status}: there is nothing to draw from "
            f"{told.detail}".strip())))
    else:
        name = token_html(texts, told.token.id)
        p = _prob(told, told.token.id)
        facts.append(_fact(
            "drawn &#9654;",
            f"<code>{name}</code> id {told.token.id}: out p {probability(p)}"))
        facts.append(_fact(
            "kept", f"<b>{count(len(told.kept_ids))}</b> of "
            f"{count(told.raw_count)}, effective choices "
            f"{math.exp(told.entropy):.2f}"))
    if told.raw_entropy is not None:
        after = (f" &rarr; final {entropy_text(told.entropy)}"
                 if told.entropy is not None else "")
        facts.append(_fact("entropy", f"raw {entropy_text(told.raw_entropy)}{after}"))
    return f"<dl>{''.join(facts)}</dl>"


def _survivors(stage: StageStep) -> str:
    if stage.kept == stage.before:
        return count(stage.kept)
    return f"{count(stage.before)} &rarr; <b>{count(stage.kept)}</b>"


def _parameters(stage: StageStep) -> str:
    told = ", ".join(f"{k}={v}" for k, v in stage.parameters.items())
    return escape(told if len(told) <= 60 else told[:59] + "\u2026")


def _stages(told: Explanation) -> str:
    rows = "".join(
        f'<tr{"" if stage.kept or stage.before else chr(32) + _GONE}>'
        f'<td class="ts-n">{i}</td><th>{escape(stage.type)}</th>'
        f"<td>{_parameters(stage)}</td>"
        f'<td class="ts-n">{_survivors(stage)}</td>'
        f"{cell(stage.mass_removed if stage.kept < stage.before else None)}"
        f"{cell(stage.mass)}{cell(stage.entropy, _three)}</tr>"
        for i, stage in enumerate(told.stages, 1))
    names = [("", True), ("stage", False), ("", False), ("survivors", True),
             ("mass removed", True), ("raw mass left", True), ("entropy", True)]
    return f'<table class="ts-stages">{head(names)}<tbody>{rows}</tbody></table>'


_GONE = 'class="ts-x"'


def _three(x: float) -> str:
    return f"{x:.3f}"


def draw_order(stages: Iterable[StageStep], rng: str) -> str | None:
    """In which order the draw lays the candidates end to end: "id" or "rank";
    None for draws that are not by one number on the masses."""
    last = list(stages)[-1]
    if rng != "house" or last.type not in ("categorical", "synthid"):
        return None
    return last.parameters.get("order", "id")


def _draw(told: Explanation, texts: Texts | None) -> str:
    token = told.token
    assert token is not None
    order = draw_order(told.stages, told.rng)
    if order is None or token.bits == 0:
        used = "no random number" if token.bits == 0 else f"u {token.u:.6f}"
        return f"<p>Draw: {used}.</p>"
    line = list(zip(told.kept_ids.tolist(), told.kept_probs.tolist()))
    if order == "id":
        line.sort()
    low = math.fsum(p for i, p in line[: [i for i, _ in line].index(token.id)])
    high = low + _prob(told, token.id)
    u = token.u
    side = "" if u < 0.5 else ' class="ts-r"'
    return (
        "<figure><figcaption>The draw: final probabilities end to end, in "
        f"{order} order; u {u:.6f} in [{low:.6f}, {high:.6f})</figcaption>"
        f'<div class="ts-cum">{_segments(line, told, texts)}'
        f'<b style="left:{100 * u:.4f}%"></b></div>'
        f'<div class="ts-u"><span{side} style="left:{100 * u:.4f}%" '
        f'title="{u!r}">u {u:.4f}</span></div></figure>')


def _segments(line: list[tuple[int, float]], told: Explanation,
              texts: Texts | None) -> str:
    listed = {path.id for path in told.tokens}
    html, others, share, odd = [], 0, 0.0, False

    def segment(style: str, p: float, title: str, label: str) -> None:
        html.append(f'<i class="{style}" style="width:{100 * p:.4f}%" '
                    f'title="{title}">{label}</i>')

    def add_others() -> None:
        if others:
            words = f"{count(others)} others"
            segment("ts-other", share, f"{words}: {probability(share)}",
                    words if share >= 2 * _LABELLED else "")

    for token, p in line:
        if token not in listed:
            others, share = others + 1, share + p
            continue
        add_others()
        others, share, odd = 0, 0.0, not odd
        name = token_html(texts, token)
        drawn = told.token is not None and token == told.token.id
        segment("ts-drawn" if drawn else "ts-odd" if odd else "", p,
                f"{name} id {token}: {probability(p)}",
                name if p >= _LABELLED else "")
    add_others()
    return "".join(html)


def _bar(raw: float, out: float, longest: float) -> str:
    return (f'<td class="ts-b"><i style="width:{100 * raw / longest:.3f}%"></i>'
            f'<i class="ts-o" style="width:{100 * out / longest:.3f}%"></i></td>')


class _Bars:
    """The candidates of a step as a table of bars."""

    def __init__(self, told: Explanation, texts: Texts | None) -> None:
        self.told, self.texts = told, texts
        self.columns = [i for i, stage in enumerate(told.stages)
                        if stage.kept < stage.before]
        kept = sum(path.removed_by is None for path in told.tokens)
        self.kept = len(told.kept_ids) - kept
        self.removed = told.raw_count - len(told.tokens) - self.kept
        self.raw = max(0.0, 1 - math.fsum(p.raw_prob for p in told.tokens))
        self.out = max(0.0, 1 - math.fsum(p.prob for p in told.tokens))
        if not self.kept:
            self.out = 0.0
        self.longest = max([self.raw, self.out, *(
            x for p in told.tokens for x in (p.raw_prob, p.prob))]) or 1.0

    def html(self) -> str:
        if not self.told.tokens:
            return ""
        names = [("", False), ("rank", True), ("id", True), ("token", False),
                 ("raw p", True), ("raw, and final below", False),
                 *((self.told.stages[i].type, True) for i in self.columns),
                 ("out p", True)]
        lines = []
        for i, path in enumerate(self.told.tokens):
            if i == self.told.top:
                lines.append(self._wide("ts-gap", "&#8943;"))
            lines += [self._line(i, path), self._cuts(i)]
        lines.append(self._rest())
        return f"<table>{head(names)}<tbody>{''.join(lines)}</tbody></table>"

    def _wide(self, style: str, html: str) -> str:
        return (f'<tr class="{style}"><td colspan="{7 + len(self.columns)}">'
                f"{html}</td></tr>")

    def _line(self, i: int, path: TokenPath) -> str:
        drawn = self.told.token is not None and path.id == self.told.token.id
        style = "ts-d" if drawn else "ts-x" if path.removed_by is not None else ""
        rank = i + 1 if i < self.told.top else ""
        return (
            f'<tr class="{style}"><td class="ts-m">{"&#9654;" * drawn}</td>'
            f'<td class="ts-n">{rank}</td><td class="ts-n">{path.id}</td>'
            f"<td><code>{token_html(self.texts, path.id)}</code></td>"
            f"{cell(path.raw_prob)}{_bar(path.raw_prob, path.prob, self.longest)}"
            f"{self._after(path)}</tr>")

    def _after(self, path: TokenPath) -> str:
        html = ""
        for c, stage in enumerate(self.columns):
            if path.removed_by is not None and path.removed_by <= stage:
                told = self.told.stages[path.removed_by]
                return (html + f'<td '
                        f'colspan="{len(self.columns) - c + 1}">removed by '
                        f"{escape(told.type)}</td>")
            html += cell(path.per_stage[stage])
        return html + cell(path.prob)

    def _cuts(self, place: int) -> str:
        """The stages whose last survivor stands at that place."""
        names = [escape(self.told.stages[s].type) for s in self.columns
                 if self._cut_of(s) == place]
        if not names:
            return ""
        return self._wide("ts-cut", f"<span>{', '.join(names)}</span>")

    def _cut_of(self, s: int) -> int | None:
        """None where it is not listed, or not all that stay stand before all
        that go."""
        stay = [i for i, path in enumerate(self.told.tokens)
                if path.per_stage[s] is not None]
        go = [i for i, path in enumerate(self.told.tokens)
              if path.removed_by == s]
        if not stay or len(stay) != self.told.stages[s].kept:
            return None
        return stay[-1] if not go or stay[-1] < go[0] else None

    def _rest(self) -> str:
        if self.kept + self.removed <= 0:
            return ""
        words = ", ".join(
            f"{count(n)} more {what}" for n, what in
            ((self.kept, "kept"), (self.removed, "removed")) if n > 0)
        return (f'<tr class="ts-rest"><td colspan="4">{words}</td>'
                f"{cell(self.raw)}{_bar(self.raw, self.out, self.longest)}"
                f'<td colspan="{len(self.columns)}"></td>{cell(self.out)}</tr>')
