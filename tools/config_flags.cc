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

enum class FlagKind {
  kReal,
  kInteger,
  kWindow,         // Of one stage; -1 is the whole history.
  kPenaltyWindow,  // The same, of every penalty of the chain.
  kBias,
  kGreedy,
};

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
       FlagKind::kPenaltyWindow,
       "",
       "window"},
      {{"--dry-multiplier", "X", "Penalty on repeating a sequence; 0 is off"},
       FlagKind::kReal,
       "dry",
       "multiplier"},
      {{"--dry-base", "X", "Its growth with every repeated token"},
       FlagKind::kReal,
       "dry",
       "base"},
      {{"--dry-allowed-length", "N", "Repeated tokens that cost nothing"},
       FlagKind::kInteger,
       "dry",
       "allowed_length"},
      {{"--dry-penalty-last-n", "N", "Tokens that DRY looks back; -1: all"},
       FlagKind::kWindow,
       "dry",
       "window"},
      {{"--top-n-sigma", "N", "Keep logits within N deviations of the top"},
       FlagKind::kReal,
       "top_n_sigma",
       "n"},
      {{"--xtc-probability", "P", "How often the top choices go; 0 is off"},
       FlagKind::kReal,
       "xtc",
       "probability"},
      {{"--xtc-threshold", "P", "Probability of a top choice"},
       FlagKind::kReal,
       "xtc",
       "threshold"},
      {{"--mirostat", "1|2", "Aim at a surprise; version 1 or 2"},
       FlagKind::kInteger,
       "mirostat",
       "version"},
      {{"--mirostat-ent", "TAU", "The surprise aimed at, in bits"},
       FlagKind::kReal,
       "mirostat",
       "tau"},
      {{"--mirostat-lr", "ETA", "How fast it is approached"},
       FlagKind::kReal,
       "mirostat",
       "eta"},
      {{"--adaptive-target", "P", "Aim at drawing tokens of probability P"},
       FlagKind::kReal,
       "adaptive_p",
       "target"},
      {{"--adaptive-decay", "X", "Memory of the tokens drawn so far"},
       FlagKind::kReal,
       "adaptive_p",
       "decay"},
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

// Null for -1, the whole history.
absl::StatusOr<Value> ReadWindow(const ConfigFlag& flag) {
  absl::StatusOr<Value> window = ReadNumber(flag, FlagKind::kInteger);
  if (!window.ok()) return window;
  const std::int64_t n = *window->integer();
  if (n == -1) return Value();
  if (n >= 1) return window;
  return Wrong(flag,
               "want -1 (all tokens) or an integer >= 1; to turn the penalty "
               "off, leave it out");
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
      case FlagKind::kPenaltyWindow:
        window_ = flag;  // Once all penalties are known.
        return absl::OkStatus();
      case FlagKind::kGreedy:
        greedy_ = true;
        return absl::OkStatus();
      case FlagKind::kBias:
        return ApplyBias(flag);
      case FlagKind::kReal:
      case FlagKind::kInteger:
      case FlagKind::kWindow:
        break;
    }
    const absl::StatusOr<Value> value = rule.kind == FlagKind::kWindow
                                            ? ReadWindow(flag)
                                            : ReadNumber(flag, rule.kind);
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
    const bool repeats = rule.kind == FlagKind::kBias;
    if (!overriding_ && !found.empty() && (repeats || !set(found.back()))) {
      found = {found.back()};
    } else if (!overriding_) {
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
    const std::string text = absl::StrCat(flag.name, " ", flag.value);
    const auto [earlier, first] =
        overridden_.emplace(std::pair(found[0], rule.parameter), text);
    if (overriding_ && !repeats && !first) {
      return Wrong(flag,
                   absl::StrCat("already overridden by ", earlier->second));
    }
    std::string& given = flag_of_[found[0]];
    absl::StrAppend(&given, given.empty() ? "" : " ", text);
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
    const absl::StatusOr<Value> window = ReadWindow(flag);
    if (!window.ok()) return window.status();
    bool any = false;
    for (StageConfig& stage : config_.stages) {
      if (!IsPenalty(stage)) continue;
      stage.parameters["window"] = *window;
      any = true;
    }
    if (any) return absl::OkStatus();
    return Wrong(flag, "no penalty to give a window to");
  }

  const bool overriding_;
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
