// The parameters of a configured stage as a float32 runtime takes them.
//
// REQUIRES of every getter: the stage's parameters passed CheckParameters, and
// its table has such a parameter of that kind.
// Thread-safety: const methods from any number of threads.
// Tested by: tests/parity/llama_cpp_test.cc.

#ifndef SAMPLER_PARITY_STAGE_READER_H_
#define SAMPLER_PARITY_STAGE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/stages/registry.h"

namespace sampler::parity {

class StageReader {
 public:
  // Both must outlive the reader.
  StageReader(const StageType& type, const StageConfig& stage)
      : type_(type), stage_(stage) {}

  const std::string& type() const { return stage_.type; }

  // As given or by default; null if there is neither.
  Value Get(absl::string_view name) const;

  // The parameters, and biases, that are numbers and become infinite, or 0 and
  // were not, as float32: pointer and sentence.
  std::vector<std::pair<std::string, std::string>> Unrepresentable() const;

  // Rounded to float32.
  float Float(absl::string_view name) const;
  std::optional<float> OptionalFloat(absl::string_view name) const;
  std::int64_t Integer(absl::string_view name) const;
  std::size_t Size(absl::string_view name) const {
    return static_cast<std::size_t>(Integer(name));
  }
  std::optional<std::int64_t> OptionalInteger(absl::string_view name) const;
  // -inf to ban; ascending by id.
  std::vector<std::pair<TokenId, float>> Biases(absl::string_view name) const;
  std::vector<TokenId> TokenIds(absl::string_view name) const;
  std::vector<std::vector<TokenId>> TokenSequences(
      absl::string_view name) const;

 private:
  const StageType& type_;
  const StageConfig& stage_;
};

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_STAGE_READER_H_
