// Pipeline: one row at a time.

#include "sampler/pipeline.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/distribution.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/python/bindings/step_arguments.h"
#include "sampler/python/bindings/workspaces.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

Pipeline MakePipeline(const std::string& json, nb::handle vocab_size) {
  const std::int64_t vocabulary_size = CountOf(vocab_size, "vocab_size");
  return Check(Pipeline::Create(Check(ParseConfig(json, vocabulary_size)),
                                vocabulary_size));
}

std::unique_ptr<SharedSequence> NewSequence(const Pipeline& pipeline,
                                            nb::handle seed, nb::handle stream,
                                            nb::handle prompt) {
  Sequence::Options options = {.stream = WordOf(stream, "stream")};
  if (!seed.is_none()) options.seed = SeedOf(seed, "seed");
  if (!prompt.is_none()) options.prompt = TokenIds(prompt, "prompt");
  return std::make_unique<SharedSequence>(
      Check(pipeline.NewSequence(std::move(options))));
}

// Everything one call on one row holds on to.
struct Call {
  Call(nb::handle logits, nb::handle shared, nb::handle mask,
       nb::handle unconditional, nb::handle uniform)
      : rows(OneRow(logits, "logits")),
        arguments(mask, unconditional, uniform, 1),
        sequence(As<const SharedSequence>(shared, "sequence")),
        inputs(arguments.Of(0)) {}

  [[noreturn]] void RaiseFor(RowStatus status, const Pipeline& pipeline) const {
    RaiseRowError(status,
                  DetailOf(status, pipeline, rows[0], *sequence, inputs));
  }

  BorrowedRows rows;
  StepArguments arguments;
  SharedSequence::Reader sequence;
  StepInputs inputs;
};

Token Sample(const Pipeline& pipeline, nb::handle logits, nb::handle sequence,
             nb::handle mask, nb::handle unconditional, nb::handle uniform) {
  const Call call(logits, sequence, mask, unconditional, uniform);
  Token token;
  {
    const nb::gil_scoped_release released;
    Workspaces workspaces(1);
    token = pipeline.Sample(call.rows[0], *call.sequence, workspaces.front(),
                            call.inputs);
  }
  if (token.status != RowStatus::kOk) call.RaiseFor(token.status, pipeline);
  return token;
}

std::unique_ptr<DistributionValue> Process(const Pipeline& pipeline,
                                           nb::handle logits,
                                           nb::handle sequence, nb::handle mask,
                                           nb::handle unconditional,
                                           nb::handle uniform) {
  const Call call(logits, sequence, mask, unconditional, uniform);
  RowStatus status = RowStatus::kOk;
  std::unique_ptr<DistributionValue> value;
  {
    const nb::gil_scoped_release released;
    Workspaces workspaces(1);
    const Step step = pipeline.Process(call.rows[0], *call.sequence,
                                       workspaces.front(), call.inputs);
    status = step.status();
    if (status == RowStatus::kOk) {
      value = LeftOf(step, pipeline.vocabulary_size());
    }
  }
  if (value == nullptr) call.RaiseFor(status, pipeline);
  return value;
}

