#include "tools/replay/listed_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sampler/arithmetic/numeric.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/stage_facts.h"
#include "sampler/step_observer.h"

namespace sampler::tools {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Values of a log, their sum, and a share are float32: so much of a weight, and
// of the row, may be missing or too much.
constexpr double kOfItself = 1e-5;
constexpr double kOfTheRow = 1e-7;

// What the chain's stage `cut` leaves.
class CutObserver final : public StepObserver {
 public:
  explicit CutObserver(std::size_t cut) : cut_(cut) {}

  void BeforeStage(std::size_t, const Candidates&) override {}
  void AfterStage(std::size_t index, const Candidates& candidates) override {
    if (index != cut_ || candidates.status() != RowStatus::kOk) return;
    candidates.ForEach([&](TokenId id, double logit) {
      ids_.push_back(id);
      lowest_ = std::min(lowest_, logit);
    });
    std::sort(ids_.begin(), ids_.end());
  }
  void OnTruncation(const Truncation&) override {}

  double lowest() const { return lowest_; }
  std::vector<TokenId> TakeIds() { return std::move(ids_); }

 private:
  const std::size_t cut_;
  std::vector<TokenId> ids_;
  double lowest_ = kNever;
};

// Log-probabilities in the place of logits have lost their signs.
bool HasSigns(const logs::TailInfo& tail) {
  constexpr double kNormalized = 1e-3;
  return std::fabs(tail.log_sum_exp) > kNormalized;
}

}  // namespace

// The chain up to the stage that settles the row.
struct ListedRowReader::Plan {
  std::optional<std::size_t> cut;  // Index of that stage.
  double temperature = 1.0;
  double reaching = kNever;  // So many tokens that are not listed reach it.
  std::vector<HistoryWindow> edits;

  // Empty where a stage leaves nothing to be known.
  static std::optional<Plan> Of(const List& list);

  // Returns true for a top_k behind which tokens may be that are not listed.
  bool ReachesBeyond(const StageFacts& facts,
                     const logs::TailInfo& tail) const {
    return facts.keeps_whole_head && facts.head.has_value() && edits.empty() &&
           facts.head->count > tail.above;
  }
  // Takes in a stage that does not cut. `ranked`: the listed tokens that none
  // of the others is likelier than. Returns false for a stage after which
  // nothing is known.
  bool Pass(const StageFacts& facts, const logs::TailInfo& tail,
            std::int64_t ranked);
};

bool ListedRowReader::Plan::Pass(const StageFacts& facts,
                                 const logs::TailInfo& tail,
                                 std::int64_t ranked) {
  if (facts.temperature.has_value() && !facts.head.has_value()) {
    temperature *= facts.temperature->low;
    return facts.temperature->low == facts.temperature->high;
  }
  if (ReachesBeyond(facts, tail)) {
    const std::int64_t beyond = facts.head->count - ranked;
    reaching = std::min(reaching,
                        static_cast<double>(std::max<std::int64_t>(beyond, 0)));
    // Nobody knows whether a token that is listed for another reason, such as
    // the drawn one, is among the count.
    return beyond <= 0 || ranked == tail.listed;
  }
  if (!facts.edits_seen || !facts.history.has_value() || facts.reads_phases ||
      reaching != kNever || (facts.reads_signs && !HasSigns(tail))) {
    return false;
  }
  edits.push_back(*facts.history);
  return true;
}

std::optional<ListedRowReader::Plan> ListedRowReader::Plan::Of(
    const List& list) {
  const PipelineConfig& config = list.asked.pipeline.config();
  const logs::TailInfo& tail = list.held.tail;
  if (config.rng != Rng::kHouse) return std::nullopt;
  const std::int64_t ranked = RankedIn(list.asked.row, tail);
  Plan plan;
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    const StageConfig& stage = config.stages[i];
    const StageFacts facts = FactsOf(stage);
    if (facts.neutral) continue;
    // The first truncation hides the mass of the whole row for good.
    if (facts.reads_original_mass) return std::nullopt;
    if (plan.cut.has_value()) continue;
    if (stage.when.has_value()) return std::nullopt;
    if (facts.weighs_the_rest ||
        (facts.head.has_value() && !plan.ReachesBeyond(facts, tail))) {
      if (facts.reads_signs && !HasSigns(tail)) return std::nullopt;
      plan.cut = i;
    } else if (!plan.Pass(facts, tail, ranked)) {
      return std::nullopt;
    }
  }
  plan.reaching = std::min(plan.reaching, static_cast<double>(tail.count));
  return plan;
}

