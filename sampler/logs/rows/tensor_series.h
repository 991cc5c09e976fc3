// Tensors that are numbered, one for each step, as a loop of generate() saves
// its scores: logits_0, logits_1, ...; arr_0, arr_1, ... of np.savez.
//
// Real numbers of one name and one shape, numbered from 0 or from 1 without a
// gap, are one tensor of rows in the order of the numbers:
//
//   n of [V] or [1, V]   rows [n, V] of one sequence
//   n of [B, V]          [n, B, V], of which row_layout.h asks the axes: B
//                        sequences at each of n steps, or n sequences
//
// wherever in the file each of them stands. Numbers with a gap, and tensors
// among which the user names one, are left as they are.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/rows/tensor_series_test.cc.

#ifndef SAMPLER_LOGS_ROWS_TENSOR_SERIES_H_
#define SAMPLER_LOGS_ROWS_TENSOR_SERIES_H_

#include <string>
#include <vector>

#include "sampler/logs/formats/safetensors_header.h"

namespace sampler::logs {

// The header with one tensor in the place of each series, named as the series
// without its number ("logits"), or, where that is taken, with a star
// ("logits_*"). `wanted`: the tensor that the user names, or "". Adds a notice
// of each.
SafetensorsHeader JoinSeries(SafetensorsHeader header,
                             const std::string& wanted,
                             std::vector<std::string>& notices);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_TENSOR_SERIES_H_
