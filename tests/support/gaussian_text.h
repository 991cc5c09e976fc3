// Texts that a chain tells over Gaussian rows.

#ifndef SAMPLER_TESTS_SUPPORT_GAUSSIAN_TEXT_H_
#define SAMPLER_TESTS_SUPPORT_GAUSSIAN_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"

namespace sampler {

// `length` tokens that `stages` draw after `prompt`, the prompt left out.
inline std::vector<TokenId> GaussianText(const std::string& stages,
                                         std::int64_t vocabulary_size,
                                         const std::vector<TokenId>& prompt,
                                         int length) {
  const Pipeline pipeline = MakePipeline(stages, vocabulary_size);
  Workspace workspace;
  Sequence sequence = MakeSequence(vocabulary_size, prompt, {}, 5);
  for (int t = 0; t < length; ++t) {
    const std::vector<float> row =
        MakeRow(RowKind::kGaussian, static_cast<std::size_t>(vocabulary_size),
                static_cast<std::uint64_t>(t));
    const Token token = pipeline.Sample(row, sequence, workspace);
    EXPECT_EQ(token.status, RowStatus::kOk);
    EXPECT_TRUE(sequence.Accept(token).ok());
  }
  const auto output = sequence.history().output();
  return {output.begin(), output.end()};
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_GAUSSIAN_TEXT_H_
