"""Pieces of the pictures that notebooks show: text made harmless, numbers, and
one style.

A picture holds bytes of a vocabulary; all of them pass through `text_html`, so
no byte of theirs is markup. Colours are mixed with the text's own colour, which
every notebook sets: the pictures are readable on a light page and on a dark
one, whatever told the page to be so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TypeAlias

__all__ = ["Texts", "cell", "count", "entropy_text", "head", "probability",
           "text_html", "token_html", "view"]

# The text of every token, by its id.
Texts: TypeAlias = (Sequence["str | bytes | None"]
                    | Mapping[int, "str | bytes"]
                    | Callable[[int], "str | bytes | None"])

_MOST_CHARACTERS = 48

_STYLE = """
.ts-view{--ts-line:color-mix(in srgb,currentColor 18%,transparent);
--ts-soft:color-mix(in srgb,currentColor 8%,transparent);
--ts-mut:color-mix(in srgb,currentColor 68%,transparent);
--ts-raw:color-mix(in srgb,currentColor 42%,transparent);
--ts-out:color-mix(in srgb,#1f83c4 82%,currentColor);
--ts-acc:color-mix(in srgb,#d9580f 70%,currentColor);
font:14px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;
overflow-x:auto;max-width:1200px}
.ts-view dl,.ts-view dd,.ts-view figure,.ts-view p{margin:0;padding:0}
.ts-view dl{margin-bottom:12px}
.ts-view dl div{display:flex;gap:12px}
.ts-view dt{flex:0 0 76px;color:var(--ts-mut);font-weight:400}
.ts-view code{font:13px/1.4 ui-monospace,"DejaVu Sans Mono",monospace;
background:none;color:inherit;padding:0;white-space:pre}
.ts-view table{border-collapse:collapse;border:0;font-size:13px;margin:0 0 14px;
font-variant-numeric:tabular-nums;color:inherit}
.ts-view tr,.ts-view tbody tr:nth-child(odd),.ts-view tbody tr:hover{
background:none}
.ts-view td,.ts-view th{padding:2px 8px 2px 0;border:0;text-align:left;
vertical-align:baseline;max-width:none;white-space:nowrap}
.ts-view thead th{color:var(--ts-mut);font-weight:600;
border-bottom:1px solid var(--ts-line)}
.ts-view .ts-n{text-align:right;padding-left:8px}
.ts-view .ts-stages td,.ts-view .ts-stages th{
border-bottom:1px solid var(--ts-line)}
.ts-view .ts-x,.ts-view .ts-rest td,.ts-view .ts-gap td,
.ts-view figcaption{color:var(--ts-mut)}
.ts-view .ts-b{width:24%;min-width:120px;vertical-align:middle}
.ts-view .ts-b i{display:block;height:5px;min-width:1px;margin:1.5px 0;
border-radius:1px;background:var(--ts-raw)}
.ts-view .ts-b i.ts-o{height:7px;background:var(--ts-out)}
.ts-view .ts-b i[style="width:0.000%"]{visibility:hidden}
.ts-view .ts-d td{font-weight:650;
background:color-mix(in srgb,var(--ts-acc) 14%,transparent)}
.ts-view .ts-m{color:var(--ts-acc)}
.ts-view .ts-cut td{padding:0}
.ts-view .ts-cut span{display:block;border-bottom:2px dashed var(--ts-acc);
color:var(--ts-acc);font-size:11.5px;text-align:right;line-height:1.25}
.ts-view .ts-cum{position:relative;display:flex;height:28px;border-radius:4px;
background:var(--ts-soft);margin-top:5px}
.ts-view .ts-cum i{font:12px/28px ui-monospace,monospace;overflow:hidden;
white-space:pre;text-align:center;flex:none;
border-right:1px solid var(--ts-line);
background:color-mix(in srgb,var(--ts-out) 30%,transparent)}
.ts-view .ts-cum i.ts-odd{
background:color-mix(in srgb,var(--ts-out) 17%,transparent)}
.ts-view .ts-cum i.ts-other{background:none;color:var(--ts-mut)}
.ts-view .ts-cum i.ts-drawn{font-weight:650;
background:color-mix(in srgb,var(--ts-out) 60%,transparent)}
.ts-view .ts-cum b{position:absolute;top:-4px;bottom:-4px;width:3px;
margin-left:-1.5px;background:var(--ts-acc)}
.ts-view .ts-u{position:relative;height:20px;margin-bottom:12px;font-size:13px}
.ts-view .ts-u span{position:absolute;color:var(--ts-acc);font-weight:650;
padding:0 5px;white-space:nowrap}
.ts-view .ts-u .ts-r{transform:translateX(-100%)}
.ts-view .ts-cards{display:flex;flex-wrap:wrap;gap:6px 26px}
.ts-view .ts-cards div{display:block}
.ts-view .ts-cards dd{font-size:20px;font-weight:600}
.ts-view .ts-cards small{display:block;font-size:12.5px;font-weight:400;
color:var(--ts-mut)}
.ts-view svg{display:block;width:100%;overflow:visible;margin:4px 0 14px}
.ts-view svg rect{fill:var(--ts-soft)}
.ts-view svg path{fill:none;stroke:var(--ts-raw);stroke-width:1.8;
vector-effect:non-scaling-stroke}
.ts-view svg path.ts-o{stroke:var(--ts-out)}
.ts-view .ts-text{white-space:pre-wrap;overflow-wrap:anywhere;line-height:2}
.ts-view .ts-text span{border-radius:3px;padding:3px 1px;margin:0 1px}
.ts-view .ts-text .ts-cutout{text-decoration:underline 2.5px var(--ts-acc);
text-underline-offset:4px}
"""


def view(*parts: str) -> str:
    """A picture of these parts, with its style."""
    body = "".join(parts)
    return f'<div class="ts-view"><style>{_STYLE}</style>{body}</div>'


def text_html(text: str | bytes) -> str:
    """Text of others in quotes, on one line; what does not print as an escape."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    most = _MOST_CHARACTERS
    shown = text if len(text) <= most else text[: most - 1] + "\u2026"
    printed = "".join(
        c if c.isprintable() and c not in '"' else
        c.encode("unicode_escape").decode() if c != '"' else '\\"'
        for c in shown)
    return escape(f'"{printed}"')


def token_html(texts: Texts | None, token: int) -> str:
    """A token's text, or its id where there is none."""
    text: str | bytes | None = None
    if callable(texts):
        text = texts(token)
    elif isinstance(texts, Mapping):
        text = texts.get(token)
    elif texts is not None and token < len(texts):
        text = texts[token]
    return f"id {token}" if text is None else text_html(text)


def probability(p: float) -> str:
    return f"{p:.4f}" if p >= 1e-3 or p == 0 else f"{p:.2e}"


def entropy_text(nats: float) -> str:
    return f"{nats:.3f} nats ({nats / math.log(2):.3f} bits)"


def count(n: int) -> str:
    return f"{n:,}"


def cell(x: float | None, shown: Callable[[float], str] = probability) -> str:
    """A cell of a table: a number, with all its digits for who points at it."""
    if x is None or math.isnan(x):
        return '<td class="ts-n"></td>'
    return f'<td class="ts-n" title="{x!r}">{shown(x)}</td>'


def head(names: Iterable[tuple[str, bool]]) -> str:
    """(name, is it a column of numbers?)"""
    cells = "".join(
        f'<th class="ts-n">{escape(name)}</th>' if number
        else f"<th>{escape(name)}</th>" for name, number in names)
    return f"<thead><tr>{cells}</tr></thead>"
