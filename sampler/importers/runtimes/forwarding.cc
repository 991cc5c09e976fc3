// Tables of front ends that send their settings to another runtime.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "sampler/importers/runtime.h"

namespace sampler::importers {

FieldTable WithDefaults(
    FieldTable table,
    const std::vector<std::pair<absl::string_view, Value>>& own) {
  for (const auto& [name, value] : own) {
    for (Field& field : table) {
      if (field.name == name) field.standard = value;
    }
  }
  return table;
}

FieldTable WithOthers(const FieldTable& table, const FieldTable& others,
                      absl::string_view why) {
  FieldTable joined = table;
  for (Field field : others) {
    if (FindField(table, field.name) != nullptr) continue;
    std::vector<absl::string_view> aliases;
    for (const absl::string_view alias : field.aliases) {
      if (FindField(table, alias) == nullptr) aliases.push_back(alias);
    }
    field.aliases = std::move(aliases);
    if (field.use == FieldUse::kSetting) {
      field.use = FieldUse::kIdle;
      field.kind = FieldKind::kAny;
      field.range = {};
      field.meaning = why;
    }
    joined.push_back(std::move(field));
  }
  return joined;
}

}  // namespace sampler::importers
