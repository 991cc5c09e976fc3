#!/usr/bin/env python3
"""Cuts a tokenizer.json down to what the text of its tokens needs.

    make_vocabulary.py TOKENIZER_JSON [OUTPUT]

Merges, normalisation and everything else that only matters for encoding is
left out: of SmolLM2's 3.5 MB one remains. The output (by default tokenizer.json
beside this script) is still a tokenizer.json to every reader of vocabularies.

Standard library only.
"""

import json
import pathlib
import sys


def kind(part):
    """A decoder or pre-tokenizer without its settings."""
    if not part:
        return None
    cut = {"type": part["type"]}
    for inner in ("decoders", "pretokenizers"):
        if inner in part:
            cut[inner] = [kind(p) for p in part[inner]]
    return cut


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    source = json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))
    model = source["model"]
    cut = {
        "version": source.get("version", "1.0"),
        "added_tokens": [
            {"id": token["id"], "content": token["content"]}
            for token in source.get("added_tokens") or []
        ],
        "pre_tokenizer": kind(source.get("pre_tokenizer")),
        "decoder": kind(source.get("decoder")),
        "model": {"type": model.get("type"), "vocab": model["vocab"]},
    }
    target = pathlib.Path(
        sys.argv[2]
        if len(sys.argv) == 3
        else pathlib.Path(__file__).resolve().parent / "tokenizer.json"
    )
    text = json.dumps(cut, ensure_ascii=False, separators=(",", ":"))
    target.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
