"""An exact, reproducible token sampler for language models.

    import token_sampler as ts

    pipeline = ts.Pipeline("balanced", vocab_size=49152)
    sequence = pipeline.sequence(seed=42, prompt=prompt_ids)
    while not done:
        logits = model(...)                       # NumPy or torch, [V]
        token = pipeline.sample(logits, sequence)
        sequence.accept(token)

The same config, logits, history and seed give the same token, bit for bit, on
every machine, in Python, in C++ and from the command line.

Adapters are modules of their own, imported only where they are used:
token_sampler.transformers, token_sampler.vllm, token_sampler.llama_cpp,
token_sampler.mlx_lm, token_sampler.ort_genai; token_sampler.daft too.
"""

from importlib import import_module as _import_module
from typing import Any as _Any

from . import speculative
from ._core import (
    Distribution,
    Logprobs,
    Phrase,
    RewindAnswer,
    Rewinder,
    RowError,
    Sequence,
    Token,
    Tokens,
    __version__,
    config_schema,
    export_engines,
    presets,
    raw,
    runtimes,
    sample_batch,
)
from .explanation import Explanation
from .logging import Logger
from .logs import Log, LogRow, LogSequence, open_log
from .masks import mask_words, pack_mask
from .pipeline import Pipeline
from .replaying import Replay, replay
from .replaying_batches import log_batches, replay_batches, replay_schema
from .settings import (
    ExportEntry,
    ExportReport,
    ImportReport,
    ReportEntry,
    export_settings,
    import_settings,
)

__all__ = [
    "Distribution",
    "Explanation",
    "ExportEntry",
    "ExportReport",
    "ImportReport",
    "Log",
    "LogRow",
    "LogSequence",
    "Logger",
    "Logprobs",
    "Phrase",
    "Pipeline",
    "Replay",
    "ReportEntry",
    "RewindAnswer",
    "Rewinder",
    "RowError",
    "Sequence",
    "Token",
    "Tokens",
    "__version__",
    "config_schema",
    "export_engines",
    "export_settings",
    "import_settings",
    "log_batches",
    "mask_words",
    "open_log",
    "pack_mask",
    "presets",
    "raw",
    "replay",
    "replay_batches",
    "replay_schema",
    "runtimes",
    "sample_batch",
    "speculative",
]

_ADAPTERS = ("daft", "llama_cpp", "mlx_lm", "ort_genai", "transformers", "vllm")


def __getattr__(name: str) -> _Any:
    """ts.transformers and its like, imported when first asked for."""
    if name in _ADAPTERS:
        return _import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
