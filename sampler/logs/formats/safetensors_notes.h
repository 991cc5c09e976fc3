// What a safetensors log notes beside its rows (row_notes.h): the tensors
// attempts, ban_offsets and banned_tokens (safetensors.h).
//
// Errors: InvalidArgument naming the tensor: another length than rows, an
//   attempt outside [0, 2^32), offsets that do not ascend from 0 to the number
//   of bans, one of a pair that is missing, rows with steps first.
// Thread-safety: pure function of the file.
// Tested by: tests/logs/row_notes_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_SAFETENSORS_NOTES_H_
#define SAMPLER_LOGS_FORMATS_SAFETENSORS_NOTES_H_

#include "absl/status/status.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/rows/integer_tensors.h"

namespace sampler::logs {

// REQUIRES: description and layout of `parts` are set.
absl::Status ReadRowNotes(const IntegerTensors& tensors, LogParts& parts);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_SAFETENSORS_NOTES_H_
