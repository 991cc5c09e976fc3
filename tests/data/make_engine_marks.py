#!/usr/bin/env python3
"""Makes engine_marks.json: what vLLM's and SGLang's own watermark code says.

Run with vLLM 0.32's package `vllm` and SGLang's folder
sglang/srt/sampling/watermarking (as `watermarking`) on the path; both need
torch, SGLang's also msgspec. Texts are drawn by the engines' own selectors from
logits that are whole numbers over 128, a function of text, step and token
(`logit`), so that the test can make the same rows; or they are plain.
"""
import json
import random
import sys

import torch
from vllm.v1.watermarking import (
    DualKeyGumbelWatermarkDetector,
    DualKeyGumbelWatermarker,
    GumbelWatermarkDetector,
    GumbelWatermarker,
    PhiloxPRF,
)
from vllm.v1.worker.gpu.sample.watermark import _repeated_context_mask_cpu
from watermarking.core import (
    _hash_contexts,
    select_watermark_tokens_torch,
)
from watermarking.detector import WatermarkDetector, hash_context
from watermarking.config import parse_watermark_key

SIZE = 512  # Of the rows.


def logit(text, step, token):
    word = (text * 7919 + step * 104729 + token * 1299709 + 12345) & 0xFFFFFFFF
    word = (word * 2654435761) & 0xFFFFFFFF
    return ((word >> 13) % 1024) / 128.0


def row(text, step):
    return torch.tensor([[logit(text, step, i) for i in range(SIZE)]])


def vllm_text(index, marker, width, length):
    tokens = []
    for step in range(length):
        context = ([-1] * width + tokens)[-width:]
        sample = marker._sample_watermarked(
            row(index, step), torch.tensor([context])
        )
        tokens.append(int(sample.token_ids[0]))
    return tokens


def sglang_text(index, prompt, key, key_b, share, width, length):
    tokens = list(prompt)
    for step in range(length):
        context = tokens[-width:]
        hashes = _hash_contexts(
            torch.tensor([context]), torch.tensor([len(context)])
        )
        p = torch.softmax(row(index, step).double(), dim=-1).float()
        as_tensor = lambda k: torch.tensor([parse_watermark_key(k)])
        token = select_watermark_tokens_torch(
            p,
            hashes,
            as_tensor(key),
            as_tensor(key_b) if key_b else None,
            torch.tensor([int(share * 2**32)]) if key_b else None,
        )
        tokens.append(int(token[0]))
    return tokens[len(prompt):]


def plain(rng, length, few):
    return [rng.randrange(few) for _ in range(length)]


def vllm_case(index, rng):
    width = rng.choice([1, 2, 3, 4, 4, 4, 5, 8])
    key = rng.randrange(2**64)
    length = rng.randrange(1, 90)
    case = {"scheme": "vllm", "key": key, "width": width, "prompt": []}
    if index % 2:
        case["tokens"] = plain(rng, length, rng.choice([3, 500, 150000]))
    else:
        case["drawn"] = index
        case["tokens"] = vllm_text(
            index, GumbelWatermarker(key, width), width, length
        )
    found = GumbelWatermarkDetector(key, width).detect(case["tokens"])
    case.update(
        score=found.score, p=found.p_value, counted=found.num_scored_tokens
    )
    return case


def dual_case(index, rng):
    width = rng.choice([1, 2, 4])
    key = rng.randrange(2**64)
    alpha = rng.choice([0, 0.1, 0.1, 0.25, 0.5, 0.9, 1])
    length = rng.randrange(1, 70)
    case = {
        "scheme": "vllm-dual",
        "key": key,
        "width": width,
        "alpha": alpha,
        "prompt": [],
    }
    if index % 2:
        case["tokens"] = plain(rng, length, rng.choice([4, 500, 150000]))
    else:
        alpha = case["alpha"] = rng.choice([0, 1])
        case["drawn"] = index
        marker = DualKeyGumbelWatermarker(key, width, alpha=alpha)
        one = marker.draft_watermarker if alpha == 0 else marker.target_watermarker
        case["tokens"] = vllm_text(index, one, width, length)
    found = DualKeyGumbelWatermarkDetector(key, width, alpha=alpha).detect(
        case["tokens"]
    )
    case.update(
        score=found.score, p=found.p_value, counted=found.num_scored_tokens
    )
    return case


def sglang_case(index, rng):
    width = rng.choice([1, 2, 4, 4, 7])
    key = "%x" % rng.randrange(1, 2**64)
    key_b = "%x" % rng.randrange(1, 2**64) if index % 3 == 0 else None
    share = rng.choice([0.5, 0.25, 0.9])
    length = rng.randrange(1, 90)
    prompt = plain(rng, rng.choice([0, 1, 3, 9]), 500)
    case = {"scheme": "sglang", "key": key, "width": width, "prompt": prompt}
    if key_b:
        case.update(key_b=key_b, share=share)
    if index % 2:
        case["tokens"] = plain(rng, length, rng.choice([3, 500, 150000]))
    else:
        case["prompt"] = prompt = prompt or [7]
        case["drawn"] = index
        case["tokens"] = sglang_text(
            index, prompt, key, key_b, share, width, length
        )
    found = WatermarkDetector(
        key,
        key_b=key_b,
        mixing_probability=share,
        context_window=width,
    ).detect_tokens(case["tokens"], prompt_token_ids=prompt).combined
    case.update(
        score=found.score,
        p=found.p_value,
        log_p=found.log_p_value,
        z=found.z_score,
        counted=found.num_contexts,
    )
    return case


def repeats(rng):
    """Is the context of the next token one that came before, in vLLM?"""
    cases = []
    for _ in range(60):
        width = rng.choice([1, 2, 3])
        prompt = plain(rng, rng.randrange(0, 12), 3)
        output = plain(rng, rng.randrange(0, 14), 3)
        most = rng.choice([None, 1, 3, 8])
        both = rng.random() < 0.5
        context = ([-1] * width + output)[-width:]
        repeated = _repeated_context_mask_cpu(
            torch.tensor([prompt + output or [0]]),
            torch.tensor([0]),
            torch.tensor([len(prompt)]),
            torch.tensor([len(prompt) + len(output)]),
            torch.tensor([context]),
            most,
            include_prompt=both,
            skip_partial_context=both,
        )
        cases.append(
            {
                "width": width,
                "prompt": prompt,
                "output": output,
                "history": most,
                "both": both,
                "repeated": bool(repeated[0]),
            }
        )
    return cases


def main():
    rng = random.Random(20261130)
    contexts = torch.tensor([[1, 2, 3, 4]])
    texts = [vllm_case(i, rng) for i in range(40)]
    texts += [dual_case(i, rng) for i in range(30)]
    texts += [sglang_case(i, rng) for i in range(40)]
    uniforms = PhiloxPRF(0x0123456789ABCDEF).uniform(contexts, torch.arange(6))
    data = {
        "uniforms": [float(u).hex() for u in uniforms[0]],
        "context_hash": hash_context([1, 2, 3, 4]),
        "texts": texts,
        "repeats": repeats(rng),
    }
    lines = []
    for name, value in data.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            rows = ",\n".join(json.dumps(v, separators=(",", ":")) for v in value)
            lines.append('"%s":[\n%s]' % (name, rows))
        else:
            lines.append('"%s":%s' % (name, json.dumps(value)))
    sys.stdout.write("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
