"""What each engine is asked for: requests in its own words.

Every engine gets its greedy draw, the plain row, each of its stages alone and at
its edges, and chains of several, the ones that people use among them.
"""

from __future__ import annotations

from typing import Any

from .chains import CHAINS

Request = dict[str, Any]

# Nine tokens that come in the texts, and do not.
SPOKEN, UNSPOKEN = [1296, 827, 28, 253, 260], [198, 0, 31, 511]


def _named(base: Request, requests: dict[str, Request]) -> dict[str, Request]:
    return {name: {**base, **request} for name, request in requests.items()}


def _each(field: str, *values: float) -> dict[str, Request]:
    """A request for each value of one field, alone."""
    return {f"{field}-{value:g}": {field: value} for value in values}


TRANSFORMERS = {
    "greedy": {"do_sample": False},
    **_named({"do_sample": True, "top_k": 0}, {
        "plain": {},
        **_each("temperature", 0.5, 1.5),
        **_each("top_k", 1, 10),
        **_each("top_p", 0.5, 0.9, 0.999),
        **_each("min_p", 0.02, 0.2),
        **_each("typical_p", 0.2, 0.9),
        "epsilon_cutoff": {"epsilon_cutoff": 0.002},
        "eta_cutoff": {"eta_cutoff": 0.004},
        "top_h-0.4": {"top_h": 0.4},
        "repetition_penalty-1.3": {"repetition_penalty": 1.3, "top_p": 0.9},
        "repetition_penalty-0.8": {"repetition_penalty": 0.8, "top_p": 0.9},
        "encoder_repetition_penalty": {"encoder_repetition_penalty": 1.5,
                                       "top_k": 40},
        "no_repeat_ngram": {"no_repeat_ngram_size": 2, "top_p": 0.9},
        "sequence_bias": {"sequence_bias": [[[511], 2.5], [[28], -3.0]],
                          "top_k": 30},
        "bad_words": {"bad_words_ids": [[260], [827, 1296]], "top_k": 30},
        "suppress_tokens": {"suppress_tokens": SPOKEN, "top_p": 0.8},
        "begin_suppress_tokens": {"begin_suppress_tokens": [511, 28, 260],
                                  "top_p": 0.8},
        "min_new_tokens": {"min_new_tokens": 3, "eos_token_id": [28, 2],
                           "top_k": 20},
        "exponential_decay": {"exponential_decay_length_penalty": [1, 1.5],
                              "eos_token_id": 2, "top_p": 0.95},
        "forced_eos": {"forced_eos_token_id": 2, "max_new_tokens": 3,
                       "top_p": 0.9},
    }),
    "default": {"do_sample": True},
    "chat": {"do_sample": True, "temperature": 0.6, "top_p": 0.9,
             "top_k": 0},
    "everything": {"do_sample": True, "temperature": 0.8, "top_k": 50,
                   "top_p": 0.95, "min_p": 0.02, "typical_p": 0.95,
                   "repetition_penalty": 1.1},
}

VLLM = {
    "greedy": {"temperature": 0.0},
    "plain": {},
    **_each("temperature", 0.5, 0.01, 2.0),
    **_each("top_k", 1, 10, 1000),
    **_each("top_p", 0.1, 0.5, 0.9, 0.999),
    **_each("min_p", 0.02, 0.2),
    "top_k-and-top_p": {"top_k": 40, "top_p": 0.9},
    "chat": {"temperature": 0.7, "top_p": 0.8, "top_k": 20},
    "repetition_penalty-1.3": {"repetition_penalty": 1.3, "top_p": 0.9},
    "repetition_penalty-0.8": {"repetition_penalty": 0.8, "top_p": 0.9},
    "presence_penalty": {"presence_penalty": 1.5, "top_p": 0.95},
    "presence_penalty-negative": {"presence_penalty": -1.5, "top_p": 0.95},
    "frequency_penalty": {"frequency_penalty": 2.0, "top_p": 0.95},
    "all-penalties": {"repetition_penalty": 1.1, "presence_penalty": 0.4,
                      "frequency_penalty": 0.6, "top_p": 0.9},
    "logit_bias": {"logit_bias": {"511": 2.5, "28": -3.0}, "top_k": 30},
    "logit_bias-100": {"logit_bias": {"511": 100, "28": -100}},
    "allowed_token_ids": {"allowed_token_ids": SPOKEN + UNSPOKEN},
    "min_tokens": {"min_tokens": 3, "stop_token_ids": [28, 2], "top_k": 20},
    "everything": {"temperature": 0.8, "top_k": 50, "top_p": 0.95,
                   "min_p": 0.02, "repetition_penalty": 1.1,
                   "presence_penalty": 0.2, "logit_bias": {"260": -1.0}},
}

