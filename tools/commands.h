// The subcommands of the `sampler` binary, one file each. Every function below
// registers its command with the parser; when that command was asked for,
// parsing runs it and leaves its exit code:
//
//   0  done
//   1  a gate failed: the input was read, and the answer is no
//   2  usage error, or input that cannot be read
//
// Results go to stdout, everything else (progress, warnings, errors) to stderr.

#ifndef SAMPLER_TOOLS_COMMANDS_H_
#define SAMPLER_TOOLS_COMMANDS_H_

#include "tools/options/cli_fwd.h"

namespace sampler::tools {

void AddCompare(CLI::App& app, int& exit_code);   // compare.cc
void AddConvert(CLI::App& app, int& exit_code);   // convert.cc
void AddDetect(CLI::App& app, int& exit_code);    // detect.cc
void AddReplay(CLI::App& app, int& exit_code);    // replay.cc
void AddExplain(CLI::App& app, int& exit_code);   // explain.cc
void AddExport(CLI::App& app, int& exit_code);    // export.cc
void AddImport(CLI::App& app, int& exit_code);    // import.cc
void AddInspect(CLI::App& app, int& exit_code);   // inspect.cc
void AddSweep(CLI::App& app, int& exit_code);     // sweep.cc
void AddValidate(CLI::App& app, int& exit_code);  // validate.cc
void AddVectors(CLI::App& app, int& exit_code);   // vectors.cc
void AddVerify(CLI::App& app, int& exit_code);    // verify.cc

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMMANDS_H_
