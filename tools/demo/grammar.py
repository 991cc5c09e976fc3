"""Has a small model answer with JSON of a schema, and replays the log.

    grammar.py xgrammar|llguidance PROMPT LOG
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import openvino
import openvino_genai
import token_sampler as ts
from grammar_loop import CONFIG, GRAMMARS, write
from python_engine import SEED, as_chat, model_file, replays_to_itself

TOKENIZER = Path(__file__).parents[2] / "tests" / "data" / "tokenizer.json"
END_ID = 2  # <|im_end|>
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "country", "length_km"],
    "properties": {
        "name": {"type": "string", "maxLength": 30},
        "country": {"type": "string", "maxLength": 30},
        "length_km": {"type": "integer", "minimum": 1, "maximum": 9999},
    },
}


class Model:
    """Rows of the model: each call reads the tokens that are new."""

    def __init__(self, folder: Path) -> None:
        file = folder / "model.gguf"
        if not file.exists():
            folder.mkdir(exist_ok=True)
            shutil.copy(model_file(), file)
        # Reads the GGUF file, and leaves the model that it made of it there.
        pipeline = openvino_genai.LLMPipeline(str(file), "CPU",
                                              enable_save_ov_model=True)
        self.tokenizer = pipeline.get_tokenizer()
        compiled = openvino.Core().compile_model(
            str(folder / "openvino_model.xml"), "CPU")
        self.request = compiled.create_infer_request()
        self.seen = 0

    def encode(self, text: str) -> list[int]:
        ids = self.tokenizer.encode(text, add_special_tokens=False).input_ids
        return ids.data[0].tolist()

    def row(self, text: list[int]) -> np.ndarray:
        new = text[self.seen:]
        output = self.request.infer({
            "input_ids": np.array([new], np.int64),
            "attention_mask": np.ones((1, len(text)), np.int64),
            "position_ids": np.arange(self.seen, len(text))[None],
            "beam_idx": np.zeros(1, np.int32)})
        self.seen = len(text)
        return output["logits"][0, -1].astype(np.float32)


def main() -> None:
    engine, prompt, log_path = sys.argv[1:]
    model = Model(Path(log_path).parent / "openvino")
    ids = model.encode(as_chat(prompt))
    grammar = GRAMMARS[engine](TOKENIZER, END_ID, schema=SCHEMA)
    size = len(model.row(ids[:1]))
    pipeline = ts.Pipeline(CONFIG, size)
    sequence = pipeline.sequence(seed=SEED, prompt=ids)
    with ts.Logger(log_path, size, overwrite=True) as log:
        log.prompt(0, ids)
        log.describe(0, pipeline, sequence)
        tokens = write(pipeline, sequence, grammar,
                       lambda answer: model.row(ids + answer), most=120,
                       log=log)
    answer = model.tokenizer.decode(tokens)
    print(json.dumps(json.loads(answer), indent=1))
    sys.exit(not replays_to_itself(log_path))


if __name__ == "__main__":
    main()
