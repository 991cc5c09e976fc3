"""transformers: model.generate with a GenerationConfig."""

import functools

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM, GenerationConfig
from transformers.modeling_outputs import CausalLMOutputWithPast

ROWS_A_SEED = 100


class Engine:
    runtime = "huggingface"

    def __init__(self, model: str) -> None:
        torch.set_num_threads(1)  # More only wait where others compute too.
        self.model = AutoModelForCausalLM.from_pretrained(
            model, dtype=torch.float32)
        self.model.generation_config = GenerationConfig()
        self._forward = self.model.forward

    def facts(self):
        return {"versions": {"transformers": transformers.__version__,
                             "torch": torch.__version__},
                "roundings": 4, "logprob_of": "none"}

    def text(self, request, prompt, seed, count):
        torch.manual_seed(seed)
        output = self._generate(
            request, prompt, max_new_tokens=request.get("max_new_tokens",
                                                        count),
            output_logits=True, output_scores=True)
        tokens = output.sequences[0, len(prompt):].tolist()
        return [(raw[0].numpy(), processed[0].numpy(), token, None)
                for raw, processed, token in zip(output.logits, output.scores,
                                                 tokens)]

    def draws(self, request, prompt, count):
        """The model runs once; its row is handed to generate's own loop."""
        ids = torch.tensor([prompt])
        with torch.no_grad():
            row = self._forward(ids).logits[:, -1:]

        @functools.wraps(self._forward)
        def same_row(*_, **kwargs):
            rows = len(kwargs["input_ids"])
            return CausalLMOutputWithPast(logits=row.expand(rows, -1, -1))

        # It refuses several sequences of a greedy request.
        rows = ROWS_A_SEED if request["do_sample"] else 1
        self.model.forward = same_row
        tokens = []
        try:
            for seed in range(count // ROWS_A_SEED):
                torch.manual_seed(1000 + seed)
                output = self._generate(
                    request, prompt, use_cache=False,
                    max_new_tokens=request.get("max_new_tokens", 1),
                    num_return_sequences=rows)
                tokens += output.sequences[:, len(prompt)].tolist()
        finally:
            self.model.forward = self._forward
        how = f"{count // ROWS_A_SEED} seeds of {rows} rows"
        return np.array(tokens), None, how

    def close(self):
        pass

    def _generate(self, request, prompt, **options):
        settings = {**request, **options}
        return self.model.generate(
            torch.tensor([prompt]), pad_token_id=0,
            return_dict_in_generate=True,
            generation_config=GenerationConfig(**settings))
