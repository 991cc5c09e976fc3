"""Calls on rows: sample, process, explain, batches, masks."""

import numpy as np
import given
import plain

import token_sampler as ts

INPUTS = {"mask": "mask", "guidance": "unconditional", "arithmetic": "uniform"}


class Step:
    """The arguments of one step, and what is wrong with them."""

    def __init__(self, m, text, chain, size):
        rng = m.rng
        self.row = given.row(rng, size)
        self.inputs, self.wrong, problems = {}, False, {self.row.problem}
        if text.size != size:
            problems.add("wrong_size")
        for reader, name in INPUTS.items():
            wanted = chain == reader
            made = {"mask": given.mask, "unconditional": given.row}.get(
                name, lambda rng, _: given.uniform(rng))(rng, size)
            if made.value is None or rng.random() > (0.95 if wanted else 0.03):
                # A mask may be left out: then all is allowed.
                if wanted and name != "mask":
                    problems.add("missing_input")
                continue
            self.inputs[name] = made
            self.wrong |= made.plain is None
            if not wanted:
                problems.add("unused_input")
            elif made.problem == "wrong_size":
                problems |= {"wrong_input", "wrong_size"}
            else:
                problems.add(made.problem)
        self.wrong |= self.row.plain is None
        self.problems = problems - {"ok"}
        # What a stage may make of a good row.
        self.may_be = {"guidance": {"infinite", "nan", "no_candidate"},
                       "mask": {"no_candidate"}}.get(chain, set())
        # A memory may be of tokens that were drawn elsewhere, and what was
        # restored belongs to its config.
        if chain == "memory" or chain != text.chain:
            self.may_be.add("wrong_state")
        bad = self.wrong or self.problems
        self.legal = False if bad else None if self.may_be else True

    @property
    def named(self):
        return {name: made.value for name, made in self.inputs.items()}

    @property
    def key(self):
        return (self.row.plain.tobytes(),
                *((name, np.asarray(made.plain).tobytes())
                  for name, made in self.inputs.items()))

    def check_refusal(self, m, refused):
        error = refused.error
        if not self.wrong and isinstance(error, ts.RowError):
            may_be = self.problems | self.may_be
            m.check(error.status in may_be, f"{error.status}, want {may_be}")


def pick(m):
    """(text, chain, size, pipeline): of one another, most of the time."""
    text = m.text()
    if m.rng.random() < 0.9:
        return text, text.chain, text.size, m.pipelines[text.chain, text.size]
    return text, *m.pipeline()


def sample(m):
    text, chain, size, pipeline = pick(m)
    step = Step(m, text, chain, size)
    token = m.do(pipeline, "sample", step.row.value, text.sequence,
                 legal=step.legal, **step.named)
    if isinstance(token, ts.Token):
        m.check(token.ok and 0 <= token.id < size and 0 <= token.u < 1, "token")
        if chain == text.chain:
            m.same_as_ever(text, step.key, token)
        m.tokens = [*m.tokens[-5:], (token, chain, size)]
    else:
        step.check_refusal(m, token)


def process(m):
    text, chain, size, pipeline = pick(m)
    step = Step(m, text, chain, size)
    missing = chain == "arithmetic" and "uniform" not in step.inputs
    left = m.do(pipeline, "process", step.row.value, text.sequence,
                legal=None if missing else step.legal, **step.named)
    if not isinstance(left, ts.Distribution):
        step.check_refusal(m, left)
        return
    if left.token is None:  # Only the draw wants the code point.
        m.check(missing, "token")
    elif chain == text.chain:
        m.same_as_ever(text, step.key, left.token)
    words = step.inputs["mask"].plain if "mask" in step.inputs else None
    want = plain.kept(chain, step.row.plain, words)
    if want is not None:
        check_left(m, left, want)
        if "uniform" in step.inputs:
            u = float(step.inputs["uniform"].plain)
            m.check(left.token.id in plain.draw(want, u), "code point")
        elif chain != "greedy" and not missing:
            m.check(left.token.id in plain.draw(want, left.token.u), "draw")
    question(m, left, size)


def check_left(m, left, want):
    best = sorted(want, key=lambda i: (-want[i], i))
    m.check(left.ids.tolist() == best, f"kept, want {best}")
    m.check(left.logits.tolist() == [want[i] for i in best], "logits")
    shares = plain.softmax([want[i] for i in best])
    m.check(np.allclose(left.probs, shares, rtol=0, atol=1e-12), "probs")
    m.check(np.allclose(left.logprobs, np.log(shares), atol=1e-9), "logprobs")


def question(m, left, size):
    for name in ("ids", "logits", "probs", "logprobs"):
        array = m.do(left, name, legal=True)
        m.check(not array.flags.writeable and len(array) == len(left), name)
        m.look_at(array)
    m.check(m.do(left, "vocab_size") == size, "vocab_size")
    m.check(0 <= m.do(left, "entropy") <= np.log(len(left)) + 1e-9, "entropy")
    m.check(set(m.do(left, "tokens")) <= set(left.ids.tolist()), "tokens")
    m.check(left.token is None or m.do(left, "token") in left, "token")
    m.do(left, "html", m.rng.choice([None, ["a"], {0: b"b"}, str]), legal=True)
    token = given.integer(m.rng, 0, size - 1)
    legal = token.plain is not None
    allowed = (*_ERRORS, KeyError)
    rank = m.do(left, "rank", token.value, legal=legal, allowed=allowed)
    p = m.do(left, "prob", token.value, legal=legal, allowed=allowed)
    logprob = m.do(left, "logprob", token.value, legal=legal, allowed=allowed)
    if legal:
        place = left.ids.tolist().index(token.plain) if rank else None
        m.check((rank > 0) == (token.plain in left), "in")
        m.check(p == (left.probs[place] if rank else 0), "prob")
        m.check(logprob == (left.logprobs[place] if rank else -np.inf), "logprob")
        m.check(not rank or place == rank - 1, "rank")
    u = given.uniform(m.rng)
    number = isinstance(u.value, float) and u.problem == "ok"
    drawn = m.do(left, "draw", u.value, legal=True if number else None)
    m.check(not number or drawn in left, "draw")


