// Lists of problems that stay short: a large text can have one in every place,
// and a report that repeats the text helps nobody.
//
// Thread-safety: pure functions of their arguments.
// Tested by: tests/parameters/json_document_test.cc.

#ifndef SAMPLER_PARAMETERS_PROBLEMS_H_
#define SAMPLER_PARAMETERS_PROBLEMS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "sampler/parameters/value.h"

namespace sampler {

// A report lists so many problems at most,
inline constexpr std::size_t kMostProblems = 100;

// and says so, without a pointer, behind the last where there are more.
inline constexpr char kMoreProblems[] =
    "there are more problems: these are the first 100";

// Adds a problem, unless the list is longer than kMostProblems already (by one,
// so that it can be seen that there are more).
inline void AddProblem(Problem problem, std::vector<Problem>& problems) {
  if (problems.size() <= kMostProblems) problems.push_back(std::move(problem));
}

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_PROBLEMS_H_
