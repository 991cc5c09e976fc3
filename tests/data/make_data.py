#!/usr/bin/env python3
"""Makes the small real logs of this folder from the full set.

    make_data.py SOURCE_FOLDER

alice-1.logits           the first chunk (15 rows) of alice.logits; only the
                         header's n_chunk differs, so each row and token is
                         what llama.cpp wrote
story-f16.safetensors    a copy

Standard library only. The output is written beside this script.
"""

import pathlib
import shutil
import struct
import sys

CHUNKS = 1


def cut_llama_logits(source, target, chunks):
    data = source.read_bytes()
    magic, n_ctx, n_vocab, n_chunk = struct.unpack_from("<8s3i", data)
    if magic != b"_logits_" or n_chunk < chunks:
        raise SystemExit(f"{source}: not a log of at least {chunks} chunks")
    row = 2 * (2 * ((n_vocab + 1) // 2) + 4)
    rows = n_ctx - 1 - n_ctx // 2
    first_row = 20 + 4 * n_chunk * n_ctx
    target.write_bytes(
        struct.pack("<8s3i", magic, n_ctx, n_vocab, chunks)
        + data[20 : 20 + 4 * chunks * n_ctx]
        + data[first_row : first_row + chunks * rows * row]
    )


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    source = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parent
    cut_llama_logits(
        source / "alice.logits", target / "alice-1.logits", CHUNKS
    )
    name = "story-f16.safetensors"
    shutil.copyfile(source / name, target / name)


if __name__ == "__main__":
    main()
