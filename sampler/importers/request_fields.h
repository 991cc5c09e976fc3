// Fields that the runtimes with OpenAI-shaped requests share: those without an
// effect on the choice of a token, and the penalties of OpenAI's own. Internal
// to the importers.

#ifndef SAMPLER_IMPORTERS_REQUEST_FIELDS_H_
#define SAMPLER_IMPORTERS_REQUEST_FIELDS_H_

#include "sampler/importers/field_table.h"

namespace sampler::importers {

// The model, the text, its tools, the shape of the answer.
FieldTable RequestFields();

// Where a text ends: stop strings, the largest number of tokens.
FieldTable EndFields();

// What is reported beside the token, and how many answers there are.
FieldTable AnswerFields();

// OpenAI's frequency and presence penalties: of the output, from -2 to 2.
FieldTable OutputPenaltyFields();

// What no config can say: several sequences at once.
inline constexpr absl::string_view kSeveralSequences =
    "not the sampler's: give every sequence its own stream";
inline constexpr absl::string_view kGrammar =
    "not a stage: the grammar engine's bitmask goes to a mask stage";
inline constexpr absl::string_view kBeams =
    "beam search is not sampling: not offered";
inline constexpr absl::string_view kReported =
    "what is reported: see sampler/logprobs.h";

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_REQUEST_FIELDS_H_
