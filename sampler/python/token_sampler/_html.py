"""Pieces of the pictures that notebooks show."""

from __future__ import annotations

from html import escape

from . import _core

__all__ = ["escape", "share_bar", "table"]

_MOST_TOKENS = 30


def share_bar(share: float | None) -> str:
    """A share of 1 as a bar with its number."""
    if share is None:
        return ""
    width = max(0.0, min(1.0, share)) * 120
    return (
        f'<span style="display:inline-block;height:0.7em;width:{width:.1f}px;'
        'background:#4a7dbd;margin-right:0.4em"></span>'
        f"{share:.4g}"
    )


def table(heads, rows, marked=()) -> str:
    """An HTML table; cells are HTML already. Rows that are marked are bold."""
    marks = list(marked) or [False] * len(rows)
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join(
        '<tr style="font-weight:bold">' * mark
        + "<tr>" * (not mark)
        + "".join(f"<td>{cell}</td>" for cell in row)
        + "</tr>"
        for row, mark in zip(rows, marks)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _distribution_html(self: _core.Distribution) -> str:
    shown = min(len(self), _MOST_TOKENS)
    drawn = self.token.id if self.token else None
    rows = [
        [int(i), f"{x:.4g}", share_bar(float(p))]
        for i, x, p in zip(
            self.ids[:shown], self.logits[:shown], self.probs[:shown]
        )
    ]
    rest = len(self) - shown
    more = f"<p>and {rest} more</p>" if rest else ""
    return (
        f"<p>{len(self)} of {self.vocab_size} tokens, H {self.entropy:.4g} "
        "nats</p>"
        + table(["id", "logit", "p"], rows, [row[0] == drawn for row in rows])
        + more
    )


def _distribution_repr(self: _core.Distribution) -> str:
    head = ", ".join(
        f"{i}: {p:.4g}" for i, p in zip(self.ids[:5], self.probs[:5])
    )
    dots = ", ..." if len(self) > 5 else ""
    return f"Distribution({len(self)} tokens: {head}{dots})"


setattr(_core.Distribution, "_repr_html_", _distribution_html)
setattr(_core.Distribution, "__repr__", _distribution_repr)
