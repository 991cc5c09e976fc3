// Answers of vLLM that hold whole rows: a .npy file in base64 inside the JSON.
//
//   {"choices": [{"token_ids": [7, 3], "logits": "k05VTVBZAQ...",
//                 "sampling_mask": {"token_ids": [7, 9, 3],
//                                   "offsets": [0, 2, 3]}}, ...]}
//
// Of each choice the member whose array is of real numbers, [T, V] or
// [1, T, V], is its rows, whatever it is called; token_ids are what was drawn
// from them, and sampling_mask lists what the sampler kept of each
// (safetensors.h). Choices, and documents of JSON Lines, are sequences.
//
// Contract: the rows as a safetensors file without a name, with tokens,
//   seq_offsets and masks where every choice tells them; nothing for an answer
//   without such an array.
// Errors: InvalidArgument naming the place: two such arrays in one choice,
//   choices of different widths or types, token_ids or masks of another number
//   of rows, damaged base64 or .npy; those of documents.h.
// Thread-safety: pure function.
// Cost: memory of the answer, three times over.
// Tested by: tests/logs/server/array_answer_test.cc.

#ifndef SAMPLER_LOGS_SERVER_ARRAY_ANSWER_H_
#define SAMPLER_LOGS_SERVER_ARRAY_ANSWER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

absl::StatusOr<std::optional<InputFile>> UnpackArrayAnswer(
    const InputFile& file);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ARRAY_ANSWER_H_
