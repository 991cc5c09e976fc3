// An explained step, written for people and for programs.
//
// For people: what was asked, a line for every stage, the candidates in raw
// rank order (removed ones in their place, with the stage that removed them and
// the number it went by), and how the draw fell. Colour repeats what the marks
// say: > drawn, = logged, - removed.
//
// For programs: one object.
//
//   row seq pos vocabulary_size status basis        what was explained
//   chain seed seed_from stream step history ties   under what
//   stages   [{type, group, params, active, note, memory, before, kept, edited,
//              threshold, mass_removed, mass, entropy}]
//                                                   in order, the draw included
//   tokens   [{id, text, logit, raw_rank, raw_prob, per_stage, removed_by,
//              reason, prob}]                       those that were asked for
//   survivors [{id, logit, prob}]                   all of them, total order
//   token text u draw                               the outcome
//   target                                          the logged token
//
// mass is the raw probability of the set, per_stage the probability after each
// stage (null from the one on that removed the token), logit of a survivor the
// value the pipeline left. Numbers are in full digits; what does not exist is
// null.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/explain_test.cc, explain_text_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_PRINT_H_
#define SAMPLER_TOOLS_EXPLAIN_PRINT_H_

#include <cstdint>
#include <string>

#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "tools/explain/step.h"
#include "tools/options/run_options.h"
#include "tools/options/seed_source.h"
#include "tools/replay/row_exactness.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// What was asked.
struct ExplainHeader {
  std::string path;
  const logs::Log& log;
  const PipelineConfig& config;
  const TokenText& text;
  const Warnings& warnings;
  RowPlace place;
  std::uint64_t seed = 0;
  SeedSource seed_from = SeedSource::kOption;
  std::uint32_t stream = 0;  // Of the row's sequence.
  std::int64_t step = 0;
  bool replayed_history = false;
  RowBasis basis = RowBasis::kExact;
};

std::string ExplainText(const ExplainHeader& header,
                        const Explanation& explanation, const Painter& paint);

Json ExplainJson(const ExplainHeader& header, const Explanation& explanation);

// ---- Parts of the text --------------------------------------------------

// The line of every stage.
std::string StageTable(const Explanation& explanation, const Painter& paint);

// The line of every shown token, with a line wherever ranks are left out.
std::string TokenTable(const Explanation& explanation, const TokenText& text,
                       const Painter& paint);

// What a stage did, or why nothing; of the draw, how; and what it remembers.
std::string StageNote(const Explanation& explanation, const StageReport& stage);

// How the draw fell: "u 0.95 in [0.25, 1.0), margin ...".
std::string DrawText(const Explanation& explanation, const TokenText& text);

// "2.313 nats (3.337 bits), effective size 10.11".
std::string EntropyText(double nats);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_PRINT_H_
