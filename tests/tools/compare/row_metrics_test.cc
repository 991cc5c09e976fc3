// Every number of a row against its definition, in long double over the whole
// vocabulary.

#include "tools/compare/row_metrics.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"

namespace sampler::tools {
namespace {

using Real = long double;
constexpr double kEpsilon = 1e-3;

std::vector<Real> Softmax(const std::vector<float>& row, Real temperature) {
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
std::vector<Real> KeepTop(const std::vector<Real>& p, std::size_t k) {
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

Real Kl(const std::vector<Real>& p, const std::vector<Real>& q) {
  Real kl = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] > 0) kl += p[i] * std::log(p[i] / q[i]);
  }
  return kl;
}

Real Js(const std::vector<Real>& p, const std::vector<Real>& q) {
  std::vector<Real> mean(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) mean[i] = (p[i] + q[i]) / 2;
  return (Kl(p, mean) + Kl(q, mean)) / 2;
}

Real Tv(const std::vector<Real>& p, const std::vector<Real>& q) {
  Real tv = 0;
  for (std::size_t i = 0; i < p.size(); ++i) tv += std::fabs(p[i] - q[i]);
  return tv / 2;
}

Real Entropy(const std::vector<Real>& p) {
  Real h = 0;
  for (const Real x : p) h -= x > 0 ? x * std::log(x) : 0;
  return h;
}

std::size_t TopOf(const std::vector<Real>& p) {
  return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) -
                                  p.begin());
}

// A row, and what a chain of top_k and temperature leaves of it.
struct Case {
  std::vector<float> row;
  std::vector<Real> p;
  std::vector<Real> q;
  std::size_t x = 0;
};

Real Expected(const Case& c, SideColumn column) {
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
    case SideColumn::kJsToRaw:
      return Js(c.p, c.q);
    case SideColumn::kTvToRaw:
      return Tv(c.p, c.q);
    case SideColumn::kTop:
      return c.q[TopOf(c.q)];
    case SideColumn::kGreedyShare:
      return c.q[TopOf(c.p)];
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

struct Measured {
  Case expected;
  KeptTokens kept;
  SideRow side;
};

// Measures a row under temperature and top_k, as the tool does.
Measured Measure(const std::vector<float>& row, std::size_t x, double t,
                 std::size_t k) {
  Measured m;
  m.expected = {row, Softmax(row, 1), KeepTop(Softmax(row, t), k), x};
  const auto width = static_cast<std::int64_t>(row.size());
  const Pipeline chain =
      *Pipeline::Create({.stages = {{"temperature", {{"temperature", t}}},
                                    {"top_k", {{"k", std::int64_t(k)}}},
                                    {"categorical"}}},
                        width);
  const Pipeline raw = *Pipeline::Create({.stages = {{"categorical"}}}, width);
  Sequence sequence = *chain.NewSequence({});
  Workspace workspace;
  Workspace raw_workspace;
  const Step step = chain.Process(row, sequence, workspace);
  const Token drawn = step.Draw();
  const Distribution as_logged = raw.Process(row, sequence, raw_workspace);
  MeasureSide({.row = row,
               .target = static_cast<TokenId>(x),
               .drawn = drawn.id,
               .epsilon = kEpsilon},
              as_logged, step.distribution(), m.kept, m.side);
  return m;
}

std::vector<float> RandomRow(std::mt19937& random, std::size_t width) {
  std::vector<float> row;
  for (std::size_t i = 0; i < width; ++i) {
    // Multiples of 1/4: ties happen.
    row.push_back(static_cast<float>(random() % 48) / 4.0F);
  }
  return row;
}

TEST(RowMetrics, OfASideAreTheirDefinitions) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<float> row = RandomRow(random, 2 + random() % 60);
    const std::size_t x = random() % row.size();
    const double t = 0.25 * static_cast<double>(1 + random() % 12);
    const std::size_t k = 1 + random() % row.size();
    const Measured m = Measure(row, x, t, k);
    for (std::size_t c = 0; c < CountOf<SideColumn>(); ++c) {
      const auto column = static_cast<SideColumn>(c);
      const double found = m.side.values[column];
      const Real expected =
          column == SideColumn::kSame
              ? Real(m.side.token == static_cast<TokenId>(x) ? 1 : 0)
              : Expected(m.expected, column);
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found)) << c;
      } else {
        EXPECT_NEAR(found, static_cast<double>(expected),
                    1e-12 * (1 + std::fabs(static_cast<double>(expected))))
            << "column " << c << " trial " << trial;
      }
    }
  }
}

TEST(RowMetrics, OfAPairAreTheirDefinitions) {
  std::mt19937 random(6);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t width = 2 + random() % 60;
    const std::vector<float> row = RandomRow(random, width);
    const std::vector<float> other =
        trial % 2 == 0 ? row : RandomRow(random, width);
    const Measured a =
        Measure(row, 0, 0.25 + 0.25 * (trial % 7), 1 + random() % width);
    const Measured b = Measure(other, 0, 1, 1 + random() % width);
    const std::vector<Real>& p = a.expected.q;
    const std::vector<Real>& q = b.expected.q;
    Real agreement = 0;
    Real independent = 0;
    Real both = 0;
    Real either = 0;
    for (std::size_t i = 0; i < width; ++i) {
      agreement += std::min(p[i], q[i]);
      independent += p[i] * q[i];
      both += p[i] > 0 && q[i] > 0 ? 1 : 0;
      either += p[i] > 0 || q[i] > 0 ? 1 : 0;
    }
    const auto pair = MeasurePair(a.kept, a.side, b.kept, b.side);
    const auto expect = [&](PairColumn column, Real value) {
      const double found = pair[column];
      if (std::isinf(value)) {
        EXPECT_TRUE(std::isinf(found));
        return;
      }
      EXPECT_NEAR(found, static_cast<double>(value), 1e-12)
          << static_cast<int>(column) << " trial " << trial;
    };
    expect(PairColumn::kKlAb, Kl(p, q));
    expect(PairColumn::kKlBa, Kl(q, p));
    expect(PairColumn::kJs, Js(p, q));
    expect(PairColumn::kTv, Tv(p, q));
    expect(PairColumn::kAgreement, agreement);
    expect(PairColumn::kIndependent, independent);
    expect(PairColumn::kJaccard, both / either);
    expect(PairColumn::kTopDiffers, TopOf(p) != TopOf(q) ? 1 : 0);
  }
}

}  // namespace
}  // namespace sampler::tools
