#include "tools/sweep/grid.h"

#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {
namespace {

absl::Status Wrong(const std::string& text, absl::string_view allowed) {
  return absl::InvalidArgumentError(absl::StrCat(
      "--param: got ", Printable(Shortened(text)), ", want ", allowed));
}

bool ReadNumber(absl::string_view text, double& value) {
  const absl::StatusOr<double> read = ReadReal(text);
  if (read.ok()) value = *read;
  return read.ok();
}

// "top-k" is "top_k", and "temperature" "temp".
std::string Canonical(const std::string& name) {
  const std::string spelled = absl::StrReplaceAll(name, {{"-", "_"}});
  return spelled == "temperature" ? "temp" : spelled;
}

// Steps from low to high. A step of 0.1 is not one in binary, so the last value
// is reached if it is missed by less than a millionth of a step, and values are
// written with the digits that steps of this size have.
absl::StatusOr<std::vector<std::string>> StepsOf(
    const std::string& text, const std::vector<std::string>& parts) {
  double low = 0;
  double high = 0;
  double step = 0;
  if (!ReadNumber(parts[0], low) || !ReadNumber(parts[1], high) ||
      !ReadNumber(parts[2], step)) {
    return Wrong(text, "NAME=LOW:HIGH:STEP with three numbers");
  }
  const double count = std::floor((high - low) / step + 1e-6);
  if (!(step > 0) || !(count >= 0)) {
    return Wrong(text, "LOW <= HIGH and a STEP above 0");
  }
  if (count >= static_cast<double>(kMostSettings)) {
    return Wrong(text, absl::StrCat("at most ", kMostSettings, " values"));
  }
  std::vector<std::string> values;
  for (std::int64_t i = 0; i <= static_cast<std::int64_t>(count); ++i) {
    values.push_back(
        absl::StrFormat("%.10g", low + static_cast<double>(i) * step));
  }
  return values;
}

}  // namespace

absl::StatusOr<SweptParameter> ParseSwept(const std::string& text) {
  constexpr absl::string_view kForms =
      "NAME=LOW:HIGH:STEP or NAME=VALUE,VALUE,...";
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return Wrong(text, kForms);
  SweptParameter parameter;
  parameter.name = std::string(
      absl::StripAsciiWhitespace(absl::string_view(text).substr(0, equals)));
  const std::string values = text.substr(equals + 1);
  const std::vector<std::string> parts = absl::StrSplit(values, ':');
  if (parts.size() == 3) {
    auto range = StepsOf(text, parts);
    if (!range.ok()) return range.status();
    parameter.values = *std::move(range);
    return parameter;
  }
  parameter.values = absl::StrSplit(values, ',');
  for (const std::string& value : parameter.values) {
    double number = 0;
    if (!ReadNumber(value, number)) return Wrong(text, kForms);
  }
  return parameter;
}

absl::StatusOr<std::vector<Setting>> SettingsOf(
    const std::vector<SweptParameter>& parameters) {
  std::set<std::string> names;
  for (const SweptParameter& parameter : parameters) {
    if (names.insert(Canonical(parameter.name)).second) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--param: got ", Printable(Shortened(parameter.name)),
                     " twice, want each parameter once: NAME=VALUE,VALUE,..."));
  }
  std::vector<Setting> settings = {{}};
  for (const SweptParameter& parameter : parameters) {
    if (settings.size() * parameter.values.size() > kMostSettings) {
      return absl::InvalidArgumentError(
          absl::StrCat("--param: got more than ", kMostSettings,
                       " settings, want fewer values or a larger step"));
    }
    std::vector<Setting> longer;
    longer.reserve(settings.size() * parameter.values.size());
    for (const Setting& setting : settings) {
      for (const std::string& value : parameter.values) {
        longer.push_back(setting);
        longer.back().push_back(value);
      }
    }
    settings = std::move(longer);
  }
  return settings;
}

std::string ChainOf(const std::string& on,
                    const std::vector<SweptParameter>& parameters,
                    const Setting& setting) {
  std::string chain = on;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    absl::StrAppend(&chain, chain.empty() ? "" : ";", parameters[i].name, "=",
                    setting[i]);
  }
  return chain;
}

}  // namespace sampler::tools
