// The integer tensors beside the logits of a safetensors log: which token each
// row drew, where sequences start, and what came before them.
//
// Contract: fills layout, sequences, tokens and prompts of `parts`; ids are not
//   yet checked against the vocabulary.
// Errors: InvalidArgument naming the tensor: a dtype that is none of integers,
//   a count or shape that fits no rule of safetensors.h, offsets that do not
//   ascend from 0 to the count.
// Thread-safety: pure function.
// Tested by: tests/logs/formats/safetensors_tokens_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_TOKENS_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_TOKENS_H_

#include "absl/status/status.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/log_parts.h"

namespace sampler::logs {

// REQUIRES: parts.description is set.
// `rows` is the tensor whose axes but the last are those of the rows.
absl::Status ReadTokenTensors(const InputFile& file,
                              const SafetensorsHeader& header,
                              const TensorInfo& rows,
                              const OpenRequest& request, LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_TOKENS_H_
