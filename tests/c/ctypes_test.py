"""The C interface from another language: a loop through ctypes.

  ctypes_test.py PATH_OF_THE_SHARED_LIBRARY
"""

import ctypes
import json
import os
import struct
import sys
import tempfile
import threading


class Error(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("capacity", ctypes.c_size_t)]


class Row(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("dtype", ctypes.c_int)]


class Token(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("id", ctypes.c_int32),
                ("row_status", ctypes.c_int), ("bits", ctypes.c_uint64)]


class Step(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t),
                ("sequence", ctypes.c_void_p), ("row", ctypes.POINTER(Row)),
                ("inputs", ctypes.c_void_p), ("token", ctypes.POINTER(Token))]


class Inputs(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("mask", ctypes.c_void_p),
                ("mask_words", ctypes.c_size_t), ("unconditional", Row),
                ("uniform", ctypes.c_void_p)]


TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t)
RUN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_size_t, TASK,
                       ctypes.c_void_p)


class Executor(ctypes.Structure):
    _fields_ = [("run", RUN), ("context", ctypes.c_void_p),
                ("workers", ctypes.c_size_t)]


class LoggerOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t),
                ("vocabulary_size", ctypes.c_int64), ("dtype", ctypes.c_int),
                ("top_k", ctypes.c_int64), ("overwrite", ctypes.c_int),
                ("metadata", ctypes.c_void_p),
                ("metadata_count", ctypes.c_size_t)]


