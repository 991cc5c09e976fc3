// text-generation-webui with its llama.cpp loader: a request to llama-server
// with textgen's own defaults. Steps that sampler_priority does not list, and
// those that llama.cpp has not, are not run.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/runtime.h"
#include "sampler/importers/steps.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

// The loader's fields that llama.cpp knows by another name.
constexpr std::pair<absl::string_view, absl::string_view> kRenamed[] = {
    {"repetition_penalty", "repeat_penalty"},
    {"repetition_penalty_range", "repeat_last_n"},
    {"mirostat_mode", "mirostat"},
    {"ban_eos_token", "ignore_eos"}};

// Steps of sampler_priority and what llama.cpp calls them.
constexpr std::pair<absl::string_view, absl::string_view> kSteps[] = {
    {"dry", "dry"},
    {"top_k", "top_k"},
    {"top_p", "top_p"},
    {"top_n_sigma", "top_n_sigma"},
    {"min_p", "min_p"},
    {"temperature", "temperature"},
    {"xtc", "xtc"},
    {"typical_p", "typ_p"},
    {"adaptive_p", "adaptive_p"},
    {"repetition_penalty", "penalties"}};

Runtime MakeTarget() {
  Runtime runtime = LlamaCpp();
  runtime.fields = WithOthers(
      WithDefaults(
          LlamaCppFields(),
          {{"temperature", 1.0},
           {"top_k", 0},
           {"top_p", 1.0},
           {"min_p", 0.0},
           {"repeat_last_n", 1024},
           {"dry_penalty_last_n", 1024},
           {"samplers", Value::List{"penalties", "dry", "top_n_sigma",
                                    "temperature", "top_k", "top_p", "typ_p",
                                    "min_p", "adaptive_p", "xtc"}}}),
      TextGenFields(), "the llama.cpp loader does not send it");
  runtime.marks = {};
  return runtime;
}

double RealOf(const Value& value) {
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.real() != nullptr ? *value.real() : 0.0;
}

class Translation {
 public:
  explicit Translation(std::vector<Setting>& settings) : settings_(settings) {}

  void Run() {
    for (Setting& setting : settings_) Rename(setting);
    SendPriority();
    SendRange();
    SendBans();
    SendDynamicTemperature();
  }

 private:
  Setting* Find(absl::string_view name) {
    for (Setting& setting : settings_) {
      if (setting.name == name) return &setting;
    }
    return nullptr;
  }

  static void Rename(Setting& setting) {
    for (const auto& [theirs, ours] : kRenamed) {
      if (setting.name != theirs) continue;
      setting.label = setting.name;
      setting.name = std::string(ours);
    }
    // What is not positive is off there, which llama.cpp writes as -1.
    if (setting.name == "adaptive_target" && RealOf(setting.value) <= 0) {
      setting.value = -1.0;
    }
  }

  static Value::List Names(const Value& priority) {
    Value::List names;
    if (priority.text() == nullptr) {
      return priority.list() != nullptr ? *priority.list() : names;
    }
    for (const absl::string_view name :
         absl::StrSplit(*priority.text(), absl::ByAnyChar("\n,"),
                        absl::SkipWhitespace())) {
      names.emplace_back(std::string(absl::StripAsciiWhitespace(name)));
    }
    return names;
  }

  void SendPriority() {
    Setting* priority = Find("sampler_priority");
    const Setting* last = Find("temperature_last");
    const bool moved = last != nullptr && last->value.boolean() != nullptr &&
                       *last->value.boolean();
    if (priority == nullptr && !moved) return;
    Value::List samplers;
    const Value standard =
        FindField(TextGenFields(), "sampler_priority")->standard;
    for (const Value& name :
         Names(priority != nullptr ? priority->value : standard)) {
      if (name.text() == nullptr) continue;
      for (const auto& [theirs, ours] : kSteps) {
        if (*name.text() == theirs) samplers.emplace_back(std::string(ours));
      }
    }
    if (moved) {
      const auto at =
          std::find(samplers.begin(), samplers.end(), Value("temperature"));
      if (at != samplers.end()) std::rotate(at, at + 1, samplers.end());
    }
    if (priority != nullptr) {
      priority->label = priority->name;
      priority->name = "samplers";
      priority->value = std::move(samplers);
    } else {
      settings_.push_back(
          {"samplers", last->pointer, std::move(samplers), "temperature_last"});
    }
  }

  // One range for penalties and dry; 0 turns both off there.
  void SendRange() {
    const Setting* range = Find("repeat_last_n");
    if (range == nullptr) return;
    settings_.push_back(
        {"dry_penalty_last_n", range->pointer, range->value, range->label});
  }

  void SendBans() {
    Setting* bans = Find("custom_token_bans");
    if (bans == nullptr || bans->value.text() == nullptr) return;
    Value::List pairs;
    for (const absl::string_view word :
         absl::StrSplit(*bans->value.text(), ',', absl::SkipWhitespace())) {
      std::int64_t id = 0;
      if (!absl::SimpleAtoi(word, &id)) return;
      pairs.emplace_back(Value::List{id, false});
    }
    if (pairs.empty()) return;
    bans->label = bans->name;
    bans->name = "logit_bias";
    bans->value = std::move(pairs);
  }

  void SendDynamicTemperature() {
    const Setting* dynamic = Find("dynamic_temperature");
    const bool on = dynamic != nullptr && dynamic->value.boolean() != nullptr &&
                    *dynamic->value.boolean();
    if (!on) return;
    const Setting* low = Find("dynatemp_low");
    const Setting* high = Find("dynatemp_high");
    const double from = low != nullptr ? RealOf(low->value) : 1.0;
    const double to = high != nullptr ? RealOf(high->value) : 1.0;
    const std::string pointer = dynamic->pointer;
    Setting* temperature = Find("temperature");
    if (temperature != nullptr) temperature->name = "dynamic_temperature";
    settings_.push_back({"temperature", pointer, (from + to) / 2,
                         "(dynatemp_low + dynatemp_high) / 2"});
    settings_.push_back({"dynatemp_range", pointer, (to - from) / 2,
                         "(dynatemp_high - dynatemp_low) / 2"});
  }

  std::vector<Setting>& settings_;
};

}  // namespace

const Runtime* TextGenLoader(const ImportOptions& options,
                             std::vector<Setting>& settings,
                             std::vector<Problem>& problems) {
  if (options.loader.empty() || options.loader == "transformers") {
    return nullptr;
  }
  if (options.loader != "llama.cpp") {
    problems.push_back(
        {"--loader",
         UnknownName("loader", options.loader, {"transformers", "llama.cpp"})});
    return nullptr;
  }
  static const auto& target = *new Runtime(MakeTarget());
  Translation(settings).Run();
  return &target;
}

}  // namespace sampler::importers
