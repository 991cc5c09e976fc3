#include "sampler/candidates/candidates.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/probability_record.h"
#include "tests/candidates/naive_candidates.h"
#include "tests/candidates/weight_steps.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Reports : public TruncationObserver {
 public:
  void OnTruncation(const Truncation& t) override { all.push_back(t); }
  std::vector<Truncation> all;
};

Mass ToMass(oracle::Mass mass) {
  return absl::MakeUint128(static_cast<std::uint64_t>(mass >> 64),
                           static_cast<std::uint64_t>(mass));
}

std::uint64_t Bits(double x) { return std::bit_cast<std::uint64_t>(x); }

double RandomFraction(std::mt19937_64& random) {
  const double edges[] = {0.0,   std::numeric_limits<double>::denorm_min(),
                          0.125, 0.25,
                          0.5,   0.75,
                          0.95,  std::nextafter(1.0, 0.0),
                          1.0};
  if (random() % 2 == 0) return edges[random() % std::size(edges)];
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

// Every question, in an order that differs from round to round, so that what
// is remembered meets what is not.
void ExpectSame(const Candidates& c, const NaiveCandidates& naive,
                std::mt19937_64& random, const std::string& what) {
  ASSERT_EQ(c.status(), naive.status()) << what;
  if (c.status() != RowStatus::kOk) return;
  const std::vector<TokenId> ranked = naive.Ranked();
  const int first = static_cast<int>(random() % 4);
  for (int i = 0; i < 4; ++i) {
    switch ((first + i) % 4) {
      case 0:
        ASSERT_EQ(c.Count(), naive.Count()) << what;
        ASSERT_EQ(c.Likeliest().id, ranked[0]) << what;
        ASSERT_EQ(c.Max(), naive.Max()) << what;
        break;
      case 1:
        ASSERT_EQ(c.TotalMass(), ToMass(naive.Total())) << what;
        break;
      case 2:
        ASSERT_EQ(Bits(c.Entropy()), Bits(naive.Entropy())) << what;
        ASSERT_EQ(Bits(c.MeanLogit()), Bits(naive.MeanLogit())) << what;
        for (const Deviation d : {Deviation::kPopulation, Deviation::kSample}) {
          if (c.Count() < 2) continue;
          ASSERT_EQ(Bits(c.LogitDeviation(d)), Bits(naive.LogitDeviation(d)))
              << what;
        }
        break;
      case 3:
        for (TokenId id = -1; id <= naive.Size(); ++id) {
          ASSERT_EQ(c.Logit(id).has_value(), naive.Has(id)) << what << id;
          ASSERT_EQ(c.WeightOf(id), naive.WeightOf(id)) << what;
          if (naive.Has(id)) {
            ASSERT_EQ(*c.Logit(id), naive.Logit(id)) << what << ", id " << id;
          } else {
            ASSERT_EQ(c.Rank(id), 0) << what;
          }
        }
        break;
    }
  }
  // Order.
  const std::size_t some = random() % ranked.size();
  ASSERT_EQ(c.Rank(ranked[some]), static_cast<std::int64_t>(some) + 1) << what;
  const std::int64_t tops[] = {
      -1, 0, 1, static_cast<std::int64_t>(some), c.Count(), c.Count() + 5};
  for (const std::int64_t n : tops) {
    const std::vector<Candidate> top = c.Top(n);
    ASSERT_EQ(static_cast<std::int64_t>(top.size()),
              std::clamp<std::int64_t>(n, 0, c.Count()))
        << what;
    for (std::size_t i = 0; i < top.size(); ++i) {
      ASSERT_EQ(top[i].id, ranked[i]) << what;
      ASSERT_EQ(top[i].logit, naive.Logit(ranked[i])) << what;
    }
  }
  ASSERT_EQ(c.WeightedCount(),
            std::count_if(ranked.begin(), ranked.end(),
                          [&](TokenId id) { return naive.WeightOf(id) > 0; }))
      << what;
  const auto in_order = c.TopWeighted(static_cast<std::int64_t>(some) + 1);
  ASSERT_EQ(in_order.size(), some + 1) << what;
  for (std::size_t i = 0; i <= some; ++i) {
    ASSERT_EQ(in_order[i].id, ranked[i]) << what;
    ASSERT_EQ(in_order[i].logit, naive.Logit(ranked[i])) << what;
    ASSERT_EQ(in_order[i].weight, naive.WeightOf(ranked[i])) << what;
  }
  const double least = RandomFraction(random);
  const oracle::Mass least_mass = oracle::Target(least, naive.Total());
  std::vector<TokenId> heavy;
  for (TokenId id = 0; id < naive.Size(); ++id) {
    if (!naive.Has(id)) continue;
    if (naive.WeightOf(id) >= least_mass) heavy.push_back(id);
  }
  const auto listed = c.WithProbabilityAtLeast(least);
  ASSERT_EQ(listed.size(), heavy.size()) << what;
  for (std::size_t i = 0; i < heavy.size(); ++i) {
    ASSERT_EQ(listed[i].id, heavy[i]) << what;
    ASSERT_EQ(listed[i].logit, naive.Logit(heavy[i])) << what;
    ASSERT_EQ(listed[i].weight, naive.WeightOf(heavy[i])) << what;
  }
  ProbabilityRecord record;
  c.Record(record);
  for (TokenId id = -1; id <= naive.Size(); ++id) {
    ASSERT_EQ(record.Of(id), oracle::ToDouble(naive.WeightOf(id)) /
                                 oracle::ToDouble(naive.Total()))
        << what;
  }
  // Survivors in id order, and the walks along the masses.
  std::vector<TokenId> ids;
  c.ForEach([&](TokenId id, double logit) {
    EXPECT_EQ(logit, naive.Logit(id));
    ids.push_back(id);
  });
  std::vector<TokenId> sorted = ranked;
  std::sort(sorted.begin(), sorted.end());
  ASSERT_EQ(ids, sorted) << what;
  for (const auto& [order, by_rank] :
       {std::pair(sorted, false), std::pair(ranked, true)}) {
    Mass running = 0;
    for (const TokenId id : order) {
      const Mass w = naive.WeightOf(id);
      if (w == 0) continue;
      for (const Mass place : {running, running + w - 1}) {
        ASSERT_EQ(by_rank ? c.AtMassByRank(place) : c.AtMass(place), id)
            << what << ", mass " << place;
      }
      running += w;
    }
  }
}

std::vector<double> RandomRow(std::mt19937_64& random) {
  std::vector<double> row(1 + random() % 200);
  const std::uint64_t kind = random() % 6;
  for (double& v : row) {
    const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
    switch (kind) {
      case 0:  // Few values: ties everywhere.
        v = static_cast<double>(random() % 4);
        break;
      case 1:  // Weightless tails.
        v = static_cast<double>(random() % 80) - 40.0;
        break;
      case 2:
        v = 0.0;
        break;
      case 3:  // Ties of dyadic probabilities.
        v = -0.69314718055994530942 * static_cast<double>(random() % 5);
        break;
      default:
        v = 8.0 * uniform - 4.0;
    }
    if (random() % 8 == 0) v = -kInfinity;
    if (v == 0.0 && random() % 2 == 0) v = -0.0;
  }
  return row;
}

MassRule RandomRule(std::mt19937_64& random) {
  const auto coin = [&] { return random() % 3 == 0; };
  return {
      .ties = coin() ? Ties::kKeepAll : Ties::kExact,
      .equality = coin() ? Equality::kContinue : Equality::kStop,
      .crossing = coin() ? Crossing::kExclude : Crossing::kInclude,
      .basis = coin() ? MassBasis::kOriginal : MassBasis::kSurviving,
      .tie_order = coin() ? TieOrder::kHighId : TieOrder::kLowId,
      .min_keep = coin() ? 1 + static_cast<std::int64_t>(random() % 250) : 1};
}

// One random operation on both; returns its name, which starts with "Keep" for
// truncations.
std::string Step(Candidates& c, NaiveCandidates& naive,
                 std::mt19937_64& random) {
  const auto size = static_cast<std::uint64_t>(naive.Size());
  const auto id = static_cast<TokenId>(random() % size);
  switch (random() % 21) {
    case 0: {
      const double b = static_cast<double>(random() % 200) / 10.0 - 10.0;
      for (const TokenId i : {id, id, static_cast<TokenId>(size), -1}) {
        c.Edit(i, [=](double v) { return v + b; });
        naive.Edit(i, [=](double v) { return v + b; });
      }
      return "Edit";
    }
    case 20: {  // Many at once, in no order, some of them no candidates.
      std::vector<TokenId> ids;
      const std::uint64_t share = 1 + random() % 4;
      for (TokenId i = -1; i <= naive.Size(); ++i) {
        if (random() % share == 0) ids.push_back(i);
      }
      std::shuffle(ids.begin(), ids.end(), random);
      const auto f = [](std::size_t i, double v) {
        return i % 5 == 4 ? -kInfinity : v + static_cast<double>(i % 7) - 3.0;
      };
      // One stays, so that the other operations have something to do.
      std::erase(ids, c.Likeliest().id);
      c.EditEach(ids, f);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        naive.Edit(ids[i], [&](double v) { return f(i, v); });
      }
      return "EditEach";
    }
    case 1:
      c.Remove(id);
      naive.Remove(id);
      return "Remove";
    case 2: {
      std::vector<TokenId> ids;
      const std::uint64_t share = 1 + random() % 4;
      for (TokenId i = 0; i < naive.Size(); ++i) {
        if (random() % share == 0 || i == id) ids.push_back(i);
      }
      c.RemoveAllBut(ids);
      naive.RemoveAllBut(ids);
      return "RemoveAllBut";
    }
    case 3: {
      const double factors[] = {0.5, 1.0 / 0.8, 3.0, 1.0 / 3.0, 10.0};
      const double factor = factors[random() % std::size(factors)];
      c.Scale(factor);
      naive.Scale(factor);
      return "Scale";
    }
    case 4:
      c.Normalize();
      naive.Normalize();
      return "Normalize";
    case 5: {
      const auto k = static_cast<std::int64_t>(1 + random() % (size + 2));
      const Ties ties = random() % 2 == 0 ? Ties::kExact : Ties::kKeepAll;
      c.KeepTop(k, ties);
      naive.KeepTop(k, ties);
      return "KeepTop";
    }
    case 6:
    case 7: {
      double threshold =
          naive.Max() + 1.0 - static_cast<double>(random() % 64) / 8.0;
      if (random() % 10 == 0) threshold = -kInfinity;
      if (random() % 3 == 0 && naive.Has(id)) threshold = naive.Logit(id);
      const auto min_keep =
          static_cast<std::int64_t>(random() % 2 == 0 ? 1 : 1 + random() % 250);
      if (random() % 3 == 0 && naive.Count() >= 2) {
        const double n = static_cast<double>(1 + random() % 40) / 10.0;
        const Deviation deviation =
            random() % 2 == 0 ? Deviation::kPopulation : Deviation::kSample;
        c.KeepWithinDeviations(n, deviation, min_keep);
        naive.KeepAbove(naive.Max() - n * naive.LogitDeviation(deviation),
                        min_keep);
        return "KeepWithinDeviations";
      }
      c.KeepAbove(threshold, min_keep);
      naive.KeepAbove(threshold, min_keep);
      return "KeepAbove";
    }
    case 8: {
      // Injective on ids, so that a wrong one shows; some are removed.
      const auto f = [=](TokenId i, double v) {
        if (i % 7 == id % 7 && i != id) return -kInfinity;
        return v / 2.0 - static_cast<double>(i) / 64.0;
      };
      c.Transform(f);
      for (TokenId i = 0; i < naive.Size(); ++i) {
        naive.Edit(i, [&](double v) { return f(i, v); });
      }
      return "Transform";
    }
    case 9: {
      const double p = RandomFraction(random);
      const auto min_keep =
          static_cast<std::int64_t>(random() % 2 == 0 ? 1 : 1 + random() % 250);
      if (random() % 2 == 0 && 0.0 < p && p < 1.0) {
        c.KeepWeights(
            [=](const Totals& t) {
              return LeastMass(std::min(p, std::sqrt(p) * Exp(-t.entropy)),
                               t.mass);
            },
            {.needs = Needs::kEntropy, .min_keep = min_keep});
        naive.KeepProbability(
            std::min(p, std::sqrt(p) * oracle::E(-naive.Entropy())), min_keep);
        return absl::StrCat("KeepWeights by entropy ", p);
      }
      c.KeepProbability(p, min_keep);
      naive.KeepProbability(p, min_keep);
      return absl::StrCat("KeepProbability ", p);
    }
    case 10: {
      const auto f = [](double p) { return 5.0 - 10.0 * p * p; };
      c.TransformProbability(f);
      naive.TransformProbability(f);
      return "TransformProbability";
    }
    case 11: {
      // Flat at first, so that candidates at the front are dropped too.
      const double from = RandomFraction(random) * 0.5;
      const auto f = [=](double p) {
        return p <= from ? 0.0 : (p - from) / (1.0 - from);
      };
      c.TransformCumulative([&](absl::Span<double> running) {
        std::transform(running.begin(), running.end(), running.begin(), f);
      });
      naive.TransformCumulative(f);
      return "TransformCumulative";
    }
    case 12:
    case 13: {
      const double p = RandomFraction(random);
      const MassRule rule = RandomRule(random);
      c.KeepMass(p, rule);
      naive.KeepMass(p, rule);
      return absl::StrCat("KeepMass ", p);
    }
    case 16: {
      // Of few tokens or of many; shorter or longer than the row.
      std::vector<std::uint32_t> words(random() % 8);
      const bool many = random() % 2 == 0;
      for (std::uint32_t& word : words) {
        word = many || random() % 4 == 0 ? static_cast<std::uint32_t>(random())
                                         : 0;
      }
      if (random() % 8 == 0) words.assign(7, ~0u);
      const TokenMask mask{absl::MakeConstSpan(words)};
      const MaskPadding padding =
          random() % 2 == 0 ? MaskPadding::kBan : MaskPadding::kAllow;
      c.RemoveUnmasked(mask, padding);
      naive.RemoveUnmasked(mask, padding);
      return "RemoveUnmasked";
    }
    case 14:
    case 15: {
      const double p = RandomFraction(random);
      const MassRule rule = RandomRule(random);
      c.KeepTypical(p, rule);
      naive.KeepTypical(p, rule);
      return absl::StrCat("KeepTypical ", p);
    }
    case 17: {
      const std::uint64_t period = 1 + random() % 3;
      const auto f = [=](TokenId i) {
        return static_cast<std::uint64_t>(i) % period == 0;
      };
      const double share = RandomFraction(random);
      c.ShiftByMass(f, [=](Mass chosen, Mass total) -> Shifts {
        return {share * Ratio(chosen, total), share - 1.0};
      });
      naive.ShiftByMass(f, share);
      return "ShiftByMass";
    }
    default:
      return WeightStep(c, naive, random, RandomFraction(random));
  }
}

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
      const std::string name = Step(c, naive, random);
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
