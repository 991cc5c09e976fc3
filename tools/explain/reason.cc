#include "tools/explain/reason.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "sampler/stages/registry.h"
#include "tools/chains/history_words.h"
#include "tools/text/number_text.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

// In terms of what every truncation reports.
std::string GeneralReason(const Removal& removal) {
  const auto& [stage, own, before, after] = removal;
  if (stage.facts.keeps_a_prefix && own.rank > after.count()) {
    return absl::StrCat("rank ", Grouped(own.rank), " > ",
                        Grouped(after.count()));
  }
  if (!stage.threshold.has_value()) {
    return stage.group == StageGroup::kEdit ? "set to -inf" : "removed";
  }
  if (own.logit < *stage.threshold) {
    return absl::StrCat("logit ", LogitText(own.logit), " < ",
                        LogitText(*stage.threshold));
  }
  if (own.logit == *stage.threshold) {
    return absl::StrCat("logit ", LogitText(own.logit), ", a tie");
  }
  return absl::StrCat("p ", ProbabilityText(own.probability));
}

// Of a stage whose parameters make it one without effect: the parameter that
// does, "penalty 1", or "p 1 keeps all".
std::string NeutralText(const StageReport& stage) {
  const StageType* const type =
      StageRegistry::BuiltIn().Find(stage.config.type);
  if (type == nullptr || type->parameters.empty()) return "changes nothing";
  const std::string main(type->parameters.front().name());
  const double number = NumberOf(stage, main.c_str());
  if (std::isnan(number)) {
    return stage.group == StageGroup::kEdit ? "touches no candidate"
                                            : "changes nothing";
  }
  return absl::StrFormat(
      "%s %g%s", main, number,
      stage.group == StageGroup::kTruncate ? " keeps all" : "");
}

std::string GeneralInaction(const Inaction& inaction) {
  const StageReport& stage = inaction.stage;
  if (stage.facts.neutral) return NeutralText(stage);
  if (stage.facts.edits_seen) return WhyNothingSeen(inaction);
  if (stage.group == StageGroup::kEdit) return "touches no candidate";
  if (inaction.before.count() == 1) return "one candidate left";
  return stage.group == StageGroup::kTruncate ? "all candidates pass"
                                              : "changes nothing";
}

// Do the stage's own words go before the general ones? They speak of a rule
// that was applied to several candidates.
bool RuleWasApplied(const Inaction& inaction) {
  return !inaction.stage.facts.neutral &&
         (inaction.before.count() > 1 ||
          inaction.stage.group == StageGroup::kEdit);
}

}  // namespace

std::string WhyRemoved(const Removal& removal) {
  const StageWords* const words = WordsOf(removal.stage.config.type);
  std::string rule;
  if (words != nullptr && words->removed != nullptr) {
    rule = words->removed(removal);
  }
  return absl::StrCat(removal.stage.config.type, ": ",
                      rule.empty() ? GeneralReason(removal) : rule);
}

std::string WhyInactive(const Inaction& inaction) {
  const StageWords* const words = WordsOf(inaction.stage.config.type);
  std::string why;
  if (words != nullptr && words->inactive != nullptr &&
      RuleWasApplied(inaction)) {
    why = words->inactive(inaction);
  }
  return why.empty() ? GeneralInaction(inaction) : why;
}

}  // namespace sampler::tools
