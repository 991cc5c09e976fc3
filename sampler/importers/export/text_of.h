// Token ids as the text that they spell, for engines whose fields are texts.
// Internal to the exporter.
//
// Thread-safety: pure function.
// Tested by: tests/importers/budget_export_test.cc,
//   tests/importers/vllm_export_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORT_TEXT_OF_H_
#define SAMPLER_IMPORTERS_EXPORT_TEXT_OF_H_

#include <string>

#include "sampler/importers/token_texts.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// What tokens say; "" for what is no list of tokens of the vocabulary.
std::string TextOf(const Value& ids, const TokenTexts& texts);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_TEXT_OF_H_
