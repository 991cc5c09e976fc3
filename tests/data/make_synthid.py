#!/usr/bin/env python3
"""Writes synthid.json: what the SynthID-Text reference code makes of rows.

    tests/data/make_synthid.py OUT.json

with synthid-text and torch installed. Release 0.2.1 hashes as transformers
does ("hf"), the head of its repository by another function ("deepmind"):
records of either are appended to those of the other.

The logits of step t are ((37 i + 11 t) mod 53) / 8 for token i of VOCABULARY.
Each record has the stage's parameters, the tokens drawn, the log-probabilities
of every step, the bits g of every token whose context is in the text, the mask
of contexts that are not repeated, and the two scores.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from synthid_text import detector_mean, logits_processing

VOCABULARY = 24
PROMPT = [20, 21, 22]
CASES = [
    {"keys": [654, 400, 836, 123, 340], "ngram_len": 5},
    {"keys": [654, 400, 836, 123, 340], "ngram_len": 3, "context_history": 2},
    {"keys": [2**62 + 1, -5, 0], "ngram_len": 2, "skip_first": True},
    {"keys": list(range(1000, 1030)), "ngram_len": 4},
]
TEXTS = [
    [5, 9, 5, 9, 5, 9, 5, 9, 1, 5, 9, 5, 9, 2],
    [3, 17, 23, 0, 0, 0, 0, 0, 0, 11, 3, 17, 23, 8],
]
TABLE_SIZES = [256, 7]


def logits(step):
    return [((37 * i + 11 * step) % 53) / 8 for i in range(VOCABULARY)]


def processor(case, table_size):
    options = {
        "ngram_len": case["ngram_len"],
        "keys": case["keys"],
        "context_history_size": case.get("context_history", 1024),
        "skip_first_ngram_calls": case.get("skip_first", False),
        "temperature": 1.0,
        "top_k": 2,
        "apply_top_k": False,
        "device": torch.device("cpu"),
    }
    try:  # The release has a table, the head of the repository has none.
        return logits_processing.SynthIDLogitsProcessor(
            sampling_table_size=table_size, sampling_table_seed=0, **options)
    except TypeError:
        return logits_processing.SynthIDLogitsProcessor(**options)


def record(case, text, table_size):
    made = processor(case, table_size)
    result = {"stage": dict(case), "output": text, "logprobs": []}
    if hasattr(made, "sampling_table"):
        result["stage"]["hash"] = "hf"
        result["stage"]["table"] = [int(x) for x in made.sampling_table]
    for step in range(len(text) + 1):
        ids = torch.tensor([PROMPT + text[:step]])
        scores, _, _ = made.watermarked_call(
            ids, torch.tensor([logits(step)], dtype=torch.float64))
        row = np.array(scores)[0]
        row = row - row.max()
        row = row - np.log(np.exp(row).sum())
        result["logprobs"].append([round(float(x), 12) for x in row])
    ids = torch.tensor([text])
    g = np.array(made.compute_g_values(ids), dtype=np.float64)
    mask = np.array(made.compute_context_repetition_mask(ids), dtype=np.float64)
    result["g"] = [[int(x) for x in bits] for bits in g[0]]
    result["mask"] = [int(x) for x in mask[0]]
    result["mean"] = float(detector_mean.mean_score(g, mask)[0])
    result["weighted_mean"] = float(
        detector_mean.weighted_mean_score(g.copy(), mask)[0])
    return result


def main():
    path = pathlib.Path(sys.argv[1])
    records = json.loads(path.read_text()) if path.exists() else []
    for number, case in enumerate(CASES):
        for text in TEXTS:
            records.append(record(case, text, TABLE_SIZES[number % 2]))
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in records)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
