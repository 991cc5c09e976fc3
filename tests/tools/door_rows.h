// What rows that commands print must be, beside the rows of a walk along the
// log (doors.h).

#ifndef SAMPLER_TESTS_TOOLS_DOOR_ROWS_H_
#define SAMPLER_TESTS_TOOLS_DOOR_ROWS_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/tools/doors.h"

namespace sampler::tools {

// Returns true if the word stands by itself, in any case.
bool HasWord(const std::string& text, const std::string& word);

// A row of JSON, and that its numbers are some.
void ExpectRow(const nlohmann::json& row, const WalkedRow& walked);

// The same of a table of CSV.
void ExpectCsv(const std::string& text, const std::vector<WalkedRow>& walked);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_DOOR_ROWS_H_
