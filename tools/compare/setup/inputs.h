// What `compare` compares: one or two logs, each with a chain.
//
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_SETUP_INPUTS_H_
#define SAMPLER_TOOLS_COMPARE_SETUP_INPUTS_H_

#include <array>
#include <memory>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "tools/compare/chain_spec.h"
#include "tools/compare/pairs.h"
#include "tools/compare/setup/options.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct CompareInputs {
  std::unique_ptr<const logs::Log> first;
  std::unique_ptr<const logs::Log> second;  // Null: the first one.
  std::array<ChainSpec, 2> chains;
  TokenText text;   // Of --vocab-file.
  TokenText shown;  // The same, or what the log tells.

  bool two_logs() const { return second != nullptr; }
  const logs::Log& second_log() const { return two_logs() ? *second : *first; }

  // Views of the logs and chains.
  Sides sides() const {
    return {Side{*first, chains[0]}, Side{second_log(), chains[1]}};
  }
};

// InvalidArgument for two sides that are one.
absl::Status CheckTwoSides(const CompareOptions& options);

// InvalidArgument for --worst where nothing that is written shows rows.
absl::Status CheckRowsShown(const CompareOptions& options);

// Opens the logs and resolves the chains. Errors: those of OpenLog,
// OpenTokenText and ResolveChain, and of a vocabulary that nothing reads.
absl::StatusOr<CompareInputs> OpenCompareInputs(const CompareOptions& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_SETUP_INPUTS_H_
