// Replaying the rows of one sequence of a log, into columns.

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/logs.h"
#include "sampler/python/bindings/workspaces.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using logs::Log;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct Columns {
  std::vector<std::int32_t> token = {};  // Drawn; -1: none.
  std::vector<std::string> status = {};
  std::vector<double> logprob = {};
  std::vector<double> raw_logprob = {};
  std::vector<std::int64_t> kept = {};
  std::vector<double> entropy = {};
  std::vector<double> raw_entropy = {};
  std::vector<double> logged_logprob = {};
  std::vector<double> logged_raw_logprob = {};
};

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

double LogprobIn(const Distribution& distribution, TokenId token) {
  return token < 0 || distribution.status() != RowStatus::kOk
             ? kUnknown
             : distribution.Logprob(token);
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
    columns_.token.push_back(token.id);
    columns_.status.emplace_back(RowStatusName(token.status));
    columns_.kept.push_back(step.Count());
    const bool ok = token.status == RowStatus::kOk;
    columns_.entropy.push_back(ok ? step.Entropy() : kUnknown);
    columns_.logprob.push_back(LogprobIn(step, token.id));
    columns_.logged_logprob.push_back(LogprobIn(step, logged));
    if (raw) {
      const auto partial = IsPartial(log_, row);
      if (!partial.ok()) return partial.status();
      AddRaw(*logits, *partial, token.id, logged);
    }
    return MoveOn(token, logged);
  }

  Columns& columns() { return columns_; }

 private:
  void AddRaw(const Logits& logits, bool partial, TokenId token,
              TokenId logged) {
    double entropy = kUnknown;
    double of_token = kUnknown;
    double of_logged = kUnknown;
    if (!partial) {
      const Distribution raw = reporter_.Raw(logits);
      if (raw.status() == RowStatus::kOk) entropy = raw.Entropy();
      of_token = LogprobIn(raw, token);
      of_logged = LogprobIn(raw, logged);
    }
    columns_.raw_entropy.push_back(entropy);
    columns_.raw_logprob.push_back(of_token);
    columns_.logged_raw_logprob.push_back(of_logged);
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
  Columns columns_;
};

nb::dict ToDict(Columns columns) {
  nb::dict dict;
  dict["token"] = ToNumPy(std::move(columns.token));
  dict["status"] = columns.status;
  dict["logprob"] = ToNumPy(std::move(columns.logprob));
  dict["kept"] = ToNumPy(std::move(columns.kept));
  dict["entropy"] = ToNumPy(std::move(columns.entropy));
  dict["logged_logprob"] = ToNumPy(std::move(columns.logged_logprob));
  if (!columns.raw_entropy.empty()) {
    dict["raw_logprob"] = ToNumPy(std::move(columns.raw_logprob));
    dict["raw_entropy"] = ToNumPy(std::move(columns.raw_entropy));
    dict["logged_raw_logprob"] = ToNumPy(std::move(columns.logged_raw_logprob));
  }
  return dict;
}

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
  return ToDict(std::move(replayer.columns()));
}

}  // namespace

void BindReplay(nb::module_& module) {
  module.def("_replay_sequence", &ReplaySequence, "pipeline"_a, "log"_a,
             "sequence"_a, "first_row"_a, "rows"_a, "raw"_a, "For replay.");
}

}  // namespace sampler::python
