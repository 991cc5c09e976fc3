#!/usr/bin/env python3
"""Writes first inputs of every fuzz target, made of what this project ships.

    seed_corpus.py FOLDER [SHARED_LIBRARY]

With the library of the C interface there are journals of loggers among them.
The corpus beside this script is what `fuzz -merge=1` kept of these, of random
bytes and of what the fuzzers found (README.md). Standard library only.
"""

import ctypes
import json
import pathlib
import random
import re
import struct
import sys
import tempfile
import zipfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
# As importers::RuntimeNames() lists them.
RUNTIMES = """llama.cpp ollama lmstudio huggingface openai vllm sglang
tensorrt-llm tgi aphrodite koboldcpp textgen sillytavern exllamav2 exllamav3
tabbyapi mlx-lm ort-genai openvino litellm exllama""".split()


def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in tensors.items():
        header[name] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def npy(descr, shape, content):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def floats(values):
    return struct.pack(f"<{len(values)}f", *values)


def integers(values):
    return struct.pack(f"<{len(values)}i", *values)


ROWS = [0.5, -1.0, 2.0, 3.25, 0.0, -0.5, 1.0, 1.0, 4.0, -8.0, 0.125, 2.5]


def logs():
    """Name -> bytes of logs of two rows over six tokens."""
    tokens = ("I32", [2], integers([3, 0]))
    made = {
        "dense": safetensors(
            {"logits": ("F32", [2, 6], floats(ROWS)), "tokens": tokens},
            {"kind": "raw", "model": "any"},
        ),
        "half": safetensors(
            {"logits": ("F16", [2, 6], struct.pack("<12e", *ROWS))}
        ),
        "double": safetensors(
            {"logits": ("F64", [1, 2, 6], struct.pack("<12d", *ROWS))}
        ),
        "top-k": safetensors(
            {
                "token_ids": ("I32", [2, 2], integers([3, 0, 2, 3])),
                "logprobs": ("F32", [2, 2], floats([-0.5, -1.5, -0.25, -2.0])),
            }
        ),
        "npy": npy("<f4", "(2, 6)", floats(ROWS)),
        "llama": b"_logits_"
        + struct.pack("<3i", 4, 6, 1)
        + integers([1, 2, 3, 4])
        + struct.pack("<2f", 0.001, -9.0)
        + struct.pack("<6H", 0, 9000, 8000, 65535, 1, 2),
        "raw": floats(ROWS),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, method in ("stored", zipfile.ZIP_STORED), (
            "deflated",
            zipfile.ZIP_DEFLATED,
        ):
            path = pathlib.Path(folder) / name
            with zipfile.ZipFile(path, "w", method) as archive:
                archive.writestr("logits.npy", made["npy"])
                archive.writestr("tokens.npy", npy("<i4", "(2,)", integers([3, 0])))
            made[name] = path.read_bytes()
    for path in sorted((TESTS / "data/server").iterdir()):
        made[path.name] = path.read_bytes()
    return made


def stages():
    """The examples that the laws of the stages are tested on."""
    text = (TESTS / "support/stage_examples.h").read_text()
    for stage, parameters in re.findall(
        r'\.type = "(\w+)",\s*\.active =\s*R"\((.*?)\)"', text, re.S
    ):
        yield stage, f'{{"type": "{stage}", {parameters}}}'


def configs():
    for path in sorted((TESTS.parent / "configs").glob("*.json")):
        if path.stat().st_size < 2000:
            yield path.stem, path.read_text()
    yield "mistakes", (TESTS / "data/mistakes.json").read_text()
    phases = '"phases": {"thinking": {"begin": [[0]], "end": [[1]]}}, '
    for stage, text in stages():
        begin = '{"version": 1, ' + (phases if '"phase"' in text else "")
        yield stage, f'{begin}"stages": [{text}, {{"type": "categorical"}}]}}'
        yield f"{stage}-draws", f'{begin}"stages": [{text}]}}'


def snapshots():
    whole = {
        "version": 1,
        "vocabulary_size": 64,
        "seed": 7,
        "stream": 0,
        "clock": 0,
        "prompt": [1, 2],
        "output": [3, 4, 5],
        "state_owner": 0,
        "state": [],
    }
    yield "plain", whole
    yield "redrawn", {**whole, "attempt": 3}
    yield "banned", {**whole, "bans": [{"after": [3], "token": 4}]}
    yield "state", {**whole, "state_owner": 9, "state": [[4.5], [4.75]]}


class Options(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_size_t),
        ("vocabulary_size", ctypes.c_int64),
        ("dtype", ctypes.c_int),
        ("top_k", ctypes.c_int64),
        ("overwrite", ctypes.c_int),
        ("metadata", ctypes.c_void_p),
        ("metadata_count", ctypes.c_size_t),
    ]


