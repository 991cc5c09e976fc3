// One row of llama-perplexity's comparison of two models: KL divergence, and
// the probability of the token that came.
//
// As llama.cpp's tools/perplexity/perplexity.cpp has it (read at 050fc7f):
//
//   KLD      sum over the tokens with ln p_base > -16 of
//            p_base (ln p_base - ln p_other)
//   dp       p_other(x) - p_base(x)
//   same top the first of the likeliest tokens is the same
//
// The log-probabilities of a `_logits_` row are the decoded ones, as they are:
// the file stores them normalised, with the value of the floor for what lies
// below it. Of another row they are its softmax's.
//
// Thread-safety: pure functions; a LogprobRow is scratch of one thread.
// Tested by: tests/tools/compare/kl_report_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_KL_ROW_H_
#define SAMPLER_TOOLS_COMPARE_KL_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/distribution.h"
#include "sampler/logits.h"
#include "sampler/logs/log.h"

namespace sampler::tools {

struct KlRow {
  double kld = 0;
  double nll_base = 0;
  double nll_other = 0;
  double p_diff = 0;
  bool same_top = false;
  bool censored = false;  // The token lies at the floor of either file.
};

// The log-probabilities of a row, of every token.
struct LogprobRow {
  std::vector<double> values;
  std::optional<double> floor;  // Value of the tokens at the floor.
};

// `raw` is the row's softmax; REQUIRES: it is ok.
void FillLogprobs(const Logits& row,
                  const std::optional<logs::FloorInfo>& floor,
                  const Distribution& raw, LogprobRow& out);

// REQUIRES: both have the token `target`, and as many values.
KlRow CompareLogprobs(const LogprobRow& base, const LogprobRow& other,
                      TokenId target);

// Why the rows of two logs cannot be compared so; "": they can.
std::string KlAbsence(const logs::Log& base, const logs::Log& other);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_KL_ROW_H_
