"""Packed masks: bit j % 32 of word j // 32 says whether token j is allowed.

xgrammar and llguidance fill such words themselves; give them to `sample` as
they are. The functions here are for masks made in other ways.
"""

from __future__ import annotations

import numpy as np


def mask_words(vocab_size: int) -> int:
    """How many 32-bit words a mask of that many tokens has."""
    return (vocab_size + 31) // 32


def pack_mask(allowed) -> np.ndarray:
    """uint32 words of an array of bool, [V] or [B, V]."""
    allowed = np.asarray(allowed)
    if allowed.dtype != np.bool_:
        raise TypeError(f"allowed: got {allowed.dtype}, want bool")
    if allowed.ndim not in (1, 2):
        raise ValueError(f"allowed: got {allowed.ndim} axes, want 1 or 2")
    words = mask_words(allowed.shape[-1])
    padded = np.zeros((*allowed.shape[:-1], 32 * words), np.bool_)
    padded[..., : allowed.shape[-1]] = allowed
    packed = np.packbits(padded, axis=-1, bitorder="little")
    return packed.view("<u4").astype(np.uint32, copy=False)
