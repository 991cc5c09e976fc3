#include "sampler/candidates/candidates.h"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/candidates/expect_same.h"
#include "tests/candidates/naive_candidates.h"
#include "tests/candidates/random_rows.h"
#include "tests/candidates/random_step.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Reports : public TruncationObserver {
 public:
  void OnTruncation(const Truncation& t) override { all.push_back(t); }
  std::vector<Truncation> all;
};

// How a set starts: dense on doubles or on floats (which are truncated in
// place where many stay), or as a list.
enum class Form { kDoubles, kFloats, kList };

void RunTraces(Form form, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Candidates c;  // Reused, as in a workspace.
  for (int trace = 0; trace < Share(2000); ++trace) {
    std::vector<double> row = RandomRow(random);
    std::vector<float> floats;
    for (double& v : row) {
      floats.push_back(static_cast<float>(v));
      if (form == Form::kFloats) v = static_cast<double>(floats.back());
    }
    NaiveCandidates naive(row);
    Reports reports;
    c.Begin(form == Form::kFloats ? Logits(floats) : Logits(row), &reports);
    c.TrackOriginalMass();
    if (form == Form::kList) {
      std::vector<TokenId> all(row.size());
      std::iota(all.begin(), all.end(), 0);
      c.RemoveAllBut(all);
    }
    std::string what = absl::StrCat("trace ", trace);
    std::size_t truncations = 0;
    for (int step = 0; step < 6; ++step) {
      if (random() % 2 == 0) ExpectSame(c, naive, random, what);
      if (naive.status() != RowStatus::kOk) break;
      const std::string name = RandomStep(c, naive, random);
      absl::StrAppend(&what, ", ", name);
      if (name.rfind("Keep", 0) == 0) {
        ASSERT_EQ(reports.all.size(), ++truncations) << what;
        const Truncation& report = reports.all.back();
        const Truncation& expected = *naive.last_truncation();
        ASSERT_EQ(report.before, expected.before) << what;
        ASSERT_EQ(report.kept, expected.kept) << what;
        ASSERT_EQ(report.threshold, expected.threshold) << what;
        ASSERT_EQ(Bits(report.mass_removed), Bits(expected.mass_removed))
            << what;
      }
      if (testing::Test::HasFatalFailure()) return;
    }
    ExpectSame(c, naive, random, what);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Candidates, EqualTheirDefinitionFromTheDenseForm) {
  RunTraces(Form::kDoubles, 1);
}
TEST(Candidates, EqualTheirDefinitionFromTheListForm) {
  RunTraces(Form::kList, 2);
}
TEST(Candidates, EqualTheirDefinitionFromADenseFormWithAFloor) {
  RunTraces(Form::kFloats, 5);
}

TEST(Candidates, AreTheSameWithAndWithoutAnObserver) {
  std::mt19937_64 random(3);
  Candidates watched, alone;
  for (int round = 0; round < Share(1000); ++round) {
    const std::vector<double> row = RandomRow(random);
    Reports reports;
    watched.Begin(absl::Span<const double>(row), &reports);
    alone.Begin(absl::Span<const double>(row));
    if (watched.status() != RowStatus::kOk) continue;
    const double p = RandomFraction(random);
    MassRule rule = RandomRule(random);
    rule.basis = MassBasis::kSurviving;
    for (Candidates* c : {&watched, &alone}) {
      c->KeepTypical(0.9, rule);
      c->KeepMass(p, rule);
    }
    ASSERT_EQ(watched.Count(), alone.Count());
    ASSERT_EQ(watched.TotalMass(), alone.TotalMass());
  }
}

// ---- Bad values -------------------------------------------------------------

TEST(Candidates, OverflowAlikeInBothForms) {
  std::mt19937_64 random(4);
  Candidates dense, list;
  for (int round = 0; round < Share(3000); ++round) {
    std::vector<double> row(1 + random() % 100);
    for (double& v : row) {
      v = std::ldexp(static_cast<double>(random() % 7) - 3.0,
                     static_cast<int>(random() % 2040) - 1017);
    }
    std::vector<TokenId> all(row.size());
    std::iota(all.begin(), all.end(), 0);
    NaiveCandidates naive(row);
    dense.Begin(absl::Span<const double>(row));
    list.Begin(absl::Span<const double>(row));
    list.RemoveAllBut(all);
    std::string what = absl::StrCat("round ", round);
    for (int step = 0; step < 3 && naive.status() == RowStatus::kOk; ++step) {
      const auto id = static_cast<TokenId>(random() % row.size());
      const double operands[] = {1e308, -1e308, 1e300, 1e-300, kInfinity, 0.5};
      const double x = operands[random() % std::size(operands)];
      const std::uint64_t action = random() % 3;
      const auto apply = [&](auto& c) {
        if (action == 0) c.Edit(id, [=](double v) { return v + x; });
        if (action == 1) c.Scale(std::fabs(x));
        if (action == 2) c.Normalize();
      };
      apply(naive);
      apply(dense);
      apply(list);
      absl::StrAppend(&what, " ", action, "(", x, ")");
      ASSERT_EQ(dense.status(), naive.status()) << what;
      ASSERT_EQ(list.status(), naive.status()) << what;
      if (naive.status() != RowStatus::kOk) break;
      ExpectSame(dense, naive, random, what + " (dense)");
      ExpectSame(list, naive, random, what + " (list)");
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace sampler
