// The changes and truncations of Candidates by their definitions, on a row
// whose answers are its own (naive_row.h).

#ifndef SAMPLER_TESTS_CANDIDATES_NAIVE_CANDIDATES_H_
#define SAMPLER_TESTS_CANDIDATES_NAIVE_CANDIDATES_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "tests/candidates/naive_row.h"
#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"

namespace sampler {

class NaiveCandidates : public NaiveRow {
 public:
  using NaiveRow::NaiveRow;

  // ---- Changes ----

  void Remove(TokenId id) {
    Edit(id, [](double) { return kGone; });
  }
  void RemoveAllBut(const std::vector<TokenId>& ids) {
    for (TokenId id = 0; id < Size(); ++id) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) Remove(id);
    }
  }
  void RemoveUnmasked(TokenMask mask, MaskPadding padding) {
    for (TokenId id = 0; id < Size(); ++id) {
      const std::size_t i = At(id);
      if (i < mask.size() ? !mask.Allows(i) : padding == MaskPadding::kBan) {
        Remove(id);
      }
    }
  }
  void Scale(double factor) {
    for (TokenId id = 0; id < Size(); ++id) {
      Edit(id, [=](double v) { return v * factor; });
    }
  }
  void Normalize() {
    const double max = Max();
    const double log_sum = oracle::L(oracle::ToDouble(Total()) * 0x1p-51);
    for (TokenId id = 0; id < Size(); ++id) {
      Edit(id, [=](double v) { return (v - max) - log_sum; });
    }
  }

  template <typename F>
  void TransformProbability(F f) {
    const NaiveCandidates before = *this;
    const double total = oracle::ToDouble(Total());
    for (TokenId id = 0; id < Size(); ++id) {
      Edit(id, [&](double) {
        return f(static_cast<double>(before.WeightOf(id)) / total);
      });
    }
  }
  // Of chosen tokens by `share` of their part of the mass, of others by share -
  // 1.
  template <typename F>
  void ShiftByMass(F is_chosen, double share) {
    oracle::Mass chosen = 0;
    for (const TokenId id : Ranked()) {
      if (is_chosen(id)) chosen += WeightOf(id);
    }
    const double part = oracle::ToDouble(chosen) / oracle::ToDouble(Total());
    for (TokenId id = 0; id < Size(); ++id) {
      Edit(id, [&](double v) {
        return v + (is_chosen(id) ? share * part : share - 1.0);
      });
    }
  }
  template <typename F>
  void TransformCumulative(F f) {
    const NaiveCandidates before = *this;
    const double total = oracle::ToDouble(Total());
    oracle::Mass running = 0;
    for (const TokenId id : Ranked()) {
      const double from =
          running == 0 ? 0.0 : f(oracle::ToDouble(running) / total);
      running += before.WeightOf(id);
      const double q = f(oracle::ToDouble(running) / total) - from;
      Edit(id, [=](double) { return q > 0.0 ? oracle::L(q) : kGone; });
    }
  }

  // ---- Truncations ----

  void KeepTop(std::int64_t k, Ties ties = Ties::kExact) {
    Begin();
    Keep(Ranked(), k, ties, 1, [&](TokenId id) { return Logit(id); });
  }
  void KeepAbove(double threshold, std::int64_t min_keep) {
    Begin();
    std::int64_t above = 0;
    for (const TokenId id : Ranked()) above += Logit(id) >= threshold;
    Keep(Ranked(), above, Ties::kExact, min_keep,
         [&](TokenId id) { return Logit(id); });
  }
  void KeepMass(double p, const MassRule& rule) {
    Begin();
    const bool original = rule.basis == MassBasis::kOriginal;
    std::vector<TokenId> ranking = Ranked(rule.tie_order);
    std::vector<std::uint64_t> weights;
    for (const TokenId id : ranking) {
      weights.push_back(original ? (*original_)[At(id)] : WeightOf(id));
    }
    const oracle::Mass total = original ? original_total_ : Total();
    Keep(ranking, Reached(weights, total, p, rule), rule.ties, rule.min_keep,
         [&](TokenId id) { return Logit(id); });
  }
  void KeepTypical(double p, MassRule rule) {
    Begin();
    const double center = MeanLogit();
    const auto distance = [&](TokenId id) {
      return std::fabs(Logit(id) - center);
    };
    std::vector<TokenId> ranking = Ranked();
    std::stable_sort(ranking.begin(), ranking.end(), [&](TokenId a, TokenId b) {
      return distance(a) < distance(b);
    });
    std::vector<std::uint64_t> weights;
    for (const TokenId id : ranking) weights.push_back(WeightOf(id));
    rule.crossing = Crossing::kInclude;
    Keep(ranking, Reached(weights, Total(), p, rule), rule.ties, rule.min_keep,
         distance);
  }

  void KeepProbability(double p, std::int64_t min_keep) {
    const oracle::Mass target = oracle::Target(p, Total());
    KeepJudged([&](oracle::Mass w) { return w >= target; }, min_keep);
  }
  // w S >= product.
  void KeepProduct(oracle::Mass product, std::int64_t min_keep) {
    const oracle::Mass total = Total();
    KeepJudged([&](oracle::Mass w) { return w * total >= product; }, min_keep);
  }
  void KeepCollision(std::int64_t min_keep) {
    const oracle::Mass total = Total();
    const oracle::Mass squares = SquaredMass();
    KeepJudged([&](oracle::Mass w) { return w * total >= squares; }, min_keep);
  }
  void RemoveAll(const std::vector<TokenId>& ids) {
    Begin();
    std::vector<TokenId> ranking = Ranked();
    const auto end =
        std::stable_partition(ranking.begin(), ranking.end(), [&](TokenId id) {
          return std::find(ids.begin(), ids.end(), id) == ids.end();
        });
    Keep(ranking, end - ranking.begin(), Ties::kExact, 1,
         [&](TokenId id) { return Logit(id); });
  }

  const std::optional<Truncation>& last_truncation() const { return last_; }

 private:
  // Keeps those whose weight passes, or the first min_keep if that is more.
  template <typename Judge>
  void KeepJudged(Judge stays, std::int64_t min_keep) {
    Begin();
    std::vector<TokenId> ranking = Ranked();
    const auto end =
        std::stable_partition(ranking.begin(), ranking.end(),
                              [&](TokenId id) { return stays(WeightOf(id)); });
    const std::int64_t passing = end - ranking.begin();
    Keep(ranking, std::max<std::int64_t>(passing, 1), Ties::kExact, min_keep,
         [&](TokenId id) { return Logit(id); });
  }

  static std::int64_t Reached(const std::vector<std::uint64_t>& weights,
                              oracle::Mass total, double p,
                              const MassRule& rule) {
    const oracle::Mass target = oracle::Target(p, total);
    const oracle::Mass floor = oracle::Floor(p, total);
    oracle::Mass before = 0;
    std::int64_t kept = 0;
    for (const std::uint64_t w : weights) {
      bool stays = before < target;
      if (rule.equality == Equality::kContinue) stays = before <= floor;
      if (rule.crossing == Crossing::kExclude) stays = before + w <= floor;
      if (kept > 0 && !stays) break;
      ++kept;
      before += w;
    }
    return kept;
  }

  template <typename Key>
  void Keep(const std::vector<TokenId>& ranking, std::int64_t count, Ties ties,
            std::int64_t min_keep, Key key) {
    std::size_t kept =
        static_cast<std::size_t>(std::min(std::max(count, min_keep), Count()));
    if (ties == Ties::kKeepAll) {
      while (kept < ranking.size() &&
             key(ranking[kept]) == key(ranking[kept - 1])) {
        ++kept;
      }
    }
    oracle::Mass removed = 0;
    const oracle::Mass total = Total();
    for (std::size_t i = kept; i < ranking.size(); ++i) {
      removed += WeightOf(ranking[i]);
    }
    double lowest = Logit(ranking[0]);
    for (std::size_t i = 0; i < kept; ++i) {
      lowest = std::min(lowest, Logit(ranking[i]));
    }
    last_ = Truncation{Count(), static_cast<std::int64_t>(kept), lowest,
                       oracle::ToDouble(removed) / oracle::ToDouble(total)};
    for (std::size_t i = kept; i < ranking.size(); ++i) Remove(ranking[i]);
  }

  void Begin() {
    if (original_.has_value()) return;
    original_.emplace();
    for (TokenId id = 0; id < Size(); ++id) {
      original_->push_back(WeightOf(id));
    }
    original_total_ = Total();
  }

  std::optional<std::vector<std::uint64_t>> original_;
  oracle::Mass original_total_ = 0;
  std::optional<Truncation> last_;
};

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_NAIVE_CANDIDATES_H_
