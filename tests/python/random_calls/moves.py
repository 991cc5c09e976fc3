"""Calls on sequences, tokens and pipelines."""

import copy
import gc
import pickle
import threading

import given
import plain

import token_sampler as ts

KEYS = (TypeError, ValueError, KeyError)


def accept(m):
    if not m.tokens:
        return
    token, chain, size = m.rng.choice(m.tokens)
    text = m.text()
    as_id = given.integer(m.rng, 0, text.size - 1)
    named = {"as_id": as_id.value} if m.rng.random() < 0.2 else {}
    if m.rng.random() < 0.1:
        wrong = m.rng.choice([token.id, None, "x", 1.5, text.sequence])
        m.do(text.sequence, "accept", wrong, legal=False)
        return
    appended = named.get("as_id", token.id)
    bad = (as_id.plain is None if named.get("as_id") is not None
           else token.id >= text.size)
    own = (chain, size) == (text.chain, text.size) or "memory" not in (
        chain, text.chain)
    taken = m.do(text.sequence, "accept", token, allowed=KEYS,
                 legal=False if bad else own or None, **named)
    if taken is None:
        text.output.append(token.id if appended is None else int(appended))
    text.check()


def facts_of_token(m):
    if not m.tokens:
        return
    token, _, size = m.rng.choice(m.tokens)
    m.check(m.do(token, "ok") and m.do(token, "status") == "ok", "status")
    m.check(0 <= m.do(token, "u") < 1 and m.do(token, "bits") < 2**64, "u")
    m.check(m.do(token, "id") == token == int(token) and token != size, "id")
    again = pickle.loads(pickle.dumps(token))
    m.check((again.id, again.bits, again.u) == (token.id, token.bits, token.u),
            "pickled")


def accept_id(m):
    text = m.text()
    token = given.integer(m.rng, 0, text.size - 1)
    taken = m.do(text.sequence, "accept_id", token.value, allowed=KEYS,
                 legal=token.plain is not None)
    if taken is None:
        text.output.append(token.plain)
    text.check()


def back(m):
    text = m.text()
    count = given.integer(m.rng, 0, min(3, len(text.output)))
    name = m.rng.choice(["rollback", "redraw"])
    if count.plain is None and count.value == min(3, len(text.output)) + 1:
        return  # One more than the bound that was drawn may be there.
    done = m.do(text.sequence, name, count.value, allowed=KEYS,
                legal=count.plain is not None and (
                    name == "rollback" or text.attempt < 2**32 - 1))
    if done is None:
        del text.output[len(text.output) - count.plain:]
        text.attempt += name == "redraw"
    text.check()


def fork(m):
    text = m.text()
    stream = given.integer(m.rng, 0, 2**32 - 1)
    legal = stream.plain is not None and stream.plain != text.stream
    other = m.do(text.sequence, "fork", stream.value, legal=legal, allowed=KEYS)
    if legal:
        twin = text.twin(other)
        twin.stream = stream.plain
        twin.check()
        m.keep(twin)
    text.check()


def twins(m):
    text = m.text()
    pipeline = m.pipelines[text.chain, text.size]
    way = m.rng.randrange(4)
    if way == 0:
        other = m.do(text.sequence, "copy", legal=True)
    elif way == 1:
        told = m.do(text.sequence, "snapshot", legal=True)
        other = m.do(pipeline, "restore", told, legal=True)
        cut = told[: m.rng.randrange(len(told))]
        m.do(pipeline, "restore", m.rng.choice([cut, 3, None, "[]"]), legal=False)
    else:
        other = [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))][
            way - 2](text.sequence)
    m.check(other == text.sequence and repr(other) == repr(text.sequence), "twin")
    twin = text.twin(other)
    twin.check()
    other.accept_id(0)
    m.check(other != text.sequence, "a copy moves alone")
    twin.output.append(0)
    m.keep(twin)


def notes(m):
    """attempt and clock may be set."""
    text = m.text()
    name, most = m.rng.choice([("attempt", 2**32), ("clock", 2**63)])
    number = given.integer(
        m.rng, 0 if name == "attempt" else -most, most - 1)
    m.called.add(f"Sequence.{name}")
    try:
        setattr(text.sequence, name, number.value)
    except KEYS as error:
        m.check(number.plain is None, repr(error))
    else:
        m.check(number.plain is not None, f"{name} = {number.value!r} was taken")
        setattr(text, name, number.plain)
    for fact in ("tokens", "prompt", "output", "position", "seed", "stream",
                 "vocab_size", "state"):
        m.do(text.sequence, fact, legal=True)
    m.look_at(text.sequence.tokens)
    text.check()


