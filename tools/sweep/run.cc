#include "tools/sweep/run.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/spelling.h"
#include "tools/options/unused_options.h"
#include "tools/process/interrupt.h"

namespace sampler::tools {
namespace {

// What a family's parameter can be. The wanted value is looked for between.
struct Family {
  const char* name;
  double low;
  double high;
  bool whole;  // An integer.
};

constexpr Family kFamilies[] = {
    {"top_k", 1, 4096, true},     {"top_p", 0.001, 1, false},
    {"min_p", 0.00001, 1, false}, {"temp", 0.05, 5, false},
    {"typical", 0.001, 1, false}, {"top_n_sigma", 0.01, 20, false}};

absl::StatusOr<Family> FindFamily(const std::string& name) {
  std::vector<absl::string_view> names;
  for (const Family& family : kFamilies) {
    if (name == family.name) return family;
    names.emplace_back(family.name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--family: ", UnknownName("family", name, names)));
}

// The chain of a family's parameter on top of `on`.
std::string ChainAt(const std::string& on, const Family& family,
                    const std::string& value) {
  return absl::StrCat(on, on.empty() ? "" : ";", family.name, "=", value);
}

std::string ValueText(double value) { return absl::StrFormat("%.8g", value); }

double NaN() { return std::numeric_limits<double>::quiet_NaN(); }

// Looks for a family's parameter.
class Search {
 public:
  Search(const SweepQuestion& question, const std::string& on,
         const Family& family, const Match& match)
      : question_(question), on_(on), family_(family), match_(match) {}

  absl::StatusOr<SweepRow> Run() && {
    // Twenty halvings tell values apart that print alike.
    constexpr std::int64_t kSteps = kMostMeasured - 2;
    double low = family_.low;
    double high = family_.high;
    if (family_.whole) {
      high =
          std::min(high, static_cast<double>(question_.log.vocabulary_size()));
    }
    auto at_low = Measure(low);
    if (!at_low.ok()) return at_low;
    auto at_high = Measure(high);
    if (!at_high.ok()) return at_high;
    const bool rises = Value(*at_high) > Value(*at_low);
    const double least = std::min(Value(*at_low), Value(*at_high));
    const double most = std::max(Value(*at_low), Value(*at_high));
    if (!(least <= match_.value && match_.value <= most)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("--match %s: %s reaches %g to %g only", match_.text,
                          family_.name, least, most));
    }
    SweepRow best = Nearer(*std::move(at_low), *std::move(at_high));
    for (std::int64_t step = 0; step < kSteps; ++step) {
      const double middle =
          family_.whole ? std::floor((low + high) / 2) : (low + high) / 2;
      if (family_.whole && middle == low) break;
      auto row = Measure(middle);
      if (!row.ok()) return row;
      const bool too_small = Value(*row) < match_.value;
      (too_small == rises ? low : high) = middle;
      best = Nearer(std::move(best), *std::move(row));
    }
    return best;
  }

 private:
  double Value(const SweepRow& row) const { return row.values[match_.metric]; }

  absl::StatusOr<SweepRow> Measure(double value) const {
    const std::string text = ValueText(value);
    auto row = MeasureSetting(question_, ChainAt(on_, family_, text));
    if (!row.ok()) return row;
    if (std::isnan(Value(*row))) {
      return absl::InvalidArgumentError(
          absl::StrCat("--match ", match_.text, ": the log does not tell ",
                       SweepMetrics()[match_.metric]));
    }
    row->setting = {family_.name, text};
    return row;
  }

  SweepRow Nearer(SweepRow a, SweepRow b) const {
    const double of_a = std::fabs(Value(a) - match_.value);
    return of_a <= std::fabs(Value(b) - match_.value) ? std::move(a)
                                                      : std::move(b);
  }

  const SweepQuestion& question_;
  const std::string& on_;
  const Family family_;
  const Match& match_;
};

}  // namespace

const std::vector<std::string>& SweepMetrics() {
  static const auto& metrics = *new std::vector<std::string>{
      "coverage",        "kept",        "kept_p50",       "kept_p90",
      "kept_mass",       "entropy",     "effective_size", "eps_ppl",
      "sparsemax_score", "js_to_token", "risk",           "agreement"};
  return metrics;
}

std::optional<std::size_t> SweepMetric(const std::string& name) {
  const auto& metrics = SweepMetrics();
  const auto found = std::find(metrics.begin(), metrics.end(), name);
  if (found == metrics.end()) return std::nullopt;
  return static_cast<std::size_t>(found - metrics.begin());
}

absl::StatusOr<SweepRow> MeasureSetting(const SweepQuestion& question,
                                        const std::string& chain) {
  SweepRow row;
  auto spec = ResolveChain("--param", chain, question.log.vocabulary_size(),
                           question.text);
  if (!spec.ok()) return spec.status();
  row.chain = *std::move(spec);
  const Sides sides = {Side{question.log, question.base},
                       Side{question.log, row.chain}};
  Totals totals;
  absl::Status status =
      ComparePairs(sides, question.options, [&](const RowPair& pair) {
        totals.Add(pair);
        question.on_row();
      });
  if (!status.ok()) return status;
  // Of a setting that was not measured over all rows nothing is said.
  if (Interrupted()) return absl::CancelledError("interrupted");
  row.left_out = totals.undecided(1);
  const std::vector<SideEstimate> side = totals.SideValues();
  for (const std::string& name : SweepMetrics()) {
    Range ends = kUnknown;
    for (std::size_t m = 0; m < side.size(); ++m) {
      if (name == SideMetrics()[m].name) ends = side[m].ends[1];
    }
    if (name == "agreement") ends = totals.PairEnds(PairColumn::kAgreement);
    row.values.push_back(ends.exact() ? ends.low : NaN());
    row.ends.push_back(ends);
  }
  return row;
}

absl::StatusOr<Match> ParseMatch(const std::string& text) {
  Match match;
  match.text = text;
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const auto metric = SweepMetric(name);
  if (!metric) {
    const std::vector<absl::string_view> names(SweepMetrics().begin(),
                                               SweepMetrics().end());
    return absl::InvalidArgumentError(
        absl::StrCat("--match: ", UnknownName("metric", name, names)));
  }
  match.metric = *metric;
  const absl::StatusOr<double> value =
      ReadReal(equals == std::string::npos ? "" : text.substr(equals + 1));
  if (!value.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--match: got ", Printable(Shortened(text)),
                     ", want METRIC=NUMBER, such as kept=12"));
  }
  match.value = *value;
  return match;
}

