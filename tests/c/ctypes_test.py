"""The C interface from another language: a loop through ctypes.

  ctypes_test.py PATH_OF_THE_SHARED_LIBRARY
"""

import ctypes
import sys


class Error(ctypes.Structure):
    _fields_ = [("text", ctypes.c_char_p), ("capacity", ctypes.c_size_t)]


class Row(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("dtype", ctypes.c_int)]


class Token(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("id", ctypes.c_int32),
                ("row_status", ctypes.c_int), ("bits", ctypes.c_uint64)]


def main():
    library = ctypes.CDLL(sys.argv[1])
    library.sampler_version.restype = ctypes.c_char_p
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
    library.sampler_sequence_free(sequence)
    library.sampler_pipeline_free(pipeline)
    print("the C interface holds for Python, version",
          library.sampler_version().decode())


main()
