"""vLLM's logits processor: requests that come, go and move in a batch."""

import os
import random
import re
from types import SimpleNamespace

import pytest
from conftest import engine, make_row, model_folder

torch = engine("torch")
processors = engine("vllm.v1.sample.logits_processor")

from vllm import SamplingParams  # noqa: E402

import token_sampler as ts  # noqa: E402
from token_sampler.vllm import SamplerLogitsProcessor, extra_args  # noqa: E402

V = 300
PADDED = 320
CONFIGS = ["balanced", "llama.cpp", "neutral", "greedy"]


def make_processor():
    config = SimpleNamespace(
        model_config=SimpleNamespace(get_vocab_size=lambda: V)
    )
    return SamplerLogitsProcessor(config, torch.device("cpu"), False)


class Engine:
    """The batch of vLLM's model runner: a list of requests, and its updates."""

    def __init__(self):
        self.processor = make_processor()
        self.requests = []
        self.added, self.removed, self.moved = [], [], []

    def add(self, number):
        request = SimpleNamespace(
            number=number,
            config=CONFIGS[number % len(CONFIGS)],
            ours=number % 5 != 4,
            prompt=[number % V, 7],
            output=[],
            rows=[],
        )
        args = extra_args(request.config, seed=3, stream=number)
        params = SamplingParams(extra_args=args if request.ours else None)
        self.added.append(
            (len(self.requests), params, request.prompt, request.output)
        )
        self.requests.append(request)

    def remove(self, index):
        """The last one takes its place, as in vLLM."""
        last = len(self.requests) - 1
        self.removed.append(index)
        gone = self.requests[index]
        moved = self.requests.pop()
        if index != last:
            self.requests[index] = moved
            self.moved.append(
                (last, index, processors.MoveDirectionality.UNIDIRECTIONAL)
            )
        return gone

    def swap(self, a, b):
        requests = self.requests
        requests[a], requests[b] = requests[b], requests[a]
        self.moved.append((a, b, processors.MoveDirectionality.SWAP))

    def step(self, clock):
        changed = self.added or self.removed or self.moved
        self.processor.update_state(
            processors.BatchUpdate(
                batch_size=len(self.requests), removed=self.removed,
                added=self.added, moved=self.moved,
            )
            if changed
            else None
        )
        self.added, self.removed, self.moved = [], [], []
        rows = torch.stack([
            torch.from_numpy(make_row(1000 * clock + r.number, PADDED))
            for r in self.requests
        ])
        before = rows.clone()
        after = self.processor.apply(rows)
        for request, raw, row in zip(self.requests, before, after):
            if request.ours:
                assert torch.isfinite(row).sum() == 1
            else:
                assert torch.equal(raw, row)
            request.rows.append(raw[:V].clone())
            request.output.append(int(torch.argmax(row[:V])))


def alone(request):
    pipeline = ts.Pipeline(request.config, V)
    sequence = pipeline.sequence(
        seed=3, stream=request.number, prompt=request.prompt
    )
    for row in request.rows:
        sequence.accept(pipeline.sample(row, sequence))
    return sequence.output.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_tokens_do_not_depend_on_what_shares_the_batch(seed):
    rng = random.Random(seed)
    batch, done = Engine(), []
    for clock in range(60):
        # Removals first, then additions, then moves: vLLM's order.
        if len(batch.requests) > 2 and rng.random() < 0.3:
            done.append(batch.remove(rng.randrange(len(batch.requests))))
        elif len(batch.requests) < 6:
            batch.add(100 * seed + clock)
        if len(batch.requests) > 1 and rng.random() < 0.3:
            batch.swap(*rng.sample(range(len(batch.requests)), 2))
        batch.step(clock)
    ours = [r for r in done + batch.requests if r.ours]
    assert len(ours) > 8
    for request in ours:
        assert request.output == alone(request)


def test_a_request_that_was_preempted_goes_on():
    batch = Engine()
    batch.add(0)
    for clock in range(3):
        batch.step(clock)
    request = batch.remove(0)
    batch.add(0)
    again = batch.requests[0]
    again.rows.extend(request.rows)
    # vLLM hands over the output so far, and appends to that very list.
    again.output.extend(request.output)
    for clock in range(3, 6):
        batch.step(clock)
    assert again.output == alone(again)


def test_places_that_are_not_filled_yet_hold_what_was_drawn():
    batch = Engine()
    batch.add(0)
    request = batch.requests[0]
    tokens = []
    for clock in range(4):
        batch.step(clock)
        tokens.append(request.output[-1])
        request.output[-1] = -1
    assert tokens == alone(request)
    late = Engine()
    late.add(0)
    late.requests[0].output.append(-1)
    with pytest.raises(RuntimeError, match="not known"):
        late.step(0)


def test_a_config_that_is_none_is_told_to_who_asks():
    bad = SamplingParams(extra_args={"token_sampler": {"config": "{}"}})
    with pytest.raises(ValueError, match="version"):
        SamplerLogitsProcessor.validate_params(bad)
    SamplerLogitsProcessor.validate_params(SamplingParams())
    with pytest.raises(ValueError, match="no_such"):
        extra_args("no_such")


def test_pipelines_of_old_configs_are_let_go():
    batch = Engine()
    for i in range(200):
        config = {"version": 1, "stages": [
            {"type": "temperature", "temperature": 0.5 + i / 200},
            {"type": "categorical"}]}
        batch.processor._begin(extra_args(config, seed=1)["token_sampler"],
                               [1], [])
    assert batch.processor._pipeline.cache_info().currsize == 64


def test_bad_rows_raise():
    batch = Engine()
    batch.add(0)
    batch.step(0)
    with pytest.raises(ts.RowError, match="nan"):
        batch.processor.apply(torch.full((1, PADDED), torch.nan))


def test_inside_the_engine():
    folder = model_folder()
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    from vllm import LLM

    llm = LLM(folder, enforce_eager=True, dtype="float32", max_model_len=256,
              logits_processors=[SamplerLogitsProcessor])

    def texts(prompts, seeds):
        params = [
            SamplingParams(max_tokens=12, extra_args=extra_args("balanced", seed=s))
            for s in seeds
        ]
        return [tuple(o.outputs[0].token_ids)
                for o in llm.generate(prompts, params)]

    prompts = ["The three rivers are", "Once upon a time", "The three rivers are"]
    batch = texts(prompts, [1, 2, 1])
    assert batch[0] == batch[2] == texts(prompts[:1], [1])[0]
    assert texts(prompts[:1], [9])[0] != batch[0]

    # Its grammars mask the rows before they come to the processor.
    from vllm.sampling_params import StructuredOutputsParams

    params = SamplingParams(
        max_tokens=12, extra_args=extra_args("balanced", seed=3),
        structured_outputs=StructuredOutputsParams(regex="(yes|no), [0-9]!"))
    answer = llm.generate(prompts[:1], params)[0].outputs[0]
    assert re.fullmatch("(yes|no), [0-9]!", answer.text), answer.text
