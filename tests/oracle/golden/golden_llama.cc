// The llama.cpp half of golden_harness.h.
//
// A llama record tells of each kept set only its size and the sums of its ids
// and of their squares. Where these differ from the sampler's, the set is
// rebuilt: the first n candidates, in the ranking of the last truncation, of
// what the stages before it left. It must have llama's sums, up to which of
// the exactly tied candidates at its end were taken, and if n differs too, the
// mass at its cut must lie within 2e-4 of the threshold.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>

#include "tests/oracle/golden/golden_harness.h"
#include "tests/oracle/moments.h"

namespace oracle {
namespace {

struct Sums {
  std::size_t n = 0;
  std::uint64_t ids = 0;
  std::uint64_t squares = 0;

  void Add(TokenId id) {
    const auto value = static_cast<std::uint64_t>(id);
    ++n;
    ids += value;
    squares += value * value;
  }
  void Remove(TokenId id) {
    const auto value = static_cast<std::uint64_t>(id);
    --n;
    ids -= value;
    squares -= value * value;
  }
  bool operator==(const Sums&) const = default;
};

// Whether some of ids[from...] have exactly these sums. Gives up, with false,
// when the search grows beyond `budget` steps.
bool Reachable(const std::vector<TokenId>& ids, std::size_t from, Sums left,
               int& budget) {
  if (left.n == 0) return left == Sums{};
  if (ids.size() - from < left.n || --budget < 0) return false;
  // The ids ascend: bounds on what n of them can add up to.
  std::uint64_t low = 0, high = 0;
  for (std::size_t i = 0; i < left.n; ++i) {
    low += static_cast<std::uint64_t>(ids[from + i]);
    high += static_cast<std::uint64_t>(ids[ids.size() - 1 - i]);
  }
  if (left.ids < low || left.ids > high) return false;
  Sums with = left;
  with.Remove(ids[from]);
  return Reachable(ids, from + 1, with, budget) ||
         Reachable(ids, from + 1, left, budget);
}

// The index of the last stage that can truncate, or the number of stages.
std::size_t LastTruncation(const nlohmann::json& stages) {
  const std::set<std::string> kinds = {"top_k", "top_p", "min_p", "typical_p",
                                       "top_n_sigma"};
  for (std::size_t i = stages.size(); i-- > 0;) {
    if (kinds.contains(stages[i].at("type").get<std::string>())) return i;
  }
  return stages.size();
}

// Why llama's set may differ from the sampler's; empty if there is no reason.
std::string Explain(const std::vector<double>& row,
                    const nlohmann::json& stages, const Context& context,
                    const SamplerUnderTest& sampler, const Sums& ours,
                    const Sums& theirs) {
  const std::size_t cut = LastTruncation(stages);
  if (cut == stages.size() || theirs.n == 0) return "";
  const nlohmann::json earlier(stages.begin(),
                               stages.begin() + static_cast<int>(cut));
  const Result before = sampler.run(
      row, earlier.empty() ? nlohmann::json::array() : earlier, context);
  std::vector<Candidate> ranking = before.candidates;
  if (theirs.n > ranking.size()) return "";
  const bool typical = stages[cut].at("type") == "typical_p";
  const double mean = MeanLogit(ranking, before.total);
  const auto key = [&](const Candidate& c) {
    return typical ? std::abs(c.logit - mean) : -c.logit;
  };
  std::stable_sort(
      ranking.begin(), ranking.end(),
      [&](const Candidate& a, const Candidate& b) { return key(a) < key(b); });

  std::ostringstream why;
  if (ours.n != theirs.n) {
    if (!stages[cut].contains("p") || stages[cut].at("type") == "min_p") {
      return "";
    }
    // Too few: their mass falls short. Too many: they went on past p.
    const double p = stages[cut].at("p").get<double>();
    const std::size_t n = theirs.n < ours.n ? theirs.n : theirs.n - 1;
    Mass mass = 0;
    for (std::size_t i = 0; i < n; ++i) mass += ranking[i].weight;
    const double at_cut = ToDouble(mass) / ToDouble(before.total);
    if (!(std::abs(at_cut - p) <= 2e-4)) return "";
    why << "llama keeps " << theirs.n << " for " << ours.n << ", mass off by "
        << at_cut - p;
  }
  Sums left = theirs;
  std::vector<TokenId> tied;
  for (const Candidate& c : ranking) {
    if (key(c) < key(ranking[theirs.n - 1])) left.Remove(c.id);
    if (key(c) == key(ranking[theirs.n - 1])) tied.push_back(c.id);
  }
  std::sort(tied.begin(), tied.end());
  int budget = 10'000'000;
  if (!Reachable(tied, 0, left, budget)) return "";
  if (tied.size() > 1) {
    why << (ours.n == theirs.n ? "" : "; ") << "ties at the cut: " << left.n
        << " of " << tied.size();
  }
  return why.str();
}

// To how much of itself a logit must agree. A dynamic temperature is made of
// llama's float32 entropy, another one of those sums.
double LogitTolerance(const nlohmann::json& stages) {
  for (const nlohmann::json& stage : stages) {
    if (stage.at("type") == "dynamic_temperature") return 1e-4;
  }
  return 1e-6;
}

// The logits and probabilities listed, to float32 accuracy.
std::string TopDifferences(const nlohmann::json& kept, const Result& result,
                           double tolerance, int& numbers) {
  std::ostringstream wrong;
  for (const nlohmann::json& entry : kept.at("top")) {
    const auto id = entry.at(0).get<TokenId>();
    const auto logit = entry.at(1).get<double>();
    const auto p = entry.at(2).get<double>();
    const auto c =
        std::find_if(result.candidates.begin(), result.candidates.end(),
                     [id](const Candidate& x) { return x.id == id; });
    numbers += 2;
    if (c == result.candidates.end()) {
      wrong << " no " << id;
    } else if (!(std::abs(c->logit - logit) <= tolerance * std::abs(logit))) {
      wrong << " logit of " << id << " " << c->logit << ", want " << logit;
    } else if (!(std::abs(result.Probability(id) - p) <= 2e-4)) {
      wrong << " p(" << id << ") " << result.Probability(id) << ", want " << p;
    }
  }
  return wrong.str();
}

}  // namespace

GoldenReport CompareLlama(const GoldenLog& log,
                          const std::vector<nlohmann::json>& records,
                          const SamplerUnderTest& sampler) {
  GoldenReport report;
  for (const nlohmann::json& record : records) {
    const nlohmann::json& fields = record.at("fields");
    if (!record.contains("kept")) continue;
    const nlohmann::json& kept = record.at("kept");
    const auto stages = StagesOfLlama(fields, log.breakers);
    if (!stages || !sampler.supports(*stages)) {
      report.skipped += static_cast<int>(kept.size());
      report.skipped_chains[fields.dump()] += static_cast<int>(kept.size());
      continue;
    }
    for (std::size_t i = 0; i < kept.size(); ++i) {
      const int row = record.contains("rows") ? record["rows"][i].get<int>()
                                              : static_cast<int>(i);
      const std::vector<double>& logits = log.rows.at(row);
      const Context context = log.ContextOf(row);
      const Result result = sampler.run(logits, *stages, context);
      Sums ours;
      for (const Candidate& c : result.candidates) ours.Add(c.id);
      const Sums theirs = {kept[i].at("n").get<std::size_t>(),
                           kept[i].at("id_sum").get<std::uint64_t>(),
                           kept[i].at("id_square_sum").get<std::uint64_t>()};
      ++report.compared;
      std::ostringstream name;
      name << log.name << " row " << row << " " << fields.dump() << ": ";
      if (ours == theirs) {
        const std::string wrong = TopDifferences(
            kept[i], result, LogitTolerance(*stages), report.numbers);
        if (!wrong.empty()) report.failures.push_back(name.str() + wrong);
        continue;
      }
      const std::string why =
          Explain(logits, *stages, context, sampler, ours, theirs);
      name << (why.empty() ? "kept " + std::to_string(ours.n) + ", want " +
                                 std::to_string(theirs.n)
                           : why);
      (why.empty() ? report.failures : report.explained).push_back(name.str());
    }
  }
  return report;
}

}  // namespace oracle
