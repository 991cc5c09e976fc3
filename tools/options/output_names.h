// The files that one command line names: none that it writes is one that it
// reads, nor are two that it writes one file.
//
// What is written is known by its option (--html, --plot, OUT, ...). What is
// read is every other file, log or chain that an option or argument names, so
// that a new option is looked at without being listed.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/options/output_names_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_OUTPUT_NAMES_H_
#define SAMPLER_TOOLS_OPTIONS_OUTPUT_NAMES_H_

#include "tools/options/cli_fwd.h"

namespace sampler::tools {

// Throws CLI::ValidationError (the parser's way to report), naming the option,
// for a value that is empty; for an output that is an input under whatever
// spelling or link, that another option writes too, that is no regular file, or
// that lies in no folder; for standard input that two options read; and for
// --force where no file is written. Call after parsing.
void CheckOutputNames(const CLI::App& command);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_OUTPUT_NAMES_H_
