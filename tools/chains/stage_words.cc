#include "tools/chains/stage_words.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/chains/history_words.h"
#include "tools/explain/reason.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

bool Is(const StageReport& stage, const char* name, absl::string_view word) {
  const auto at = stage.parameters.find(name);
  return at != stage.parameters.end() && at->second.text() != nullptr &&
         *at->second.text() == word;
}

// The same words, whatever the numbers.
template <const char* kWords>
std::string Always(const Removal&) {
  return kWords;
}
template <const char* kWords>
std::string Always(const Inaction&) {
  return kWords;
}

constexpr char kBanned[] = "banned";
constexpr char kInList[] = "in its list";
constexpr char kNotInList[] = "not in its list";
constexpr char kCompletes[] = "completes a sequence";
constexpr char kCompletesBanned[] = "completes a banned sequence";
constexpr char kCompletesNone[] = "completes no sequence";
constexpr char kTooEarly[] = "ends the text too early";
constexpr char kLongEnough[] = "long enough, or no stop token left";
constexpr char kNotForced[] = "not forced here";
constexpr char kForcesNothing[] = "forces nothing here";
constexpr char kNotClosing[] = "does not close the phase";
constexpr char kWithinBudget[] = "within its tokens, or not in the phase";
constexpr char kNotInMask[] = "not in the mask";
constexpr char kBansNone[] = "bans no candidate";
constexpr char kRepeatsPattern[] = "repeats a pattern too often in a row";
constexpr char kClosesNone[] = "nothing would close a repetition";
constexpr char kRoundsToZero[] = "its share rounds to 0";

// ---- Why a token went -------------------------------------------------------

std::string RepeatsTooMany(const Removal& removal) {
  return absl::StrFormat("repeats %g in a row", NumberOf(removal.stage, "n"));
}

std::string OutsideNucleus(const Removal& removal) {
  const auto& [stage, own, before, after] = removal;
  const double p = NumberOf(stage, "p");
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

std::string BelowTheRatio(const Removal& removal) {
  const double p = NumberOf(removal.stage, "p");
  const double head = removal.before.head_probability();
  if (!(removal.own.probability < p * head)) return "";
  return absl::StrFormat("%s < %s = %g * %s",
                         ProbabilityText(removal.own.probability),
                         ProbabilityText(p * head), p, ProbabilityText(head));
}

std::string FarFromTypical(const Removal& removal) {
  // |-ln p - H| is the distance of the logit from the mean logit.
  const auto distance = [&](double logit) {
    return std::fabs(logit - removal.before.mean_logit());
  };
  double farthest = 0;
  for (const RankedCandidate& kept : removal.after.ranked()) {
    farthest = std::max(farthest, distance(kept.logit));
  }
  const double own_distance = distance(removal.own.logit);
  return absl::StrCat(
      "|-ln p - H| ", NumberText(own_distance, 4, 12),
      own_distance > farthest ? " > " : " >= ", NumberText(farthest, 4, 12));
}

std::string TopChoice(const Removal& removal) {
  return absl::StrCat(
      "a choice of ", ProbabilityText(removal.own.probability),
      " >= ", absl::StrFormat("%g", NumberOf(removal.stage, "threshold")),
      ", not the last");
}

// ---- Why nothing changed ----------------------------------------------------

std::string FewEnough(const Inaction& inaction) {
  return absl::StrFormat("%d candidates <= %g", inaction.before.count(),
                         NumberOf(inaction.stage, "k"));
}

std::string AllWithinTheRatio(const Inaction& inaction) {
  const Moment& before = inaction.before;
  const double last = before.Probability(before.ranked().back());
  const double bound =
      NumberOf(inaction.stage, "p") * before.head_probability();
  if (!(last >= bound)) return "";
  return absl::StrCat("lowest p ", ProbabilityText(last),
                      " >= ", ProbabilityText(bound));
}

std::string AllAreNeeded(const Inaction& inaction) {
  return absl::StrFormat("all are needed to reach %g",
                         NumberOf(inaction.stage, "p"));
}

std::string SparesTheTop(const Inaction& inaction) {
  const double threshold = NumberOf(inaction.stage, "threshold");
  const Moment& before = inaction.before;
  const auto choices =
      std::count_if(before.ranked().begin(), before.ranked().end(),
                    [&](const RankedCandidate& candidate) {
                      return before.Probability(candidate) >= threshold;
                    });
  if (choices >= 2) return "no coin, or fewer than two choices to remove";
  return absl::StrFormat("%d candidates of p >= %g, and it takes two", choices,
                         threshold);
}

}  // namespace

const std::vector<StageWords>& AllStageWords() {
  static const auto& words = *new std::vector<StageWords>{
      {"logit_bias", Always<kBanned>},
      {"suppress_tokens", Always<kInList>},
      {"allow_tokens", Always<kNotInList>},
      {"bad_words", Always<kCompletes>, Always<kCompletesNone>},
      {"sequence_bias", Always<kCompletesBanned>, Always<kCompletesNone>},
      {"min_tokens", Always<kTooEarly>, Always<kLongEnough>},
      {"forced_tokens", Always<kNotForced>, Always<kForcesNothing>},
      {"thinking_budget", Always<kNotClosing>, Always<kWithinBudget>},
      {"mask", Always<kNotInMask>, Always<kBansNone>},
      {"no_repeat_ngram", RepeatsTooMany, WhyNoNgram},
      {"loop_ban", Always<kRepeatsPattern>, Always<kClosesNone>},
      {"exponential_decay_length"},
      {"end_ramp"},
      {"guidance"},
      {"repetition_penalty"},
      {"frequency_penalty"},
      {"presence_penalty"},
      {"dry", nullptr, WhyDryStopped},
      {"lz_penalty"},
      {"encoder_repetition_penalty"},
      {"kgw_watermark"},
      {"temperature"},
      {"dynamic_temperature"},
      {"quadratic"},
      {"skew", Always<kRoundsToZero>},
      {"adaptive_p"},
      {"top_k", nullptr, FewEnough},
      {"top_p", OutsideNucleus, AllAreNeeded},
      {"min_p", BelowTheRatio, AllWithinTheRatio},
      {"typical_p", FarFromTypical, AllAreNeeded},
      {"top_a"},
      {"tail_free"},
      {"epsilon_cutoff"},
      {"eta_cutoff"},
      {"top_n_sigma"},
      {"top_h"},
      {"ees"},
      {"diff_sampling"},
      {"p_less"},
      {"p_less_norm"},
      {"min_k"},
      {"logit_threshold"},
      {"xtc", TopChoice, SparesTheTop},
      {"mirostat"},
      {"categorical"},
      {"greedy"},
      {"gumbel_max"},
      {"gumbel_top_k"},
      {"arithmetic"},
      {"gumbel_watermark"},
      {"synthid"}};
  return words;
}

const StageWords* WordsOf(absl::string_view type) {
  for (const StageWords& words : AllStageWords()) {
    if (words.type == type) return &words;
  }
  return nullptr;
}

double NumberOf(const StageReport& stage, const char* name) {
  const auto at = stage.parameters.find(name);
  if (at == stage.parameters.end()) return std::nan("");
  if (at->second.real() != nullptr) return *at->second.real();
  if (at->second.integer() != nullptr) {
    return static_cast<double>(*at->second.integer());
  }
  return std::nan("");
}

}  // namespace sampler::tools