MLX_LM = {
    "default": {},
    **_named({"temp": 1.0}, {
        "plain": {},
        **_each("temp", 0.5, 1.5),
        **_each("top_k", 1, 10, 1000),
        **_each("top_p", 0.1, 0.5, 0.9, 0.999),
        **_each("min_p", 0.02, 0.2),
        "min_p-keep": {"min_p": 0.5, "min_tokens_to_keep": 5},
        "xtc-always": {"xtc_probability": 1.0, "xtc_threshold": 0.05},
        "xtc-half": {"xtc_probability": 0.5, "xtc_threshold": 0.05},
        "xtc-protected": {"xtc_probability": 1.0, "xtc_threshold": 0.05,
                          "xtc_special_tokens": [260, 511]},
        "repetition_penalty-1.3": {"repetition_penalty": 1.3, "top_p": 0.9},
        "repetition_penalty-0.8": {"repetition_penalty": 0.8, "top_p": 0.9},
        "repetition_context": {"repetition_penalty": 1.5,
                               "repetition_context_size": 3, "top_p": 0.9},
        "presence_penalty": {"presence_penalty": 1.5, "top_p": 0.95},
        "frequency_penalty": {"frequency_penalty": 1.0, "top_p": 0.95},
        "frequency_context": {"frequency_penalty": 1.0,
                              "frequency_context_size": 4, "top_p": 0.95},
        "logit_bias": {"logit_bias": {"511": 2.5, "28": -3.0}, "top_k": 30},
        "top_p-then-temp": {"temp": 0.6, "top_p": 0.9},
        "top_k-and-top_p": {"top_k": 40, "top_p": 0.9},
        "chat": {"temp": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.02},
        "everything": {"temp": 0.8, "top_k": 50, "top_p": 0.95,
                       "min_p": 0.02, "repetition_penalty": 1.1,
                       "presence_penalty": 0.2, "frequency_penalty": 0.2,
                       "logit_bias": {"260": -1.0}},
    }),
}

ORT_GENAI = {
    "greedy": {"do_sample": False},
    **_named({"do_sample": True, "top_k": 0}, {
        "plain": {"top_p": 1.0},
        "temperature-0.5": {"temperature": 0.5, "top_p": 1.0},
        "temperature-1.5": {"temperature": 1.5, "top_p": 1.0},
        **_each("top_k", 1, 2, 10, 50, 1000),
        **_each("top_p", 0.1, 0.5, 0.9, 0.999, 0.0),
        "top_k-and-top_p": {"top_k": 50, "top_p": 0.9},
        "top_k-and-low-top_p": {"top_k": 50, "top_p": 0.3},
        "top_p-and-temperature": {"top_k": 50, "top_p": 0.8,
                                  "temperature": 0.7},
        "top_k-and-temperature": {"top_k": 20, "temperature": 1.3},
        "cold": {"top_k": 50, "temperature": 0.1},
        "repetition_penalty-1.3": {"repetition_penalty": 1.3, "top_k": 30},
        "repetition_penalty-0.8": {"repetition_penalty": 0.8, "top_k": 30},
        "repetition_penalty-and-top_p": {"repetition_penalty": 1.2,
                                         "top_k": 50, "top_p": 0.9},
        "min_length": {"min_length": 40, "top_k": 20},
        "chat": {"temperature": 0.6, "top_k": 20, "top_p": 0.95},
        "everything": {"temperature": 0.8, "top_k": 50, "top_p": 0.95,
                       "repetition_penalty": 1.1, "min_length": 20},
    }),
}

