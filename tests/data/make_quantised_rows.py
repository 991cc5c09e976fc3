"""Packs the rows that make_quantised_rows.sh computes.

Of each row only the 128 tokens that the base model finds likeliest are kept, in
the order of their ids; every chain of the test cuts to 40 of them.
"""

import json
import pathlib
import struct
import sys

import numpy as np

VOCABULARY = 49152
KEPT = 128
NAMES = ["base", "kernels", "q8_0", "q4_0"]

folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
rows = {
    name: np.fromfile(folder / f"{name}.f32", "<f4").reshape(-1, VOCABULARY)
    for name in NAMES
}
top = np.sort(np.argsort(-rows["base"], axis=1, kind="stable")[:, :KEPT], axis=1)
head, blobs, at = {}, [], 0
for name in NAMES:
    blob = np.take_along_axis(rows[name], top, axis=1).astype("<f4").tobytes()
    head[name] = {
        "dtype": "F32",
        "shape": [len(top), KEPT],
        "data_offsets": [at, at + len(blob)],
    }
    blobs.append(blob)
    at += len(blob)
head["__metadata__"] = {"model": "SmolLM2-135M-Instruct"}
text = json.dumps(head).encode()
text += b" " * (-len(text) % 8)
out.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))
for name in NAMES[1:]:
    gap = rows[name] - rows["base"]
    gap -= gap.mean(axis=1, keepdims=True)
    kept = np.take_along_axis(gap, top, axis=1)
    print(f"{name}: deviation of the kept logits {kept.std():.4f}")
