"""The conformance lab: its checks find what is wrong, and what the engines did
is checked again from the packed logs."""

import copy
import sys

import numpy as np
import pytest
from conftest import DATA, SOURCE

sys.path.insert(0, str(SOURCE / "tools" / "conformance"))

from lab import chi_square, packed, page  # noqa: E402
from lab.checks import check, definition_of, where  # noqa: E402
from lab.law import Law  # noqa: E402
from lab.records import Draws, Outcome, Repeats, Run, Step  # noqa: E402
from lab.settings import SETTINGS  # noqa: E402

FILES = sorted((DATA / "conformance").glob("*.npz"))
SIZE = 49152


@pytest.fixture(scope="module")
def runs():
    return {file.stem: packed.read(file) for file in FILES}


def is_stored(outcome, findings):
    """Is one of them there to be found again? A row is no more that keeps too
    many tokens to be stored."""
    places = {where(step) for step in outcome.steps}
    return not findings or any(
        f["kind"] != "kept" or f["where"] in places for f in findings)


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_the_check_is_repeated_without_the_engine(runs, name):
    run = runs[name]
    assert run.outcomes
    for outcome, told in zip(run.outcomes, run.facts["verdicts"]):
        assert outcome.name == told["setting"]
        assert outcome.request == SETTINGS[run.engine][outcome.name]
        verdict = check(run, outcome)
        findings = [(f.kind, f.said) for f in verdict.findings]
        if not is_stored(outcome, told["findings"]):
            assert verdict.result == "PASS", (outcome.name, findings)
            continue
        if {f["kind"] for f in told["findings"]} == {"logprob"}:
            # Of rows that are stored in part the logprobs are not known.
            assert verdict.kept_rows == 0 or verdict.result == "DIFFERS"
            continue
        assert verdict.result == told["result"], (outcome.name, findings)


def test_the_page_is_made_of_them(runs):
    shipped = SOURCE / "tools" / "conformance" / "RESULTS.md"
    order = [name for name in SETTINGS if name in runs]
    assert shipped.read_text() == page.page([runs[name] for name in order])
    assert len(order) == len(FILES) >= 5


def test_every_engine_has_many_settings(runs):
    assert set(SETTINGS) == {"transformers", "vllm", "mlx-lm", "ort-genai",
                             "llama.cpp", "openvino"}
    assert all(len(settings) >= 25 for settings in SETTINGS.values())
    assert set(runs) == set(SETTINGS)
    assert all(len(run.outcomes) >= 25 for run in runs.values())


# ---- Would the checks find it? -------------------------------------------

@pytest.fixture
def run():
    """An engine that does as transformers says, to the last token."""
    random = np.random.default_rng(1)
    raw = random.normal(0, 3, SIZE).astype(np.float32)
    request = {"do_sample": True, "top_k": 20, "temperature": 0.8}
    order = np.argsort(-raw, kind="stable")[:20]
    processed = np.full(SIZE, -np.inf, np.float32)
    processed[order] = raw[order] / np.float32(0.8)
    weights = np.exp(processed[order].astype(float) - processed[order].max())
    drawn = random.choice(order, 2000, p=weights / weights.sum())
    outcome = Outcome(
        "made", request,
        [Step(0, [], raw, processed, int(order[3])),
         Step(0, [7], raw, processed, int(order[0]))],
        Draws(0, "2,000 draws", drawn, None, raw),
        Repeats([[1, 2], [1, 2]], [[3, 4]]))
    facts = {"runtime": "huggingface", "roundings": 4, "logprob_of": "none"}
    return Run("transformers", facts, [[504, 1296, 7626, 359]], [outcome])


def kinds(run):
    return {f.kind for f in check(run, run.outcomes[0]).findings}


def test_what_is_right_passes(run):
    verdict = check(run, run.outcomes[0])
    assert verdict.findings == [] and verdict.result == "PASS"
    assert verdict.kept_rows == 2 and 0 < verdict.logprob < verdict.bound


def test_a_token_too_many_or_too_few_is_found(run):
    processed = run.outcomes[0].steps[0].processed
    kept = np.flatnonzero(np.isfinite(processed))
    least = kept[processed[kept].argmin()]
    first = copy.deepcopy(run)
    first.outcomes[0].steps[0].processed[least] = -np.inf
    assert kinds(first) == {"kept"}
    second = copy.deepcopy(run)
    second.outcomes[0].steps[0].processed[5 if 5 not in kept else 6] = -9
    assert kinds(second) == {"kept"}
    smallest = check(second, second.outcomes[0]).smallest
    assert smallest.where == "rivers + 0" and "want 20" in smallest.said


