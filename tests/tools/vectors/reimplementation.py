"""A small sampler in plain Python, written from the documentation alone.

Reads conformance vectors, answers those whose stages it knows, and writes the
set with its own answers: `sampler vectors --check` then judges it. The
exponential is Python's decimal module to 40 digits, so weights are rounded
exactly where the library's are within one.

    python3 reimplementation.py vectors.json answers.json
"""

import decimal
import json
import sys

decimal.getcontext().prec = 40
MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def weight(x):
    scaled = decimal.Decimal(x).exp() * (1 << 51)
    return int(scaled.to_integral_value(decimal.ROUND_HALF_EVEN))


def least_mass(p, total):
    """ceil(p * total), p a double taken exactly."""
    top, bottom = p.as_integer_ratio()
    return -(-top * total // bottom)


class Row:
    """The survivors, in the total order: higher logit first, then lower id."""

    def __init__(self, row):
        tokens = [(l, i) for i, l in enumerate(row) if l is not None]
        self.tokens = sorted(tokens, key=lambda t: (-t[0], t[1]))

    def weights(self):
        most = self.tokens[0][0]
        return [weight(l - most) for l, _ in self.tokens]

    def keep(self, count):
        self.tokens = self.tokens[: max(1, count)]


def temperature(row, stage):
    t = stage["temperature"]
    if t == 0:
        row.keep(1)
        return
    scale = 1.0 / t
    row.tokens = [(l * scale, i) for l, i in row.tokens]
    row.tokens.sort(key=lambda t: (-t[0], t[1]))


def top_k(row, stage):
    k = stage["k"]
    if k > 0:
        row.keep(k)


def top_p(row, stage):
    weights = row.weights()
    target = least_mass(float(stage["p"]), sum(weights))
    running = count = 0
    while count < len(weights) and running < target:
        running += weights[count]
        count += 1
    row.keep(count)


def epsilon_cutoff(row, stage):
    weights = row.weights()
    target = least_mass(float(stage["epsilon"]), sum(weights))
    row.keep(sum(1 for w in weights if w >= target))


STAGES = {
    "temperature": (temperature, {"temperature"}),
    "top_k": (top_k, {"k"}),
    "top_p": (top_p, {"p"}),
    "epsilon_cutoff": (epsilon_cutoff, {"epsilon"}),
}


def knows(vector):
    *stages, draw = vector["config"]["stages"]
    if draw["type"] not in ("categorical", "greedy") or set(draw) - {"type", "order"}:
        return False
    return all(
        s["type"] in STAGES and set(s) - {"type"} <= STAGES[s["type"]][1]
        for s in stages
    )


def answer(vector):
    row = Row(vector["row"])
    *stages, draw = vector["config"]["stages"]
    for stage in stages:
        STAGES[stage["type"]][0](row, stage)
    bits = 0
    if draw["type"] == "greedy":
        row.keep(1)
    weights = row.weights()
    ranked = [(i, w) for (_, i), w in zip(row.tokens, weights)]
    token = ranked[0][0]
    if draw["type"] == "categorical":
        seed = vector["seed"]
        position = len(vector["tokens"])
        words = philox([0, position, vector["stream"], 0], [seed & MASK, seed >> 32])
        bits = words[0] | words[1] << 32
        place = bits * sum(weights) >> 64
        line = ranked if draw.get("order") == "rank" else sorted(ranked)
        for token, w in line:
            if place < w:
                break
            place -= w
    kept = sorted(ranked)
    return {
        "status": "ok",
        "kept": [i for i, _ in kept],
        "weights": [w for _, w in kept],
        "token": token,
        "bits": "0x%016x" % bits,
    }


def main(source, target):
    with open(source, encoding="utf-8") as file:
        vectors = json.load(file)
    vectors["vectors"] = [v for v in vectors["vectors"] if knows(v)]
    for v in vectors["vectors"]:
        v["answer"] = answer(v)
    for v in vectors["philox"]:
        v["output"] = philox(v["counter"], v["key"])
    for v in vectors["weights"]:
        v["weight"] = weight(v["x"])
    for v in vectors["places"]:
        v["place"] = str(int(v["bits"], 16) * int(v["total"]) >> 64)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(vectors, file)
    print(len(vectors["vectors"]), "vectors answered")


if __name__ == "__main__":
    main(*sys.argv[1:])
