// What `sampler-generate` reports at the end: speed, and the share of the time
// that went into sampling, of every way of sampling that was tried.
//
// Numbers of several runs are medians. The share is sampling / (sampling +
// decoding): reading the prompt, logging and printing are left out.
//
// Thread-safety: pure functions.
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_SUMMARY_H_
#define SAMPLER_TOOLS_GENERATE_SUMMARY_H_

#include <string>
#include <vector>

#include "tools/generate/chooser.h"
#include "tools/generate/loop.h"
#include "tools/text/output.h"

namespace sampler::tools {

// The runs of one way of sampling. REQUIRES (also below): `runs` is not empty.
struct SamplerRuns {
  ChooserKind kind = ChooserKind::kOurs;
  std::vector<LoopResult> runs;
};

struct Speed {
  double tokens_per_second = 0;  // Of decoding and sampling.
  double decode_ms = 0;          // Per token.
  double sampling_us = 0;        // Per token.
  double sampling_share = 0;     // In [0, 1].
};

Speed SpeedOf(const SamplerRuns& runs);

// A table, one line per way of sampling.
std::string SpeedText(const std::vector<SamplerRuns>& all);

// {"sampler", "runs", "tokens", "tokens_per_second", "decode_ms",
// "sampling_us", "sampling_share", "sequences": [{"tokens", "text", "ended",
// "stopped", "rewound": [{"pos", "tokens", "text", "phrase"}]}]}, the sequences
// of the first run. "phrase" counts those of --ban, then those of --ban-regex;
// null where no token was left to draw.
Json RunsJson(const SamplerRuns& runs);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_SUMMARY_H_
