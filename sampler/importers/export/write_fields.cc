// The forms in which engines take settings.

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "sampler/importers/export/engine.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/value_json.h"

namespace sampler::importers {
namespace {

using Json = nlohmann::ordered_json;

std::string Scalar(const Value& value) {
  if (value.text() != nullptr) return *value.text();
  return ValueToJson(value).dump();
}

std::string AsJson(const Value::Object& fields) {
  std::string text = "{";
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&text, text.size() > 1 ? ",\n " : "\n ", Json(name).dump(),
                    ": ",
                    ValueToJson(value).dump(-1, ' ', false,
                                            Json::error_handler_t::replace));
  }
  return absl::StrCat(text, "\n}\n");
}

// The long flag of a field, or "".
absl::string_view FlagOf(const std::string& name) {
  const Field* field = FindField(LlamaCpp().fields, name);
  if (field == nullptr) return "";
  for (const absl::string_view alias : field->aliases) {
    if (absl::StartsWith(alias, "--")) return alias;
  }
  return "";
}

// "15+0.5", "15-inf".
std::string BiasFlag(const Value& pair) {
  const Value::List& parts = *pair.list();
  if (parts[1].boolean() != nullptr) {
    return absl::StrCat(Scalar(parts[0]), "-inf");
  }
  const std::string amount = Scalar(parts[1]);
  return absl::StrCat(Scalar(parts[0]),
                      absl::StartsWith(amount, "-") ? "" : "+", amount);
}

// As one word of a shell.
std::string Word(const Value& value) {
  if (value.text() == nullptr) return Scalar(value);
  return absl::StrCat("'", absl::StrReplaceAll(*value.text(), {{"'", "'\\''"}}),
                      "'");
}

std::string AsFlags(const Value::Object& fields) {
  std::vector<std::string> flags;
  for (const auto& [name, value] : fields) {
    const absl::string_view flag = FlagOf(name);
    if (flag.empty()) continue;
    if (name == "logit_bias") {
      for (const Value& pair : *value.list()) {
        flags.push_back(absl::StrCat(flag, " ", BiasFlag(pair)));
      }
    } else if (name == "dry_sequence_breakers") {
      flags.push_back(absl::StrCat(flag, " none"));
    } else if (value.list() != nullptr) {
      const std::string names = absl::StrJoin(
          *value.list(), ";", [](std::string* out, const Value& v) {
            absl::StrAppend(out, Scalar(v));
          });
      flags.push_back(absl::StrCat(flag, " \"", names, "\""));
    } else {
      flags.push_back(absl::StrCat(flag, " ", Word(value)));
    }
  }
  return absl::StrCat(absl::StrJoin(flags, " "), "\n");
}

std::string AsModelfile(const Value::Object& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    absl::StrAppend(&text, "PARAMETER ", name, " ", Scalar(value), "\n");
  }
  return text;
}

}  // namespace

std::string WriteFields(const ExportEngine& engine,
                        const Value::Object& fields) {
  switch (engine.form) {
    case ExportForm::kFlags:
      return AsFlags(fields);
    case ExportForm::kModelfile:
      return AsModelfile(fields);
    case ExportForm::kJson:
      break;
  }
  return AsJson(fields);
}

}  // namespace sampler::importers
