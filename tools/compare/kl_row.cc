#include "tools/compare/kl_row.h"

#include <algorithm>
#include <cmath>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// llama-perplexity leaves out what the base holds at less.
constexpr double kLowestBase = -16.0;

// The first of the likeliest tokens.
std::size_t TopOf(const std::vector<double>& logprobs) {
  return static_cast<std::size_t>(
      std::max_element(logprobs.begin(), logprobs.end()) - logprobs.begin());
}

bool IsCensored(const LogprobRow& row, double value) {
  return row.floor.has_value() && value <= *row.floor;
}

}  // namespace

void FillLogprobs(const Logits& row,
                  const std::optional<logs::FloorInfo>& floor,
                  const Distribution& raw, LogprobRow& out) {
  out.values.resize(row.size());
  out.floor.reset();
  if (!floor.has_value()) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out.values[i] = raw.LogprobAt(row[i]);
    }
    return;
  }
  if (floor->full) out.floor = floor->log_prob;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool dropped = floor->dropped && std::isinf(row[i]);
    out.values[i] = dropped ? floor->log_prob : row[i];
  }
}

KlRow CompareLogprobs(const LogprobRow& base, const LogprobRow& other,
                      TokenId target) {
  KlRow row;
  for (std::size_t i = 0; i < base.values.size(); ++i) {
    const double ln_p = base.values[i];
    if (!(ln_p > kLowestBase)) continue;
    row.kld += Exp(ln_p) * (ln_p - other.values[i]);
  }
  const auto x = static_cast<std::size_t>(target);
  row.nll_base = -base.values[x];
  row.nll_other = -other.values[x];
  row.p_diff = Exp(other.values[x]) - Exp(base.values[x]);
  row.same_top = TopOf(base.values) == TopOf(other.values);
  row.censored =
      IsCensored(base, base.values[x]) || IsCensored(other, other.values[x]);
  return row;
}

std::string KlAbsence(const logs::Log& base, const logs::Log& other) {
  if (base.description().top_k || other.description().top_k) {
    return "a list of the likeliest tokens is no basis for a divergence, whose "
           "terms lie in the tail too";
  }
  if (base.tokens().empty() && other.tokens().empty()) {
    return "the logs have no tokens (--tokens FILE)";
  }
  return "";
}

}  // namespace sampler::tools
