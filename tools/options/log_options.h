// The options that say which log to read, and how: shared by every command that
// reads one.
//
// Tested by: tests/tools/replay/replay_test.cc, tests/tools/hostile_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_LOG_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_LOG_OPTIONS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "tools/options/cli_fwd.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct LogOptions {
  std::string path;  // "-": stdin.
  logs::OpenOptions open;
  std::string kind;        // "", "raw", "logprobs" or "processed".
  std::string vocab_file;  // Text of the tokens; "": ids only.
  bool floor_given = false;
};

// LOG, --tensor, --tokens, --prompt-tokens, --vocab-size, --dtype, --axes,
// --floor, --kind, --vocab-file, --allow-partial.
void AddLogOptions(CLI::App& app, LogOptions& options);

// Opens the log. InvalidArgument also for options that say nothing about its
// format. stdin is first copied to an unnamed temporary file.
absl::StatusOr<std::unique_ptr<const logs::Log>> OpenLog(
    const LogOptions& options);

// The texts of --vocab-file; none where it was not given.
absl::StatusOr<TokenText> OpenTokenText(const LogOptions& options);

// The same, or, where no file was given, the texts that the log tells: for what
// is shown, and not for finding the tokens of a text.
TokenText ShownText(const TokenText& text, const logs::Log& log);

// InvalidArgument if --vocab-file was given for a log that names its tokens by
// their ids. For commands that show no token, and whose chains spell no texts.
absl::Status CheckNoVocabulary(const LogOptions& options, const logs::Log& log);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_LOG_OPTIONS_H_
