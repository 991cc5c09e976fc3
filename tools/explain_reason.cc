#include "tools/explain_reason.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "tools/output.h"

namespace sampler::tools {
namespace {

// A number of the stage's parameters; NaN, of which no comparison is true, if
// there is none.
double Parameter(const StageReport& stage, const char* name) {
  const auto at = stage.parameters.find(name);
  if (at == stage.parameters.end()) return std::nan("");
  if (at->second.real() != nullptr) return *at->second.real();
  if (at->second.integer() != nullptr) {
    return static_cast<double>(*at->second.integer());
  }
  return std::nan("");
}

bool Is(const StageReport& stage, const char* name, absl::string_view word) {
  const auto at = stage.parameters.find(name);
  return at != stage.parameters.end() && at->second.text() != nullptr &&
         *at->second.text() == word;
}

std::string TopPReason(const StageReport& stage, const Standing& own) {
  const double p = Parameter(stage, "p");
  const std::string bound = absl::StrFormat("%g", p);
  if (Is(stage, "mass", "surviving") && Is(stage, "tie_order", "low_id")) {
    if (Is(stage, "crossing", "exclude")) {
      const double reached = own.ahead + own.probability;
      if (reached > p) {
        return absl::StrCat(ProbabilityText(reached), " with it > ", bound);
      }
    } else if (own.ahead > p ||
               (own.ahead == p && Is(stage, "equality", "stop"))) {
      return absl::StrCat(ProbabilityText(own.ahead), " ahead",
                          own.ahead > p ? " > " : " >= ", bound);
    }
  }
  return absl::StrCat("outside the nucleus of ", bound);
}

std::string TypicalReason(const Standing& own, const Moment& before,
                          const Moment& after) {
  // |-ln p - H| is the distance of the logit from the mean logit.
  const auto distance = [&](double logit) {
    return std::fabs(logit - before.mean_logit());
  };
  double farthest = 0;
  for (const RankedCandidate& kept : after.ranked()) {
    farthest = std::max(farthest, distance(kept.logit));
  }
  const double own_distance = distance(own.logit);
  return absl::StrFormat("|-ln p - H| %.4f %s %.4f", own_distance,
                         own_distance > farthest ? ">" : ">=", farthest);
}

// In terms of what every truncation reports.
std::string GeneralReason(const StageReport& stage, const Standing& own) {
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

std::string Rule(const StageReport& stage, const Standing& own,
                 const Moment& before, const Moment& after) {
  const std::string& type = stage.config.type;
  const double head = before.head_probability();
  // What keeps a prefix of the total order, and nothing else.
  const bool prefix = (type == "top_k" && Is(stage, "ties", "exact")) ||
                      type == "tail_free" || type == "top_h" ||
                      type == "min_k" || type == "mirostat";
  if (prefix && own.rank > after.count()) {
    return absl::StrCat("rank ", Grouped(own.rank), " > ",
                        Grouped(after.count()));
  }
  if (type == "top_p") return TopPReason(stage, own);
  if (type == "min_p") {
    const double p = Parameter(stage, "p");
    if (own.probability < p * head) {
      return absl::StrFormat(
          "%s < %s = %g * %s", ProbabilityText(own.probability),
          ProbabilityText(p * head), p, ProbabilityText(head));
    }
  }
  if (type == "typical_p") return TypicalReason(own, before, after);
  if (type == "xtc") {
    return absl::StrCat(
        "a choice of ", ProbabilityText(own.probability),
        " >= ", absl::StrFormat("%g", Parameter(stage, "threshold")),
        ", not the last");
  }
  if (type == "temperature" || type == "dynamic_temperature" ||
      type == "greedy") {
    return absl::StrCat("rank ", Grouped(own.rank), " > 1");
  }
  if (type == "skew") return "its share rounds to 0";
  if (type == "allow_tokens") return "not in its list";
  if (type == "suppress_tokens") return "in its list";
  if (type == "logit_bias") return "banned";
  if (type == "bad_words") return "completes a sequence";
  if (type == "sequence_bias") return "completes a banned sequence";
  if (type == "min_tokens") return "ends the text too early";
  if (type == "forced_tokens") return "not forced here";
  if (type == "mask") return "not in the mask";
  if (type == "no_repeat_ngram") {
    return absl::StrFormat("repeats %g in a row", Parameter(stage, "n"));
  }
  return GeneralReason(stage, own);
}

// Why a stage that reads the history or an input did nothing; "" for others.
std::string NothingToEdit(const StageReport& stage) {
  const std::string& type = stage.config.type;
  if (type == "bad_words" || type == "sequence_bias") {
    return "completes no sequence";
  }
  if (type == "mask") return "bans no candidate";
  if (type == "min_tokens") return "long enough, or no stop token left";
  if (type == "forced_tokens") return "forces nothing here";
  if (type == "no_repeat_ngram") {
    const double n = Parameter(stage, "n");
    return n == 0 ? "n 0 allows all" : "nothing would repeat";
  }
  if (type == "dry") {
    return Parameter(stage, "multiplier") == 0 ? "multiplier 0"
                                               : "nothing would repeat";
  }
  return "";
}

}  // namespace

std::string WhyRemoved(const StageReport& stage, const Standing& own,
                       const Moment& before, const Moment& after) {
  return absl::StrCat(stage.config.type, ": ", Rule(stage, own, before, after));
}

std::string WhyInactive(const StageReport& stage, const Moment& before) {
  const std::string& type = stage.config.type;
  const double p = Parameter(stage, "p");
  const double penalty = Parameter(stage, "penalty");
  if (type == "temperature") return "T is 1";
  if (type == "tail_free" && Parameter(stage, "z") == 1.0) {
    return "z 1 keeps all";
  }
  std::string nothing = NothingToEdit(stage);
  if (!nothing.empty()) return nothing;
  const bool factor =
      type == "repetition_penalty" || type == "encoder_repetition_penalty";
  if (penalty == (factor ? 1.0 : 0.0)) {
    return absl::StrFormat("penalty %g", penalty);
  }
  if (!std::isnan(penalty)) {
    return std::string(kNothingSeen);
  }
  if (p == (type == "min_p" ? 0.0 : 1.0)) {
    return absl::StrFormat("p %g keeps all", p);
  }
  if (before.count() == 1) return "one candidate left";
  if (type == "top_k") {
    const double k = Parameter(stage, "k");
    return k == 0 ? "k 0 keeps all"
                  : absl::StrFormat("%d candidates <= %g", before.count(), k);
  }
  if (type == "min_p") {
    const double last = before.Probability(before.ranked().back());
    const double bound = p * before.head_probability();
    if (last >= bound) {
      return absl::StrCat("lowest p ", ProbabilityText(last),
                          " >= ", ProbabilityText(bound));
    }
  }
  if (type == "top_p" || type == "typical_p") {
    return absl::StrFormat("all are needed to reach %g", p);
  }
  if (type == "xtc") return "no coin, or fewer than two choices to remove";
  if (stage.group == StageGroup::kEdit) return "touches no candidate";
  return stage.group == StageGroup::kTruncate ? "all candidates pass"
                                              : "changes nothing";
}

std::string ProbabilityText(double p) {
  return p == 0 || p >= 0.00005 ? absl::StrFormat("%.4f", p)
                                : absl::StrFormat("%.1e", p);
}

std::string LogitText(double logit) { return absl::StrFormat("%.3f", logit); }

}  // namespace sampler::tools
