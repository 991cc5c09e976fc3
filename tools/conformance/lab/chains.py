"""Requests of two, three and more stages, whose order and whose view of the
text matter: what one leaves is what the next one sees.

The rows with a past are those where penalties, bans of words and minimum
lengths act; settings.py has the stages alone.
"""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]

VLLM: dict[str, Request] = {
    "min_p-and-temperature": {"min_p": 0.1, "temperature": 1.5},
    "top_p-and-temperature": {"top_p": 0.8, "temperature": 0.7},
    "min_p-top_k-top_p": {"min_p": 0.05, "top_k": 12, "top_p": 0.7},
    # The words with a space are what the texts would go on with.
    "bad_words": {"bad_words": ["the", "all", "quarter"], "top_k": 30},
    "bad_words-of-two-tokens": {
        "bad_words": [" three one", "all of", " the river"], "top_p": 0.9},
    "bad_words-and-min_tokens": {
        "bad_words": [" the"], "min_tokens": 2, "stop_token_ids": [28, 260],
        "top_p": 0.9},
    # Minimum first, then the bias: what is forbidden stays so.
    "min_tokens-and-logit_bias": {
        "min_tokens": 3, "stop_token_ids": [28, 282],
        "logit_bias": {"28": 8.0, "282": 4.0, "511": 2.0}, "top_k": 20},
    # The bias first: it changes the sign that the penalty looks at.
    "logit_bias-and-penalties": {
        "logit_bias": {"359": 30.0, "1296": -30.0, "260": 2.0},
        "repetition_penalty": 1.5, "presence_penalty": -0.5, "top_k": 20},
    "penalties-and-temperature": {
        "repetition_penalty": 1.2, "frequency_penalty": 0.5,
        "temperature": 1.4, "min_p": 0.05},
    "allowed-and-penalties": {
        "allowed_token_ids": [1296, 827, 28, 253, 260, 511, 282, 582, 537],
        "repetition_penalty": 1.5, "temperature": 0.7},
    "greedy-and-penalties": {
        "temperature": 0.0, "repetition_penalty": 1.3,
        "frequency_penalty": 1.0, "min_p": 0.5},
}

OPENVINO: dict[str, Request] = {
    "greedy-and-penalties": {
        "do_sample": False, "repetition_penalty": 1.3,
        "frequency_penalty": 1.0},
    "min_p-top_k-top_p": {
        "do_sample": True, "min_p": 0.05, "top_k": 12, "top_p": 0.7},
    # top_k comes before the temperature, min_p and top_p after it.
    "hot-top_k-min_p": {
        "do_sample": True, "temperature": 2.0, "top_k": 40, "min_p": 0.2},
    "hot-top_p": {"do_sample": True, "temperature": 2.0, "top_p": 0.5},
    "penalties-and-temperature": {
        "do_sample": True, "repetition_penalty": 1.2,
        "frequency_penalty": 0.5, "temperature": 1.4, "min_p": 0.05},
    "min_new_tokens-and-penalties": {
        "do_sample": True, "min_new_tokens": 2, "eos_token_id": 28,
        "repetition_penalty": 1.3, "presence_penalty": 0.5, "top_k": 20},
}

_OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "temperature": 1.0}
LLAMA_CPP: dict[str, Request] = {name: {**_OFF, **request} for name, request in {
    "all-penalties": {"repeat_penalty": 1.1, "presence_penalty": 0.4,
                      "frequency_penalty": 0.6, "top_p": 0.9},
    "penalties-and-dry": {"repeat_penalty": 1.2, "dry_multiplier": 1.0,
                          "dry_allowed_length": 1, "top_k": 40,
                          "temperature": 0.7},
    "logit_bias-and-penalties": {
        "logit_bias": [[359, 30.0], [1296, -30.0], [260, 2.0]],
        "repeat_penalty": 1.5, "presence_penalty": -0.5, "top_k": 20},
    "greedy-and-penalties": {"temperature": 0.0, "repeat_penalty": 1.3,
                             "frequency_penalty": 1.0},
    # Every filter sees the row before the temperature.
    "top_n_sigma-and-temperature": {"top_n_sigma": 1.5, "temperature": 1.5},
    "min_p-and-temperature": {"min_p": 0.1, "temperature": 1.5},
    "min_p-top_k-top_p": {"min_p": 0.05, "top_k": 12, "top_p": 0.7},
    "typical_p-and-top_k": {"typical_p": 0.7, "top_k": 30,
                            "temperature": 0.8},
    "typical_p-min_keep": {"typical_p": 0.1, "min_keep": 4},
    "dynatemp-and-min_p": {"temperature": 1.0, "dynatemp_range": 0.5,
                           "min_p": 0.05},
    "xtc-min_p-temperature": {"xtc_probability": 1.0, "xtc_threshold": 0.1,
                              "min_p": 0.02, "temperature": 1.2},
    "xtc-min_keep": {"xtc_probability": 1.0, "xtc_threshold": 0.02,
                     "top_k": 10, "min_keep": 6},
    "mirostat-2-and-temperature": {
        "mirostat": 2, "mirostat_tau": 4.0, "mirostat_eta": 0.2,
        "temperature": 0.8, "logit_bias": [[511, 2.5]],
        "repeat_penalty": 1.5},
    "adaptive_p": {"samplers": ["top_k", "adaptive_p"], "top_k": 20,
                   "adaptive_target": 0.3},
    "by-letters": {"samplers": "tmke", "temperature": 0.7, "min_p": 0.05,
                   "top_k": 8, "repeat_penalty": 1.5},
    "twice": {"samplers": ["top_k", "temperature", "top_p", "temperature"],
              "top_k": 50, "temperature": 0.8, "top_p": 0.9},
    "ignore_eos": {"ignore_eos": True, "logit_bias": [[2, 20.0]],
                   "top_k": 10},
    "chat": {"temperature": 0.7, "top_p": 0.8, "top_k": 20},
    "everything": {"repeat_penalty": 1.1, "dry_multiplier": 0.8,
                   "top_n_sigma": 3.0, "top_k": 50, "typical_p": 0.95,
                   "top_p": 0.95, "min_p": 0.02, "xtc_probability": 0.5,
                   "xtc_threshold": 0.1, "temperature": 0.9,
                   "logit_bias": [[260, -1.0]]},
}.items()}

TRANSFORMERS: dict[str, Request] = {
    name: {"do_sample": True, "top_k": 0, **request} for name, request in {
        "min_p-top_k-top_p": {"min_p": 0.05, "top_k": 12, "top_p": 0.7},
        "hot-top_p": {"temperature": 2.0, "top_p": 0.5},
        "typical_p-eta_cutoff": {"typical_p": 0.9, "eta_cutoff": 0.004,
                                 "temperature": 0.8},
        # Both by the prompt: words of it are banned, or made less likely.
        "encoder_no_repeat_ngram": {"encoder_no_repeat_ngram_size": 2,
                                    "encoder_repetition_penalty": 0.7,
                                    "top_p": 0.9},
        "bad_words-and-min_new_tokens": {
            "bad_words_ids": [[260], [827, 1296]], "min_new_tokens": 2,
            "eos_token_id": [28, 2], "top_p": 0.9},
        "sequence_bias-and-penalty": {
            "sequence_bias": [[[359], 30.0], [[1296], -30.0],
                              [[282, 260], 3.0]],
            "repetition_penalty": 1.5, "top_k": 20},
    }.items()}

MLX_LM: dict[str, Request] = {
    name: {"temp": 1.0, **request} for name, request in {
        "min_p-top_k-top_p": {"min_p": 0.05, "top_k": 12, "top_p": 0.7},
        "hot-min_p-top_k": {"temp": 1.5, "min_p": 0.1, "top_k": 30},
        # xtc takes from what min_p left, before top_k.
        "min_p-xtc-top_k": {"min_p": 0.02, "xtc_probability": 1.0,
                            "xtc_threshold": 0.05, "top_k": 10},
        "all-penalties": {"repetition_penalty": 1.1, "presence_penalty": 0.4,
                          "frequency_penalty": 0.6, "min_p": 0.05},
        "logit_bias-and-penalties": {
            "logit_bias": {"359": 30.0, "1296": -30.0, "260": 2.0},
            "repetition_penalty": 1.5, "top_k": 20},
        "greedy-and-penalties": {"temp": 0.0, "repetition_penalty": 1.3,
                                 "frequency_penalty": 1.0},
    }.items()}

ORT_GENAI: dict[str, Request] = {
    "hot-top_k-top_p": {"do_sample": True, "temperature": 2.0, "top_k": 40,
                        "top_p": 0.5},
    "penalty-min_length-temperature": {
        "do_sample": True, "repetition_penalty": 1.3, "min_length": 40,
        "temperature": 0.7, "top_k": 12},
    "greedy-and-penalty": {"do_sample": False, "repetition_penalty": 1.3},
}

CHAINS = {"transformers": TRANSFORMERS, "vllm": VLLM, "mlx-lm": MLX_LM,
          "ort-genai": ORT_GENAI, "llama.cpp": LLAMA_CPP,
          "openvino": OPENVINO}