// Of the tokens that are not listed and reach the cut, in units of the
// likeliest token's weight there.
struct ListedRowReader::Weights {
  double low = 0;
  double high = 0;
  double as_logged = 0;  // Of all of them, at T = 1; NaN: unknown.
};

// n tokens weigh r together at T = 1, none more than c; j of them reach the
// cut, the likeliest. With b = 1 / T their weights to the power of b sum up to
//
//   at least  j/n r c^(b - 1) (b <= 1), j (r / n)^b (b > 1): the j weigh no
//   less
//             than j/n of r, which is least if some are c (if all are equal)
//   at most   j min(c, r / j)^b (b <= 1), min(j, r / c) c^b (b > 1)
ListedRowReader::Weights ListedRowReader::WeighUnlisted(
    const List& list, const Plan& plan) const {
  const logs::TailInfo& tail = list.held.tail;
  const double b = 1.0 / plan.temperature;
  const double c = Exp(tail.bound - tail.maximum);
  const auto n = static_cast<double>(tail.count);
  const double j = plan.reaching;
  double listed = 0;  // Weight of the listed tokens, at T = 1 and at T.
  double tempered = 0;
  for (const float value : values_) {
    const double below = static_cast<double>(value) - tail.maximum;
    listed += Exp(below);
    tempered += Exp(below * b);
  }
  const double share = tail.mass / (1.0 - tail.mass);
  const bool known = !std::isnan(share);
  Weights weights = {.as_logged = std::min(share * listed, n * c)};
  // All of them weigh 1 / (1 - mass) times as much as the listed ones.
  const double error = list.held.mass_error / (1.0 - tail.mass) * listed;
  const double least = known ? std::max(weights.as_logged - error, 0.0) : 0.0;
  const double most = known ? weights.as_logged + error : n * c;
  if (j > 0 && b <= 1.0) {
    weights.low = j / n * least * Pow(c, b - 1.0);
    weights.high = j * Pow(std::min(c, most / j), b);
  } else if (j > 0) {
    weights.low = j * Pow(least / n, b);
    weights.high = std::min(j, most / c) * Pow(c, b);
  }
  const double slack = kOfTheRow * tempered;
  const auto seen = static_cast<double>(seen_.size());
  weights.low = weights.low * (1.0 - kOfItself) - slack - seen * Pow(c, b);
  weights.low = std::max(weights.low, 0.0);
  weights.high = weights.high * (1.0 + kOfItself) + slack;
  return weights;
}

void ListedRowReader::SortUnlisted(const ChainAndRow& question,
                                   const Plan& plan) {
  const Logits& row = question.row;
  values_.resize(row.size());
  seen_.clear();
  others_.clear();
  for (std::size_t i = 0; i < row.size(); ++i) {
    values_[i] = static_cast<float>(row[i]);
  }
  const auto listed = [&](TokenId id) {
    return values_[static_cast<std::size_t>(id)] > -HUGE_VALF;
  };
  for (const HistoryWindow& window : plan.edits) {
    const HistoryView view = window.Of(question.sequence.history());
    for (std::size_t i = 0; i < view.size(); ++i) {
      if (!listed(view[i])) seen_.push_back(view[i]);
    }
  }
  std::sort(seen_.begin(), seen_.end());
  seen_.erase(std::unique(seen_.begin(), seen_.end()), seen_.end());
  for (TokenId id = 0; id < static_cast<TokenId>(row.size()); ++id) {
    if (listed(id)) continue;
    if (std::binary_search(seen_.begin(), seen_.end(), id)) continue;
    others_.push_back(id);
  }
}

