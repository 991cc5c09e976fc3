#include "tools/detect/scheme.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/parameters/secret.h"
#include "sampler/stages/draws/gumbel_watermark.h"
#include "sampler/stages/draws/synthid.h"
#include "sampler/stages/edits/kgw_watermark.h"
#include "sampler/watermark/gumbel_mark.h"
#include "sampler/watermark/synthid_mark.h"
#include "tools/detect/key.h"

namespace sampler::tools {
namespace {

constexpr KeyForm kSchemes[] = {
    {"vllm", "gumbel_watermark", "vllm", false, 1},
    {"vllm-dual", "gumbel_watermark", "vllm_dual", false, 1},
    {"sglang", "gumbel_watermark", "sglang", true, 2},
    {"textseal", "gumbel_watermark", "sglang", true, 2},
    {"kgw", "kgw_watermark", nullptr, false, 1},
    {"synthid", "synthid", nullptr, false, kAnyNumberOfKeys},
    {"gumbel", "gumbel_watermark", "house", false, 1}};

const KeyForm& Find(const std::string& name) {
  return *std::find_if(std::begin(kSchemes), std::end(kSchemes),
                       [&](const KeyForm& s) { return name == s.name; });
}

}  // namespace

const std::vector<std::string>& SchemeNames() {
  static const auto& names = *new std::vector<std::string>([] {
    std::vector<std::string> all;
    for (const KeyForm& scheme : kSchemes) all.push_back(scheme.name);
    return all;
  }());
  return names;
}

absl::StatusOr<Scheme> Scheme::Create(const std::string& name,
                                      const std::string& key,
                                      const std::string& key_name,
                                      const Value::Object& given) {
  const KeyForm& known = tools::Find(name);
  auto read = ReadKeyParameters(known, key_name, key);
  if (!read.ok()) return read.status();
  Scheme scheme;
  scheme.name_ = name;
  scheme.type_ = known.type;
  scheme.parameters_ = *std::move(read);
  for (const auto& [parameter, value] : given) {
    if (!scheme.parameters_.emplace(parameter, value).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          key_name, ": says \"", parameter, "\", too, want it once"));
    }
  }
  if (known.variant != nullptr) {
    const bool engine = absl::string_view(known.variant) != "house";
    scheme.parameters_["variant"] = known.variant;
    // The width that both engines have if they are told none.
    if (engine) scheme.parameters_.emplace("context_width", 4);
  }
  const StageType& type = *StageRegistry::BuiltIn().Find(scheme.type_);
  std::vector<Problem> problems;
  CheckParameters(type.parameters, scheme.parameters_, "", std::nullopt,
                  problems);
  if (problems.empty() && type.check != nullptr) {
    std::string wrong =
        type.check(Parameters(type.parameters, scheme.parameters_));
    if (!wrong.empty()) problems.push_back({"", std::move(wrong)});
  }
  if (problems.empty()) return scheme;
  return absl::InvalidArgumentError(absl::StrJoin(
      problems, "\n", [&](std::string* out, const Problem& problem) {
        absl::StrAppend(out, key_name, ": scheme ", name, ": ",
                        problem.pointer.empty() ? "" : problem.pointer + ": ",
                        problem.message);
      }));
}

std::string Scheme::Text() const {
  std::vector<std::string> parts;
  for (const auto& [name, value] : parameters_) {
    if (IsSecretName(name) || name == "variant" || name == "table") continue;
    parts.push_back(absl::StrCat(name, " ", ToText(value)));
  }
  return absl::StrJoin(parts, ", ");
}

double Scheme::MeanScore(std::int64_t tokens) const {
  const Parameters parameters(StageRegistry::BuiltIn().Find(type_)->parameters,
                              parameters_);
  const auto n = static_cast<double>(tokens);
  if (type_ == "kgw_watermark") return n * parameters.Real("gamma");
  if (type_ == "synthid") {
    return n * static_cast<double>(parameters.Integers("keys").size()) *
           SynthIdChance(SynthId::RuleOf(parameters));
  }
  return n;
}

MarkEvidence Scheme::Find(const MarkedText& text) const {
  const Parameters parameters(StageRegistry::BuiltIn().Find(type_)->parameters,
                              parameters_);
  if (type_ == "kgw_watermark") {
    return FindGreenMark(KgwWatermark::RuleOf(parameters), text);
  }
  if (type_ == "synthid") {
    return FindSynthIdMark(SynthId::RuleOf(parameters), text);
  }
  return FindGumbelMark(GumbelWatermark::RuleOf(parameters), text);
}

}  // namespace sampler::tools
