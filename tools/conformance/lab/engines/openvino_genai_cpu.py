"""OpenVINO GenAI: LLMPipeline with a GenerationConfig.

It gives tokens and the logprob of each; the rows are computed by OpenVINO from
the model that the pipeline made of the GGUF file, with the same precisions.
"""

from pathlib import Path

import numpy as np
import openvino as ov
import openvino_genai as genai

ROWS_A_SEED = 100
PRECISE = {"INFERENCE_PRECISION_HINT": "f32",
           "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0, "KV_CACHE_PRECISION": "f32"}


class Engine:
    runtime = "openvino"

    def __init__(self, model: str) -> None:
        self.pipeline = genai.LLMPipeline(model, "CPU",
                                          enable_save_ov_model=True, **PRECISE)
        made = Path(model).parent / "openvino_model.xml"
        compiled = ov.Core().compile_model(str(made), "CPU", PRECISE)
        self.rows = compiled.create_infer_request()

    def facts(self):
        return {"versions": {"openvino-genai": genai.get_version(),
                             "openvino": ov.__version__.split("-")[0]},
                "roundings": 4, "logprob_of": "raw"}

    def text(self, request, prompt, seed, count):
        """Texts of 1, 2, ... tokens: what each adds is the logprob of one.

        A text of fewer tokens than the request's minimum is the beginning of a
        longer one, whose logprob is not that of one token.
        """
        steps, before, total = [], [], 0.0
        least = request.get("min_new_tokens", 0)
        for length in range(1, count + 1):
            result = self._generate(request, prompt, seed, max(length, least))
            tokens, score = result.tokens[0][:length], float(result.scores[0])
            if tokens[:-1] != before:
                break  # A draw so near an edge that the last bits decide.
            steps.append((self._row(prompt + before), None, tokens[-1],
                          score - total if length > least else None))
            before, total = tokens, score
        return steps

    def draws(self, request, prompt, count):
        # A greedy request gives one text.
        sampled = request.get("do_sample")
        texts = {"num_return_sequences": ROWS_A_SEED} if sampled else {}
        tokens = []
        length = max(1, request.get("min_new_tokens", 0))
        for seed in range(count // ROWS_A_SEED):
            result = self._generate(request, prompt, 1000 + seed, length,
                                    **texts)
            tokens += [t[0] for t in result.tokens]
        how = (f"{count // ROWS_A_SEED} seeds of "
               f"{ROWS_A_SEED if sampled else 1} texts")
        return np.array(tokens), None, how

    def close(self):
        pass

    def _generate(self, request, prompt, seed, length, **options):
        config = genai.GenerationConfig()
        settings = {"ignore_eos": True, "apply_chat_template": False,
                    "logprobs": 1, "max_new_tokens": length,
                    "rng_seed": seed, **request, **options}
        for name, value in settings.items():
            if name == "eos_token_id":
                config.set_eos_token_id(value)
            else:
                setattr(config, name, value)
        ids = ov.Tensor(np.array([prompt], np.int64))
        return self.pipeline.generate(ids, config)

    def _row(self, ids):
        self.rows.reset_state()
        count = len(ids)
        output = self.rows.infer({
            "input_ids": np.array([ids], np.int64),
            "attention_mask": np.ones((1, count), np.int64),
            "position_ids": np.arange(count, dtype=np.int64)[None],
            "beam_idx": np.zeros(1, np.int32)})
        return output["logits"][0, -1].astype(np.float32)
