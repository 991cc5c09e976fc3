"""ONNX Runtime GenAI: Generator with search options; it gives no processed row."""

import numpy as np
import onnxruntime
import onnxruntime_genai as og

ROWS_A_SEED = 25


class Engine:
    runtime = "ort-genai"

    def __init__(self, model: str) -> None:
        self.model = og.Model(model)

    def facts(self):
        return {"versions": {"onnxruntime-genai": og.__version__,
                             "onnxruntime": onnxruntime.__version__},
                "roundings": 4, "logprob_of": "none"}

    def _generator(self, request, prompt, seed, rows=1):
        params = og.GeneratorParams(self.model)
        params.set_search_options(**{**request, "random_seed": seed,
                                     "max_length": 256, "batch_size": rows})
        generator = og.Generator(self.model, params)
        generator.append_tokens(np.array([prompt] * rows, np.int32))
        return generator

    def text(self, request, prompt, seed, count):
        generator = self._generator(request, prompt, seed)
        steps = []
        while len(steps) < count and not generator.is_done():
            raw = generator.get_logits().reshape(-1).copy()
            generator.generate_next_token()
            token = int(generator.get_next_tokens()[0])
            steps.append((raw, None, token, None))
        return steps

    def draws(self, request, prompt, count):
        tokens = []
        # Every row costs a pass of the model: half of what others draw.
        seeds = count // ROWS_A_SEED // 2 if request["do_sample"] else 1
        for seed in range(seeds):
            generator = self._generator(request, prompt, 1000 + seed,
                                        ROWS_A_SEED)
            generator.generate_next_token()
            tokens += generator.get_next_tokens().tolist()
        how = f"{seeds} seeds of {ROWS_A_SEED} rows"
        return np.array(tokens), None, how

    def close(self):
        pass
