// The reference page of all stages, sampler/stages/README.md, made from the
// places where a stage is described: its entry in the registry (name, formula,
// parameters, source), the comment at the top of its header (contract, options,
// edges, tests), and the importers' tables (which runtimes have it).
//
// Thread-safety: pure function of its arguments and the files.
// Tested by: tests/tools/docs/stage_reference_test.cc (the committed page is
// what
//   this makes).

#ifndef SAMPLER_TOOLS_DOCS_STAGE_REFERENCE_H_
#define SAMPLER_TOOLS_DOCS_STAGE_REFERENCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "sampler/stages/registry.h"

namespace sampler::tools {

// The page as Markdown. `stages_folder` holds NAME.h for every stage. NotFound
// if a header is missing or does not begin with a comment.
absl::StatusOr<std::string> StageReference(const StageRegistry& registry,
                                           const std::string& stages_folder);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DOCS_STAGE_REFERENCE_H_
