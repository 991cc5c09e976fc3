// The text of a log as a row of coloured tokens, each a link to its step, and
// the charts of its numbers along the steps.
//
// The reader chooses what colours say, without a script; each choice has a
// legend in numbers. The scale goes from pale to strong in one hue, so that it
// reads the same for every kind of colour vision. A token that the chain cuts
// is underlined under every choice.
//
// Thread-safety: pure functions.
// Cost: some 250 bytes a step.
// Tested by: tests/tools/html/transcript_test.cc,
//   tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_TRANSCRIPT_H_
#define SAMPLER_TOOLS_HTML_TRANSCRIPT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logs/log.h"
#include "tools/options/run_options.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// Limits between the seven colours of a choice, ascending.
inline constexpr std::size_t kColours = 7;

// What colours may say.
struct Colouring {
  std::string key;                  // One letter, for class names.
  std::string name;                 // "raw p"
  std::string title;                // What the numbers are.
  std::vector<double> limits;       // kColours - 1 of them; none: yes or no.
  bool strong_is_low = false;       // Small numbers are what stands out.
  std::vector<std::string> labels;  // Of a yes-or-no choice: no, yes.
};

// The step of a token, and its numbers in the order of the colourings. NaN:
// none.
struct TranscriptStep {
  RowPlace place;
  TokenId token = -1;  // Logged, or else drawn; -1: neither.
  bool cut = false;    // The chain (either chain) cuts it.
  std::vector<double> values;
};

// Common choices.
Colouring ByProbability(const char* key, const char* name, const char* title);
Colouring ByEntropy(const char* key, const char* name, const char* title);
Colouring ByCount(const char* key, const char* name, const char* title);
Colouring ByShare(const char* key, const char* name, const char* title);
Colouring ByTruth(const char* key, const char* name, const char* no,
                  const char* yes);

// The colour of a value, from 0 (pale) to kColours - 1.
std::size_t ColourOf(const Colouring& colouring, double value);

// The style rules of these choices.
std::string ColouringStyle(absl::Span<const Colouring> colourings);

std::string Transcript(absl::Span<const Colouring> colourings,
                       absl::Span<const TranscriptStep> steps,
                       const logs::Log& log, const TokenText& text);

// A chart: one or two lines over the steps.
struct StripLine {
  std::string name;
  std::vector<double> values;  // One a step; NaN: a gap.
};
struct Strip {
  std::string title;
  std::vector<StripLine> lines;
  bool logarithmic = false;  // From 1.
  bool share = false;        // From 0 to 1.
};

std::string Strips(absl::Span<const Strip> strips,
                   absl::Span<const TranscriptStep> steps);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_TRANSCRIPT_H_
