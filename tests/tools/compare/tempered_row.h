// A row under a temperature and top_k, as `compare` looks at it.

#ifndef SAMPLER_TESTS_TOOLS_COMPARE_TEMPERED_ROW_H_
#define SAMPLER_TESTS_TOOLS_COMPARE_TEMPERED_ROW_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampler/pipeline.h"

namespace sampler::tools {

// The row must outlive it. k = 0 keeps all.
class TemperedRow {
 public:
  TemperedRow(const std::vector<float>& row, double t, std::size_t k)
      : chain_(*Pipeline::Create(
            {.stages = {{"temperature", {{"temperature", t}}},
                        {"top_k", {{"k", static_cast<std::int64_t>(k)}}},
                        {"categorical"}}},
            static_cast<std::int64_t>(row.size()))),
        raw_(*Pipeline::Create({.stages = {{"categorical"}}},
                               static_cast<std::int64_t>(row.size()))),
        sequence_(*chain_.NewSequence({})),
        step_(chain_.Process(row, sequence_, workspace_)),
        as_logged_(raw_.Process(row, sequence_, raw_workspace_)) {}

  TemperedRow(const TemperedRow&) = delete;
  TemperedRow& operator=(const TemperedRow&) = delete;

  const Step& step() const { return step_; }
  const Distribution& as_logged() const { return as_logged_; }

 private:
  const Pipeline chain_;
  const Pipeline raw_;
  const Sequence sequence_;
  Workspace workspace_;
  Workspace raw_workspace_;
  const Step step_;
  const Distribution as_logged_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_COMPARE_TEMPERED_ROW_H_
