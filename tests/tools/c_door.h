// A sequence of the C interface, as a class for tests. Every call must succeed.

#ifndef SAMPLER_TESTS_TOOLS_C_DOOR_H_
#define SAMPLER_TESTS_TOOLS_C_DOOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/c/sampler.h"
#include "sampler/stages/stage.h"

namespace sampler::tools {

struct CToken {
  std::int32_t id;
  int status;
  std::uint64_t bits;
  double logprob = 0.0;  // 0 unless the status is ok.
  double raw_logprob = 0.0;
};

class CDoor {
 public:
  CDoor(const std::string& config, std::uint64_t seed,
        const std::vector<std::int32_t>& prompt);
  CDoor(const CDoor&) = delete;
  CDoor& operator=(const CDoor&) = delete;
  ~CDoor();

  CToken Sample(const std::vector<float>& row, const StepInputs& inputs);
  void Accept(std::int32_t token);
  // Goes on as what a snapshot gives back.
  void Restore();

  sampler_sequence* sequence() const { return sequence_; }

 private:
  sampler_pipeline* pipeline_ = nullptr;
  sampler_sequence* sequence_ = nullptr;
};

// The whole state of a sequence.
std::string CSnapshot(const sampler_sequence* sequence);

// What sampler_pipeline_create says of a config that it must refuse.
std::string CError(const std::string& config);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_C_DOOR_H_
