#include "tools/chains/chain_doubts.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/candidate.h"
#include "sampler/parameters/value.h"
#include "sampler/stage_lookup.h"

namespace sampler::tools {
namespace {

constexpr char kOneTokenDecides[] = "one occurrence decides all";
constexpr char kFlat[] = "all tokens become about equally likely";

// Follows which tokens can still be drawn.
class Remaining {
 public:
  explicit Remaining(std::optional<std::int64_t> vocabulary_size)
      : vocabulary_size_(vocabulary_size) {}

  void Pass(const StageFacts& facts) {
    banned_.insert(facts.bans.begin(), facts.bans.end());
    if (!facts.allows.has_value()) return;
    const std::set<TokenId> listed(facts.allows->begin(), facts.allows->end());
    if (!allowed_.has_value()) {
      allowed_ = listed;
      return;
    }
    std::set<TokenId> both;
    std::set_intersection(allowed_->begin(), allowed_->end(), listed.begin(),
                          listed.end(), std::inserter(both, both.end()));
    allowed_ = std::move(both);
  }

  bool empty() const {
    if (allowed_.has_value()) {
      return std::includes(banned_.begin(), banned_.end(), allowed_->begin(),
                           allowed_->end());
    }
    return vocabulary_size_.has_value() &&
           static_cast<std::int64_t>(banned_.size()) >= *vocabulary_size_;
  }

 private:
  const std::optional<std::int64_t> vocabulary_size_;
  std::set<TokenId> banned_;
  std::optional<std::set<TokenId>> allowed_;
};

std::optional<double> NumberIn(const StageConfig& stage,
                               absl::string_view name) {
  const auto at = stage.parameters.find(std::string(name));
  if (at == stage.parameters.end()) return std::nullopt;
  if (at->second.real() != nullptr) return *at->second.real();
  if (at->second.integer() != nullptr) {
    return static_cast<double>(*at->second.integer());
  }
  return std::nullopt;
}

void DoubtNumbers(const StageConfig& stage, const std::string& pointer,
                  std::vector<Problem>& doubts) {
  for (const UsualRange& usual : UsualRanges()) {
    if (usual.stage != stage.type) continue;
    const std::optional<double> number = NumberIn(stage, usual.parameter);
    if (!number.has_value()) continue;
    if (usual.low <= *number && *number <= usual.high) continue;
    doubts.push_back(
        {absl::StrCat(pointer, "/", usual.parameter),
         absl::StrFormat("%g is far outside what is in use, [%g, %g]: %s",
                         *number, usual.low, usual.high, usual.beyond)});
  }
}

}  // namespace

const std::vector<UsualRange>& UsualRanges() {
  static const auto& ranges = *new std::vector<UsualRange>{
      {"repetition_penalty", "penalty", 0.2, 5, kOneTokenDecides},
      {"encoder_repetition_penalty", "penalty", 0.2, 5, kOneTokenDecides},
      {"frequency_penalty", "penalty", -10, 10, kOneTokenDecides},
      {"presence_penalty", "penalty", -10, 10, kOneTokenDecides},
      {"dry", "multiplier", 0, 20, "every repetition is banned"},
      {"dry", "base", 1, 10, "every repetition is banned"},
      {"temperature", "temperature", 0, 10, kFlat},
      {"dynamic_temperature", "low", 0, 10, kFlat},
      {"dynamic_temperature", "high", 0, 10, kFlat},
      {"xtc", "threshold", 0, 0.5,
       "two tokens cannot both reach it, so it never removes one"},
      {"mirostat", "tau", 0, 20, "no token is that surprising"},
      {"mirostat", "eta", 0, 2, "mu swings instead of settling"}};
  return ranges;
}

std::vector<Problem> DoubtsOf(const PipelineConfig& config,
                              std::optional<std::int64_t> vocabulary_size) {
  std::vector<Problem> doubts;
  Remaining remaining(vocabulary_size);
  bool emptied = false;
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    const StageConfig& stage = config.stages[i];
    const std::string pointer = absl::StrCat("/stages/", i);
    remaining.Pass(FactsOf(stage));
    if (!emptied && remaining.empty()) {
      emptied = true;
      doubts.push_back(
          {pointer, absl::StrCat("\"", stage.type,
                                 "\" and the stages before it leave no token: "
                                 "every row gets the status no_candidate")});
    }
    DoubtNumbers(stage, pointer, doubts);
  }
  return doubts;
}

}  // namespace sampler::tools
