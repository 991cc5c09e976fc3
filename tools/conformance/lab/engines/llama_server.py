"""llama.cpp: the /completion of a llama-server in this process (xllamacpp).

The server tells the logsoftmax of a row, not the row: its constant is measured
by a request with a repeat_penalty of 2, which tells x / 2 from x.
"""

import importlib.metadata
import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xllamacpp

SLOTS = 16
SIZE = 49_152


class Engine:
    runtime = "llama.cpp"

    def __init__(self, model: str) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = model
        params.n_ctx = 256 * SLOTS
        params.n_parallel = SLOTS
        params.cpuparams.n_threads = 1  # Two wait for each other on busy cores.
        params.port = 0
        params.verbosity = 0
        self.server = xllamacpp.Server(params)
        self.rows: dict[tuple[int, ...], np.ndarray] = {}
        self.continuations: dict[tuple[int, ...], list[int]] = {}

    def facts(self):
        return {"versions": {"xllamacpp": importlib.metadata.version(
            "xllamacpp")}, "roundings": 6, "logprob_of": "none",
            "parity": True, "row_by_row": True}

    def forced(self, prompt, count):
        """The continuation that the rows follow, whatever is drawn from them:
        the greedy one, so that a row is asked for once for all settings."""
        key = tuple(prompt)
        if key not in self.continuations:
            answer = self._post({"prompt": prompt, "n_predict": count,
                                 "temperature": 0.0, "return_tokens": True})
            self.continuations[key] = answer["tokens"]
        return self.continuations[key][:count]

    def text(self, request, prompt, seed, count):
        steps = []
        for i in range(count):
            context = prompt + self.forced(prompt, count)[:i]
            raw = self._raw(context)
            made = self._post({
                **request, "prompt": context, "seed": seed, "n_predict": 1,
                "n_probs": SIZE, "return_tokens": True,
                "post_sampling_probs": True})
            told = made["completion_probabilities"][0]["top_probs"]
            left = np.zeros(SIZE)
            left[[t["id"] for t in told]] = [t["prob"] for t in told]
            with np.errstate(divide="ignore"):
                steps.append((raw, np.log(left), made["tokens"][0], None))
        return steps

    def tokens(self, request, prompt, seed, count):
        return self._post({**request, "prompt": prompt, "seed": seed,
                           "n_predict": count, "return_tokens": True})["tokens"]

    def draws(self, request, prompt, count):
        seeds = list(range(1000, 1000 + count))
        body = {**request, "prompt": prompt, "n_predict": 1,
                "return_tokens": True}

        def draw(seed):
            return self._post({**body, "seed": seed})["tokens"][0]

        with ThreadPoolExecutor(SLOTS) as pool:
            tokens = list(pool.map(draw, seeds))
        return np.array(tokens), seeds, f"{count:,} seeds"

    def close(self):
        del self.server

    def _post(self, body):
        request = urllib.request.Request(
            self.server.listening_address + "/completion",
            json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error

    def _raw(self, context):
        key = tuple(context)
        if key not in self.rows:
            answer = self._post({
                "prompt": context, "n_predict": 1, "n_probs": SIZE,
                "temperature": 0.0, "post_sampling_probs": False})
            told = answer["completion_probabilities"][0]["top_logprobs"]
            row = np.full(SIZE, -np.inf)
            row[[t["id"] for t in told]] = [t["logprob"] for t in told]
            row += self._constant(context, row)
            self.rows[key] = row.astype(np.float32)
        return self.rows[key]

    def _constant(self, text, logprobs):
        """What the server took from the row's logits."""
        answer = self._post({
            "prompt": text, "n_predict": 1, "n_probs": SIZE,
            "samplers": ["penalties"], "repeat_penalty": 2.0,
            "repeat_last_n": 64, "post_sampling_probs": True})
        told = answer["completion_probabilities"][0]["top_probs"]
        left = {t["id"]: np.log(t["prob"]) for t in told if t["prob"] > 0}
        free = max((i for i in left if i not in text), key=left.get)
        # The penalty took d off: of x = 2 d, halved, or of x = -d, doubled.
        # Which, is told by the other tokens: the constant is one for all.
        found = []
        for token in set(text) & set(left):
            taken = (logprobs[token] - logprobs[free]
                     - left[token] + left[free])
            found.append([2 * taken - logprobs[token],
                          -taken - logprobs[token]])
        choices = np.array(found)
        misses = [np.abs(choices - c).min(axis=1).max()
                  for c in choices.ravel()]
        best = choices.ravel()[int(np.argmin(misses))]
        nearest = np.abs(choices - best).argmin(axis=1)
        picked = choices[np.arange(len(choices)), nearest]
        return float(np.median(picked))