def new_sequence(m):
    chain, size, pipeline = m.pipeline()
    seed = given.integer(m.rng, 0, 2**64 - 1)
    stream = given.integer(m.rng, 0, 2**32 - 1)
    prompt = given.ids(m.rng, size)
    parts = (seed, stream, prompt)
    if seed.value is None:
        seed = given.Given(7, 7)
    legal = all(part.plain is not None for part in (seed, stream, prompt))
    made = m.do(pipeline, "sequence", seed=seed.value, stream=stream.value,
                prompt=prompt.value, legal=legal, allowed=KEYS)
    if legal:
        m.keep(plain.Text(made, chain, size, *(p.plain for p in
                                               (seed, *parts[1:]))))
        m.texts[-1].check()


def new_pipeline(m):
    chain, size, pipeline = m.pipeline()
    config = m.do(pipeline, "config", legal=True)
    forms = [config, pipeline, m.do(pipeline, "config_json", legal=True)]
    wrong = [{}, "nosuch", "{", 3, None, {"version": 1, "stages": []},
             {"version": 1, "stages": [{"type": "top_k", "k": -1}]},
             "\ud800", "[" * 2000, object(), [config]]
    m.check(m.do(ts, "Pipeline", m.rng.choice(forms), size, legal=True)
            == pipeline, "equal")
    m.do(ts, "Pipeline", m.rng.choice(wrong), size, legal=False)
    m.do(ts, "Pipeline", config, m.rng.choice([0, -1, 2**21, 2**70, 1.5, None]),
         legal=False)
    m.check(m.do(pipeline, "vocab_size") == size, "vocab_size")
    m.check(0 < m.do(pipeline, "fingerprint") < 2**64, "fingerprint")
    m.check(m.do(pipeline, "has_state") == (chain == "memory"), "has_state")
    m.check(m.do(pipeline, "chain") in repr(pipeline), "chain")
    for name, reader in (("mask", "mask"), ("unconditional", "guidance"),
                         ("uniform", "arithmetic")):
        m.check(m.do(pipeline, "reads", name) == (chain == reader), "reads")
    m.do(pipeline, "reads", m.rng.choice(["", "masks", None, 3]), legal=False)
    again = pickle.loads(pickle.dumps(pipeline))
    m.check(again == pipeline and hash(again) == hash(pipeline), "pickled")
    if m.rng.random() < 0.3:
        m.pipelines[chain, size] = again  # The old one dies.


def die(m):
    """What is left of dead objects stays what it was."""
    text = m.text()
    pipeline = ts.Pipeline(plain.CHAINS["balanced"], text.size)
    left = pipeline.process(given.logits(m.rng, text.size),
                            pipeline.sequence(seed=1))
    m.look_at(left.ids)
    m.look_at(left.probs)
    table = pipeline.sample_batch(
        given.logits(m.rng, text.size), [pipeline.sequence(seed=1)],
        logprobs=2).logprobs
    del left, pipeline
    gc.collect()
    m.look_at(table.top_ids)


def threads(m):
    """One sequence on three threads: each call is done, or refused as busy."""
    text = m.text()
    pipeline = m.pipelines[text.chain, text.size]
    shared = text.sequence.copy()
    row, done, wrong = given.logits(m.rng, text.size), [], []

    def work(kind):
        for _ in range(10):
            try:
                if kind:
                    shared.accept_id(0)
                    done.append(1)
                else:
                    pipeline.sample_batch([row] * 4, [shared] * 4, threads=2)
                    shared.tokens, shared.snapshot()
            except RuntimeError as error:
                if "in use" not in str(error):
                    wrong.append(error)

    workers = [threading.Thread(target=work, args=(kind,)) for kind in (0, 1, 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    m.check(not wrong, repr(wrong))
    want = text.prompt + text.output + [0] * len(done)
    m.check(shared.tokens.tolist() == want, "tokens of threads")


ACTIONS = [accept, accept, accept, accept_id, back, fork, twins, notes,
           new_sequence, new_pipeline, facts_of_token, die, threads]
