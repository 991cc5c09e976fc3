// A row, a chain and a claimed token as a TokenChecker sees them, without a
// log.

#ifndef SAMPLER_TESTS_TOOLS_VERIFY_ROW_VIEWS_H_
#define SAMPLER_TESTS_TOOLS_VERIFY_ROW_VIEWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tools/verify/token_check.h"

namespace sampler::tools {

// Checks tokens of rows under one chain.
class RowChecks {
 public:
  RowChecks(const std::string& stages, std::int64_t vocabulary_size,
            const CheckOptions& options = {})
      : pipeline_(MakePipeline(stages, vocabulary_size)),
        raw_(MakePipeline("", vocabulary_size)),
        checker_(options) {}

  const Pipeline& pipeline() const { return pipeline_; }

  // The token that the chain draws.
  TokenId Draw(const std::vector<float>& row, const Sequence& sequence) {
    return pipeline_.Sample(row, sequence, workspace_).id;
  }

  std::shared_ptr<const TokenCheck> Check(const std::vector<float>& row,
                                          const Sequence& sequence,
                                          TokenId claimed,
                                          const RowBounds& bounds = {}) {
    const Logits logits(row);
    const RowPlace place = {sequence.position(), sequence.stream(),
                            sequence.position()};
    const StepInputs inputs;
    const Step step = pipeline_.Process(logits, sequence, workspace_);
    const Token drawn = step.Draw();
    const Distribution raw = raw_.Process(logits, sequence, raw_workspace_);
    return checker_.Check({place, logits, bounds, pipeline_.config(), inputs,
                           sequence, step, drawn, raw, claimed});
  }

 private:
  const Pipeline pipeline_;
  const Pipeline raw_;
  TokenChecker checker_;
  Workspace workspace_;
  Workspace raw_workspace_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_VERIFY_ROW_VIEWS_H_
