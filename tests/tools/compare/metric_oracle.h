// The numbers of a comparison by their definitions, in long double over the
// whole vocabulary.

#ifndef SAMPLER_TESTS_TOOLS_COMPARE_METRIC_ORACLE_H_
#define SAMPLER_TESTS_TOOLS_COMPARE_METRIC_ORACLE_H_

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tools/compare/row_metrics.h"

namespace sampler::tools {

using Real = long double;
inline constexpr double kEpsilon = 1e-3;

inline std::vector<Real> Softmax(const std::vector<float>& row,
                                 Real temperature) {
  Real largest = -INFINITY;
  for (const float x : row) largest = std::max(largest, Real{x});
  std::vector<Real> p;
  Real sum = 0;
  for (const float x : row) {
    p.push_back(std::exp((Real{x} - largest) / temperature));
    sum += p.back();
  }
  for (Real& x : p) x /= sum;
  return p;
}

// The k likeliest tokens alone; ties go to the lower id.
inline std::vector<Real> KeepTop(const std::vector<Real>& p, std::size_t k) {
  std::vector<std::size_t> order(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::vector<Real> q(p.size(), 0);
  Real sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += p[order[i]];
  for (std::size_t i = 0; i < k; ++i) q[order[i]] = p[order[i]] / sum;
  return q;
}

inline Real Kl(const std::vector<Real>& p, const std::vector<Real>& q) {
  Real kl = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0) kl += p[i] * std::log(p[i] / q[i]);
  }
  return kl;
}

inline Real Js(const std::vector<Real>& p, const std::vector<Real>& q) {
  std::vector<Real> mean(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) mean[i] = (p[i] + q[i]) / 2;
  return (Kl(p, mean) + Kl(q, mean)) / 2;
}

inline Real Tv(const std::vector<Real>& p, const std::vector<Real>& q) {
  Real tv = 0;
  for (std::size_t i = 0; i < p.size(); ++i) tv += std::fabs(p[i] - q[i]);
  return tv / 2;
}

inline Real Entropy(const std::vector<Real>& p) {
  Real h = 0;
  for (const Real x : p) h -= x > 0 ? x * std::log(x) : 0;
  return h;
}

inline std::size_t TopOf(const std::vector<Real>& p) {
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) -
                                  p.begin());
}

// The columns of a pair.
inline Real ExpectedOfPair(const std::vector<Real>& p,
                           const std::vector<Real>& q, PairColumn column) {
  Real agreement = 0;
  Real independent = 0;
  Real both = 0;
  Real either = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    agreement += std::min(p[i], q[i]);
    independent += p[i] * q[i];
    both += p[i] > 0 && q[i] > 0 ? 1 : 0;
    either += p[i] > 0 || q[i] > 0 ? 1 : 0;
  }
  switch (column) {
    case PairColumn::kKlAb:
      return Kl(p, q);
    case PairColumn::kKlBa:
      return Kl(q, p);
    case PairColumn::kJs:
      return Js(p, q);
    case PairColumn::kTv:
      return Tv(p, q);
    case PairColumn::kAgreement:
      return agreement;
    case PairColumn::kIndependent:
      return independent;
    case PairColumn::kJaccard:
      return both / either;
    case PairColumn::kTopDiffers:
      return TopOf(p) != TopOf(q) ? 1 : 0;
    case PairColumn::kDrawDiffers:
    case PairColumn::kCount:
      break;
  }
  return NAN;
}

// A row, and what a chain of top_k and temperature leaves of it.
struct Case {
  std::vector<float> row;
  std::vector<Real> p;
  std::vector<Real> q;
  std::size_t x = 0;
};

inline Real Expected(const Case& c, SideColumn column) {
  const Real h = Entropy(c.q);
  const Real q_x = c.q[c.x];
  Real squares = 0;
  Real spread = 0;
  Real kept = 0;
  Real mass = 0;
  Real below = 0;
  for (std::size_t i = 0; i < c.q.size(); ++i) {
    squares += c.q[i] * c.q[i];
    if (c.q[i] > 0) {
      spread += c.q[i] * (std::log(c.q[i]) + h) * (std::log(c.q[i]) + h);
      mass += c.p[i];
      ++kept;
    }
    const bool ranked_below =
        c.row[i] < c.row[c.x] || (c.row[i] == c.row[c.x] && i > c.x);
    if (ranked_below) below += c.q[i];
  }
  std::vector<Real> one_hot(c.q.size(), 0);
  one_hot[c.x] = 1;
  const auto width = static_cast<Real>(c.q.size());
  switch (column) {
    case SideColumn::kEntropyRaw:
      return Entropy(c.p);
    case SideColumn::kEntropy:
      return h;
    case SideColumn::kVarentropy:
      return spread;
    case SideColumn::kEffective:
      return std::exp(h);
    case SideColumn::kCollision:
      return 1 / squares;
    case SideColumn::kKept:
      return kept;
    case SideColumn::kSingle:
      return kept == 1 ? 1 : 0;
    case SideColumn::kKeptMass:
      return mass;
    case SideColumn::kKlToRaw:
      return Kl(c.q, c.p);
    case SideColumn::kKlFromRaw:
      return Kl(c.p, c.q);
    case SideColumn::kJsToRaw:
      return Js(c.p, c.q);
    case SideColumn::kTvToRaw:
      return Tv(c.p, c.q);
    case SideColumn::kIndependentRaw:
      return std::inner_product(c.p.begin(), c.p.end(), c.q.begin(), Real{0});
    case SideColumn::kTop:
      return c.q[TopOf(c.q)];
    case SideColumn::kGreedyShare:
      return c.q[TopOf(c.p)];
    case SideColumn::kTopRemoved:
      return c.q[TopOf(c.p)] > 0 ? 0 : 1;
    case SideColumn::kTopChanged:
      return TopOf(c.q) != TopOf(c.p) ? 1 : 0;
    case SideColumn::kCovered:
      return q_x > 0 ? 1 : 0;
    case SideColumn::kNllRaw:
      return -std::log(c.p[c.x]);
    case SideColumn::kNll:
      return q_x > 0 ? -std::log(q_x) : NAN;
    case SideColumn::kEpsilon:
      return -std::log((q_x + kEpsilon) / (1 + kEpsilon * width));
    case SideColumn::kSparsemax:
      return q_x + (1 - squares) / 2;
    case SideColumn::kJsToToken:
      return Js(c.q, one_hot);
    case SideColumn::kRisk:
      return below;
    case SideColumn::kSame:
      return 0;  // Set by the test.
    case SideColumn::kTopIsToken:
      return TopOf(c.q) == c.x ? 1 : 0;
    case SideColumn::kCount:
      break;
  }
  return NAN;
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_COMPARE_METRIC_ORACLE_H_
