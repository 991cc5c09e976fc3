#include "sampler/watermark/evidence.h"

#include <cmath>

#include "sampler/arithmetic/numeric.h"
#include "sampler/arithmetic/tail.h"

namespace sampler {

std::vector<TokenId> RunOf(const HistoryView& view) {
  std::vector<TokenId> run(view.first.begin(), view.first.end());
  run.insert(run.end(), view.second.begin(), view.second.end());
  return run;
}

std::vector<TokenId> RunOf(const HistoryView& view, TokenId next) {
  std::vector<TokenId> run = RunOf(view);
  run.push_back(next);
  return run;
}

void Count(std::size_t place, double score, MarkEvidence& evidence) {
  ++evidence.tokens;
  evidence.score += score;
  evidence.each.push_back({static_cast<std::int64_t>(place), score});
}

MarkEvidence CountAll(
    const MarkedText& text, std::int64_t context_width,
    absl::FunctionRef<double(const HistoryView& context, TokenId token)>
        score) {
  const auto width = static_cast<std::size_t>(context_width);
  MarkEvidence evidence;
  SeenRuns seen;
  for (std::size_t i = 0; i < text.output.size(); ++i) {
    const HistoryView context = text.Before(i, width);
    if (context.size() < width) {
      ++evidence.left_out;
    } else if (!seen.Add(RunOf(context, text.output[i]))) {
      ++evidence.repeated;
    } else {
      Count(i, score(context, text.output[i]), evidence);
    }
  }
  return evidence;
}

void JudgeExponentials(MarkEvidence& evidence) {
  if (evidence.tokens == 0) return;
  const auto n = static_cast<double>(evidence.tokens);
  evidence.z = (evidence.score - n) / std::sqrt(n);
  evidence.log_p_value = LogGammaTail(n, evidence.score);
  evidence.p_value = Exp(evidence.log_p_value);
}

void JudgeTrials(double chance, std::int64_t n, MarkEvidence& evidence) {
  if (n == 0) return;
  const auto count = static_cast<double>(n);
  evidence.z = (evidence.score - chance * count) /
               std::sqrt(count * chance * (1.0 - chance));
  evidence.log_p_value =
      LogBinomialTail(static_cast<std::int64_t>(evidence.score), n, chance);
  evidence.p_value = Exp(evidence.log_p_value);
}

}  // namespace sampler
