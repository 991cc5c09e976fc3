#include "sampler/importers/export/round_trip.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/export/one_form.h"
#include "sampler/stage_lookup.h"

namespace sampler::importers {
namespace {

// Which stages of `wanted` stand in `found`, in order: the longest common
// subsequence. found_at[i]: the place of the i-th wanted one, or -1.
std::vector<std::ptrdiff_t> Match(const std::vector<StageConfig>& wanted,
                                  const std::vector<StageConfig>& found) {
  const std::size_t n = wanted.size();
  const std::size_t m = found.size();
  std::vector<std::vector<std::size_t>> longest(
      n + 1, std::vector<std::size_t>(m + 1, 0));
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      longest[i][j] = wanted[i] == found[j]
                          ? 1 + longest[i + 1][j + 1]
                          : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  std::vector<std::ptrdiff_t> at(n, -1);
  for (std::size_t i = 0, j = 0; i < n && j < m;) {
    if (wanted[i] == found[j]) {
      at[i++] = static_cast<std::ptrdiff_t>(j++);
    } else if (longest[i + 1][j] >= longest[i][j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return at;
}

std::vector<StageConfig> ComparableStages(const PipelineConfig& config) {
  std::vector<StageConfig> stages;
  for (const StageConfig& stage : config.stages) {
    stages.push_back(Comparable(stage));
  }
  return stages;
}

// Why a stage does not come back as it is.
absl::string_view WhyLost(const StageConfig& stage) {
  if (stage.type == "greedy") {
    return "written as temperature 0: the same choice, by another chain";
  }
  if (stage.type == "categorical" || stage.type == "gumbel_max") {
    return "the law of the draw is the same, its use of random numbers is the "
           "engine's own";
  }
  if (stage.type == "thinking_budget") {
    return "not as it is: an engine has a number of tokens, and texts, which "
           "need a vocabulary (--vocab-file), that open and close the phase";
  }
  if (stage.type == "bad_words") {
    return "the engine cannot express it, or takes words as texts, which need "
           "a vocabulary (--vocab-file) and stand for spellings of its own";
  }
  return "the engine cannot express it";
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The first stage of `run` of this type for which taken[j] is false.
std::size_t FindType(const PipelineConfig& run, absl::string_view type,
                     const std::vector<bool>& taken) {
  for (std::size_t j = 0; j < run.stages.size(); ++j) {
    if (!taken[j] && run.stages[j].type == type) return j;
  }
  return kNone;
}

// Changes no candidate. A draw does not either, and yet it chooses.
bool HasNoEffect(const StageConfig& stage) {
  return FactsOf(stage).neutral && GroupOf(stage) != StageGroup::kDraw;
}

// What becomes of a stage that is written, where the engine runs `other`.
std::string InItsPlace(const StageConfig& stage, const StageConfig& other) {
  if (Comparable(stage) == Comparable(other)) {
    return "the engine runs it in another order";
  }
  return absl::StrCat("the engine runs ", StageText(other), " in its place");
}

}  // namespace

void AddLost(std::string stage, std::string effect, ExportReport& report) {
  ++report.lost;
  report.entries.push_back(
      {std::move(stage), Outcome::kLost, std::move(effect)});
}

void CompareWithRun(const PipelineConfig& config, const PipelineConfig& run,
                    const StageFieldNames& names, ExportReport& report) {
  const std::vector<StageConfig> wanted = ComparableStages(config);
  const std::vector<StageConfig> found = ComparableStages(run);
  const std::vector<std::ptrdiff_t> at = Match(wanted, found);
  std::vector<bool> taken(found.size());
  for (const std::ptrdiff_t place : at) {
    if (place >= 0) taken[static_cast<std::size_t>(place)] = true;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const StageConfig& own = config.stages[i];
    const auto name = names.find(StageText(Complete(own)));
    if (at[i] >= 0) {
      report.entries.push_back({StageText(own), Outcome::kApplied,
                                name == names.end() || name->second.empty()
                                    ? "the engine's own way"
                                    : name->second});
      continue;
    }
    const std::size_t other = FindType(run, own.type, taken);
    if (HasNoEffect(own) &&
        (other == kNone || HasNoEffect(run.stages[other]))) {
      report.entries.push_back({StageText(own), Outcome::kHarmless,
                                "without effect: the engine needs none"});
      continue;
    }
    if (other != kNone) taken[other] = true;
    AddLost(StageText(own),
            other == kNone ? std::string(WhyLost(own))
                           : InItsPlace(own, run.stages[other]),
            report);
  }
  for (std::size_t j = 0; j < found.size(); ++j) {
    if (taken[j] || HasNoEffect(run.stages[j])) continue;
    AddLost("(engine)",
            absl::StrCat("it runs ", StageText(run.stages[j]), " instead"),
            report);
  }
  if (config.phases != run.phases) {
    AddLost("phases",
            config.phases.empty()
                ? "the engine has some that the config has not"
                : "where they begin and end is not the engine's",
            report);
  }
  if (config.seed != run.seed) {
    AddLost("seed",
            run.seed.has_value() ? absl::StrCat("it takes ", *run.seed)
                                 : "the engine takes none",
            report);
  }
}

}  // namespace sampler::importers
