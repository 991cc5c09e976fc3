// What is emitted of a row, and the options that ask for it.

#include "tools/replay/emit.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/chains/chain_temperature.h"

namespace sampler::tools {
namespace {

constexpr float kAbsent = std::numeric_limits<float>::quiet_NaN();

// What the tokens that the log holds of a row weigh; NaN: unknown.
double ListedShare(const RowView& view) {
  const auto& tail = view.bounds.tail;
  return tail.has_value() && tail->count > 0 ? 1.0 - tail->mass : 1.0;
}

// Rows divided by the chain's temperature, nothing cut. Scratch, one per
// thread.
class WholeRows {
 public:
  // Empty where the chain's temperature is not one number above 0.
  std::optional<Distribution> Of(const RowView& view) {
    auto [at, fresh] = pipelines_.try_emplace(&view.config);
    if (fresh) at->second = Make(view);
    if (!at->second.has_value()) return std::nullopt;
    // Of a list only the weight of the rest at T = 1 is known.
    if (ListedShare(view) < 1.0 && ChainTemperature(view.config) != 1.0) {
      return std::nullopt;
    }
    const Distribution whole =
        at->second->Process(view.row, view.sequence, workspace_);
    if (whole.status() != RowStatus::kOk) return std::nullopt;
    return whole;
  }

 private:
  static std::optional<Pipeline> Make(const RowView& view) {
    const auto temperature = ChainTemperature(view.config);
    if (!temperature.has_value() || IsGreedy(view.config)) return std::nullopt;
    auto pipeline = Pipeline::Create(
        {.stages = {{"temperature", {{"temperature", *temperature}}},
                    {"categorical"}}},
        static_cast<std::int64_t>(view.row.size()));
    if (!pipeline.ok()) return std::nullopt;
    return *std::move(pipeline);
  }

  std::map<const PipelineConfig*, std::optional<Pipeline>> pipelines_;
  Workspace workspace_;
};

std::shared_ptr<const EmittedRow> Look(const EmitOptions& options,
                                       const RowView& view, WholeRows& whole) {
  auto row = std::make_shared<EmittedRow>();
  row->logprob = row->full_logprob = row->ln_mass = row->raw_logprob = kAbsent;
  if (view.drawn.status != RowStatus::kOk) return row;
  const Distribution& kept = view.step.distribution();
  if (options.mask) {
    kept.ForEach([&](TokenId id, double logit) {
      row->ids.push_back(id);
      row->logprobs.push_back(static_cast<float>(kept.LogprobAt(logit)));
    });
  }
  if (!options.logprob) return row;
  const bool has_target = view.target >= 0;
  const double listed = Log(ListedShare(view));
  if (has_target) {
    row->logprob = static_cast<float>(kept.Logprob(view.target));
    if (view.raw.status() == RowStatus::kOk) {
      row->raw_logprob =
          static_cast<float>(view.raw.Logprob(view.target) + listed);
    }
  }
  if (const auto full = whole.Of(view)) {
    double mass = 0.0;
    kept.ForEach([&](TokenId id, double) { mass += Exp(full->Logprob(id)); });
    row->ln_mass = static_cast<float>(Log(mass) + listed);
    if (has_target) {
      row->full_logprob =
          static_cast<float>(full->Logprob(view.target) + listed);
    }
  }
  return row;
}

}  // namespace

void AddEmit(CLI::App& app, EmitOptions& options) {
  app.add_option("--emit", options.given,
                 "Write kept sets (mask) or logprobs (logprob), or both\n"
                 "(mask,logprob), to OUT, a safetensors file for trainers")
      ->type_name("WHAT OUT")
      ->expected(2)
      ->group("Output");
  app.add_flag("--force", options.force, "Replace OUT if it exists")
      ->group("Output");
}

absl::Status ResolveEmit(EmitOptions& options, const std::string& input) {
  if (options.given.empty()) {
    return options.force
               ? absl::InvalidArgumentError("--force: want --emit beside it")
               : absl::OkStatus();
  }
  for (const absl::string_view word : absl::StrSplit(options.given[0], ',')) {
    if (word == "mask") {
      options.mask = true;
    } else if (word == "logprob") {
      options.logprob = true;
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("--emit: got ", Printable(Shortened(word)),
                       ", want mask, logprob or mask,logprob, and a file"));
    }
  }
  options.out = options.given[1];
  return logs::CheckNotInput(options.out, {input});
}

std::function<RowLook()> EmitLooks(const EmitOptions& options) {
  if (options.out.empty()) return {};
  return [options]() -> RowLook {
    auto whole = std::make_shared<WholeRows>();
    return [options, whole](const RowView& view) {
      return Look(options, view, *whole);
    };
  };
}

}  // namespace sampler::tools
