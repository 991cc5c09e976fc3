// What the stages with a memory (mirostat, adaptive_p) would learn from a step,
// whichever token is accepted in it: for those who choose the token elsewhere
// than in a draw, and later than the step, as speculation does.
//
//   Lesson lesson;
//   pipeline.Process(row, sequence, workspace).Teach(lesson);
//   ...                                       // Other steps; a judgement.
//   status = sequence.Accept(lesson.Of(id));  // As if the step had drawn it.
//
// A token of probability 0 teaches as one of the smallest would: who judges
// does not choose it.
//
// Thread-safety: one thread at a time.
// Cost: Teach copies the probabilities that the stages have noted, Of is O(log
//   of them); nothing for a chain without memory. Memory is reused.
// Tested by: tests/speculative/memory_rounds_test.cc.

#ifndef SAMPLER_LESSON_H_
#define SAMPLER_LESSON_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/token.h"

namespace sampler {

class Stage;

// REQUIRES of all but the default: the pipeline of its step is alive.
class Lesson {
 public:
  // `id` as Step::Draw would give it, with what its acceptance teaches, but
  // without random bits. Without a step: a bare id, which teaches nothing.
  Token Of(TokenId id) const;

  // For chains: begins with what the stages remember before the step.
  void Begin(absl::Span<const double> state, std::uint64_t owner);
  // A stage that has run, where its part of the memory is, and what it noted.
  void Add(const Stage& stage, std::size_t begin, std::size_t size,
           const ProbabilityRecord& record);

 private:
  struct Part {
    const Stage* stage;
    std::size_t begin;
    std::size_t size;
    ProbabilityRecord record;
  };

  std::vector<double> state_;
  std::uint64_t owner_ = 0;
  std::vector<Part> parts_;
  std::size_t used_ = 0;  // The first so many of these.
};

}  // namespace sampler

#endif  // SAMPLER_LESSON_H_
