// Which rows of a sequence a damaged journal no longer holds: told by the
// places that the records behind them name.
//
// Thread-safety: pure functions of their arguments.
// Tested by: tests/logs/journal/recover_damage_test.cc.

#ifndef SAMPLER_LOGS_ROWS_MISSING_ROWS_H_
#define SAMPLER_LOGS_ROWS_MISSING_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/logs/journal/journal_record.h"

namespace sampler::logs {

// Rows (or tokens of the prompt) of a sequence that a damaged journal no longer
// holds, as far as later records of the sequence tell.
struct MissingRows {
  std::uint32_t sequence = 0;
  bool prompt = false;
  std::int64_t first = 0;  // In the sequence, or in its prompt.
  std::int64_t count = 0;
};

// Notes a gap before the record of this header, which holds `units` rows or
// tokens. `next` is where the records before it end, and then where it ends.
void NoteGap(const RecordHeader& header, std::int64_t units, std::int64_t& next,
             std::vector<MissingRows>& missing);

// "0:58 3:7-9" for row 58 of sequence 0 and rows 7 to 9 of sequence 3; "..."
// after many. Tokens of prompts are left out.
std::string MissingRowsText(const std::vector<MissingRows>& missing);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_MISSING_ROWS_H_
