"""The text of every token, for settings that are text."""

from __future__ import annotations

import functools
import json
from pathlib import Path

FILE = (Path(__file__).resolve().parents[3]
        / "tests/data/tokenizer.json")


@functools.cache
def texts(size: int) -> list[bytes | None]:
    """texts(size)[id]: its bytes, None where the vocabulary has none."""
    data = json.loads(FILE.read_text())
    to_byte = {c: b for b, c in _byte_letters().items()}
    known: list[bytes | None] = [None] * size
    for text, token in data["model"]["vocab"].items():
        if token < size:
            known[token] = bytes(to_byte[c] for c in text if c in to_byte)
    for added in data["added_tokens"]:
        if added["id"] < size:
            known[added["id"]] = added["content"].encode()
    return known


def _byte_letters() -> dict[int, str]:
    """GPT-2's letter for every byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {b: chr(b) for b in plain}
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + len(letters) - len(plain))
    return letters
