// The choices of an answer that hold whole rows (array_answer.h), read.
//
// Errors: as array_answer.h.
// Thread-safety: pure function.
// Tested by: tests/logs/server/array_answer_test.cc.

#ifndef SAMPLER_LOGS_SERVER_ARRAY_CHOICES_H_
#define SAMPLER_LOGS_SERVER_ARRAY_CHOICES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/server/documents.h"

namespace sampler::logs {

// A .npy file begins so, in base64.
inline constexpr absl::string_view kNpyInBase64 = "k05VTVBZ";

struct RealElement {
  const char* descr;  // Of .npy.
  const char* name;   // Of safetensors.
  std::int64_t width;
};

// The rows of a choice.
struct ArrayRows {
  std::string key;
  const RealElement* element = nullptr;
  std::int64_t count = 0;
  std::int64_t width = 0;
  std::string bytes;     // The .npy file,
  std::size_t data = 0;  // of which the rows begin here.
};

// All choices, one after another. Tokens and masks are those of all rows, or of
// no use.
struct ArrayChoices {
  std::vector<ArrayRows> rows;
  std::vector<std::int64_t> tokens;
  std::vector<std::int64_t> offsets = {0};  // Of the sequences, in rows.
  std::vector<std::int64_t> mask_ids;
  std::vector<std::int64_t> mask_offsets = {0};
  bool all_tokens = true;
  bool all_masks = true;
};

absl::StatusOr<ArrayChoices> ReadArrayChoices(const std::string& file,
                                              const Documents& documents);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_ARRAY_CHOICES_H_