void BindSteps(nb::class_<Pipeline>& type) {
  type.def(
          "sample", &Sample, "logits"_a.none(), "sequence"_a.none(),
          nb::kw_only(), "mask"_a = nb::none(), "unconditional"_a = nb::none(),
          "uniform"_a = nb::none(),
          nb::sig("def sample(self, logits: Row, sequence: Sequence, *, "
                  "mask: Words | None = None, unconditional: Row | None = "
                  "None, uniform: float | None = None) -> Token"),
          "Draws the token of one row. Accepts nothing: it may be repeated.\n\n"
          "Args:\n"
          "    logits: [V] or [1, V], float32, float16, bfloat16 or float64, "
          "on "
          "the CPU;\n"
          "        NumPy, torch, or anything with the buffer protocol or "
          "DLPack. Never\n"
          "        copied, never written.\n"
          "    sequence: of this pipeline.\n"
          "    mask: int32 or uint32 [ceil(V / 32)], for a stage \"mask\": "
          "token j is\n"
          "        allowed iff bit j % 32 of word j // 32 is 1 (xgrammar, "
          "llguidance).\n"
          "        Spare words mean nothing; for tokens without a bit the "
          "stage's\n"
          "        `padding` says. None: all are allowed.\n"
          "    unconditional: the second row of \"guidance\".\n"
          "    uniform: the code point of \"arithmetic\", in [0, 1).\n\n"
          "Raises RowError for a row without a token. The GIL is released.")
      .def("process", &Process, "logits"_a.none(), "sequence"_a.none(),
           nb::kw_only(), "mask"_a = nb::none(), "unconditional"_a = nb::none(),
           "uniform"_a = nb::none(),
           nb::sig("def process(self, logits: Row, sequence: Sequence, *, "
                   "mask: Words | None = None, unconditional: Row | None = "
                   "None, uniform: float | None = None) -> Distribution"),
           "What the stages leave of one row, and the token that sample draws "
           "from it.\n\nArguments and errors as sample; but without its code "
           "point `arithmetic` draws\nno token, and its distribution is there "
           "all the same.");
}

void BindSequences(nb::class_<Pipeline>& type) {
  type.def("sequence", &NewSequence, "seed"_a = nb::none(), "stream"_a = 0,
           "prompt"_a = nb::none(),
           nb::sig("def sequence(self, seed: int | None = None, stream: int = "
                   "0, prompt: Ids | None = None) -> Sequence"),
           "A new text.\n\n"
           "Args:\n"
           "    seed: 0 to 2**64 - 1. None: the config's, else one from the "
           "system\n"
           "        (sequence.seed says which).\n"
           "    stream: 0 to 2**32 - 1; tells texts with one seed apart.\n"
           "    prompt: token ids before the first drawn one.")
      .def(
          "restore",
          [](const Pipeline& p, const std::string& snapshot) {
            return std::make_unique<SharedSequence>(
                Check(p.RestoreSequence(snapshot)));
          },
          "snapshot"_a,
          "The sequence of Sequence.snapshot. ValueError for one of another "
          "config or\nvocabulary.");
}

}  // namespace

void BindPipeline(nb::module_& module) {
  auto type = nb::class_<Pipeline>(
      module, "_Pipeline",
      "Stages, compiled for one vocabulary size. Immutable: any number of "
      "threads.");
  type.def(
          "__init__",
          [](Pipeline* self, const std::string& json, nb::handle vocab_size) {
            new (self) Pipeline(MakePipeline(json, vocab_size));
          },
          "config_json"_a, "vocab_size"_a.none(),
          nb::sig("def __init__(self, config_json: str, vocab_size: int) -> "
                  "None"))
      .def_prop_ro("vocab_size", &Pipeline::vocabulary_size)
      .def_prop_ro("fingerprint", &Pipeline::fingerprint,
                   "Tells the config from others: 64 bits, never 0.")
      .def_prop_ro("has_state", &Pipeline::has_state,
                   "Does a stage learn from the tokens it draws?")
      .def_prop_ro(
          "config_json", [](const Pipeline& p) { return ToJson(p.config()); },
          "The config as JSON text.")
      .def_prop_ro(
          "chain", [](const Pipeline& p) { return ChainText(p.config()); },
          "The chain in one line: \"temperature(0.8) -> categorical\".")
      .def(
          "reads",
          [](const Pipeline& p, const std::string& input) {
            if (input == "mask") return p.Reads(StepInput::kMask);
            if (input == "unconditional") {
              return p.Reads(StepInput::kUnconditional);
            }
            if (input == "uniform") return p.Reads(StepInput::kUniform);
            RaiseValueError(absl::StrCat("input: got \"", input,
                                         "\", want \"mask\", \"unconditional\" "
                                         "or \"uniform\""));
          },
          "input"_a,
          "Does a stage look at \"mask\", \"unconditional\" or \"uniform\"?");
  BindSteps(type);
  BindSequences(type);
}

}  // namespace sampler::python
