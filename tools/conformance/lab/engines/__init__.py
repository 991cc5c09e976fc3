"""One module an engine, imported only where that engine runs.

Each has a class Engine(model) with

    runtime     whose settings import_settings takes
    facts()     versions, and what its float32 can be off by (bounds.py)
    text(request, prompt, seed, count)  -> [(raw, processed, token, logprob)]
    draws(request, prompt, count)       -> (tokens, seeds, how)
    close()
    forced(prompt, count)  where the rows follow a text of their own
    tokens(request, prompt, seed, count)  where text() takes rows one by one

`request` is the very one that import_settings gets. Rows are float32 [V].
"""

import importlib

NAMES = {
    "transformers": "hugging_face",
    "vllm": "vllm_cpu",
    "mlx-lm": "mlx",
    "ort-genai": "ort",
    "llama.cpp": "llama_server",
    "openvino": "openvino_genai_cpu",
}


def load(name: str, model: str):
    """The engine of that name, with the model in a folder or file."""
    return importlib.import_module(f".{NAMES[name]}", __name__).Engine(model)
