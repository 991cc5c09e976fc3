"""What a pipeline leaves of a row, by NumPy and lists alone: slow and plain."""

import math

import numpy as np

SIZES = (64, 100)

CATEGORICAL = {"type": "categorical"}


def config(*stages):
    return {"version": 1, "stages": list(stages)}


# The chains of the machine, by name; those that `kept` knows come first.
CHAINS = {
    "cool": config({"type": "temperature", "temperature": 0.5},
                   {"type": "top_k", "k": 7}, CATEGORICAL),
    "min_p": config({"type": "min_p", "p": 0.1}, CATEGORICAL),
    "top_p": config({"type": "top_p", "p": 0.9}, CATEGORICAL),
    "mask": config({"type": "mask"}, CATEGORICAL),
    "greedy": config({"type": "greedy"}),
    "arithmetic": config({"type": "arithmetic"}),
    "guidance": config({"type": "guidance", "scale": 1.5}, CATEGORICAL),
    "memory": config({"type": "repetition_penalty", "penalty": 1.2},
                     {"type": "mirostat", "tau": 3}, CATEGORICAL),
    "gumbel": config({"type": "gumbel_top_k", "n": 3}),
    "balanced": "balanced",
}


def allowed(words, token):
    """Bit by bit; what has no bit is banned."""
    return token // 32 < len(words) and int(words[token // 32]) >> (token % 32) & 1 == 1


def kept(chain, row, words=None):
    """{token: logit} of what is left of a row of float64; None: unknown here."""
    best = sorted(range(len(row)), key=lambda i: (-row[i], i))
    best = [i for i in best if row[i] > -math.inf]
    if chain == "cool":
        return {i: row[i] / 0.5 for i in best[:7]}
    if chain == "greedy":
        return {i: row[i] for i in best[:1]}
    if chain == "min_p":
        least = row[best[0]] + math.log(0.1)
        return {i: row[i] for i in best if row[i] >= least}
    if chain == "mask":
        return {i: row[i] for i in best if words is None or allowed(words, i)}
    if chain == "arithmetic":
        return {i: row[i] for i in best}
    if chain == "top_p":
        shares = softmax([row[i] for i in best])
        enough = next((n for n in range(1, len(best) + 1)
                       if math.fsum(shares[:n]) >= 0.9), len(best))
        return {i: row[i] for i in best[:enough]}
    return None


def softmax(logits):
    top = max(logits)
    weights = [math.exp(x - top) for x in logits]
    total = math.fsum(weights)
    return [w / total for w in weights]


def draw(left, u):
    """The tokens that u may pick: two where it lies within an ulp of a bound."""
    ids = sorted(left)
    ends = np.cumsum(softmax([left[i] for i in ids]))
    return {ids[min(int(np.searchsorted(ends, v, "right")), len(ids) - 1)]
            for v in (u - 1e-12, u, u + 1e-12)}


class Text:
    """A sequence as lists say it."""

    def __init__(self, sequence, chain, size, seed, stream, prompt):
        self.sequence, self.chain, self.size = sequence, chain, size
        self.seed, self.stream, self.prompt = seed, stream, list(prompt)
        self.output, self.attempt, self.clock = [], 0, 0

    def twin(self, sequence):
        text = Text(sequence, self.chain, self.size, self.seed, self.stream,
                    self.prompt)
        text.output = list(self.output)
        text.attempt, text.clock = self.attempt, self.clock
        return text

    def check(self):
        s = self.sequence
        assert s.prompt.tolist() == self.prompt
        assert s.output.tolist() == self.output
        assert s.tokens.tolist() == self.prompt + self.output
        assert len(s) == len(self.prompt) + len(self.output)
        assert (s.position, s.attempt, s.clock, s.seed, s.stream,
                s.vocab_size) == (len(self.output), self.attempt, self.clock,
                                  self.seed, self.stream, self.size)
