// Sampler flags -> stages.

#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/config_options.h"
#include "tools/output.h"

namespace sampler::tools {
namespace {

enum class FlagKind { kReal, kInteger, kWindow, kBias, kGreedy };

struct FlagRule {
  ConfigFlagHelp help;
  FlagKind kind;
  const char* stage;
  const char* parameter;
};

const std::vector<FlagRule>& Rules() {
  static const auto& rules = *new std::vector<FlagRule>{
      {{"--temp", "T", "Temperature; 0 is greedy"},
       FlagKind::kReal,
       "temperature",
       "temperature"},
      {{"--temperature", "T", "The same"},
       FlagKind::kReal,
       "temperature",
       "temperature"},
      {{"--top-k", "K", "Keep the K likeliest tokens; 0 keeps all"},
       FlagKind::kInteger,
       "top_k",
       "k"},
      {{"--top-p", "P", "Keep the likeliest tokens of mass P"},
       FlagKind::kReal,
       "top_p",
       "p"},
      {{"--min-p", "P", "Keep what is P times as likely as the likeliest"},
       FlagKind::kReal,
       "min_p",
       "p"},
      {{"--typical", "P", "Keep the most typical tokens of mass P"},
       FlagKind::kReal,
       "typical_p",
       "p"},
      {{"--repeat-penalty", "X", "Penalty on tokens seen before; 1 is off"},
       FlagKind::kReal,
       "repetition_penalty",
       "penalty"},
      {{"--frequency-penalty", "X", "Penalty per occurrence; 0 is off"},
       FlagKind::kReal,
       "frequency_penalty",
       "penalty"},
      {{"--presence-penalty", "X", "Penalty on tokens that occurred"},
       FlagKind::kReal,
       "presence_penalty",
       "penalty"},
      {{"--repeat-last-n", "N", "Tokens the penalties look back; -1: all"},
       FlagKind::kWindow,
       "",
       "window"},
      {{"--logit-bias", "ID(+|-)BIAS", "Add to a token's logit; repeatable"},
       FlagKind::kBias,
       "logit_bias",
       "bias"},
      {{"--greedy", "", "Take the likeliest token"},
       FlagKind::kGreedy,
       "greedy",
       ""}};
  return rules;
}

const FlagRule& RuleOf(const std::string& name) {
  for (const FlagRule& rule : Rules()) {
    if (rule.help.name == name) return rule;
  }
  return Rules().front();  // Not reached: the parser knows these names only.
}

absl::Status Wrong(const ConfigFlag& flag, absl::string_view message) {
  return absl::InvalidArgumentError(absl::StrCat(
      flag.name, flag.value.empty() ? "" : " ", flag.value, ": ", message));
}

absl::StatusOr<Value> ReadNumber(const ConfigFlag& flag, FlagKind kind) {
  if (kind == FlagKind::kReal) {
    double real = 0;
    if (absl::SimpleAtod(flag.value, &real)) return Value(real);
    return Wrong(flag, "want a number");
  }
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(flag.value, &integer)) return Value(integer);
  return Wrong(flag, "want an integer");
}

bool IsPenalty(const StageConfig& stage) {
  return absl::EndsWith(stage.type, "_penalty");
}

// Builds the chain flag by flag and remembers which flag made what, so that a
// problem can be laid at its door.
class Builder {
 public:
  explicit Builder(std::optional<PipelineConfig> base)
      : overriding_(base.has_value()) {
    if (overriding_) config_ = std::move(*base);
    flag_of_.resize(config_.stages.size());
  }