OPENVINO = {
    "greedy": {"do_sample": False},
    **_named({"do_sample": True}, {
        "plain": {},
        **_each("temperature", 0.5, 1.5),
        **_each("top_k", 1, 10, 1000),
        **_each("top_p", 0.1, 0.5, 0.9, 0.999),
        **_each("min_p", 0.02, 0.2),
        "top_k-and-top_p": {"top_k": 40, "top_p": 0.9},
        "top_p-and-temperature": {"top_p": 0.8, "temperature": 0.7},
        "min_p-and-temperature": {"min_p": 0.1, "temperature": 1.5},
        "top_k-and-temperature": {"top_k": 20, "temperature": 1.3},
        "chat": {"temperature": 0.7, "top_p": 0.8, "top_k": 20},
        "repetition_penalty-1.3": {"repetition_penalty": 1.3, "top_p": 0.9},
        "repetition_penalty-0.8": {"repetition_penalty": 0.8, "top_p": 0.9},
        "presence_penalty": {"presence_penalty": 1.5, "top_p": 0.95},
        "presence_penalty-negative": {"presence_penalty": -1.5,
                                      "top_p": 0.95},
        "frequency_penalty": {"frequency_penalty": 2.0, "top_p": 0.95},
        "all-penalties": {"repetition_penalty": 1.1, "presence_penalty": 0.4,
                          "frequency_penalty": 0.6, "top_p": 0.9},
        "min_new_tokens": {"min_new_tokens": 3, "eos_token_id": 28,
                           "top_k": 20},
        "everything": {"temperature": 0.8, "top_k": 50, "top_p": 0.95,
                       "min_p": 0.02, "repetition_penalty": 1.1,
                       "presence_penalty": 0.2, "frequency_penalty": 0.2},
    }),
}

_LLAMA_OFF = {"top_k": 0, "top_p": 1.0, "min_p": 0.0, "temperature": 1.0}
LLAMA_CPP = {
    "default": {},
    "greedy": {"temperature": 0.0},
    **_named(_LLAMA_OFF, {
        "plain": {},
        **_each("temperature", 0.5, 1.5),
        "dynatemp": {"temperature": 0.9, "dynatemp_range": 0.5,
                     "dynatemp_exponent": 1.5},
        **_each("top_k", 1, 10),
        **_each("top_p", 0.5, 0.9, 0.999),
        **_each("min_p", 0.02, 0.2),
        **_each("typical_p", 0.2, 0.9),
        "top_n_sigma": {"top_n_sigma": 2.0},
        "min_keep": {"top_p": 0.01, "min_keep": 5},
        "xtc-always": {"xtc_probability": 1.0, "xtc_threshold": 0.05},
        "xtc-half": {"xtc_probability": 0.5, "xtc_threshold": 0.05},
        "mirostat-1": {"mirostat": 1, "mirostat_tau": 3.0},
        "mirostat-2": {"mirostat": 2, "mirostat_tau": 3.0},
        "repeat_penalty-1.3": {"repeat_penalty": 1.3, "top_p": 0.9},
        "repeat_last_n": {"repeat_penalty": 1.5, "repeat_last_n": 3,
                          "top_p": 0.9},
        "presence_penalty": {"presence_penalty": 1.5, "top_p": 0.95},
        "frequency_penalty": {"frequency_penalty": 1.0, "top_p": 0.95},
        "repeat_last_n-all": {"repeat_penalty": 1.5, "repeat_last_n": -1,
                              "top_p": 0.9},
        "dry": {"dry_multiplier": 2.0, "dry_allowed_length": 2,
                "dry_penalty_last_n": 64, "top_p": 0.95},
        "logit_bias": {"logit_bias": [[511, 2.5], [28, -3.0]], "top_k": 30},
        "ban": {"logit_bias": [[260, False], [511, False]], "top_k": 30},
        "temperature-first": {"samplers": ["temperature", "top_k", "top_p"],
                              "temperature": 0.7, "top_k": 20,
                              "top_p": 0.8},
    }),
}

_ALONE: dict[str, dict[str, Request]] = {
    "transformers": TRANSFORMERS,
    "vllm": VLLM,
    "mlx-lm": MLX_LM,
    "ort-genai": ORT_GENAI,
    "llama.cpp": LLAMA_CPP,
    "openvino": OPENVINO,
}

SETTINGS = {engine: {**requests, **CHAINS.get(engine, {})}
            for engine, requests in _ALONE.items()}
