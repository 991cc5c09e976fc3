// sample_batch: a step of many sequences.

#include "sampler/batch.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logprobs.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/python/bindings/interrupts.h"
#include "sampler/python/bindings/step_arguments.h"
#include "sampler/python/bindings/tokens.h"
#include "sampler/python/bindings/workspaces.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

constexpr int kMostThreads = 1024;
constexpr std::int64_t kMostLogprobs = 1 << 20;
// Rows of each thread between two looks at signals: milliseconds, and more than
// most batches have, since every part waits for its slowest row.
constexpr std::size_t kRowsOfAPart = 256;

// The rows of a batch, whatever they were given as.
class BatchRows {
 public:
  explicit BatchRows(nb::handle logits) {
    if (nb::isinstance<nb::list>(logits) || nb::isinstance<nb::tuple>(logits)) {
      for (const nb::handle row : nb::iter(logits)) {
        arrays_.push_back(OneRow(row, "logits"));
      }
      one_each_ = true;
    } else {
      arrays_.emplace_back(logits, "logits");
    }
  }

  std::int64_t count() const {
    return one_each_ ? static_cast<std::int64_t>(arrays_.size())
                     : arrays_.front().count();
  }

  Logits operator[](std::int64_t row) const {
    return one_each_ ? arrays_[static_cast<std::size_t>(row)][0]
                     : arrays_.front()[row];
  }

 private:
  std::vector<BorrowedRows> arrays_;
  bool one_each_ = false;
};

// One for every row, or the same one for all; held.
class BatchPipelines {
 public:
  BatchPipelines(nb::handle pipelines, std::int64_t rows) {
    if (nb::isinstance<Pipeline>(pipelines)) {
      one_ = &As<const Pipeline>(pipelines, "pipelines");
      return;
    }
    held_ = ItemsOf(pipelines, "pipelines");
    CheckCount("pipelines", std::ssize(held_), rows);
    all_.reserve(held_.size());
    for (const nb::object& item : held_) {
      all_.push_back(&As<const Pipeline>(item, "pipelines"));
    }
  }

  const Pipeline* operator[](std::size_t row) const {
    return one_ != nullptr ? one_ : all_[row];
  }

 private:
  const Pipeline* one_ = nullptr;
  std::vector<nb::object> held_;
  std::vector<const Pipeline*> all_;
};

// False if a signal's handler has raised meanwhile. (Sampling moves nothing: a
// batch that was given up may be sampled again.)
bool SampleParts(absl::Span<const BatchRow> rows, absl::Span<Token> tokens,
                 Workspaces& workspaces) {
  const std::size_t part = kRowsOfAPart * workspaces.all().size();
  for (std::size_t begin = 0; begin < rows.size(); begin += part) {
    if (begin > 0 && SignalHandlerRaised()) return false;
    SampleBatch(
        rows.subspan(begin, part), tokens.subspan(begin, part),
        workspaces.all(),
        [&](std::size_t workers, Helpers::Task task) {
          workspaces.helpers().Run(workers, task);
        },
        workspaces.reporters());
  }
  return true;
}

std::unique_ptr<Tokens> SampleAll(nb::handle pipelines, nb::handle logits,
                                  nb::handle sequences, nb::handle threads,
                                  nb::handle mask, nb::handle unconditional,
                                  nb::handle uniform, nb::handle logprobs) {
  const auto most_workers =
      static_cast<std::size_t>(IntegerIn(threads, "threads", 1, kMostThreads));
  std::optional<std::int64_t> likeliest;
  if (!logprobs.is_none()) {
    likeliest = IntegerIn(logprobs, "logprobs", 0, kMostLogprobs);
  }
  const BatchRows rows(logits);
  const BatchPipelines each(pipelines, rows.count());
  const StepArguments arguments(mask, unconditional, uniform, rows.count());
  const std::vector<nb::object> held = ItemsOf(sequences, "sequences");
  CheckCount("sequences", std::ssize(held), rows.count());
  std::vector<SharedSequence::Reader> leases;
  leases.reserve(held.size());
  for (const nb::object& one : held) {
    leases.emplace_back(As<const SharedSequence>(one, "sequences"));
  }

  auto result = std::make_unique<Tokens>();
  const std::size_t size = leases.size();
  result->tokens.resize(size);
  if (likeliest.has_value()) {
    result->raw = std::make_unique<LogprobTable>(size, *likeliest);
    result->processed = std::make_unique<LogprobTable>(size, *likeliest);
  }
  std::vector<BatchRow> batch;
  for (std::size_t i = 0; i < size; ++i) {
    const auto row = static_cast<std::int64_t>(i);
    batch.push_back(
        {.pipeline = each[i],
         .logits = rows[row],
         .sequence = &*leases[i],
         .inputs = arguments.Of(row),
         .raw = likeliest.has_value() ? &result->raw->reports[i] : nullptr,
         .processed =
             likeliest.has_value() ? &result->processed->reports[i] : nullptr});
  }
  const std::size_t workers = std::clamp<std::size_t>(size, 1, most_workers);
  bool interrupted = false;
  {
    const nb::gil_scoped_release released;
    Workspaces workspaces(workers);
    interrupted =
        !SampleParts(batch, absl::MakeSpan(result->tokens), workspaces);
  }
  if (interrupted) throw nb::python_error();
  return result;
}

}  // namespace

void BindBatch(nb::module_& module) {
  BindTokens(module);
  module.def(
      "sample_batch", &SampleAll, "pipelines"_a.none(), "logits"_a.none(),
      "sequences"_a.none(), nb::kw_only(), "threads"_a.none() = 1,
      "mask"_a = nb::none(), "unconditional"_a = nb::none(),
      "uniform"_a = nb::none(), "logprobs"_a = nb::none(),
      nb::sig("def sample_batch(pipelines: _Pipeline | "
              "Iterable[_Pipeline], logits: Rows, sequences: "
              "Iterable[Sequence], *, threads: int = 1, mask: "
              "Words | None = None, unconditional: Row | None = None, uniform: "
              "Iterable[float] | None = None, logprobs: int | "
              "None = None) -> Tokens"),
      "Draws a token for each of B rows, each with its pipeline (or one for "
      "all) and\nsequence: those that sample draws, whatever the batch and the "
      "number of threads.\n\n"
      "Args:\n"
      "    logits: [B, V], rows anywhere in memory, or a list of B rows.\n"
      "    threads: 1 to 1024. The GIL is released.\n"
      "    mask, unconditional, uniform: one for each row (see "
      "Pipeline.sample).\n"
      "    logprobs: also report the n likeliest tokens, 0 to 2**20.");
}

}  // namespace sampler::python
