// A batch of sequences, padded, as a trainer holds it.

#ifndef SAMPLER_TESTS_TOOLS_COMPARE_TRAINER_TENSORS_H_
#define SAMPLER_TESTS_TOOLS_COMPARE_TRAINER_TENSORS_H_

#include <cstddef>
#include <functional>
#include <random>
#include <vector>

namespace sampler::tools {

using Real = long double;
using Batch = std::vector<std::vector<Real>>;

struct Tensors {
  Batch rollout;
  Batch trainer;
  Batch mask;

  Real Mean(const std::function<Real(std::size_t, std::size_t)>& f) const {
    Real sum = 0;
    Real count = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) {
      for (std::size_t t = 0; t < mask[i].size(); ++t) {
        if (mask[i][t] == 0) continue;
        sum += f(i, t);
        ++count;
      }
    }
    return sum / count;
  }
  Real Sum(std::size_t i, const std::function<Real(std::size_t)>& f) const {
    Real sum = 0;
    for (std::size_t t = 0; t < mask[i].size(); ++t) {
      if (mask[i][t] != 0) sum += f(t);
    }
    return sum;
  }
  Real Length(std::size_t i) const {
    return Sum(i, [](std::size_t) { return Real{1}; });
  }
  Real LogRatio(std::size_t i, std::size_t t) const {
    return trainer[i][t] - rollout[i][t];
  }
  Real SequenceLogRatio(std::size_t i) const {
    return Sum(i, [&](std::size_t t) { return LogRatio(i, t); });
  }
  // A number of each sequence.
  std::vector<Real> Each(const std::function<Real(std::size_t)>& f) const {
    std::vector<Real> values;
    for (std::size_t i = 0; i < mask.size(); ++i) values.push_back(f(i));
    return values;
  }
};

inline Tensors RandomTensors(std::mt19937_64& random, double spread) {
  Tensors tensors;
  std::normal_distribution<double> difference(-0.05, spread);
  std::exponential_distribution<double> nll(1.0);
  const std::size_t width = 12;
  for (int i = 0; i < 9; ++i) {
    const std::size_t length = 1 + random() % width;
    std::vector<Real> rollout(width);
    std::vector<Real> trainer(width);
    std::vector<Real> mask(width);
    for (std::size_t t = 0; t < length; ++t) {
      rollout[t] = -nll(random);
      trainer[t] = rollout[t] + difference(random);
      mask[t] = 1;
    }
    tensors.rollout.push_back(rollout);
    tensors.trainer.push_back(trainer);
    tensors.mask.push_back(mask);
  }
  return tensors;
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_COMPARE_TRAINER_TENSORS_H_
