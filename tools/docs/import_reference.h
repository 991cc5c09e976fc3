// The reference page of all importers, sampler/importers/README.md, made from
// the runtimes' field tables: every setting, its default and range there, and
// what it becomes here.
//
// Thread-safety: pure function.
// Tested by: tests/tools/docs/import_reference_test.cc (the committed page is
// what
//   this makes).

#ifndef SAMPLER_TOOLS_DOCS_IMPORT_REFERENCE_H_
#define SAMPLER_TOOLS_DOCS_IMPORT_REFERENCE_H_

#include <string>

namespace sampler::tools {

// The page as Markdown.
std::string ImportReference();

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DOCS_IMPORT_REFERENCE_H_
