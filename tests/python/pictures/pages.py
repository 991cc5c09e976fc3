"""Pictures of notebooks, read as a browser reads them."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

VOID = {"br"}
TAGS = {"div", "style", "dl", "dt", "dd", "code", "table", "thead", "tbody",
        "tr", "th", "td", "i", "b", "p", "span", "figure", "figcaption", "svg",
        "path", "rect", "small", "br"}
ATTRIBUTES = {"class", "style", "title", "colspan", "viewbox", "height", "width",
              "preserveaspectratio", "role", "aria-label", "d"}


class Page(HTMLParser):
    """Elements as (tag, attributes, text in them); fails where tags do not
    match, and for any that no picture has: scripts, links, handlers."""

    def __init__(self, html):
        super().__init__()
        self.open, self.elements = [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, tag
        assert {name for name, _ in attributes} <= ATTRIBUTES, attributes
        assert all("url(" not in (value or "") for _, value in attributes)
        element = [tag, dict(attributes), ""]
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def all(self, tag, style=None):
        return [(attributes, text) for name, attributes, text in self.elements
                if name == tag and (style is None or style in attributes.get(
                    "class", "").split())]


def width(attributes):
    """Of a bar, in percent."""
    return float(re.search(r"width:([\d.]+)%", attributes["style"])[1])


def browser():
    return shutil.which("chromium") or shutil.which("chromium-headless-shell")


# For every piece of text: its colour and that of what lies under it.
_SCRIPT = """
const shown = [];
const numbers = (c) => {
  const n = c.match(/[\\d.]+(e-\\d+)?/g).map(Number);
  if (c.startsWith("rgb")) n.splice(0, 3, n[0] / 255, n[1] / 255, n[2] / 255);
  return n.length == 3 ? [...n, 1] : n;
};
const over = (top, low) =>
    [0, 1, 2].map(i => top[i] * top[3] + low[i] * (1 - top[3]));
const under = (e) => {
  if (e === null) return [1, 1, 1];
  const c = numbers(getComputedStyle(e).backgroundColor);
  return c[3] == 1 ? c.slice(0, 3) : over(c, under(e.parentElement));
};
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || e.closest("style,script")) continue;
  const ground = under(e);
  const ink = over(numbers(getComputedStyle(e).color), ground);
  const light = (c) => {
    const [r, g, b] = c.map(
        x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b + .05;
  };
  const both = [light(ink), light(ground)].sort((a, b) => b - a);
  shown.push([walk.currentNode.data.trim(), both[0] / both[1]]);
}
document.body.innerHTML = "";
document.body.dataset.shown = encodeURIComponent(JSON.stringify(shown));
"""


def contrasts(html, ink, ground, folder):
    """(text, contrast of its colours) of every text of a picture, as Chromium
    shows it on a page of these colours."""
    from urllib.parse import unquote

    page = folder / "page.html"
    page.write_text(
        f'<meta charset="utf-8"><body style="color:{ink};background:{ground}">'
        f"{html}<script>{_SCRIPT}</script></body>", encoding="utf-8")
    # What the tests have preloaded (a sanitizer) is none of the browser's.
    plain = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    run = subprocess.run(
        [browser(), "--headless", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", f"--user-data-dir={folder / 'browser'}",
         "--dump-dom", page.as_uri()], capture_output=True, text=True, check=True,
        env=plain)
    return json.loads(unquote(re.search(r'data-shown="([^"]*)"', run.stdout)[1]))
