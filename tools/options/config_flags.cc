// Sampler flags -> stages.

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "tools/options/config_flag_rules.h"
#include "tools/options/config_flag_values.h"
#include "tools/options/config_options.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

// Is it one of the penalties that share a window, as llama.cpp has it?
bool SharesTheWindow(const StageConfig& stage) {
  const auto& penalties = PenaltiesWithWindow();
  return std::find(penalties.begin(), penalties.end(), stage.type) !=
         penalties.end();
}

// In place of a breaker's text, as llama.cpp has it: there are no breakers.
constexpr absl::string_view kNoBreakers = "none";

// Builds the chain flag by flag and remembers which flag made what, so that a
// problem can be laid at its door.
class Builder {
 public:
  // `text` must outlive this.
  Builder(std::optional<PipelineConfig> base,
          std::optional<std::int64_t> vocabulary_size, const TokenText& text)
      : overriding_(base.has_value()),
        vocabulary_size_(vocabulary_size),
        text_(text) {
    if (overriding_) config_ = std::move(*base);
    flag_of_.resize(config_.stages.size());
  }

  absl::Status Apply(const ConfigFlag& flag) {
    const FlagRule& rule = FlagRuleOf(flag.name);
    switch (rule.kind) {
      case FlagKind::kPenaltyWindow:
        if (window_.has_value()) {
          return WrongFlag(flag,
                           absl::StrCat("already given as ", window_->name, " ",
                                        window_->value));
        }
        window_ = flag;  // Once all penalties are known.
        return absl::OkStatus();
      case FlagKind::kGreedy:
        greedy_ = true;
        return absl::OkStatus();
      default:
        return ApplyToStage(flag, rule);
    }
  }

  absl::Status Finish() {
    if (window_.has_value()) {
      absl::Status applied = ApplyWindow(*window_);
      if (!applied.ok()) return applied;
    }
    absl::Status used = CheckDecay();
    if (!used.ok()) return used;
    if (!overriding_) {
      config_.stages.push_back({greedy_ ? "greedy" : "categorical"});
    } else if (greedy_ && !config_.stages.empty()) {
      config_.stages.back() = {"greedy"};
    }
    return absl::OkStatus();
  }

  const PipelineConfig& config() const { return config_; }

  // "--top-k -3", where flags made the stage that a problem points at.
  std::string FlagAt(absl::string_view pointer) const {
    for (std::size_t i = 0; i < flag_of_.size(); ++i) {
      const std::string stage = absl::StrCat("/stages/", i);
      if (pointer == stage || absl::StartsWith(pointer, stage + "/")) {
        return flag_of_[i];
      }
    }
    return "";
  }

