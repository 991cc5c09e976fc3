#include "tools/compare/gate.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

bool Holds(const Gate& gate, double value) {
  switch (gate.compare) {
    case Gate::Compare::kLess:
      return value < gate.bound;
    case Gate::Compare::kLessOrEqual:
      return value <= gate.bound;
    case Gate::Compare::kGreater:
      return value > gate.bound;
    case Gate::Compare::kGreaterOrEqual:
      break;
  }
  return value >= gate.bound;
}

}  // namespace

absl::StatusOr<Gate> ParseGate(const std::string& text) {
  Gate gate;
  gate.text = text;
  const std::size_t at = text.find_first_of("<>");
  const bool equal =
      at != std::string::npos && at + 1 < text.size() && text[at + 1] == '=';
  const std::string number = at == std::string::npos
                                 ? ""
                                 : std::string(absl::StripAsciiWhitespace(
                                       text.substr(at + (equal ? 2 : 1))));
  gate.name = std::string(absl::StripAsciiWhitespace(text.substr(0, at)));
  if (gate.name.empty() || !absl::SimpleAtod(number, &gate.bound) ||
      !std::isfinite(gate.bound)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--fail-if: got ", Printable(Shortened(text)),
        ", want NAME<NUMBER or NAME>NUMBER, such as mean_kld>0.02"));
  }
  const bool less = text[at] == '<';
  gate.compare =
      less    ? equal ? Gate::Compare::kLessOrEqual : Gate::Compare::kLess
      : equal ? Gate::Compare::kGreaterOrEqual
              : Gate::Compare::kGreater;
  return gate;
}

absl::StatusOr<std::vector<GateResult>> CheckGates(
    const std::vector<Gate>& gates,
    const std::map<std::string, double>& values) {
  std::vector<GateResult> results;
  std::vector<absl::string_view> names;
  names.reserve(values.size());
  for (const auto& [name, value] : values) names.push_back(name);
  for (const Gate& gate : gates) {
    const auto found = values.find(gate.name);
    if (found == values.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--fail-if ", Printable(gate.text), ": unknown metric ",
          Printable(Shortened(gate.name)), DidYouMean(gate.name, names)));
    }
    if (std::isnan(found->second)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--fail-if ", Printable(gate.text), ": ", gate.name,
                       " has no value in this comparison"));
    }
    results.push_back({gate, found->second, Holds(gate, found->second)});
  }
  return results;
}

int ReportGates(const std::vector<GateResult>& results) {
  int code = 0;
  for (const GateResult& result : results) {
    if (!result.failed) continue;
    WriteNote(absl::StrCat("failed: ", result.gate.text, ": ", result.gate.name,
                           " is ", Digits(result.value), "\n"));
    code = 1;
  }
  return code;
}

}  // namespace sampler::tools
