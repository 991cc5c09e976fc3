"""What notebooks show: the numbers as bars, harmless text, light and dark."""

import math

import numpy as np
import pytest
from conftest import DATA, V
from pages import Page, browser, contrasts, width

import token_sampler as ts

EVIL = '\u202e</code><script>alert(1)</script><img src=x>"\n\x00&amp;'


@pytest.fixture(scope="module")
def table():
    log = ts.open_log(DATA / "story-f16.safetensors")
    return ts.replay(log, "balanced", seed=42)


@pytest.fixture
def told(pipeline, sequence, row):
    return pipeline.explain(row, sequence, tokens=[int(np.argmin(row))])


def test_the_bars_are_the_probabilities(told):
    page = Page(told._repr_html_())
    bars = [width(a) for a, _ in page.all("i") if "ts-" not in a.get("class", "")
            and a["style"].startswith("width")]
    kept = {int(i): p for i, p in zip(told.kept_ids, told.kept_probs)}
    longest = max([p.raw_prob for p in told.tokens]
                  + [kept.get(p.id, 0) for p in told.tokens])
    out = [width(a) for a, _ in page.all("i", "ts-o")]
    for i, path in enumerate(told.tokens):
        assert path.prob == kept.get(path.id, 0)
        assert out[i] == pytest.approx(100 * path.prob / longest, abs=1e-3)
        assert any(b == pytest.approx(100 * path.raw_prob / longest, abs=1e-3)
                   for b in bars)
    marked = page.all("tr", "ts-d")
    assert len(marked) == 1 and str(told.token.id) in marked[0][1]


def test_the_stages_cut_where_they_cut(told):
    page = Page(told._repr_html_())
    rows = [text for a, text in page.all("tr")]
    listed = [path for path in told.tokens[: told.top]]
    for stage in told.stages:
        cuts = stage.kept < stage.before
        place = sum(path.removed_by is None
                    or told.stages[path.removed_by] != stage for path in listed)
        lines = [i for i, text in enumerate(rows) if stage.type == text.strip()
                 or text.strip().startswith(f"{stage.type}, ")]
        assert len(lines) == (1 if cuts and place < len(listed) else 0), stage.type
    assert f"{told.raw_count - len(told.tokens):,} more removed" in rows[-1]


def test_the_draw_lies_end_to_end(told):
    page = Page(told._repr_html_())
    drawn = page.all("i", "ts-drawn")
    assert len(drawn) == 1
    line = [(a, width(a)) for a, _ in page.all("i")
            if a.get("class") in ("ts-drawn", "ts-odd", "ts-other", "")]
    assert sum(w for _, w in line) == pytest.approx(100, abs=0.01)
    before = sum(w for _, w in line[: [a for a, _ in line].index(drawn[0][0])])
    assert before <= 100 * told.token.u < before + width(drawn[0][0]) + 0.01
    assert f"u {told.token.u:.6f}" in page.all("figcaption")[0][1]


def test_draws_by_other_means_say_so(row):
    for config, words in (
            ("greedy", "no random number"),
            ({"version": 1, "stages": [{"type": "gumbel_max"}]}, "Draw: ")):
        pipeline = ts.Pipeline(config, V)
        page = Page(pipeline.explain(row, pipeline.sequence(seed=1)).html())
        assert words in page.all("p")[0][1] and page.all("figure") == []
    ranked = ts.Pipeline({"version": 1, "stages": [
        {"type": "top_k", "k": 5}, {"type": "categorical", "order": "rank"}]}, V)
    told = ranked.explain(row, ranked.sequence(seed=1))
    assert "in rank order" in told.html()
    widths = [width(a) for a, _ in Page(told.html()).all("i")
              if a.get("class") in ("ts-drawn", "ts-odd", "")][:5]
    assert widths == sorted(widths, reverse=True)


def test_a_row_without_a_token_has_a_picture(pipeline, sequence):
    for row in (np.full(V, np.nan), np.full(V, -np.inf)):
        page = Page(pipeline.explain(row, sequence)._repr_html_())
        assert any("nothing to draw from" in text for _, text in page.all("dd"))