void ListedRowReader::Share(const logs::TailInfo& tail,
                            const Portion& portion) {
  const double count =
      std::min(static_cast<double>(others_.size()), portion.tokens);
  const double value =
      count == 0 || portion.weight == 0
          ? -kNever
          : tail.maximum + portion.temperature * Log(portion.weight / count);
  const auto sharing = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < others_.size(); ++i) {
    values_[static_cast<std::size_t>(others_[i])] =
        static_cast<float>(i < sharing ? value : -kNever);
  }
}

std::vector<TokenId> ListedRowReader::KeptOf(const List& list,
                                             const Plan& plan) {
  const ChainAndRow& question = list.asked;
  CutObserver observer(*plan.cut);
  question.pipeline.Process(absl::MakeConstSpan(values_), question.sequence,
                            workspace_, question.inputs, &observer);
  const double bound = list.held.tail.bound / plan.temperature;
  // A quotient may be rounded.
  constexpr double kRounding = 1e-12;
  if (!(observer.lowest() > bound + kRounding * std::fabs(bound))) return {};
  std::vector<TokenId> ids = observer.TakeIds();
  const bool listed = std::all_of(ids.begin(), ids.end(), [&](TokenId id) {
    return question.row[static_cast<std::size_t>(id)] > -kNever;
  });
  return listed ? ids : std::vector<TokenId>();
}

std::optional<Logits> ListedRowReader::Complete(const List& list) {
  const ChainAndRow& question = list.asked;
  const logs::TailInfo& tail = list.held.tail;
  const auto plan = Plan::Of(list);
  const bool weighty = !(tail.mass >= 1.0) && std::isfinite(tail.bound);
  if (!plan.has_value() || !plan->cut.has_value() || !weighty ||
      question.sequence.has_bans()) {
    return std::nullopt;
  }
  SortUnlisted(question, *plan);
  if (others_.empty()) return std::nullopt;
  const Weights weights = WeighUnlisted(list, *plan);
  const auto share = [&](double weight) {
    Share(tail, {weight, plan->reaching, plan->temperature});
  };
  share(weights.low);
  const std::vector<TokenId> kept = KeptOf(list, *plan);
  if (kept.empty()) return std::nullopt;
  share(weights.high);
  for (const TokenId id : seen_) {
    values_[static_cast<std::size_t>(id)] = static_cast<float>(tail.bound);
  }
  if (KeptOf(list, *plan) != kept) return std::nullopt;
  // Now all of them, evenly and as they were logged.
  others_.insert(others_.end(), seen_.begin(), seen_.end());
  const double shared = std::isnan(weights.as_logged) ? 0 : weights.as_logged;
  Share(tail, {.weight = shared, .tokens = kNever});
  return Logits(absl::MakeConstSpan(values_));
}

// Of a row that is not settled.
RowBasis ListedRowReader::OpenBasis(const List& list) {
  const auto plan = Plan::Of(list);
  if (!plan.has_value()) return RowBasis::kNo;
  if (plan->cut.has_value()) {
    const auto& stages = list.asked.pipeline.config().stages;
    return FactsOf(stages[*plan->cut]).weighs_the_rest ? RowBasis::kBounded
                                                       : RowBasis::kNo;
  }
  // Of a tie that reaches beyond the list only the ids are not known.
  const auto all = static_cast<double>(list.held.tail.count);
  const bool tie_or_all = plan->reaching == 0 || plan->reaching >= all;
  return tie_or_all ? RowBasis::kBounded : RowBasis::kNo;
}

SettledRow ListedRowReader::Settle(const ChainAndRow& question) {
  if (IsExact(question.bounds, question.pipeline.config(),
              static_cast<std::int64_t>(question.row.size()))) {
    return {.row = question.row};
  }
  const RowList held = ListOf(question.row, question.bounds).value();
  const List list = {.asked = question, .held = held};
  if (const auto completed = Complete(list)) {
    return {.row = *completed, .completed = true};
  }
  // A floor hides so little that what is kept above it bounds the answer.
  if (!question.bounds.tail) return {question.row, RowBasis::kBounded};
  return {.row = question.row, .basis = OpenBasis(list)};
}

}  // namespace sampler::tools
