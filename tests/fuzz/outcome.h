// What a step answers, all of it, for comparing two ways to take the step.

#ifndef SAMPLER_TESTS_FUZZ_OUTCOME_H_
#define SAMPLER_TESTS_FUZZ_OUTCOME_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/pipeline.h"
#include "tests/fuzz/rows.h"

namespace sampler::fuzz {

struct Outcome {
  Token token;
  std::vector<TokenId> kept;
  std::vector<TokenId> all;         // Step::DrawAll.
  std::vector<std::uint64_t> bits;  // Of every other number.
};

// "" if both answer the same, else what differs first.
std::string Difference(const Outcome& a, const Outcome& b);
// The same of tokens alone.
bool SameToken(const Token& a, const Token& b);

// How a step is taken. No answer depends on it.
struct Way {
  DType dtype = DType::kF64;
  BoundsUse bounds;
  absl::string_view instruction_set;
};

// Every way that this build and this machine have.
std::vector<Way> AllWays();
// In double, by exact sums, on the simplest instruction set.
Way FirstWay();

// The workspaces of one text: every step meets what other ways left there.
class Workspaces {
 public:
  Workspace& For(BoundsUse bounds);

 private:
  Workspace by_bounds_;
  Workspace by_sums_;
};

// Takes the step twice: for its token alone, when bounds may settle all, and
// for all of its numbers. Ends the process where the two differ.
Outcome TakeStep(const Pipeline& pipeline, const TypedRow& row,
                 const InputMemory& inputs, const Sequence& sequence,
                 const Way& way, Workspaces& workspaces);

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_OUTCOME_H_