def read_safetensors(path):
    """Name -> (dtype, bytes), and the metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    return {name: (tensor["dtype"], data[slice(*tensor["data_offsets"])])
            for name, tensor in header.items()}, metadata


def test_logger(library, check, error, folder):
    path = os.path.join(folder, "run.safetensors").encode()
    pair = (ctypes.c_char_p * 2)(b"model", b"m")
    options = LoggerOptions(ctypes.sizeof(LoggerOptions), 4, 0, 0, 0,
                            ctypes.cast(pair, ctypes.c_void_p), 1)
    logger = ctypes.c_void_p()
    check(library.sampler_logger_create(
        path, ctypes.byref(options), ctypes.byref(logger),
        ctypes.byref(error)))
    prompt = (ctypes.c_int32 * 2)(3, 1)
    check(library.sampler_logger_prompt(
        logger, ctypes.c_uint32(1), prompt, ctypes.c_size_t(2),
        ctypes.byref(error)))
    rows = []
    for step in range(6):
        logits = (ctypes.c_float * 4)(step, 1, -2.5, 0.25 * step)
        row = Row(ctypes.cast(logits, ctypes.c_void_p), 4, 0)
        check(library.sampler_logger_append(
            logger, ctypes.c_uint32(step % 2), ctypes.byref(row),
            ctypes.c_int32(step % 4), ctypes.byref(error)))
        rows.append(bytes(logits))
    assert os.path.exists(path + b".partial")
    check(library.sampler_logger_finish(logger, ctypes.byref(error)))
    library.sampler_logger_free(logger)
    assert not os.path.exists(path + b".partial")
    tensors, metadata = read_safetensors(path)
    assert metadata["model"] == "m" and metadata["kind"] == "raw", metadata
    assert tensors["logits"] == ("F32", b"".join(rows[0::2] + rows[1::2]))
    assert tensors["tokens"] == ("I32", struct.pack("<6i", 0, 2, 0, 1, 3, 1))
    assert tensors["seq_offsets"] == ("I64", struct.pack("<3q", 0, 3, 6))
    assert tensors["prompt_tokens"] == ("I32", struct.pack("<2i", 3, 1))
    assert tensors["prompt_offsets"] == ("I64", struct.pack("<3q", 0, 0, 2))


def run_in_threads(_, workers, task, task_data):
    threads = [threading.Thread(target=task, args=(task_data, worker))
               for worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_batch(library, check, error):
    """A preset, a batch on threads of Python, and a mask for every row."""
    count, size = 16, 64
    names = []
    while (name := library.sampler_preset_name(
            ctypes.c_size_t(len(names)))) is not None:
        names.append(name)
    assert b"balanced" in names and b"greedy" in names, names
    pipeline = ctypes.c_void_p()
    assert library.sampler_pipeline_from_preset(
        b"greed", ctypes.c_int64(size), ctypes.byref(pipeline),
        ctypes.byref(error)) == 1
    check(library.sampler_pipeline_from_preset(
        b"greedy", ctypes.c_int64(size), ctypes.byref(pipeline),
        ctypes.byref(error)))
    sequences = [ctypes.c_void_p() for _ in range(count)]
    for stream, sequence in enumerate(sequences):
        check(library.sampler_sequence_create(
            pipeline, ctypes.c_uint64(1), ctypes.c_uint32(stream), None,
            ctypes.c_size_t(0), ctypes.byref(sequence), ctypes.byref(error)))
    library.sampler_pipeline_free(pipeline)  # The sequences keep it alive.
    logits = [(ctypes.c_float * size)(*(-abs(i - 3 * row) for i in range(size)))
              for row in range(count)]
    rows = [Row(ctypes.cast(row, ctypes.c_void_p), size, 0) for row in logits]
    tokens = (Token * count)(*(Token(ctypes.sizeof(Token)),) * count)
    steps = (Step * count)(*(
        Step(ctypes.sizeof(Step), sequences[i], ctypes.pointer(rows[i]), None,
             ctypes.pointer(tokens[i])) for i in range(count)))
    executor = Executor(RUN(run_in_threads), None, 4)
    check(library.sampler_sample_batch(
        steps, ctypes.c_size_t(count), ctypes.byref(executor),
        ctypes.byref(error)))
    assert [token.id for token in tokens] == [3 * i for i in range(count)]
    steps[5].sequence = sequences[2]
    assert library.sampler_sample_batch(
        steps, ctypes.c_size_t(count), None, ctypes.byref(error)) == 3
    for sequence in sequences:
        library.sampler_sequence_free(sequence)


def test_mask(library, check, error):
    config = (b'{"version": 1, "stages": [{"type": "mask"},'
              b' {"type": "greedy"}]}')
    pipeline, sequence = ctypes.c_void_p(), ctypes.c_void_p()
    check(library.sampler_pipeline_create(
        config, ctypes.c_size_t(len(config)), ctypes.c_int64(40),
        ctypes.byref(pipeline), ctypes.byref(error)))
    check(library.sampler_sequence_create(
        pipeline, ctypes.c_uint64(0), ctypes.c_uint32(0), None,
        ctypes.c_size_t(0), ctypes.byref(sequence), ctypes.byref(error)))
    logits = (ctypes.c_float * 40)(*range(40))
    mask = (ctypes.c_uint32 * 2)(1 << 7, 1 << 2)
    inputs = Inputs(ctypes.sizeof(Inputs), ctypes.cast(mask, ctypes.c_void_p),
                    2)
    row = Row(ctypes.cast(logits, ctypes.c_void_p), 40, 0)
    token = Token(ctypes.sizeof(Token))
    for want in (34, 7):
        check(library.sampler_sample(
            sequence, ctypes.byref(row), ctypes.byref(inputs),
            ctypes.byref(token), ctypes.byref(error)))
        assert token.id == want, token.id
        mask[1] = 0
    library.sampler_sequence_free(sequence)
    library.sampler_pipeline_free(pipeline)


def main():
    library = ctypes.CDLL(sys.argv[1])
    library.sampler_version.restype = ctypes.c_char_p
    library.sampler_preset_name.restype = ctypes.c_char_p
    library.sampler_sequence_position.restype = ctypes.c_int64
    buffer = ctypes.create_string_buffer(256)
    error = Error(ctypes.cast(buffer, ctypes.c_char_p), len(buffer))

    def check(status):
        assert status == 0, buffer.value

    config = (b'{"version": 1, "stages": [{"type": "top_k", "k": 3},'
              b' {"type": "categorical"}]}')
    pipeline, sequence = ctypes.c_void_p(), ctypes.c_void_p()
    check(library.sampler_pipeline_create(
        config, ctypes.c_size_t(len(config)), ctypes.c_int64(8),
        ctypes.byref(pipeline), ctypes.byref(error)))
    check(library.sampler_sequence_create(
        pipeline, ctypes.c_uint64(42), ctypes.c_uint32(0), None,
        ctypes.c_size_t(0), ctypes.byref(sequence), ctypes.byref(error)))
    logits = (ctypes.c_float * 8)(0, 1, 2, 3, 4, 5, 6, 7)
    row = Row(ctypes.cast(logits, ctypes.c_void_p), 8, 0)
    token = Token(ctypes.sizeof(Token))
    for _ in range(50):
        check(library.sampler_sample(sequence, ctypes.byref(row), None,
                                     ctypes.byref(token), ctypes.byref(error)))
        assert token.row_status == 0 and token.id in (5, 6, 7), token.id
        check(library.sampler_accept(sequence, token.id, ctypes.byref(error)))
    assert library.sampler_sequence_position(sequence) == 50
    assert library.sampler_accept(sequence, 8, ctypes.byref(error)) != 0
    assert b"want a token id in [0, 8)" in buffer.value, buffer.value
    test_batch(library, check, error)
    test_mask(library, check, error)
    with tempfile.TemporaryDirectory() as folder:
        test_logger(library, check, error, folder)
    library.sampler_sequence_free(sequence)
    library.sampler_pipeline_free(pipeline)
    print("the C interface holds for Python, version",
          library.sampler_version().decode())


main()
