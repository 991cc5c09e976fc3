// LiteLLM (2026): the sampling fields of a proxy's configuration, and requests.
// It passes them on to a provider; OpenAI's fields are read here as OpenAI's,
// and what else it passes on has a meaning of the provider's own.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace litellm {
namespace {

FieldTable Fields() {
  const FieldTable& all = OpenAi().fields;
  FieldTable sampling;
  for (const Field& field : all) {
    if (field.use == FieldUse::kSetting) sampling.push_back(field);
  }
  return Join(
      {sampling,
       Lost("passed on to the provider: import it as that runtime's",
            {"top_k", "min_p", "repetition_penalty", "repeat_penalty", "top_a",
             "typical_p", "mirostat*", "dry_*", "xtc_*"}),
       Lost(kGrammar, {"response_format"}, Value::Object{{"type", "text"}}),
       Idle("routing, not sampling", {"api_base",
                                      "api_key",
                                      "api_version",
                                      "api_*",
                                      "base_url",
                                      "custom_llm_provider",
                                      "rpm",
                                      "tpm",
                                      "timeout",
                                      "stream_timeout",
                                      "max_retries",
                                      "num_retries",
                                      "weight",
                                      "order",
                                      "region_name",
                                      "aws_*",
                                      "vertex_*",
                                      "azure_*",
                                      "organization",
                                      "drop_params",
                                      "input_cost_per_*",
                                      "output_cost_per_*",
                                      "mock_response",
                                      "fallbacks",
                                      "tags",
                                      "use_in_pass_through",
                                      "model_name",
                                      "keep_alive",
                                      "num_ctx",
                                      "extra_headers",
                                      "headers",
                                      "additional_drop_params",
                                      "allowed_openai_params",
                                      "max_parallel_requests",
                                      "litellm_credential_name",
                                      "caching"}),
       RequestFields(), EndFields(), AnswerFields()});
}

std::string NameOf(const Value& model) {
  const Value::Object* object = model.object();
  if (object == nullptr || object->count("model_name") == 0) return "";
  const std::string* name = object->at("model_name").text();
  return name != nullptr ? *name : "";
}

void CollectMembers(const Value::Object& object, const std::string& pointer,
                    std::vector<Setting>& settings) {
  for (const auto& [name, value] : object) {
    settings.push_back(
        {name, absl::StrCat(pointer, "/", EscapePointer(name)), value});
  }
}

// The model of model_list that is meant: the only one, or that of the name.
void CollectModel(const Value::List& models, const ImportOptions& options,
                  std::vector<Setting>& settings,
                  std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < models.size(); ++i) {
    names.push_back(NameOf(models[i]));
    const bool meant = options.section.empty() ? models.size() == 1
                                               : names[i] == options.section;
    const Value::Object* model = models[i].object();
    if (!meant || model == nullptr) continue;
    const auto params = model->find("litellm_params");
    if (params == model->end() || params->second.object() == nullptr) continue;
    CollectMembers(*params->second.object(),
                   absl::StrCat("/model_list/", i, "/litellm_params"),
                   settings);
    return;
  }
  problems.push_back(
      {"/model_list", absl::StrCat("settings of ", models.size(), " models (",
                                   Shortened(absl::StrJoin(names, ", "), 300),
                                   "): say which (--section)")});
}

void Collect(const Value::Object& root, const ImportOptions& options,
             std::vector<Setting>& settings, std::vector<Problem>& problems) {
  const auto list = root.find("model_list");
  if (list != root.end() && list->second.list() != nullptr) {
    CollectModel(*list->second.list(), options, settings, problems);
    return;
  }
  const auto params = root.find("litellm_params");
  if (params != root.end() && params->second.object() != nullptr) {
    CollectMembers(*params->second.object(), "/litellm_params", settings);
    return;
  }
  CollectMembers(root, "", settings);
}

}  // namespace
}  // namespace litellm

const Runtime& LiteLlm() {
  static const auto& runtime = *new Runtime{
      .name = "litellm",
      .version = "LiteLLM (2026)",
      .order = "the provider's; OpenAI's fields as those of an OpenAI request",
      .fields = litellm::Fields(),
      .build = OpenAi().build,
      .leniency = {.texts = true},
      .marks = {"model_list", "litellm_params", "litellm_settings",
                "router_settings", "drop_params", "api_base"},
      .extras = {Extra::kSection},
      .collect = litellm::Collect};
  return runtime;
}

}  // namespace sampler::importers
