// Why a stage that looks at the history found nothing there to edit: the
// tokens lie outside its scope, or the end of the text repeats too little, or a
// breaker cuts the repetition.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/chains/history_words_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_HISTORY_WORDS_H_
#define SAMPLER_TOOLS_CHAINS_HISTORY_WORDS_H_

#include <string>

#include "tools/chains/stage_words.h"

namespace sampler::tools {

// What WhyNothingSeen says where there is no history at all.
inline constexpr absl::string_view kNothingSeen = "nothing seen before";

// Of a stage that edits the tokens of its part of the history:
// "scope output: the 9 occurrences are in the prompt".
std::string WhyNothingSeen(const Inaction& inaction);

// Of dry: "a repetition of 4 tokens is cut to 1 by the breaker [198]".
std::string WhyDryStopped(const Inaction& inaction);

// Of no_repeat_ngram: "the end repeats 1 token, a ban takes 2".
std::string WhyNoNgram(const Inaction& inaction);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_HISTORY_WORDS_H_
