// What a list tells of a full row: the truth lies between the ends, and there
// are rows that reach each end.

#include "tools/compare/unlisted.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"
#include "tests/tools/compare/metric_oracle.h"

namespace sampler::tools {
namespace {

// The masses of a row: `listed` first, then the others.
struct Masses {
  std::vector<Real> all;
  std::size_t listed = 0;

  Real sum(std::size_t first, std::size_t last, Real power) const {
    Real sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += std::pow(all[i], power);
    return sum;
  }
};

// The truth at a temperature.
struct Truth {
  std::vector<Real> q;
  Real unlisted = 0;  // Mass.
  Real entropy_listed = 0;
  Real squares = 0;
  Real squares_listed = 0;
  ListedShare heaviest;
};

Truth TruthOf(const Masses& masses, Real temperature) {
  const Real b = 1 / temperature;
  Truth truth;
  const Real whole = masses.sum(0, masses.all.size(), b);
  const Real part = masses.sum(0, masses.listed, b);
  std::vector<Real> own;
  for (std::size_t i = 0; i < masses.all.size(); ++i) {
    truth.q.push_back(std::pow(masses.all[i], b) / whole);
    truth.squares += truth.q[i] * truth.q[i];
    if (i < masses.listed) own.push_back(std::pow(masses.all[i], b) / part);
  }
  truth.unlisted = 1 - part / whole;
  truth.entropy_listed = Entropy(own);
  for (const Real x : own) truth.squares_listed += x * x;
  truth.heaviest = {
      static_cast<double>(masses.all[0] / masses.sum(0, masses.listed, 1)),
      static_cast<double>(own[0])};
  return truth;
}

// The first token is the likeliest one, and `bound` at least as likely as any
// unlisted one.
logs::TailInfo TailOf(const Masses& masses, Real bound, bool mass_known) {
  logs::TailInfo tail;
  tail.listed = static_cast<std::int64_t>(masses.listed);
  tail.count = std::ssize(masses.all) - tail.listed;
  tail.mass = mass_known ? static_cast<double>(
                               masses.sum(masses.listed, masses.all.size(), 1) /
                               masses.sum(0, masses.all.size(), 1))
                         : std::nan("");
  tail.maximum = static_cast<double>(std::log(masses.all[0]));
  tail.bound = static_cast<double>(std::log(bound));
  return tail;
}

void ExpectWithin(const Range& range, Real truth) {
  const double x = static_cast<double>(truth);
  const double slack = 1e-9 * (1 + std::fabs(x));
  EXPECT_LE(range.low, x + slack);
  EXPECT_GE(range.high, x - slack);
}

TEST(Unlisted, TheTruthLiesBetweenTheEnds) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> u;
  for (int trial = 0; trial < Share(2000); ++trial) {
    Masses masses;
    masses.listed = 1 + random() % 8;
    const std::size_t others = 1 + random() % 40;
    const Real bound = std::exp(-3 * static_cast<Real>(u(random)));
    masses.all.push_back(1);
    for (std::size_t i = 1; i < masses.listed; ++i) {
      // Some are below the bound, as a logged token outside the list is.
      const Real least = trial % 3 == 0 ? bound / 50 : bound;
      masses.all.push_back(least + (1 - least) * static_cast<Real>(u(random)));
    }
    const Real skew = trial % 5 == 0 ? 8 : 1;
    for (std::size_t i = 0; i < others; ++i) {
      const bool removed = trial % 7 == 0 && i > 0;
      masses.all.push_back(
          removed ? 0 : bound * std::pow(static_cast<Real>(u(random)), skew));
    }
    for (const double t : {0.3, 0.8, 1.0, 1.5, 4.0}) {
      SCOPED_TRACE(testing::Message() << "trial " << trial << " T " << t);
      const Truth truth = TruthOf(masses, t);
      const Unlisted rest =
          UnlistedAt(TailOf(masses, bound, trial % 2 == 0), t, truth.heaviest);
      ExpectWithin(rest.mass, truth.unlisted);
      Real most = 0;
      for (std::size_t i = masses.listed; i < truth.q.size(); ++i) {
        most = std::max(most, truth.q[i]);
        ExpectWithin(ProbabilityWith(rest, std::nullopt), truth.q[i]);
      }
      EXPECT_GE(rest.most_share(), static_cast<double>(most) - 1e-9);
      ExpectWithin(EntropyWith(rest, static_cast<double>(truth.entropy_listed)),
                   Entropy(truth.q));
      ExpectWithin(SquaresWith(rest, static_cast<double>(truth.squares_listed)),
                   truth.squares);
      ExpectWithin(ProbabilityWith(rest, truth.heaviest.tempered), truth.q[0]);
      if (testing::Test::HasFailure()) return;
    }
  }
}

// Equal tokens, and as few tokens of the bound as possible.
TEST(Unlisted, RowsReachTheEnds) {
  const std::vector<Real> listed = {1, 0.5, 0.2};
  for (const double t : {0.5, 1.0, 2.0}) {
    Masses even = {listed, 3};
    Masses few = {listed, 3};
    for (int i = 0; i < 20; ++i) {
      even.all.push_back(0.2L * 5 / 20);
      few.all.push_back(i < 5 ? 0.2L : 0);
    }
    const Truth of_even = TruthOf(even, t);
    const Truth of_few = TruthOf(few, t);
    const Unlisted rest =
        UnlistedAt(TailOf(even, 0.2, true), t, of_even.heaviest);
    const double low =
        static_cast<double>(std::min(of_even.unlisted, of_few.unlisted));
    const double high =
        static_cast<double>(std::max(of_even.unlisted, of_few.unlisted));
    EXPECT_NEAR(rest.mass.low, low, 1e-12);
    EXPECT_NEAR(rest.mass.high, high, 1e-12);
    if (t != 1.0) continue;
    const Range entropy =
        EntropyWith(rest, static_cast<double>(of_even.entropy_listed));
    EXPECT_NEAR(entropy.high, static_cast<double>(Entropy(of_even.q)), 1e-12);
    EXPECT_NEAR(entropy.low, static_cast<double>(Entropy(of_few.q)), 1e-12);
    const Range squares =
        SquaresWith(rest, static_cast<double>(of_even.squares_listed));
    EXPECT_NEAR(squares.low, static_cast<double>(of_even.squares), 1e-12);
    EXPECT_NEAR(squares.high, static_cast<double>(of_few.squares), 1e-12);
    EXPECT_NEAR(ProbabilityWith(rest, std::nullopt).high,
                static_cast<double>(of_few.q[3]), 1e-12);
    EXPECT_EQ(ProbabilityWith(rest, std::nullopt).low, 0.0);
  }
}

// Of one unlisted token everything is known but its name.
TEST(Unlisted, OneTokenIsKnown) {
  const Masses masses = {{1, 0.5, 0.25}, 2};
  const Truth truth = TruthOf(masses, 2);
  const Unlisted rest =
      UnlistedAt(TailOf(masses, 0.5, true), 2, truth.heaviest);
  EXPECT_NEAR(rest.mass.high, static_cast<double>(truth.q[2]), 1e-12);
  const Range x = ProbabilityWith(rest, std::nullopt);
  EXPECT_GE(x.high, static_cast<double>(truth.q[2]) - 1e-12);
}

}  // namespace
}  // namespace sampler::tools
