"""Holds a run against the law of its requests: kept sets, logprobs, draws,
seeds."""

from __future__ import annotations

import math

import numpy as np
import token_sampler as ts

from . import bounds
from .chi_square import p_value
from .law import END_ID, Definition, Law
from .records import Draws, Outcome, Run, Step
from .verdicts import Finding, Verdict
from .vocabulary import texts

# One false alarm in so many whole tables, shared by some 200 tests of draws.
FALSE_ALARMS = 1e-3
TESTS = 200
LEAST_P = FALSE_ALARMS / TESTS


def check_run(run: Run) -> list[Verdict]:
    return [check(run, outcome) for outcome in run.outcomes]


def check(run: Run, outcome: Outcome) -> Verdict:
    verdict = Verdict(outcome.name)
    try:
        _check(run, outcome, verdict)
    except ValueError as error:  # The import refuses the request.
        accepted = not outcome.error
        said = str(error).splitlines()[0]
        if accepted:
            verdict.findings.append(Finding("import", "request", said))
    if verdict.findings:
        verdict.result = "DIFFERS"
    return verdict


def definition_of(run: Run, outcome: Outcome) -> Definition:
    """Raises ValueError where the import refuses the request."""
    size = len(outcome.steps[0].raw) if outcome.steps else 1000
    return Definition(run.facts["runtime"], outcome.request, size,
                      texts(size) if _speaks_of_text(outcome) else None)


def _speaks_of_text(outcome: Outcome) -> bool:
    return any(name.startswith(("dry", "bad_words"))
               for name in outcome.request)


def check_step(run: Run, definition: Definition, step: Step) -> list[Finding]:
    """What one step alone says, its text being of tokens without rows."""
    verdict = Verdict("")
    _check_step(run, definition, step, [], verdict)
    return verdict.findings


def check_draws(run: Run, definition: Definition,
                draws: Draws) -> list[Finding]:
    verdict = Verdict("")
    _check_draws(run, draws, definition, verdict)
    return verdict.findings


def _check(run: Run, outcome: Outcome, verdict: Verdict) -> None:
    definition = definition_of(run, outcome)
    if outcome.error:
        verdict.findings.append(Finding("refused", "request", outcome.error))
        return
    for step in outcome.steps:
        _check_step(run, definition, step, _rows_before(outcome, step),
                    verdict)
    if outcome.draws is not None:
        _check_draws(run, outcome.draws, definition, verdict)
        if run.facts.get("parity") and outcome.draws.seeds is not None:
            _check_parity(run, outcome, verdict)
    _check_seeds(outcome, definition, verdict)


def _rows_before(outcome: Outcome, step: Step) -> list[np.ndarray]:
    """Those of the tokens of its output, as far as they are there."""
    return [other.raw for other in outcome.steps
            if other.prompt == step.prompt
            and other.output == step.output[:len(other.output)]
            and len(other.output) < len(step.output)]


def _check_step(run: Run, definition: Definition, step: Step,
                rows: list[np.ndarray], verdict: Verdict) -> None:
    prompt, output = run.prompts[step.prompt], step.output
    place = where(step)
    if run.facts.get("row_by_row"):
        # Each row was a request of its own: what came before was its prompt.
        prompt, output = prompt + output, []
    laws = definition.laws(step.raw, prompt, output,
                           rows if len(rows) == len(output) else None)
    verdict.rows += 1
    if not any(law.logprob(step.token) > -np.inf for _, law in laws):
        size = min(len(law.ids) for _, law in laws)
        verdict.findings.append(Finding(
            "token", place, f"drew {step.token}, which is not among the "
            f"{size} kept", size))
    if step.processed is not None and not definition.greedy:
        _check_kept(run, laws, step, place, verdict)
    if step.logprob is not None and run.facts["logprob_of"] == "raw":
        plain = float(ts.raw(step.raw).logprob(step.token))
        _note_logprob(verdict, abs(plain - step.logprob),
                      bounds.of_logprob(step.raw), place)


def where(step: Step) -> str:
    """The prompt's name, and how many tokens came after it."""
    return f"{_name(step.prompt)} + {len(step.output)}"


def _check_kept(run: Run, laws: list[tuple[float, Law]], step: Step,
                place: str, verdict: Verdict) -> None:
    """The engine's kept set is that of one of the branches."""
    theirs = _law_of_logits(step.processed)
    misses = []
    for _, law in laws:
        ours_only, theirs_only = _difference(law, theirs, step.stored)
        misses.append((len(ours_only) + len(theirs_only), ours_only,
                       theirs_only, law))
    miss, ours_only, theirs_only, law = min(misses, key=lambda m: m[0])
    if miss:
        verdict.findings.append(Finding(
            "kept", place, _say_difference(law, theirs, ours_only,
                                           theirs_only), len(law.ids)))
        return
    if step.stored is not None and not np.isin(law.ids, step.stored).all():
        return  # Part of the row: its normaliser is not exact.
    verdict.kept_rows += 1
    ids = law.ids[law.probs >= bounds.COMPARED * law.probs.max()]
    ours = np.log(law.probs[np.searchsorted(law.ids, ids)])
    both = np.log(theirs.probs[np.searchsorted(theirs.ids, ids)])
    _note_logprob(verdict, float(np.abs(ours - both).max()),
                  bounds.of_processed(step.raw, run.facts["roundings"])
                  * _steepness(step), place)


def _steepness(step: Step) -> float:
    """By how much the engine scaled the row: an error grows with it."""
    finite = step.processed[np.isfinite(step.processed)]
    raw = step.raw[np.isfinite(step.raw)]
    spread = float(np.ptp(finite)) if len(finite) > 1 else 0.0
    return max(1.0, spread / float(np.ptp(raw)),
               float(np.abs(finite).max()) / float(np.abs(raw).max()))


