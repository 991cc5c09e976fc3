// The library in the oracle's clothes, so that the two can be compared and the
// golden harness can judge either.

#ifndef SAMPLER_TESTS_SUPPORT_LIBRARY_ADAPTER_H_
#define SAMPLER_TESTS_SUPPORT_LIBRARY_ADAPTER_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "sampler/logits.h"
#include "tests/oracle/pipeline.h"

namespace sampler {

struct LibraryRun {
  oracle::Result result;
  // As the library reports them, for the head where one token is meant.
  double entropy = 0.0;
  double head_probability = 0.0;
  double head_logprob = 0.0;
  double last_logprob = 0.0;  // Of the least likely survivor.
};

// Whether the chain ends in a stage that draws.
bool EndsInDraw(const nlohmann::json& stages);

// Runs `stages` on `row` through Pipeline::Process and DrawFrom. Where the
// chain has no draw, a categorical one is appended and its outcome dropped.
// Throws std::invalid_argument for a config the library refuses.
LibraryRun RunLibrary(Logits row, const nlohmann::json& stages,
                      const oracle::Context& context);

// The same, in the golden harness's form.
inline oracle::Result RunLibraryOnDoubles(const std::vector<double>& row,
                                          const nlohmann::json& stages,
                                          const oracle::Context& context) {
  return RunLibrary(Logits(absl::MakeConstSpan(row)), stages, context).result;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_LIBRARY_ADAPTER_H_
