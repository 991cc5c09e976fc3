"""Calls that judge drafts, and calls that take phrases back."""

import random

import given

import token_sampler as ts

SIZE = 64
LETTERS = "abcd ef\u00e9"
TEXTS = [LETTERS[i % 8] + LETTERS[i // 8] * (i % 3) for i in range(SIZE)]


def setting(m):
    """(pipeline, draft, target, function that gives rows)"""
    chain = m.rng.choice(["cool", "min_p", "top_p", "balanced"])
    pipeline = m.pipelines[chain, SIZE]
    draft, target = pipeline.sequence(seed=1), pipeline.sequence(seed=2)
    row = given.logits(m.rng, SIZE)
    return pipeline, draft, target, row


def rows_of(m, row):
    """A function that gives rows, or does what it should not."""
    kind = m.rng.randrange(10)
    if kind == 0:
        def raises(_):
            raise KeyError("no row")
        return raises, False
    if kind == 1:
        wrong = m.rng.choice([None, 3, row[:3], row[::-1], row.tolist()])
        return (lambda _: wrong), False
    if kind == 2:
        return m.rng.choice([None, 3, "row"]), None
    return (lambda _: row), True


def check_verdict(m, verdict, n):
    accepted, following = verdict
    m.check((verdict.accepted, verdict.next) == (accepted, following), "verdict")
    m.check(0 <= accepted <= n and -1 <= following < SIZE, repr(verdict))
    for name in ("accepted", "next"):
        m.do(verdict, name, legal=True)


def round_of_drafts(m):
    pipeline, draft, target, row = setting(m)
    round = ts.speculative.Round()
    m.called.add("token_sampler.speculative.Round")
    rule = m.rng.choice(["rejection", "block", "match"])
    m.do(round, rule, target, legal=False)
    m.do(round, "weigh", pipeline, target, lambda _: row, legal=False)
    n = given.integer(m.rng, 0, 4)
    if n.plain is None and n.value == 5:
        n.plain = 5
    rows, right = rows_of(m, row)
    legal = right and n.plain is not None
    if right is None or not n.plain:
        legal = None if n.plain is not None else False
    proposed = m.do(round, "propose", pipeline, draft, n.value, rows,
                    legal=legal, allowed=(*DOCUMENTED, KeyError))
    m.check(draft.position == 0, "a draft moves nothing")
    if proposed is not None:
        return
    tokens = m.do(round, "tokens", legal=True)
    weighed = m.do(round, "weigh", pipeline, target, lambda _: row, legal=True)
    verdict = m.do(round, rule, target, legal=True)
    check_verdict(m, verdict, len(tokens))
    if weighed is None and verdict.next >= 0:
        m.do(round, "accept", verdict, target, draft, legal=True)
        want = tokens[: verdict.accepted] + [verdict.next]
        m.check(target.output.tolist() == draft.output.tolist() == want, "round")


def by_hand(m):
    pipeline, draft, target, row = setting(m)
    q = pipeline.process(row, draft)
    n = m.rng.randrange(4)
    tokens = [int(m.rng.choice(q.ids.tolist())) for _ in range(n)]
    p = [q] * (n + 1)
    fault = m.rng.randrange(6)
    if fault == 0:
        p = m.rng.choice([p[1:], None, [3] * (n + 1), p + p,
                          [ts.Distribution.__new__(ts.Distribution)] * (n + 1)])
    legal = fault != 0
    for name in ("rejection", "block", "match"):
        verdict = m.do(ts.speculative, name, tokens, [q] * n, iter(p or [])
                       if legal else p, target, legal=legal)
        if legal:
            check_verdict(m, verdict, n)
    for wrong in (0.0, 1.5, float("nan"), "x"):
        m.do(ts.speculative, "typical", tokens, p, target, epsilon=wrong,
             legal=False)
    verdict = m.do(ts.speculative, "typical", tokens, p, target, legal=legal)
    m.check(target.position == 0, "judging moves nothing")
    nodes = [(t, i - 1) for i, t in enumerate(tokens)]
    if m.rng.random() < 0.2 and nodes:
        nodes[-1] = m.rng.choice([(0, n + 3), (0, -2), 3, None, ("a", 0)])
        legal = False
    for name, more in (("tree", [[q] * n]), ("tree_by_target", [])):
        path = m.do(ts.speculative, name, nodes, *more, p, target, legal=legal)
        if legal:
            m.check(path[0] == list(range(len(path[0]))), "a path of a chain")


def tree_of_drafts(m):
    pipeline, draft, target, row = setting(m)
    tree = ts.speculative.TreeRound()
    m.called.add("token_sampler.speculative.TreeRound")
    m.do(tree, "begin", legal=True)
    m.do(tree, "tree", target, legal=False)
    for _ in range(m.rng.randrange(1, 4)):
        nodes = len(m.do(tree, "nodes", legal=True))
        rows, right = rows_of(m, row)
        node = given.integer(m.rng, -1, nodes - 1)
        n = m.rng.choice([1, 2, 3])
        m.do(tree, "grow", node.value, n, pipeline, draft, rows,
             distinct=m.rng.random() < 0.5, allowed=(*DOCUMENTED, KeyError),
             legal=False if node.plain is None or right is False else right)
    m.do(tree, "path", m.rng.choice([len(tree.nodes), -2, 2**40, "x"]),
         legal=False)
    for node in range(-1, len(tree.nodes)):
        path = m.do(tree, "path", node, legal=True)
        m.check(path[-1:] == ([tree.nodes[node][0]] if node >= 0 else []), "path")
    m.do(tree, "weigh", pipeline, target, lambda _: row, legal=True)
    name = m.rng.choice(["tree", "tree_by_target"])
    verdict = m.do(tree, name, target, legal=True)
    m.do(tree, "accept", m.rng.choice([([99], 0), ([0, 0], 0), ([-1], 0), 3,
                                       (None, 0), ([0], None)]),
         target, draft, legal=False)
    m.check(target.position == draft.position == 0, "nothing was accepted")
    if verdict[1] >= 0:
        m.do(tree, "accept", verdict, target, draft, legal=True)
        want = [tree.nodes[i][0] for i in verdict[0]] + [verdict[1]]
        m.check(target.output.tolist() == want, "tree")


def phrases(m):
    """Emitted and held bytes are the text; no phrase is left in it."""
    rng = random.Random(m.rng.random())
    texts = [t.encode() for t in TEXTS]
    banned = rng.sample([b"aa", b"ab", b"c", b"dd", b" e", "\u00e9".encode()],
                        rng.randrange(1, 4))
    forms = [lambda b: b, lambda b: b.decode(), lambda b: m.do(
        ts, "Phrase", b, legal=True)]
    given_phrases = [rng.choice(forms)(b) for b in banned]
    for phrase in given_phrases:
        if isinstance(phrase, ts.Phrase):
            m.check(m.do(phrase, "text") in banned, "text")
    rewinder = m.do(ts, "Rewinder", iter(given_phrases), legal=True)
    m.do(ts, "Rewinder", rng.choice([[""], [3], None, 3, [None]]), legal=False)
    m.do(ts, "Phrase", rng.choice([3, None]), legal=False)
    pipeline = m.pipelines["balanced", SIZE]
    sequence = pipeline.sequence(seed=rng.randrange(9))
    shown = b""
    for _ in range(12):
        try:
            token = pipeline.sample(given.logits(rng, SIZE), sequence)
        except ts.RowError:
            answer = m.do(rewinder, "no_candidate", sequence, legal=True)
        else:
            sequence.accept(token)
            answer = m.do(rewinder, "add", token, rng.choice(
                [texts[token.id], TEXTS[token.id]]), sequence, legal=True)
        shown += m.do(answer, "emit")
        m.check(m.do(answer, "next") in ("go_on", "rewound", "stop"), "next")
        m.check(m.do(answer, "taken") >= 0, "taken")
        m.do(answer, "phrase", legal=True)
        m.do(rewinder, "add", *rng.choice(
            [(None, "a", sequence), (0, 3, sequence), (0, "a", None),
             (SIZE, "a", sequence), (2**70, b"", sequence)]), legal=False)
        if rng.random() < 0.3:
            told = m.do(rewinder, "snapshot", legal=True)
            m.do(rewinder, "restore", banned, rng.choice(["", "{}", "x", 3]),
                 legal=False)
            rewinder = m.do(rewinder, "restore", given_phrases, told, legal=True)
        text = b"".join(texts[i] for i in sequence.tokens.tolist())
        held = m.do(rewinder, "held", legal=True)
        m.check(shown + held == text, f"{shown} + {held}, want {text}")
        m.check(m.do(rewinder, "held_tokens") <= sequence.position, "held")
        m.check(not any(phrase in shown for phrase in banned), repr(shown))
    other = ts.Rewinder.restore(banned, rewinder.snapshot())
    m.do(other, "no_candidate", sequence.copy())
    shown += m.do(rewinder, "finish", sequence, legal=True).emit
    m.check(shown == b"".join(texts[i] for i in sequence.tokens), "all")


DOCUMENTED = (TypeError, ValueError, RuntimeError)
ACTIONS = [round_of_drafts, by_hand, tree_of_drafts, phrases]