  absl::Status Apply(const ConfigFlag& flag) {
    const FlagRule& rule = RuleOf(flag.name);
    switch (rule.kind) {
      case FlagKind::kWindow:
        window_ = flag;  // Once all penalties are known.
        return absl::OkStatus();
      case FlagKind::kGreedy:
        greedy_ = true;
        return absl::OkStatus();
      case FlagKind::kBias:
        return ApplyBias(flag);
      case FlagKind::kReal:
      case FlagKind::kInteger:
        break;
    }
    const absl::StatusOr<Value> value = ReadNumber(flag, rule.kind);
    if (!value.ok()) return value.status();
    const absl::StatusOr<StageConfig*> stage = StageFor(flag, rule);
    if (!stage.ok()) return stage.status();
    if ((*stage)->type == "temperature") (*stage)->parameters.clear();
    (*stage)->parameters[rule.parameter] = *value;
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (window_.has_value()) {
      absl::Status applied = ApplyWindow(*window_);
      if (!applied.ok()) return applied;
    }
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
  // The stage a flag speaks of: without a base config a new one (a second
  // --logit-bias joins the first), with one the only stage of that type.
  absl::StatusOr<StageConfig*> StageFor(const ConfigFlag& flag,
                                        const FlagRule& rule) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < config_.stages.size(); ++i) {
      if (config_.stages[i].type == rule.stage) found.push_back(i);
    }
    const bool joins = rule.kind == FlagKind::kBias;
    if (!overriding_ && (found.empty() || !joins)) {
      config_.stages.push_back({rule.stage});
      found = {config_.stages.size() - 1};
      flag_of_.resize(config_.stages.size());
    }
    if (found.size() != 1) {
      return Wrong(
          flag, absl::StrCat("the config has ",
                             found.empty() ? "no" : absl::StrCat(found.size()),
                             " stage", found.empty() ? "" : "s", " of type \"",
                             rule.stage,
                             "\", want exactly one to override: edit the "
                             "config, or give flags alone"));
    }
    std::string& given = flag_of_[found[0]];
    if (overriding_ && !joins && !given.empty()) {
      return Wrong(flag, absl::StrCat("already overridden by ", given));
    }
    absl::StrAppend(&given, given.empty() ? "" : " ", flag.name, " ",
                    flag.value);
    return &config_.stages[found[0]];
  }

  // llama.cpp's "15043+1" and "15043-1"; also "15043-inf", which bans.
  absl::Status ApplyBias(const ConfigFlag& flag) {
    const std::size_t sign = flag.value.find_first_of("+-");
    std::int64_t id = 0;
    double bias = 0;
    if (sign == std::string::npos ||
        !absl::SimpleAtoi(flag.value.substr(0, sign), &id) || id < 0 ||
        !absl::SimpleAtod(flag.value.substr(sign), &bias)) {
      return Wrong(flag,
                   "want a token id and a signed number, as in 15043+1 "
                   "or 15043-1 (15043-inf bans)");
    }
    const absl::StatusOr<StageConfig*> stage =
        StageFor(flag, RuleOf("--logit-bias"));
    if (!stage.ok()) return stage.status();
    Value& biases = (*stage)->parameters["bias"];
    Value::Object object =
        biases.object() == nullptr ? Value::Object{} : *biases.object();
    const bool ban = flag.value.substr(sign) == "-inf";
    object[absl::StrCat(id)] = ban ? Value(false) : Value(bias);
    biases = Value(std::move(object));
    return absl::OkStatus();
  }

  absl::Status ApplyWindow(const ConfigFlag& flag) {
    const absl::StatusOr<Value> window = ReadNumber(flag, FlagKind::kInteger);
    if (!window.ok()) return window.status();
    const std::int64_t n = *window->integer();
    if (n < -1 || n == 0) {
      return Wrong(flag,
                   "want -1 (all tokens) or an integer >= 1; to turn the "
                   "penalties off, leave them out");
    }
    bool any = false;
    for (StageConfig& stage : config_.stages) {
      if (!IsPenalty(stage)) continue;
      stage.parameters["window"] = n == -1 ? Value() : *window;
      any = true;
    }
    if (any) return absl::OkStatus();
    return Wrong(flag, "no penalty to give a window to");
  }

  const bool overriding_;
  PipelineConfig config_;
  std::vector<std::string> flag_of_;  // By stage; "": none.
  std::optional<ConfigFlag> window_;
  bool greedy_ = false;
};

}  // namespace

const std::vector<ConfigFlagHelp>& ConfigFlags() {
  static const auto& flags = *[] {
    auto* all = new std::vector<ConfigFlagHelp>;
    for (const FlagRule& rule : Rules()) all->push_back(rule.help);
    return all;
  }();
  return flags;
}

absl::StatusOr<PipelineConfig> ApplyFlags(
    const std::vector<ConfigFlag>& flags, std::optional<PipelineConfig> base,
    std::optional<std::int64_t> vocabulary_size) {
  Builder builder(std::move(base));
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