 private:
  // The stage a flag speaks of. Without a base config the last of its type, if
  // that has no such parameter yet (--dry-base joins --dry-multiplier; a second
  // --logit-bias the first), or else a new one; with a base config the only
  // stage of that type.
  absl::StatusOr<StageConfig*> StageFor(const ConfigFlag& flag,
                                        const FlagRule& rule) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < config_.stages.size(); ++i) {
      if (config_.stages[i].type == rule.stage) found.push_back(i);
    }
    const auto set = [&](std::size_t i) {
      return config_.stages[i].parameters.contains(rule.parameter);
    };
    const bool repeats = AddsUp(rule.kind);
    if (!overriding_ && !found.empty() && (repeats || !set(found.back()))) {
      found.erase(found.begin(), found.end() - 1);
    } else if (!overriding_) {
      config_.stages.push_back({rule.stage});
      found = {config_.stages.size() - 1};
      flag_of_.resize(config_.stages.size());
    }
    if (found.size() != 1) {
      return WrongFlag(
          flag, absl::StrCat("the config has ",
                             found.empty() ? "no" : absl::StrCat(found.size()),
                             " stage", found.empty() ? "" : "s", " of type \"",
                             rule.stage,
                             "\", want exactly one to override: edit the "
                             "config, or give flags alone"));
    }
    const std::string text = absl::StrCat(flag.name, " ", flag.value);
    const auto [earlier, first] =
        overridden_.emplace(std::pair(found[0], rule.parameter), text);
    if (overriding_ && !repeats && !first) {
      return WrongFlag(flag,
                       absl::StrCat("already overridden by ", earlier->second));
    }
    std::string& given = flag_of_[found[0]];
    absl::StrAppend(&given, given.empty() ? "" : " ", text);
    return &config_.stages[found[0]];
  }

  absl::Status ApplyToStage(const ConfigFlag& flag, const FlagRule& rule) {
    const absl::StatusOr<StageConfig*> stage = StageFor(flag, rule);
    if (!stage.ok()) return stage.status();
    Value::Object& parameters = (*stage)->parameters;
    const absl::StatusOr<Value> value =
        ReadValue(flag, rule, parameters[rule.parameter]);
    if (!value.ok()) return value.status();
    if (rule.kind == FlagKind::kOnlyReal) parameters.clear();
    parameters[rule.parameter] = *value;
    return absl::OkStatus();
  }

  absl::StatusOr<Value> ReadValue(const ConfigFlag& flag, const FlagRule& rule,
                                  const Value& present) const {
    switch (rule.kind) {
      case FlagKind::kBias:
        return AddBias(flag, present);
      case FlagKind::kBreaker:
        if (flag.value == kNoBreakers) return Value(Value::List{});
        [[fallthrough]];
      case FlagKind::kWord:
      case FlagKind::kSubstring:
        if (absl::Status fits = CheckVocabulary(flag); !fits.ok()) return fits;
        return AddTokens(flag, rule.kind, text_, present);
      case FlagKind::kWindow:
        return ReadWindow(flag);
      default:
        return ReadNumber(flag, rule.kind);
    }
  }

  // Ids of another vocabulary than the rows' would be wrong one by one.
  absl::Status CheckVocabulary(const ConfigFlag& flag) const {
    if (!vocabulary_size_.has_value() || text_.size() <= *vocabulary_size_) {
      return absl::OkStatus();
    }
    return WithHint(
        WrongFlag(flag,
                  absl::StrCat("the vocabulary file names ids up to ",
                               Grouped(text_.size() - 1), ", but rows have ",
                               Grouped(*vocabulary_size_), " tokens")),
        "use the tokenizer of the model that made the log");
  }

  absl::Status ApplyWindow(const ConfigFlag& flag) {
    const absl::StatusOr<Value> window = ReadWindow(flag);
    if (!window.ok()) return window.status();
    bool any = false;
    for (StageConfig& stage : config_.stages) {
      if (!SharesTheWindow(stage)) continue;
      stage.parameters["window"] = *window;
      any = true;
    }
    if (any) return absl::OkStatus();
    return WrongFlag(flag, "no penalty to give a window to");
  }

  // A decay without a target changes nothing.
  absl::Status CheckDecay() const {
    for (std::size_t i = 0; i < flag_of_.size(); ++i) {
      const StageConfig& stage = config_.stages[i];
      if (stage.type != "adaptive_p" || flag_of_[i].empty()) continue;
      const auto target = stage.parameters.find("target");
      if (target != stage.parameters.end() && !target->second.is_null()) {
        continue;
      }
      return absl::InvalidArgumentError(
          absl::StrCat(flag_of_[i],
                       ": want --adaptive-target beside it, without which it "
                       "changes nothing"));
    }
    return absl::OkStatus();
  }

  const bool overriding_;
  const std::optional<std::int64_t> vocabulary_size_;
  const TokenText& text_;
  PipelineConfig config_;
  std::vector<std::string> flag_of_;  // By stage; "": none.
  // The flag that set a parameter of a stage.
  std::map<std::pair<std::size_t, std::string>, std::string> overridden_;
  std::optional<ConfigFlag> window_;
  bool greedy_ = false;
};

}  // namespace

const std::vector<ConfigFlagHelp>& ConfigFlags() {
  static const auto& flags = *[] {
    auto* all = new std::vector<ConfigFlagHelp>;
    for (const FlagRule& rule : FlagRules()) all->push_back(rule.help);
    return all;
  }();
  return flags;
}

absl::StatusOr<PipelineConfig> ApplyFlags(
    const std::vector<ConfigFlag>& flags, std::optional<PipelineConfig> base,
    std::optional<std::int64_t> vocabulary_size, const TokenText& text) {
  Builder builder(std::move(base), vocabulary_size, text);
  for (const ConfigFlag& flag : flags) {
    const absl::Status applied = builder.Apply(flag);
    if (!applied.ok()) return applied;
  }
  const absl::Status finished = builder.Finish();
  if (!finished.ok()) return finished;
  const std::vector<Problem> problems =
      CheckConfig(builder.config(), vocabulary_size);
  if (problems.empty()) return builder.config();
  return absl::InvalidArgumentError(absl::StrJoin(
      problems, "\n", [&builder](std::string* out, const Problem& problem) {
        const std::string flag = builder.FlagAt(problem.pointer);
        absl::StrAppend(out, flag.empty() ? problem.pointer : flag, ": ",
                        problem.message);
      }));
}

}  // namespace sampler::tools
