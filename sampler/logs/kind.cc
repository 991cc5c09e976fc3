#include "sampler/logs/kind.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sampler::logs {
namespace {

// How far the sum of a normalised row may be from 1 after its values were
// rounded: half a step at the values that carry the mass (0 to -16), doubled.
double Tolerance(DType dtype) {
  switch (dtype) {
    case DType::kBF16:
      return 6e-2;
    case DType::kF16:
      return 1e-2;
    case DType::kF32:
    case DType::kF64:
      break;
  }
  return 1e-3;
}

bool LooksProcessed(const RowStatistics& row, std::int64_t size) {
  // What other runtimes write instead of -inf: -FLT_MAX and the like.
  constexpr double kSentinel = -3.4e38;
  constexpr std::int64_t kFewest = 8;  // Below, a block may be chance.
  const bool block = row.at_minimum >= kFewest && row.at_minimum >= size / 10 &&
                     row.minimum < row.maximum;
  return row.negative_infinities > 0 || block || row.minimum <= kSentinel;
}

absl::string_view ScaleName(Scale scale) {
  switch (scale) {
    case Scale::kLogits:
      return "logits";
    case Scale::kLogprobs:
      return "log-probabilities";
    case Scale::kProbs:
      break;
  }
  return "probabilities";
}

}  // namespace

absl::string_view KindName(Kind kind) {
  switch (kind.scale) {
    case Scale::kLogits:
      return kind.processed ? "processed_logits" : "raw_logits";
    case Scale::kLogprobs:
      return kind.processed ? "processed_logprobs" : "raw_logprobs";
    case Scale::kProbs:
      break;
  }
  return "probs";
}

Kind RowKind(const RowStatistics& row, DType dtype, std::int64_t size) {
  const double tolerance = Tolerance(dtype);
  Kind kind;
  if (row.minimum >= 0 && row.maximum <= 1 && row.negative_infinities == 0 &&
      std::fabs(row.sum - 1) <= tolerance) {
    kind.scale = Scale::kProbs;
  } else if (row.maximum <= 0 && std::fabs(row.log_sum_exp) <= tolerance) {
    kind.scale = Scale::kLogprobs;
  }
  kind.processed = LooksProcessed(row, size);
  return kind;
}

void KindTally::Add(Kind kind, const RowStatistics& row) {
  const bool first = rows_[0] + rows_[1] + rows_[2] == 0;
  ++rows_[static_cast<std::size_t>(kind.scale)];
  processed_ += kind.processed ? 1 : 0;
  lowest_log_sum_exp_ =
      first ? row.log_sum_exp : std::min(lowest_log_sum_exp_, row.log_sum_exp);
  highest_log_sum_exp_ =
      first ? row.log_sum_exp : std::max(highest_log_sum_exp_, row.log_sum_exp);
}

KindGuess KindTally::Guess(const LogDescription& description) const {
  KindGuess guess;
  const std::int64_t total = rows_[0] + rows_[1] + rows_[2];
  const auto most = std::max_element(rows_.begin(), rows_.end());
  guess.kind.scale = static_cast<Scale>(most - rows_.begin());
  guess.kind.processed = processed_ > 0;
  guess.mixed = *most != total;
  for (const Scale scale : {Scale::kLogits, Scale::kLogprobs, Scale::kProbs}) {
    const std::int64_t rows = rows_[static_cast<std::size_t>(scale)];
    if (rows == 0) continue;
    guess.evidence.push_back(absl::StrCat(
        rows, " of ", total, " rows look like ", ScaleName(scale)));
  }
  if (total == 0) {
    guess.evidence.push_back("no row has a distribution");
  } else if (guess.kind.scale != Scale::kProbs) {
    guess.evidence.push_back(absl::StrCat("logsumexp of the rows from ",
                                          lowest_log_sum_exp_, " to ",
                                          highest_log_sum_exp_));
  }
  if (description.format == Format::kLlamaLogits) {
    guess.kind.scale = Scale::kLogprobs;
    guess.evidence.push_back("the format stores log-probabilities");
  }
  if (processed_ > 0) {
    guess.evidence.push_back(
        absl::StrCat(processed_,
                     " rows hold removed tokens: -inf, or a block "
                     "at one lowest value"));
  }
  const auto declared = description.metadata.find("kind");
  if (declared == description.metadata.end()) return guess;
  guess.declared = declared->second;
  guess.contradicts_declared =
      absl::StartsWith(declared->second, "raw") && guess.kind.processed;
  guess.evidence.push_back(absl::StrCat(
      "the metadata says kind = \"", declared->second, "\"",
      guess.contradicts_declared ? ", which the rows contradict" : ""));
  // A temperature leaves no trace in the rows, so the metadata decides.
  guess.kind.processed |= absl::StartsWith(declared->second, "processed");
  return guess;
}

}  // namespace sampler::logs
