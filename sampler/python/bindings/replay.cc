// Replaying the rows of one sequence of a log, into columns.

#include <nanobind/nanobind.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "sampler/logprobs.h"
#include "sampler/logs/row_set_up.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/logs.h"
#include "sampler/python/bindings/replay_columns.h"
#include "sampler/python/bindings/workspaces.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using logs::Log;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

// Does the log leave tokens of the row out, so that the softmax of what it has
// is not the model's?
absl::StatusOr<bool> IsPartial(const Log& log, std::int64_t row) {
  const auto tail = log.Tail(row);
  if (!tail.ok()) return tail.status();
  const auto floor = log.Floor(row);
  if (!floor.ok()) return floor.status();
  const bool cut = tail->has_value() && (**tail).count > 0;
  return cut || (floor->has_value() && (**floor).dropped);
}

class Replayer {
 public:
  Replayer(const Pipeline& pipeline, const Log& log, Sequence& sequence,
           Workspaces& workspaces)
      : pipeline_(pipeline),
        log_(log),
        sequence_(sequence),
        workspace_(workspaces.front()),
        reporter_(workspaces.reporters().front()) {}

  absl::Status Replay(std::int64_t row, bool raw) {
    absl::Status ready =
        logs::SetUpRow(log_, row, pipeline_.config(), sequence_);
    if (!ready.ok()) return ready;
    const auto logits = log_.Row(row, buffer_);
    if (!logits.ok()) return logits.status();
    StepInputs inputs;
    if (pipeline_.Reads(StepInput::kMask)) {
      const auto mask = log_.Mask(row, buffer_);
      if (!mask.ok()) return mask.status();
      inputs.mask = *mask;
    }
    const TokenId logged = log_.tokens().empty()
                               ? logs::kNoToken
                               : log_.tokens()[static_cast<std::size_t>(row)];
    const Step step = pipeline_.Process(*logits, sequence_, workspace_, inputs);
    const Token token = step.Draw();
    columns_.Add(step, token, logged);
    if (raw) {
      const auto partial = IsPartial(log_, row);
      if (!partial.ok()) return partial.status();
      AddRaw(*logits, *partial, token.id, logged);
    }
    return MoveOn(token, logged);
  }

  ReplayColumns& columns() { return columns_; }

 private:
  void AddRaw(const Logits& logits, bool partial, TokenId token,
              TokenId logged) {
    if (partial) {
      columns_.AddRaw(nullptr, token, logged);
      return;
    }
    const Distribution raw = reporter_.Raw(logits);
    columns_.AddRaw(&raw, token, logged);
  }

  // Along the logged tokens, or the drawn ones where there are none.
  absl::Status MoveOn(const Token& token, TokenId logged) {
    if (logged >= 0) return sequence_.Accept(token, logged);
    if (token.status == RowStatus::kOk) return sequence_.Accept(token);
    return absl::OkStatus();
  }

  const Pipeline& pipeline_;
  const Log& log_;
  Sequence& sequence_;
  Workspace& workspace_;
  LogprobReporter& reporter_;
  logs::RowBuffer buffer_;
  ReplayColumns columns_;
};

nb::dict ReplaySequence(const Pipeline& pipeline, const OpenLog& open,
                        SharedSequence& sequence, std::int64_t first,
                        std::int64_t rows, bool raw) {
  const Log& log = *open.log;
  if (first < 0 || rows < 0 || rows > log.rows() - first) {
    throw nb::index_error("rows outside the log");
  }
  const SharedSequence::Writer lease(sequence);
  Workspaces workspaces(1);
  Replayer replayer(pipeline, log, *lease, workspaces);
  absl::Status status;
  {
    const nb::gil_scoped_release released;
    for (std::int64_t i = 0; status.ok() && i < rows; ++i) {
      status = replayer.Replay(first + i, raw);
    }
  }
  Check(status);
  return std::move(replayer.columns()).ToDict();
}

}  // namespace

void BindReplay(nb::module_& module) {
  module.def("_replay_sequence", &ReplaySequence, "pipeline"_a, "log"_a,
             "sequence"_a, "first_row"_a, "rows"_a, "raw"_a, "For replay.");
}

}  // namespace sampler::python
