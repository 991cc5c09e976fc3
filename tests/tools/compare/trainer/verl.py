"""Holds the trainer metrics of `compare --trainer --jsonl` against verl's code.

    python verl.py rows.jsonl

Rebuilds the padded tensors from the rows, calls verl's own functions on them
in double precision, and compares every number by its name.
"""

import json
import math
import sys

import torch
from verl.trainer.ppo import rollout_corr_helper as verl


def tensors(rows):
    sequences = {}
    for row in rows:
        t = row.get("trainer")
        if t and t["rollout"] is not None and t["trainer"] is not None:
            sequences.setdefault(row["seq"], []).append((t["rollout"], t["trainer"]))
    width = max(map(len, sequences.values()))
    shape = (len(sequences), width)
    rollout, trainer, mask = (torch.zeros(shape, dtype=torch.float64) for _ in range(3))
    for i, tokens in enumerate(sequences.values()):
        for t, (a, b) in enumerate(tokens):
            rollout[i, t], trainer[i, t], mask[i, t] = a, b, 1.0
    return rollout, trainer, mask


def compare(name, ours, theirs, failures):
    for key, want in theirs.items():
        if key not in ours:
            continue
        got = ours[key]
        # verl takes a standard deviation as the root of a difference.
        slack = 1e-5 if key.endswith("_std") else 1e-7
        if got is None or not math.isclose(got, want, rel_tol=1e-6, abs_tol=slack):
            failures.append(f"{name} {key}: got {got}, verl has {want}")
    missing = [key for key in ours if key not in theirs]
    if missing:
        failures.append(f"{name}: verl has no {missing}")


def main(path):
    with open(path, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    ours = next(e for e in events if e["type"] == "summary")["trainer"]
    rollout, trainer, mask = tensors([e for e in events if e["type"] == "row"])
    c = ours["is_threshold"]
    failures = []
    theirs = verl.compute_offpolicy_metrics(trainer, rollout, mask)
    compare("off_policy", ours["off_policy"], theirs, failures)
    for level in ("token", "sequence"):
        _, theirs = verl.compute_rollout_correction_weights(
            trainer - rollout, mask, level, c
        )
        part = dict(ours["is_" + level])
        try:
            _, icepop = verl.compute_rollout_correction_weights(
                trainer - rollout, mask, level, f"{1 / c}_{c}"
            )
            theirs["rollout_is_oob_ratio"] = icepop["rollout_is_oob_ratio"]
        except ZeroDivisionError:  # Every weight is out of bounds.
            assert part.pop("rollout_is_oob_ratio") == 1.0
        compare(level, part, theirs, failures)
    log = math.log(c)
    for key, limit in (("k1", f"{1 / c}_{c}"), ("k2", log * log / 2), ("k3", c - 1 - log)):
        for over in ("token", "seq_sum", "seq_mean", "seq_max"):
            if (over, key) == ("seq_max", "k1"):
                continue
            option = f"{over}_{key}"
            _, theirs = verl.compute_rollout_rejection_mask(
                trainer - rollout, mask, option, limit
            )
            prefix = f"rollout_rs_{option}_"
            part = {k: v for k, v in ours["rejection"].items() if k.startswith(prefix)}
            compare(option, part, theirs, failures)
    print("\n".join(failures) or "agrees with verl")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
