// SillyTavern (2026): presets of its text completion backends. A preset says
// nothing of the backend that it is sent to; who imports it does.

#include "sampler/importers/runtimes/sillytavern.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace sillytavern {
namespace {

constexpr std::size_t kTextGen = 0;

FieldTable OtherFields() {
  return Join(
      {Lost("texts that SillyTavern turns into bans of its backend",
            {"banned_tokens", "global_banned_tokens", "logit_bias"}),
       Lost("the grammar's bitmask goes to a mask stage", {"json_schema"}),
       Lost("contrastive search needs the model: not offered",
            {"penalty_alpha"}),
       Lost(kBeams, {"num_beams"}, 1),
       Idle("a setting of beam search alone",
            {"length_penalty", "early_stopping"}),
       Idle("not a sampling setting", {"streaming",
                                       "negative_prompt",
                                       "speculative_ngram",
                                       "add_bos_token",
                                       "skip_special_tokens",
                                       "include_reasoning",
                                       "send_banned_tokens",
                                       "type",
                                       "name",
                                       "preset",
                                       "max_tokens_second",
                                       "spaces_between_special_tokens",
                                       "openrouter_*",
                                       "genamt",
                                       "max_length",
                                       "rep_pen_size",
                                       "do_sample",
                                       "n",
                                       "streaming_kobold",
                                       "amount_gen",
                                       "bypass_status_check",
                                       "ignore_eos_token",
                                       "custom_model",
                                       "server_urls",
                                       "vllm_model",
                                       "aphrodite_model",
                                       "ollama_model",
                                       "tabby_model",
                                       "togetherai_model",
                                       "infermaticai_model",
                                       "dreamgen_model",
                                       "featherless_model",
                                       "generic_model",
                                       "llamacpp_model",
                                       "mancer_model",
                                       "json_schema_allow_empty",
                                       "extensions",
                                       "prompt_*",
                                       "continue_*"})});
}

// For the documentation; an import has the backend's table.
FieldTable Fields() {
  FieldTable table;
  for (const SillyTavernName& name : SillyTavernNames()) {
    table.push_back({.name = name.theirs,
                     .kind = FieldKind::kAny,
                     .meaning = "what the backend makes of its own name for "
                                "it"});
  }
  for (const absl::string_view name :
       {"dynatemp", "min_temp", "max_temp", "dynatemp_exponent"}) {
    table.push_back({.name = name,
                     .kind = FieldKind::kAny,
                     .meaning = "dynamic_temperature, where the backend has "
                                "it"});
  }
  return Join({table, OtherFields()});
}

// A backend's table, and the preset's names that it is not sent.
Runtime MakeTarget(const Runtime& backend) {
  Runtime runtime = backend;
  runtime.fields = WithOthers(backend.fields, Fields(),
                              "SillyTavern does not send it to this backend");
  runtime.server_defaults = {};
  runtime.translate = nullptr;
  runtime.leniency.texts = true;
  runtime.leniency.empty_lists = true;
  return runtime;
}

const Setting* Find(const std::vector<Setting>& settings,
                    absl::string_view name) {
  for (const Setting& setting : settings) {
    if (setting.shown() == name) return &setting;
  }
  return nullptr;
}

double RealOf(const Setting* setting, double otherwise) {
  if (setting == nullptr) return otherwise;
  const Value& value = setting->value;
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.real() != nullptr ? *value.real() : otherwise;
}

// Two ends for textgen; a middle and a range for the others.
void SendDynamicTemperature(const Runtime& backend,
                            std::vector<Setting>& settings) {
  const Setting* dynamic = Find(settings, "dynatemp");
  const bool on = dynamic != nullptr && dynamic->value.boolean() != nullptr &&
                  *dynamic->value.boolean();
  if (!on) return;
  const double low = RealOf(Find(settings, "min_temp"), 0);
  const double high = RealOf(Find(settings, "max_temp"), 2);
  const std::string pointer = dynamic->pointer;
  const auto send = [&](absl::string_view name, Value value,
                        absl::string_view label) {
    settings.push_back(
        {std::string(name), pointer, std::move(value), std::string(label)});
  };
  if (&backend == &TextGen()) {
    // Each is told once, as what it was sent as.
    std::erase_if(settings, [](const Setting& setting) {
      return setting.shown() == "dynatemp" || setting.shown() == "min_temp" ||
             setting.shown() == "max_temp";
    });
    send("dynamic_temperature", true, "dynatemp");
    send("dynatemp_low", low, "min_temp");
    send("dynatemp_high", high, "max_temp");
    return;
  }
  if (&backend != &KoboldCpp() && &backend != &LlamaCpp()) return;
  for (Setting& setting : settings) {
    if (setting.shown() == "temp") setting.name = "dynatemp";
  }
  std::erase_if(settings, [](const Setting& setting) {
    return setting.shown() == "min_temp" || setting.shown() == "max_temp";
  });
  send("temperature", (low + high) / 2, "min_temp");
  send("dynatemp_range", (high - low) / 2, "max_temp");
}

// The backend of the option; without it that of a Kobold preset, or textgen.
std::optional<std::size_t> TargetOf(const ImportOptions& options,
                                    const std::vector<Setting>& settings,
                                    std::vector<Problem>& problems) {
  if (options.backend.empty()) {
    const bool kobold = Find(settings, "sampler_order") != nullptr &&
                        Find(settings, "sampler_priority") == nullptr;
    return kobold ? kTextGen + 1 : kTextGen;
  }
  const Runtime* wanted = FindRuntime(options.backend);
  for (std::size_t i = 0; i < SillyTavernTargets().size(); ++i) {
    if (SillyTavernTargets()[i] == wanted) return i;
  }
  problems.push_back(
      {"--backend", UnknownName("backend", options.backend, Backends())});
  return std::nullopt;
}

const Runtime* Translate(const ImportOptions& options,
                         std::vector<Setting>& settings,
                         std::vector<Problem>& problems) {
  const auto target = TargetOf(options, settings, problems);
  if (!target.has_value()) return nullptr;
  for (Setting& setting : settings) {
    for (const SillyTavernName& name : SillyTavernNames()) {
      if (name.theirs != setting.name) continue;
      setting.label = setting.name;
      if (!name.sent[*target].empty()) {
        setting.name = std::string(name.sent[*target]);
      }
      break;
    }
  }
  SendDynamicTemperature(*SillyTavernTargets()[*target], settings);
  static const auto& made = *new std::vector<Runtime>([] {
    std::vector<Runtime> runtimes;
    for (const Runtime* backend : SillyTavernTargets()) {
      runtimes.push_back(MakeTarget(*backend));
    }
    return runtimes;
  }());
  return &made[*target];
}

void BuildNothing(Draft&) {}

}  // namespace
}  // namespace sillytavern

std::vector<absl::string_view> Backends() {
  std::vector<absl::string_view> names;
  for (const Runtime* target : SillyTavernTargets()) {
    names.push_back(target->name);
  }
  return names;
}

const Runtime& SillyTavern() {
  static const auto& runtime = *new Runtime{
      .name = "sillytavern",
      .version = "SillyTavern (2026)",
      .order =
          "that of the backend (--backend; by default textgen, koboldcpp "
          "for a preset with a sampler_order)",
      .fields = sillytavern::Fields(),
      .build = sillytavern::BuildNothing,
      .marks = {"temp", "freq_pen", "presence_pen", "encoder_rep_pen",
                "min_temp", "max_temp", "dynatemp", "samplers_priorities",
                "rep_pen_size", "rep_pen_decay", "streaming",
                "openrouter_allow_fallbacks"},
      .extras = {Extra::kBackend},
      .translate = sillytavern::Translate};
  return runtime;
}

}  // namespace sampler::importers
