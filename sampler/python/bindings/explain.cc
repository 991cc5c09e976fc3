// Pipeline.explain: what each stage met, kept and removed.

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/distribution.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/python/bindings/step_arguments.h"
#include "sampler/python/bindings/workspaces.h"
#include "sampler/step_observer.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

struct StageRecord {
  std::int64_t before = 0;
  std::int64_t kept = 0;
  std::optional<double> threshold = {};     // Lowest logit left.
  std::optional<double> mass_removed = {};  // Of the probability it met.
  std::optional<double> mass = {};          // Raw probability left.
  std::optional<double> entropy = {};
};

// A token's probability from stage to stage; empty once it was removed.
struct TokenPath {
  TokenId id = -1;
  double logit = 0;
  double raw = 0;
  std::vector<std::optional<double>> after = {};
};

class Recorder : public StepObserver {
 public:
  Recorder(std::int64_t top, std::vector<TokenId> tokens)
      : top_(top), asked_(std::move(tokens)) {}

  void BeforeStage(std::size_t index, const Candidates& candidates) override {
    if (index == 0) Begin(candidates);
    stages_.emplace_back();
    if (candidates.status() == RowStatus::kOk) {
      stages_.back().before = candidates.Count();
    }
  }

  void AfterStage(std::size_t, const Candidates& candidates) override {
    StageRecord& stage = stages_.back();
    const bool ok = candidates.status() == RowStatus::kOk;
    if (ok) {
      stage.kept = candidates.Count();
      stage.entropy = candidates.Entropy();
      double mass = 0;
      candidates.ForEach([&](TokenId id, double) { mass += raw_.Of(id); });
      stage.mass = mass;
    }
    for (TokenPath& path : paths_) {
      std::optional<double> probability;
      if (ok && candidates.Logit(path.id).has_value()) {
        probability =
            Ratio(candidates.WeightOf(path.id), candidates.TotalMass());
      }
      path.after.push_back(probability);
    }
  }

  void OnTruncation(const Truncation& truncation) override {
    stages_.back().threshold = truncation.threshold;
    stages_.back().mass_removed = truncation.mass_removed;
  }

  const std::vector<StageRecord>& stages() const { return stages_; }
  const std::vector<TokenPath>& paths() const { return paths_; }
  std::int64_t raw_count() const { return raw_count_; }
  std::optional<double> raw_entropy() const { return raw_entropy_; }

 private:
  void Begin(const Candidates& candidates) {
    if (candidates.status() != RowStatus::kOk) return;
    raw_count_ = candidates.Count();
    raw_entropy_ = candidates.Entropy();
    candidates.Record(raw_);
    for (const Candidate& one : candidates.Top(top_)) Follow(one.id, one.logit);
    for (const TokenId id : asked_) {
      if (const auto logit = candidates.Logit(id)) Follow(id, *logit);
    }
  }

  void Follow(TokenId id, double logit) {
    for (const TokenPath& path : paths_) {
      if (path.id == id) return;
    }
    paths_.push_back({id, logit, raw_.Of(id)});
  }

  std::int64_t top_;
  std::vector<TokenId> asked_;
  std::vector<StageRecord> stages_;
  std::vector<TokenPath> paths_;
  ProbabilityRecord raw_;
  std::int64_t raw_count_ = 0;
  std::optional<double> raw_entropy_;
};

nb::dict ToDict(const StageRecord& stage) {
  nb::dict dict;
  dict["before"] = stage.before;
  dict["kept"] = stage.kept;
  dict["threshold"] = stage.threshold;
  dict["mass_removed"] = stage.mass_removed;
  dict["mass"] = stage.mass;
  dict["entropy"] = stage.entropy;
  return dict;
}

nb::dict ToDict(const TokenPath& path) {
  nb::dict dict;
  dict["id"] = path.id;
  dict["logit"] = path.logit;
  dict["raw_prob"] = path.raw;
  nb::list after;
  nb::object removed_by = nb::none();
  for (std::size_t i = 0; i < path.after.size(); ++i) {
    if (!path.after[i].has_value() && removed_by.is_none()) {
      removed_by = nb::int_(i);
    }
    after.append(path.after[i]);
  }
  dict["per_stage"] = after;
  dict["removed_by"] = removed_by;
  return dict;
}

// Tokens to follow, each of the vocabulary.
std::vector<TokenId> Asked(const Pipeline& pipeline, nb::handle tokens) {
  if (tokens.is_none()) return {};
  std::vector<TokenId> ids = TokenIds(tokens, "tokens");
  for (const TokenId id : ids) {
    if (id >= 0 && id < pipeline.vocabulary_size()) continue;
    RaiseValueError(absl::StrCat("tokens: got ", id, ", want token ids in [0, ",
                                 pipeline.vocabulary_size(), ")"));
  }
  return ids;
}

nb::dict Explain(const Pipeline& pipeline, nb::handle logits,
                 nb::handle sequence, nb::handle top, nb::handle tokens,
                 nb::handle mask, nb::handle unconditional,
                 nb::handle uniform) {
  const std::int64_t followed =
      IntegerIn(top, "top", 0, std::numeric_limits<std::int64_t>::max());
  const BorrowedRows rows = OneRow(logits, "logits");
  const StepArguments arguments(mask, unconditional, uniform, 1);
  const StepInputs inputs = arguments.Of(0);
  const SharedSequence::Reader lease(
      As<const SharedSequence>(sequence, "sequence"));
  Recorder recorder(followed, Asked(pipeline, tokens));
  Workspaces workspaces(1);
  Token token;
  std::unique_ptr<DistributionValue> left;
  {
    const nb::gil_scoped_release released;
    const Step step = pipeline.Process(rows[0], *lease, workspaces.front(),
                                       inputs, &recorder);
    token = step.Draw();
    if (token.status == RowStatus::kOk) {
      left = LeftOf(step, pipeline.vocabulary_size());
    }
  }
  nb::dict result;
  result["status"] = std::string(RowStatusName(token.status));
  result["detail"] = DetailOf(token.status, pipeline, rows[0], *lease, inputs);
  result["raw_count"] = recorder.raw_count();
  result["raw_entropy"] = recorder.raw_entropy();
  nb::list stages;
  for (const StageRecord& stage : recorder.stages()) {
    stages.append(ToDict(stage));
  }
  result["stages"] = stages;
  nb::list paths;
  for (const TokenPath& path : recorder.paths()) paths.append(ToDict(path));
  result["tokens"] = paths;
  result["token"] = left == nullptr ? nb::object(nb::none()) : nb::cast(token);
  result["left"] = nb::cast(std::move(left));
  return result;
}

}  // namespace

void BindExplain(nb::module_& module) {
  module.def("_explain", &Explain, "pipeline"_a, "logits"_a.none(),
             "sequence"_a.none(), nb::kw_only(), "top"_a = 20,
             "tokens"_a = nb::none(), "mask"_a = nb::none(),
             "unconditional"_a = nb::none(), "uniform"_a = nb::none(),
             "For Pipeline.explain.");
}

}  // namespace sampler::python