absl::StatusOr<std::vector<std::string>> FamilyChains(
    const std::string& on, const std::vector<std::string>& families) {
  std::vector<std::string> chains;
  std::set<std::string> names;
  for (const std::string& family : families) {
    const auto found = FindFamily(family);
    if (!found.ok()) return found.status();
    if (!names.insert(family).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("--family: got ", family, " twice, want each once"));
    }
    chains.push_back(ChainAt(on, *found, ValueText(found->low)));
  }
  return chains;
}

absl::Status CheckSettings(
    const SweepQuestion& question,
    const absl::StatusOr<std::vector<std::string>>& chains) {
  if (!chains.ok()) return chains.status();
  std::vector<PipelineConfig> configs = {question.base.config};
  bool spells_texts = question.base.spells_texts;
  for (const std::string& chain : *chains) {
    auto spec = ResolveChain("--param", chain, question.log.vocabulary_size(),
                             question.text);
    if (!spec.ok()) return spec.status();
    spells_texts |= spec->spells_texts;
    configs.push_back(std::move(spec->config));
  }
  if (!spells_texts) {
    absl::Status needed = CheckNoVocabulary(question.reading, question.log);
    if (!needed.ok()) return needed;
  }
  return CheckRunOptionsMatter(question.options.run, configs);
}

absl::StatusOr<SweepRow> MatchFamily(const SweepQuestion& question,
                                     const std::string& on,
                                     const std::string& family,
                                     const Match& match) {
  const auto found = FindFamily(family);
  if (!found.ok()) return found.status();
  return Search(question, on, *found, match).Run();
}

std::pair<std::string, std::string> MarkBest(std::vector<SweepRow>& rows) {
  const bool tokens =
      std::any_of(rows.begin(), rows.end(), [](const SweepRow& row) {
        return !std::isnan(row.values[*SweepMetric("coverage")]);
      });
  std::pair<std::string, std::string> names =
      tokens ? std::pair<std::string, std::string>("coverage", "risk")
             : std::pair<std::string, std::string>("kept_mass", "kept");
  const std::size_t more = *SweepMetric(names.first);
  const std::size_t less = *SweepMetric(names.second);
  for (SweepRow& row : rows) {
    row.best = !std::isnan(row.values[more]) && row.left_out == 0 &&
               std::none_of(rows.begin(), rows.end(), [&](const SweepRow& o) {
                 const bool no_worse = o.left_out == 0 &&
                                       o.values[more] >= row.values[more] &&
                                       o.values[less] <= row.values[less];
                 return no_worse && (o.values[more] > row.values[more] ||
                                     o.values[less] < row.values[less]);
               });
  }
  return names;
}

}  // namespace sampler::tools
