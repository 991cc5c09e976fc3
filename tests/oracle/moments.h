// Entropy and mean logit of weighted candidates: the floating sums.
//
//   A = sum of w * x,  x = l - M,   H = L(S * 2^-51) - A / S,   c = M + A / S
//
// and the sum of e^x over all of them, weighted or not, behind reported
// log-probabilities: l - M - L(that sum).
//
// Floating addition depends on its order, so the order is fixed by token id: a
// sum runs over 16 lanes (id mod 16) inside blocks of 1,024 ids, each lane in
// id order; the lanes are added by a tree of strides 8, 4, 2, 1, the blocks in
// index order. An absent id adds 0, and so does one of weight 0 (its x may be
// -inf).
//
// Tested by: tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_MOMENTS_H_
#define SAMPLER_TESTS_ORACLE_MOMENTS_H_

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

// The sum of the terms, one per id, on virtual lanes.
inline double LaneSum(const std::vector<double>& terms) {
  double sum = 0;
  for (std::size_t block = 0; block < terms.size(); block += 1024) {
    std::array<double, 16> lanes = {};
    for (std::size_t id = block; id < terms.size() && id < block + 1024; ++id) {
      lanes[id % 16] += terms[id];
    }
    for (std::size_t stride : {8u, 4u, 2u, 1u}) {
      for (std::size_t i = 0; i < stride; ++i) lanes[i] += lanes[i + stride];
    }
    sum += lanes[0];
  }
  return sum;
}

// One place per id, up to the largest one present.
inline std::size_t IdRange(const std::vector<Candidate>& list) {
  TokenId last = 0;
  for (const Candidate& c : list) last = c.id > last ? c.id : last;
  return static_cast<std::size_t>(last) + 1;
}

inline double Max(const std::vector<Candidate>& list) {
  double max = list.front().logit;
  for (const Candidate& c : list) max = c.logit > max ? c.logit : max;
  return max;
}

// A / S, the mean of l - M.
inline double MeanGap(const std::vector<Candidate>& list, Mass total) {
  const double max = Max(list);
  std::vector<double> terms(IdRange(list), 0.0);
  for (const Candidate& c : list) {
    if (c.weight == 0) continue;
    terms[static_cast<std::size_t>(c.id)] =
        static_cast<double>(c.weight) * (c.logit - max);
  }
  return LaneSum(terms) / ToDouble(total);
}

// ln S in units of the head's weight.
inline double LogTotal(Mass total) {
  return L(std::ldexp(ToDouble(total), -51));
}

// L of the sum of e^(l - M).
inline double LogSum(const std::vector<Candidate>& list) {
  const double max = Max(list);
  std::vector<double> terms(IdRange(list), 0.0);
  for (const Candidate& c : list) {
    terms[static_cast<std::size_t>(c.id)] = SoftmaxTerm(c.logit - max);
  }
  return L(LaneSum(terms));
}

inline double Entropy(const std::vector<Candidate>& list, Mass total) {
  return LogTotal(total) - MeanGap(list, total);
}

inline double MeanLogit(const std::vector<Candidate>& list, Mass total) {
  return Max(list) + MeanGap(list, total);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_MOMENTS_H_
