// The integer tensors beside the logits of a safetensors log: which token each
// row drew, where sequences start, and what came before them.
//
// Contract: fills tokens, prompts and, if the file has seq_offsets, replaces
//   the sequences in `parts`; ids are not yet checked against the vocabulary.
// Errors: InvalidArgument naming the tensor: a dtype other than I32 and I64, a
//   count that fits no rule of safetensors.h, offsets that do not ascend from 0
//   to the count.
// Thread-safety: pure function.
// Tested by: tests/logs/safetensors_tokens_test.cc.

#ifndef SAMPLER_LOGS_SAFETENSORS_TOKENS_H_
#define SAMPLER_LOGS_SAFETENSORS_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/safetensors_header.h"

namespace sampler::logs {

// REQUIRES: parts.description and parts.sequence_offsets are set.
absl::Status ReadTokenTensors(const std::string& file,
                              absl::Span<const unsigned char> bytes,
                              const SafetensorsHeader& header, LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SAFETENSORS_TOKENS_H_