def _note_logprob(verdict: Verdict, difference: float, bound: float,
                  place: str) -> None:
    if verdict.logprob is None or difference > verdict.logprob:
        verdict.logprob, verdict.bound = difference, bound
    if difference > bound:
        verdict.findings.append(Finding(
            "logprob", place,
            f"logprob is off by {difference:.1e}, want <= {bound:.1e}"))


def _check_draws(run: Run, draws: Draws, definition: Definition,
                 verdict: Verdict) -> None:
    law = definition.mixture(draws.raw, run.prompts[draws.prompt], [])
    if definition.greedy:
        law = Law(law.ids[[law.probs.argmax()]], np.ones(1))
    said = f"{_name(draws.prompt)}, {len(draws.tokens):,} draws"
    tokens = draws.tokens
    if draws.stored is not None:
        law, tokens = _of_stored(law, tokens, draws.stored)
    index = np.searchsorted(law.ids, tokens)
    index = np.minimum(index, len(law.ids) - 1)
    outside = law.ids[index] != tokens
    verdict.p = p_value(tokens, law)
    if outside.any():
        verdict.findings.append(Finding(
            "draws", said, f"{int(outside.sum())} of {len(draws.tokens):,} "
            f"draws are outside the {len(law.ids):,} kept", len(law.ids)))
    elif verdict.p < LEAST_P:
        verdict.findings.append(Finding(
            "draws", said, f"chi-square: p {verdict.p:.1e}, want >= "
            f"{LEAST_P:.0e}; {_farthest(tokens, law)}", len(law.ids)))


def _of_stored(law: Law, tokens: np.ndarray,
               stored: np.ndarray) -> tuple[Law, np.ndarray]:
    """The same with all tokens that are not stored as one, -1."""
    inside = np.isin(law.ids, stored)
    rest = law.probs[~inside].sum()
    if rest > 0:
        law = Law(np.concatenate([[-1], law.ids[inside]]),
                  np.concatenate([[rest], law.probs[inside]]))
    return law, np.where(np.isin(tokens, stored), tokens, -1)


def _check_parity(run: Run, outcome: Outcome, verdict: Verdict) -> None:
    """The engine's own random numbers, where this library has them."""
    try:
        size = len(outcome.draws.raw)
        config, _ = ts.import_settings(
            run.facts["runtime"], outcome.request, parity=True,
            end_ids=[END_ID],
            token_texts=texts(size) if _speaks_of_text(outcome) else None)
    except (ValueError, NotImplementedError):
        return
    draws = outcome.draws
    pipeline = ts.Pipeline(config, size)
    prompt = run.prompts[draws.prompt]
    same = 0
    tried = min(64, len(draws.seeds))
    for seed, token in zip(draws.seeds[:tried], draws.tokens):
        sequence = pipeline.sequence(seed=seed, prompt=prompt)
        same += pipeline.sample(draws.raw, sequence).id == token
    verdict.exact = f"{same} of {tried}"


def _check_seeds(outcome: Outcome, definition: Definition,
                 verdict: Verdict) -> None:
    if outcome.repeats is None:
        return
    first, again = outcome.repeats.twice
    if first != again:
        verdict.findings.append(Finding(
            "seeds", "rivers", f"seed 1 gave {first}, then {again}"))
    different = {tuple(t) for t in [first, *outcome.repeats.others]}
    if definition.greedy and len(different) > 1:
        verdict.findings.append(Finding(
            "seeds", "rivers", "a greedy draw depends on the seed"))


def _law_of_logits(processed: np.ndarray) -> Law:
    ids = np.flatnonzero(np.isfinite(processed))
    logits = processed[ids].astype(np.float64)
    weights = np.exp(logits - logits.max())
    return Law(ids, weights / weights.sum())


def _difference(ours: Law, theirs: Law,
                stored: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """(kept here only, kept there only), of what has any weight."""
    size = 1 + int(max(ours.ids.max(), theirs.ids.max()))

    def those_of(ids: np.ndarray) -> np.ndarray:
        among = np.zeros(size, bool)
        among[ids[ids < size]] = True
        return among

    def heavy(law: Law) -> np.ndarray:
        return those_of(law.ids[law.probs >= bounds.LEAST_PROBABILITY])

    ours_only = np.flatnonzero(heavy(ours) & ~those_of(theirs.ids))
    theirs_only = np.flatnonzero(heavy(theirs) & ~those_of(ours.ids))
    if stored is not None:
        looked_at = those_of(stored)
        ours_only = ours_only[looked_at[ours_only]]
        theirs_only = theirs_only[looked_at[theirs_only]]
    return ours_only, theirs_only


def _say_difference(ours: Law, theirs: Law, ours_only: np.ndarray,
                    theirs_only: np.ndarray) -> str:
    token, law = ((int(theirs_only[0]), theirs) if len(theirs_only)
                  else (int(ours_only[0]), ours))
    p = math.exp(law.logprob(token))
    return (f"keeps {len(theirs.ids):,}, want {len(ours.ids):,}; token "
            f"{token} of p {p:.2e} is {'kept' if len(theirs_only) else 'cut'}")


def _farthest(tokens: np.ndarray, law: Law) -> str:
    seen = np.bincount(np.searchsorted(law.ids, tokens),
                       minlength=len(law.ids))
    expected = law.probs * len(tokens)
    worst = int(np.argmax((seen - expected) ** 2 / np.maximum(expected, 5)))
    return (f"token {law.ids[worst]} was drawn {seen[worst]} times, want "
            f"about {expected[worst]:.0f}")


def _name(prompt: int) -> str:
    from .prompts import PROMPTS

    return list(PROMPTS)[prompt]
