// A vocabulary with the texts of a budget of thinking.

#ifndef SAMPLER_TESTS_IMPORTERS_THINKING_TEXTS_H_
#define SAMPLER_TESTS_IMPORTERS_THINKING_TEXTS_H_

#include "tests/importers/imports.h"

namespace sampler::importers {

// 0 <think>, 1 </think>, 2 "a", 3 "Time", 4 " is up.", 5 "\n", 6 "<done>".
inline const ListedTexts& ThinkingVocabulary() {
  static const auto& texts = *new ListedTexts(
      {"<think>", "</think>", "a", "Time", " is up.", "\n", "<done>"});
  return texts;
}

}  // namespace sampler::importers

#endif  // SAMPLER_TESTS_IMPORTERS_THINKING_TEXTS_H_
