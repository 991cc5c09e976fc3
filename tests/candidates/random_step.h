// A random operation on a set of candidates, and the same on its definition.

#ifndef SAMPLER_TESTS_CANDIDATES_RANDOM_STEP_H_
#define SAMPLER_TESTS_CANDIDATES_RANDOM_STEP_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "tests/candidates/naive_candidates.h"
#include "tests/candidates/random_rows.h"
#include "tests/candidates/weight_steps.h"

namespace sampler {

// One random operation on both; returns its name, which starts with "Keep" for
// truncations.
inline std::string RandomStep(Candidates& c, NaiveCandidates& naive,
                              std::mt19937_64& random) {
  const auto size = static_cast<std::uint64_t>(naive.Size());
  const auto id = static_cast<TokenId>(random() % size);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
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

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_RANDOM_STEP_H_