class Row(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("dtype", ctypes.c_int),
    ]


def journals(library):
    """Journals as a killed process leaves them: of whole rows, and top-k."""
    c = ctypes.CDLL(library)
    for dtype, top_k in (0, 0), (1, 0), (0, 2):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/log.safetensors"
            options = Options(ctypes.sizeof(Options), 6, dtype, top_k)
            logger = ctypes.c_void_p()
            c.sampler_logger_create(
                path.encode(), ctypes.byref(options), ctypes.byref(logger), None
            )
            prompt = (ctypes.c_int32 * 2)(1, 2)
            c.sampler_logger_prompt(logger, 0, prompt, ctypes.c_size_t(2), None)
            for row in range(3):
                values = (ctypes.c_float * 6)(*ROWS[row : row + 6])
                given = Row(ctypes.addressof(values), 6, 0)
                c.sampler_logger_append(
                    logger, row % 2, ctypes.byref(given), 3, None
                )
            c.sampler_logger_take_back(logger, 0, ctypes.c_int64(1), None)
            journal = pathlib.Path(path + ".partial").read_bytes()
            c.sampler_logger_finish(logger, None)
            c.sampler_logger_free(logger)
            yield f"{dtype}-{top_k}", journal


def records(journal):
    """The same records in the form whose checksums are made anew."""
    at, options, rest = 8, b"", b""
    while at < len(journal):
        kind, sequence, token, source, entries, payload, _ = struct.unpack_from(
            "<IIiIQQQ", journal, at
        )
        content = journal[at + 40 : at + 40 + payload]
        at += 40 + payload
        if kind == 1:
            options = content
            continue
        rest += bytes([kind, sequence, token + 1, source, entries & 255])
        rest += bytes([(entries >> 32) & 255, payload & 255]) + content + b"\0"
    return bytes([len(options)]) + options + rest


def runtime(path):
    """The byte of the runtime whose settings these are; behind the last: all."""
    name = path.parent.name
    return RUNTIMES.index(name) if name in RUNTIMES else len(RUNTIMES)


def any_bytes(seed, count):
    source = random.Random(seed)
    return bytes(source.randrange(256) for _ in range(count))


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    target = pathlib.Path(sys.argv[1])

    def write(folder, name, content):
        (target / folder).mkdir(parents=True, exist_ok=True)
        (target / folder / f"seed-{name}").write_bytes(content)

    for name, text in configs():
        write("config", name, b"\0" + b"\x81\x90\xa0\x71" * 2 + text.encode())
    for kind in range(6):
        for name, snapshot in snapshots():
            text = json.dumps(snapshot).encode()
            write("snapshot", f"{kind}-{name}", bytes([kind, 0, 0]) + text)
    for name, log in logs().items():
        write("log", name, b"\0\0" + log)
    write("log", "tokens", b"\0\x01\x04\0" + b"1 2\n" + logs()["npy"])
    write("log", "raw-options", b"\xcd\0\x01\0\x05\0" + floats(ROWS))
    for path in sorted((TESTS / "data/import").rglob("*")):
        if path.is_file() and path.name != "expected.json":
            name = f"{path.parent.name}-{path.name}"
            write("import", name, bytes([runtime(path), 4, 0]) + path.read_bytes())
    vocabulary = {"a": 0, "\u0120the": 1, "b": 2}
    added = [{"id": 3, "content": "<s>"}]
    whole = {"model": {"vocab": vocabulary}, "added_tokens": added}
    unigram = {"model": {"type": "Unigram", "vocab": [["\u2581a", -1.0]]}}
    for name, text in (
        ("tokenizer", json.dumps(whole)),
        ("unigram", json.dumps(unigram)),
        ("vocab", json.dumps(vocabulary)),
        ("pieces", "a\n\u2581b\n<0xC3>\n"),
    ):
        write("tokens", name, b"\x02" + text.encode())
    for name, content in (
        ("txt", b"\x011 2 3\n"),
        ("json", b"\x01[1, 2, 3]"),
        ("npy", b"\x01" + npy("<i8", "(2,)", struct.pack("<2q", 5, 6))),
        ("bin", b"\0" + integers([1, 2, 3])),
    ):
        write("tokens", name, content)
    for folder, longest in ("chains", 400), ("speculation", 300), ("c", 400):
        for seed in range(40):
            count = 20 + longest * seed // 40
            write(folder, f"{seed:02}", any_bytes(f"{folder}{seed}", count))
    if len(sys.argv) == 3:
        for name, journal in journals(sys.argv[2]):
            write("journal", f"{name}-whole", b"\x01" + journal)
            write("journal", f"{name}-records", b"\0" + records(journal))


if __name__ == "__main__":
    main()
