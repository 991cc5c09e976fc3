"""vLLM on the CPU: LLM.generate with SamplingParams.

Rows are taken where the engine's sampler gets them and where it draws: hooks of
its two modules. They are what logprobs_mode raw_logits and processed_logits
return, without a Python object for each of 49,152 logprobs.
"""

import os

os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import vllm  # noqa: E402
from vllm import LLM, SamplingParams  # noqa: E402


class Engine:
    runtime = "vllm"

    def __init__(self, model: str) -> None:
        self.llm = LLM(model, enforce_eager=True, dtype="float32",
                       logprobs_mode="processed_logits", max_logprobs=-1,
                       max_model_len=256)
        core = self.llm.llm_engine.engine_core.engine_core
        worker = core.model_executor.driver_worker.worker
        sampler = worker.model_runner.sampler
        self.raw, self.processed, self.recording = [], [], False
        sampler.register_forward_pre_hook(self._before, with_kwargs=True)
        sampler.topk_topp_sampler.register_forward_hook(self._after)

    def _before(self, _, arguments, named):
        if self.recording:
            logits = arguments[0] if arguments else named["logits"]
            self.raw.append(logits[0].float().clone().numpy())
            self.processed.append(None)

    def _after(self, _, __, result):
        if self.recording:
            self.processed[-1] = result[1][0].clone().numpy()

    def facts(self):
        return {"versions": {"vllm-cpu": vllm.__version__,
                             "torch": torch.__version__},
                "roundings": 6, "logprob_of": "none"}

    def text(self, request, prompt, seed, count):
        self.raw, self.processed, self.recording = [], [], True
        tokens = self._generate([{**request, "seed": seed,
                                  "max_tokens": count}], prompt)[0]
        self.recording = False
        return [(raw, processed, token, None) for raw, processed, token in
                zip(self.raw, self.processed, tokens)]

    def draws(self, request, prompt, count):
        seeds = list(range(1000, 1000 + count))
        length = max(1, request.get("min_tokens", 0))  # It insists on them.
        texts = self._generate(
            [{**request, "seed": s, "max_tokens": length} for s in seeds],
            prompt)
        return np.array([t[0] for t in texts]), seeds, f"{count:,} seeds"

    def close(self):
        pass

    def _generate(self, requests, prompt):
        params = [SamplingParams(**_typed(r)) for r in requests]
        outputs = self.llm.generate([{"prompt_token_ids": prompt}] * len(params),
                                    params, use_tqdm=False)
        return [list(o.outputs[0].token_ids) for o in outputs]


def _typed(request):
    """JSON's keys are text; SamplingParams wants token ids."""
    if "logit_bias" in request:
        bias = {int(k): v for k, v in request["logit_bias"].items()}
        request = {**request, "logit_bias": bias}
    return request
