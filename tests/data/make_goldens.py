#!/usr/bin/env python3
"""Cuts the golden subset that tests/oracle reads out of the complete sets.

    tests/data/make_goldens.py FOLDER

FOLDER holds data/ (logged rows) and golden/ (what other software made of
them). Writes, beside this script,

    golden-LOG.safetensors   a few rows, bits untouched, with their original
                             numbers (row_index) and the tokens of the whole
                             log: a penalty looks at all tokens before a row
    golden-hf-*.jsonl        the records of those rows, unchanged
    golden-llama-*.jsonl     the kept sets of those rows; `rows` numbers them
    golden-first-LOG.safetensors, golden-drawn-*.jsonl
                             the first rows, and the tokens that llama.cpp drew
                             from them: its engines remember all rows before

Python's standard library only.
"""

import json
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent

# Flat and peaked rows, rows that llama.cpp's float32 sums cut short, and
# bf16 rows with ties at the cut.
ROWS = {
    "story": [4, 14, 16, 24, 50, 58],
    "code": [0, 8, 18, 28],
    "rivers-hf": [0, 4, 20, 38],
}
RECORDS = {"story": "story", "code": "code", "rivers-hf": "rivers"}
KEPT_TENSORS = ["logits", "scores", "tokens", "prompt_tokens"]
# Logs that llama.cpp drew tokens from, and how many first rows are kept.
FIRST_ROWS = 4
DRAWN = {"story": "story", "rivers-hf": "rivers"}


def read_safetensors(path):
    """name -> (dtype, shape, bytes)"""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = (entry["dtype"], entry["shape"],
                         data[8 + size + begin:8 + size + end])
    return tensors


def read_npy(path):
    data = path.read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (size,) = struct.unpack("<H", data[8:10])
    header = data[10:10 + size].decode()
    dtype = {"<f4": "F32", "<i4": "I32"}[header.split("'descr': '")[1][:3]]
    shape = header.split("'shape': (")[1].split(")")[0]
    return (dtype, [int(n) for n in shape.split(",") if n.strip()],
            data[10 + size:])


def write_safetensors(path, tensors, metadata):
    header, offset = {"__metadata__": metadata}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape,
                        "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors.values():
            file.write(data)


def read_log(folder, log):
    path = folder / "data" / (log + ".safetensors")
    if path.exists():
        tensors = read_safetensors(path)
        return {name: tensors[name] for name in KEPT_TENSORS
                if name in tensors}
    return {"logits": read_npy(folder / "data" / (log + ".npy")),
            "tokens": read_npy(folder / "data" / (log + ".tokens.npy"))}


def take_rows(tensor, rows):
    dtype, shape, data = tensor
    size = len(data) // shape[0]
    return (dtype, [len(rows)] + shape[1:],
            b"".join(data[size * r:size * (r + 1)] for r in rows))


def write_log(folder, log, rows, prefix="", left_out=()):
    tensors = {name: tensor for name, tensor in read_log(folder, log).items()
               if name not in left_out}
    for name in ("logits", "scores"):
        if name in tensors:
            tensors[name] = take_rows(tensors[name], rows)
    tensors["row_index"] = ("I32", [len(rows)],
                            struct.pack("<%di" % len(rows), *rows))
    path = HERE / ("golden-%s%s.safetensors" % (prefix, log))
    write_safetensors(path, tensors,
                      {"source": log, "model": "SmolLM2-135M-Instruct"})


def write_lines(name, records):
    with (HERE / ("golden-" + name)).open("w") as file:
        for record in records:
            file.write(json.dumps(record, separators=(",", ":")) + "\n")


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_records(folder, kind, rows):
    golden = folder / "golden"
    name = "hf-%s.jsonl" % kind
    write_lines(name, [record for record in read_lines(golden / name)
                       if record["row"] in rows])
    name = "llama-%s.jsonl" % kind
    if not (golden / name).exists():
        return
    kept = []
    for record in read_lines(golden / name):
        if "kept" not in record:
            continue
        record.pop("tokens")
        record["rows"] = rows
        record["kept"] = [record["kept"][row] for row in rows]
        kept.append(record)
    write_lines(name, kept)


def write_drawn(folder, kind):
    records = []
    for record in read_lines(folder / "golden" / ("llama-%s.jsonl" % kind)):
        record.pop("kept", None)
        record["tokens"] = {seed: tokens[:FIRST_ROWS]
                            for seed, tokens in record["tokens"].items()}
        records.append(record)
    write_lines("drawn-%s.jsonl" % kind, records)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    for log, rows in ROWS.items():
        write_log(folder, log, rows)
        write_records(folder, RECORDS[log], rows)
    for log, kind in DRAWN.items():
        write_log(folder, log, range(FIRST_ROWS), "first-", ["scores"])
        write_drawn(folder, kind)


if __name__ == "__main__":
    main()