@pytest.mark.parametrize("kind", [list, dict, lambda texts: texts.__getitem__])
def test_texts_are_text(pipeline, sequence, row, table, tmp_path, kind):
    texts = [EVIL] * 49152
    texts = kind(enumerate(texts)) if kind is dict else kind(texts)
    told = pipeline.explain(row, sequence, texts=texts)
    left = pipeline.process(row, sequence)
    with ts.Logger(tmp_path / "a", V) as out:
        out.append(0, row, 3)
    logged = ts.open_log(tmp_path / "a")[0]
    for html in (told._repr_html_(), told.html(texts), left.html(texts),
                 logged.html(texts), table.html(texts)):
        page = Page(html)  # It has none of the tags that the text names.
        assert "\u202e" not in html and "\x00" not in html
        shown = [t for tag in ("code", "span") for _, t in page.all(tag)]
        assert any("<script>alert(1)" in text and "\\u202e" in text
                   for text in shown)


def test_texts_may_be_bytes_missing_or_long(pipeline, sequence, row):
    told = pipeline.explain(row, sequence)
    names = {told.tokens[0].id: b"\xff\xc3\xa9", told.tokens[1].id: "x" * 99}
    codes = [text for _, text in Page(told.html(names)).all("code")[1:]]
    assert '"\\xff\u00e9"' in codes and f'"{"x" * 47}\u2026"' in codes
    assert f"id {told.tokens[2].id}" in codes


def test_a_distribution_and_a_row(pipeline, sequence, row, tmp_path):
    left = pipeline.process(row, sequence)
    page = Page(left._repr_html_())
    assert f"{len(left)} of {V:,} tokens" in page.all("p")[0][1]
    bars = [width(a) for a, _ in page.all("i", "ts-o")]
    assert bars[: len(left)] == pytest.approx(
        (100 * left.probs / left.probs[0]).tolist()[:30], abs=1e-3)
    assert str(left.token.id) in page.all("tr", "ts-d")[0][1]
    assert "and 970 more" in ts.raw(row)._repr_html_()
    least = int(np.argmin(row))
    with ts.Logger(tmp_path / "a", V) as out:
        out.append(0, row, least)
    marked = Page(ts.open_log(tmp_path / "a")[0]._repr_html_()).all("tr", "ts-d")
    assert len(marked) == 1 and f"logged{V}{least}" in marked[0][1].replace(" ", "")


def test_a_replay_shows_its_course(table):
    page = Page(table._repr_html_())
    cards = "".join(text for _, text in page.all("dl", "ts-cards"))
    covered = np.isfinite(table["logged_logprob"])
    assert f"{100 * covered.mean():.2f}%" in cards
    assert f"{table['kept'].mean():.1f}" in cards
    perplexity = math.exp(-table["logged_logprob"][covered].mean())
    assert f"{perplexity:.2f}" in cards
    assert len(page.all("svg")) == 2
    paths = [a["d"] for a, _ in page.all("path")]
    steps = sum(path.count("H") for path in paths)
    assert steps == 3 * len(table)  # Raw and final entropy, tokens kept.
    cut = page.all("span", "ts-cutout")
    assert len(cut) == (~covered).sum()
    assert [a["title"].split(",")[0] for a, _ in page.all("span")] == [
        f"row {i}" for i in range(len(table))]


@pytest.mark.parametrize(
    ("ink", "ground"), [("#212121", "#ffffff"), ("#e0e0e0", "#111111")],
    ids=["light", "dark"])
def test_it_is_readable(told, table, pipeline, sequence, row, tmp_path, ink,
                        ground):
    if browser() is None:
        pytest.skip("no Chromium here: tools/install_packages.sh browser")
    pictures = [told._repr_html_(), table._repr_html_(),
                pipeline.process(row, sequence)._repr_html_()]
    shown = contrasts("".join(pictures), ink, ground, tmp_path)
    assert len(shown) > 200
    assert [pair for pair in shown if pair[1] < 4.5] == []
