#include "tools/import/yaml.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/spelling.h"
#if SAMPLER_HAS_YAML
#include "yaml-cpp/yaml.h"
#endif

namespace sampler::tools {
namespace {

// The first line that is not empty, no comment and no document's mark.
absl::string_view FirstLine(absl::string_view text) {
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (!line.empty() && line[0] != '#' && line != "---") return line;
  }
  return "";
}

bool HasYamlName(absl::string_view name) {
  return absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml");
}

}  // namespace

bool LooksLikeYaml(const std::string& file_name, absl::string_view text) {
  const absl::string_view line = FirstLine(text);
  if (line.empty() || line[0] == '{' || line[0] == '[') return false;
  if (HasYamlName(file_name)) return true;
  if (absl::StartsWith(line, "- ")) return true;
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == absl::string_view::npos) return false;
  for (const char c : line.substr(0, colon)) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        c != '-' && c != '.') {
      return false;
    }
  }
  return colon + 1 == line.size() || line[colon + 1] == ' ';
}

#if SAMPLER_HAS_YAML
namespace {

constexpr std::int64_t kMostValues = 1'000'000;

absl::Status ErrorAt(const YAML::Mark& mark, absl::string_view message) {
  if (mark.line < 0) return absl::InvalidArgumentError(message);
  return absl::InvalidArgumentError(
      absl::StrCat(mark.line + 1, ":", mark.column + 1, ": ", message));
}

// A plain scalar.
Value Plain(const std::string& text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower.empty() || lower == "null" || lower == "~") return {};
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(text, &integer)) return integer;
  double real = 0;
  const bool digits = text.find_first_of("0123456789") != std::string::npos;
  if (digits && absl::SimpleAtod(text, &real)) return real;
  return text;
}

class Converter {
 public:
  absl::StatusOr<Value> Convert(const YAML::Node& node) {
    if (++values_ > kMostValues) {
      return absl::InvalidArgumentError(absl::StrCat(
          "more than ", kMostValues, " values: its aliases unfold too far"));
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        // "!" is the tag of a scalar in quotes.
        if (node.Tag() == "!") return Value(node.Scalar());
        return Plain(node.Scalar());
      case YAML::NodeType::Sequence:
        return ConvertList(node);
      case YAML::NodeType::Map:
        return ConvertMap(node);
      default:
        return Value();
    }
  }

 private:
  absl::StatusOr<Value> ConvertList(const YAML::Node& node) {
    Value::List list;
    for (const YAML::Node& item : node) {
      absl::StatusOr<Value> value = Convert(item);
      if (!value.ok()) return value.status();
      list.push_back(*std::move(value));
    }
    return Value(std::move(list));
  }

  absl::StatusOr<Value> ConvertMap(const YAML::Node& node) {
    Value::Object object;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) {
        return ErrorAt(member.first.Mark(), "want a text as the key");
      }
      const std::string& key = member.first.Scalar();
      absl::StatusOr<Value> value = Convert(member.second);
      if (!value.ok()) return value.status();
      if (!object.emplace(key, *std::move(value)).second) {
        return ErrorAt(member.first.Mark(),
                       absl::StrCat("key \"", Printable(Shortened(key)),
                                    "\" stands twice in one object"));
      }
    }
    return Value(std::move(object));
  }

  std::int64_t values_ = 0;
};

}  // namespace

absl::StatusOr<Value> ReadYaml(const std::string& text) {
  try {
    return Converter().Convert(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    return ErrorAt(error.mark, absl::StrCat("not YAML: ", error.msg));
  }
}

#else

absl::StatusOr<Value> ReadYaml(const std::string&) {
  return absl::UnimplementedError(
      "YAML, which this build does not read: it was made without yaml-cpp");
}

#endif

}  // namespace sampler::tools
