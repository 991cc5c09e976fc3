// What a pipeline left of one row, as a value of Python's: it stays what it is
// whatever is sampled next.
//
// Thread-safety: immutable.
// Cost: a copy of the survivors, and their order.
// Tested by: tests/python/test_distribution.py.

#ifndef SAMPLER_PYTHON_BINDINGS_DISTRIBUTION_H_
#define SAMPLER_PYTHON_BINDINGS_DISTRIBUTION_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sampler/candidates/probability_record.h"
#include "sampler/distribution.h"
#include "sampler/step.h"
#include "sampler/token.h"

namespace sampler::python {

struct DistributionValue {
  // REQUIRES: the distribution is ok. `size` is that of the vocabulary.
  DistributionValue(const Distribution& distribution, std::int64_t size);

  // Place in the order, from 0; -1 for tokens that were removed.
  std::int64_t Find(TokenId id) const;

  std::int64_t vocabulary_size;
  ProbabilityRecord record;  // For draws, and for speculative decoding.
  double entropy;
  // The survivors in the total order.
  std::vector<TokenId> ids;
  std::vector<double> logits;
  std::vector<double> probabilities;
  std::vector<double> logprobs;
  // What the pipeline draws; none for a row that no pipeline has seen.
  Token token = {};
  std::vector<TokenId> tokens = {};
};

// What is left at that step, and the tokens that it draws. REQUIRES: the step
// is ok.
std::unique_ptr<DistributionValue> LeftOf(const Step& step,
                                          std::int64_t vocabulary_size);

}  // namespace sampler::python

#endif  // SAMPLER_PYTHON_BINDINGS_DISTRIBUTION_H_
