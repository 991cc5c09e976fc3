// A sequence after a token that it might have drawn.

#ifndef SAMPLER_TESTS_SUPPORT_AFTER_DRAWING_H_
#define SAMPLER_TESTS_SUPPORT_AFTER_DRAWING_H_

#include <cstdint>

#include "gtest/gtest.h"
#include "sampler/lesson.h"
#include "sampler/logits.h"
#include "sampler/pipeline.h"

namespace sampler {

// `sequence` after it has drawn `id` from `row`: of its streams one that does.
// A rare token is learnt instead, which is the same
// (Lesson.TeachesAsADrawWould).
inline Sequence AfterDrawing(const Pipeline& pipeline, Logits row,
                             const Sequence& sequence, TokenId id,
                             Workspace& workspace) {
  Sequence learnt = sequence;
  Lesson lesson;
  const Step step = pipeline.Process(row, sequence, workspace);
  step.Teach(lesson);
  const bool rare = step.Probability(id) < 0.02;
  if (rare) {
    EXPECT_TRUE(learnt.Accept(lesson.Of(id)).ok());
    return learnt;
  }
  for (std::uint32_t stream = 0;; ++stream) {
    Sequence fork = sequence.Fork(stream);
    const Token token = pipeline.Sample(row, fork, workspace);
    if (token.id != id) continue;
    EXPECT_TRUE(fork.Accept(token).ok());
    return fork;
  }
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_AFTER_DRAWING_H_
