"""A distribution, and a row of a log, as a picture: the likeliest tokens as bars.

Importing this gives Distribution its picture and its repr.
"""

from __future__ import annotations

import math
from typing import Any

from . import _core
from ._html import (Texts, cell, count, entropy_text, head, token_html,
                    view)

_MOST_TOKENS = 30


def distribution_html(left: _core.Distribution, texts: Texts | None = None,
                      marked: int | None = None, mark: str = "drawn",
                      above: str = "") -> str:
    """The likeliest tokens as bars, and the marked one among them or below."""
    shown = min(len(left), _MOST_TOKENS)
    places = list(range(shown))
    if marked is not None and left.rank(marked) > shown:
        places.append(left.rank(marked) - 1)
    longest = float(left.probs[0]) if shown else 1.0
    lines = []
    for place in places:
        token, p = int(left.ids[place]), float(left.probs[place])
        drawn = token == marked
        lines.append(
            f'<tr class="{"ts-d" if drawn else ""}">'
            f'<td class="ts-m">{"&#9654; " + mark if drawn else ""}</td>'
            f'<td class="ts-n">{place + 1}</td><td class="ts-n">{token}</td>'
            f"<td><code>{token_html(texts, token)}</code></td>"
            f"{cell(float(left.logits[place]), _four)}{cell(p)}"
            f'<td class="ts-b"><i class="ts-o" '
            f'style="width:{100 * p / longest:.3f}%"></i></td></tr>')
    rest = len(left) - len(places)
    if rest > 0:
        share = max(0.0, 1 - math.fsum(float(left.probs[i]) for i in places))
        lines.append(
            f'<tr class="ts-rest"><td colspan="5">and {count(rest)} more</td>'
            f'{cell(share)}<td class="ts-b"><i class="ts-o" style="width:'
            f'{100 * min(1.0, share / longest):.3f}%"></i></td></tr>')
    names = [("", False), ("rank", True), ("id", True), ("token", False),
             ("logit", True), ("p", True), ("", False)]
    return view(
        above,
        f"<p><b>{count(len(left))}</b> of {count(left.vocab_size)} tokens, entropy "
        f"{entropy_text(left.entropy)}, effective choices "
        f"{math.exp(left.entropy):.2f}</p>"
        f"<table>{head(names)}<tbody>{''.join(lines)}</tbody></table>")


def _four(x: float) -> str:
    return f"{x:.4g}"


def _html(self: _core.Distribution, texts: Texts | None = None) -> str:
    """The picture that a notebook shows, with the tokens' texts."""
    drawn = self.token.id if self.token else None
    return distribution_html(self, texts, drawn)


def _repr_html(self: _core.Distribution) -> str:
    return _html(self)


def _repr(self: _core.Distribution) -> str:
    first = ", ".join(
        f"{i}: {p:.4g}" for i, p in zip(self.ids[:5], self.probs[:5]))
    dots = ", ..." if len(self) > 5 else ""
    return f"Distribution({len(self)} tokens: {first}{dots})"


_METHODS: dict[str, Any] = {"html": _html, "_repr_html_": _repr_html,
                            "__repr__": _repr}
for _name, _method in _METHODS.items():
    setattr(_core.Distribution, _name, _method)
