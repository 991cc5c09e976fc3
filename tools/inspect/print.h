// A surveyed log, written for people and for programs.
//
// For programs: one object.
//
//   input format tensor dtype bytes rows expected_rows vocabulary_size partial
//   sequences [{first_row, rows, prompt_tokens, and, where the log tells, seed,
//             stream and config}]   tokens, masks (are there any?)
//   rows_without_token (of those: label masks)
//   metadata notices
//   kind      {guess, declared, said, evidence, mixed}
//   values    {nan, positive_infinity, negative_infinity, broken_rows}, each
//             {count, first_row}
//   mean_entropy, ties [{rank, share}]
//   sampled   [{row, entropy, top: [{id, text, value, prob}]}]
//   nll       {shifts: [{shift, rows, impossible, mean_nll, perplexity}],
//              best_shift, censored}, or null without tokens
//   floor     of a `_logits_` file
//   top-k     what the rows of a top-k log leave out
//   warnings  [{code, message, action}]
//
// Natural logs throughout; what does not exist is null.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/inspect_test.cc.

#ifndef SAMPLER_TOOLS_INSPECT_PRINT_H_
#define SAMPLER_TOOLS_INSPECT_PRINT_H_

#include <string>
#include <vector>

#include "sampler/logs/log.h"
#include "sampler/logs/survey.h"
#include "tools/inspect/findings.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct Inspection {
  std::string path;
  std::string kind;  // What the user says the rows are, or "".
  const logs::Log& log;
  const logs::Survey& survey;
  const TokenText& text;
  const std::vector<Finding>& findings;
};

std::string InspectText(const Inspection& inspection, const Painter& paint);

Json InspectJson(const Inspection& inspection);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_INSPECT_PRINT_H_