_ERRORS = (TypeError, ValueError)


def raw(m):
    size = m.rng.choice(plain.SIZES)
    row = given.row(m.rng, size)
    good = row.plain is not None and row.problem in ("ok", "wrong_size") and (
        row.problem == "ok" or len(row.value) > 0)
    left = m.do(ts, "raw", row.value, legal=good)
    if good and row.problem == "ok":
        finite = {i: x for i, x in enumerate(row.plain.tolist()) if x > -np.inf}
        check_left(m, left, finite)
        question(m, left, size)


def explain(m):
    text, chain, size, pipeline = pick(m)
    step = Step(m, text, chain, size)
    top, follow = given.integer(m.rng, 0, 2**63 - 1), given.ids(m.rng, size)
    wrong = step.wrong or top.plain is None or follow.plain is None
    told = m.do(pipeline, "explain", step.row.value, text.sequence,
                top=top.value, tokens=follow.value, legal=not wrong,
                allowed=(*_ERRORS, KeyError), **step.named)
    if wrong:
        return
    m.check(told.status in step.problems | step.may_be
            or (told.status == "ok" and not step.problems), told.status)
    m.check((told.token is None) == (told.status != "ok"), "token")
    m.check(repr(told) and told._repr_html_(), "picture")
    if told.token is not None and chain == text.chain:
        m.same_as_ever(text, step.key, told.token)
        m.check(told.stages[0].before == told.raw_count, "before")
        for one, after in zip(told.stages, told.stages[1:]):
            m.check(one.kept == after.before, "kept")


def batch(m):
    """A row that is bad is a status, and disturbs no other."""
    texts = [m.text() for _ in range(m.rng.randrange(1, 6))]
    chain, size, pipeline = m.pipeline()
    rows = [given.row(m.rng, size) for _ in texts]
    count = given.integer(m.rng, 0, 2 * size)
    if count.plain is None and count.value == 2 * size + 1:
        count.plain = count.value
    named = {"threads": m.rng.choice([1, 2, 3])}
    if m.rng.random() < 0.5:
        named["logprobs"] = count.value
    as_list = m.rng.choice([list, tuple])
    sequences = (text.sequence for text in texts)
    each = m.rng.random() < 0.3
    tokens = m.do(
        ts if each else pipeline, "sample_batch",
        *([m.rng.choice([pipeline, [pipeline] * len(texts)])] if each else []),
        as_list(row.value for row in rows), m.rng.choice([iter, list])(sequences),
        allowed=(*_ERRORS, KeyError), **named)
    if not isinstance(tokens, ts.Tokens):
        m.check(any(row.plain is None for row in rows) or "logprobs" in named and count.plain is None,
                repr(tokens.error))
        return
    m.check(m.do(tokens, "ids").tolist() == [t.id for t in tokens], "ids")
    statuses = m.do(tokens, "statuses")
    m.check(m.do(tokens, "ok") == (set(statuses) == {"ok"}), "ok")
    for i, (text, row) in enumerate(zip(texts, rows)):
        try:
            alone = pipeline.sample(row.value, text.sequence)
            m.check((alone.id, alone.bits) == (tokens[i].id, tokens[i].bits),
                    f"row {i} draws {alone.id} alone")
        except ts.RowError as error:
            m.check(statuses[i] == error.status, f"row {i}: {error.status}")
    for name in ("logprobs", "raw_logprobs"):
        table = m.do(tokens, name)
        m.check((table is None) == (named.get("logprobs") is None), name)
        if table is not None:
            for column in ("token_logprobs", "token_ranks", "top_ids",
                           "top_logprobs"):
                m.look_at(m.do(table, column, legal=True))
            m.check(table.top_ids.shape == (len(texts), count.plain), "shape")
    accept_all(m, tokens, texts)


def accept_all(m, tokens, texts):
    """On all sequences, or on none."""
    twins = [text.twin(text.sequence.copy()) for text in texts]
    done = m.do(tokens, "accept", iter([t.sequence for t in twins]),
                legal=None if tokens.ok else False)
    for twin, token in zip(twins, tokens):
        if not isinstance(done, type(None)):
            break
        twin.output.append(token.id)
    for twin in twins:
        twin.check()
    if done is None:
        m.keep(m.rng.choice(twins))


def masks(m):
    size = m.rng.randrange(1, 100)
    bits = np.random.default_rng(size).random(size) < 0.5
    words = m.do(ts, "pack_mask", bits, legal=True)
    m.check(len(words) == m.do(ts, "mask_words", size), "mask_words")
    m.check([plain.allowed(words, i) for i in range(size)] == bits.tolist(),
            "bits")
    m.do(ts, "pack_mask", m.rng.choice([bits.astype(int), 3, None, bits[None, None]]),
         legal=False)


ACTIONS = [sample, sample, sample, process, process, raw, explain, batch, masks]