def test_rows_that_were_requests_of_their_own(run):
    """Such a request has no memory: what came before was its prompt."""
    outcome = run.outcomes[0]
    outcome.request = {"mirostat": 2, "mirostat_tau": 3.0, "mirostat_eta": 5.0,
                       "temperature": 1.0}
    outcome.draws = None
    run.facts.update(runtime="llama.cpp", row_by_row=True)
    definition = definition_of(run, outcome)
    for step in outcome.steps:
        [(_, law)] = definition.laws(
            step.raw, run.prompts[0] + step.output, [])
        step.processed = np.full(SIZE, -np.inf, np.float32)
        step.processed[law.ids] = np.log(law.probs)
        step.token = int(law.ids[0])
    # The memory moves by a token that was drawn here.
    [(_, pipeline)] = definition.branches
    drawn = pipeline.sample(outcome.steps[0].raw,
                            pipeline.sequence(seed=0, prompt=run.prompts[0]))
    outcome.steps[1].output = [drawn.id]
    assert kinds(run) == set()
    run.facts["row_by_row"] = False
    assert kinds(run)


def test_a_logprob_that_is_off_is_found(run):
    step = run.outcomes[0].steps[1]
    step.processed[step.token] += 1e-3
    assert kinds(run) == {"logprob"}


def test_a_token_outside_is_found(run):
    step = run.outcomes[0].steps[0]
    step.token = int(np.flatnonzero(~np.isfinite(step.processed))[0])
    assert kinds(run) == {"token"}


def test_draws_of_another_law_are_found(run):
    draws = run.outcomes[0].draws
    kept = np.unique(draws.tokens)
    draws.tokens = np.random.default_rng(2).choice(kept, 2000)
    assert kinds(run) == {"draws"}
    draws.tokens[0] = 11
    found = check(run, run.outcomes[0]).findings
    assert found[0].kind == "draws" and "outside" in found[0].said


def test_a_seed_that_does_not_repeat_is_found(run):
    run.outcomes[0].repeats.twice[1] = [1, 3]
    assert kinds(run) == {"seeds"}


def test_a_lost_field_and_a_refusal_are_found(run):
    lost = copy.deepcopy(run)
    lost.outcomes[0].request = {"do_sample": True, "num_beams": 4}
    assert kinds(lost) == {"import"}
    run.outcomes[0].error = "ValueError: no"
    assert kinds(run) == {"refused"}


def test_draws_of_what_is_not_stored_are_one_bin(run):
    draws = run.outcomes[0].draws
    kept = np.unique(draws.tokens)
    draws.stored = kept[::2]
    assert kinds(run) == set()
    draws.tokens = np.where(np.isin(draws.tokens, kept[::2]), kept[1],
                            kept[0])
    assert kinds(run) == {"draws"}


def test_packing_keeps_what_is_judged(run, tmp_path, monkeypatch):
    processed = run.outcomes[0].steps[0].processed
    kept = np.flatnonzero(np.isfinite(processed))
    processed[kept[processed[kept].argmin()]] = -np.inf
    monkeypatch.setattr(packed, "read_run", lambda folder: run)
    file = tmp_path / "made.npz"
    packed.pack(tmp_path, file)
    again = packed.read(file)
    assert kinds(again) == {"kept"} == kinds(run)
    assert file.stat().st_size < 40_000
    told = again.facts["verdicts"][0]
    assert told["result"] == "DIFFERS" and told["rows"] == 2
    whole, stored = run.outcomes[0].draws, again.outcomes[0].draws
    assert (whole.tokens == stored.tokens).all()
    head = stored.stored
    assert (stored.raw[head] == whole.raw[head]).all()
    assert np.exp(stored.raw.astype(float)).sum() == pytest.approx(
        np.exp(whole.raw.astype(float)).sum(), rel=1e-5)


@pytest.mark.parametrize(("x", "freedom", "want"), [
    # Tables: 5 % and 0.1 % points.
    (3.841459, 1, 0.05), (18.307038, 10, 0.05), (124.342113, 100, 0.05),
    (10.827566, 1, 0.001), (149.449253, 100, 0.001), (0.0, 3, 1.0)])
def test_the_tail_of_chi_square(x, freedom, want):
    assert chi_square.tail(x, freedom) == pytest.approx(want, rel=1e-6)


def test_p_values_are_uniform_under_the_law():
    random = np.random.default_rng(3)
    law = Law(np.arange(30), random.dirichlet(np.ones(30)))
    values = [chi_square.p_value(random.choice(30, 2000, p=law.probs), law)
              for _ in range(400)]
    # Within 5 standard deviations of 10 % of 400.
    assert 10 <= sum(v < 0.1 for v in values) <= 70
    assert 10 <= sum(v > 0.9 for v in values) <= 70
