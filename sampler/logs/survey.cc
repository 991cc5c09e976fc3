#include "sampler/logs/survey.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"

namespace sampler::logs {
namespace {

void Count(Occurrences& occurrences, std::int64_t count, std::int64_t row) {
  if (count <= 0) return;
  if (occurrences.count == 0) occurrences.first_row = row;
  occurrences.count += count;
}

// Adds row after row; the only state is sums.
class Surveyor {
 public:
  Surveyor(const Log& log, const SurveyOptions& options)
      : log_(log), options_(options) {
    const std::int64_t end = options.end_row < 0 ? log.rows() : options.end_row;
    planned_ = (end - options.first_row + options.every - 1) / options.every;
    if (log.tokens().empty()) return;
    survey_.shifts.emplace();
    for (int i = 0; i < 3; ++i) {
      (*survey_.shifts)[static_cast<std::size_t>(i)].shift = i - 1;
    }
  }

  // DataLoss and the like where the row cannot be read.
  absl::Status Add(const LogSequence& sequence, std::int64_t row) {
    const auto logits = log_.Row(row, buffer_);
    if (!logits.ok()) return logits.status();
    auto floor = log_.Floor(row);
    if (!floor.ok()) return floor.status();
    auto tail = log_.Tail(row);
    if (!tail.ok()) return tail.status();
    floor_ = *std::move(floor);
    tail_ = *std::move(tail);
    RowStatistics statistics = rows_.Measure(*logits);
    Count(survey_.nan, statistics.nans, row);
    Count(survey_.positive_infinity, statistics.positive_infinities, row);
    const std::int64_t dropped = Hidden();
    Count(survey_.negative_infinity, statistics.negative_infinities - dropped,
          row);
    Count(survey_.broken_rows, statistics.broken() ? 1 : 0, row);
    if (floor_) AddFloor();
    if (tail_) AddTail();
    if (!statistics.broken()) {
      const Kind kind = KindOf(statistics, dropped);
      kinds_.Add(kind, statistics);
      if (kind.scale == Scale::kProbs) rows_.TakeLogarithms(statistics);
    }
    if (IsSampled(survey_.rows++)) Report(row, statistics);
    if (statistics.broken()) return absl::OkStatus();
    ++unbroken_;
    survey_.mean_entropy += statistics.entropy;
    for (std::size_t i = 0; i < kTieRanks.size(); ++i) {
      survey_.tied[i] += statistics.ties[i] ? 1 : 0;
    }
    if (survey_.shifts) AddTokens(sequence, row, statistics);
    return absl::OkStatus();
  }

  Survey Finish() && {
    if (unbroken_ > 0) {
      const auto rows = static_cast<double>(unbroken_);
      survey_.mean_entropy /= rows;
      for (double& share : survey_.tied) share /= rows;
    }
    if (survey_.floor) {
      survey_.floor->mean_mass /= static_cast<double>(survey_.rows);
    }
    if (survey_.tail) {
      survey_.tail->mean_mass /= static_cast<double>(survey_.rows);
      survey_.tail->mean_listed /= static_cast<double>(survey_.rows);
    }
    if (survey_.shifts) {
      for (ShiftScore& score : *survey_.shifts) {
        const std::int64_t possible = score.rows - score.impossible;
        if (possible > 0) score.mean_nll /= static_cast<double>(possible);
      }
    }
    survey_.kind = kinds_.Guess(log_.description());
    return std::move(survey_);
  }

 private:
  // The first and the last of the rows that are looked at, and the others at
  // even distances. `row` counts these rows.
  bool IsSampled(std::int64_t row) const {
    const auto next = static_cast<std::int64_t>(survey_.sampled.size());
    const std::int64_t wanted =
        std::min<std::int64_t>(options_.sampled_rows, planned_);
    if (next >= wanted) return false;
    if (wanted == 1) return row == 0;
    // Divided first: rows and wanted are the file's and the caller's choice.
    const std::int64_t step = (planned_ - 1) / (wanted - 1);
    const std::int64_t rest = (planned_ - 1) % (wanted - 1);
    return row == next * step + next * rest / (wanted - 1);
  }

  void Report(std::int64_t row, const RowStatistics& statistics) {
    SampledRow& sampled = survey_.sampled.emplace_back();
    sampled.row = row;
    sampled.broken = statistics.broken();
    if (sampled.broken) return;
    sampled.entropy = statistics.entropy;
    sampled.top = rows_.Top(options_.top_tokens, statistics);
  }

  // Tokens at -inf that the file does not say to be removed.
  std::int64_t Hidden() const {
    if (floor_ && floor_->dropped) return floor_->count;
    return tail_ ? tail_->count : 0;
  }

  void AddTail() {
    if (!survey_.tail) survey_.tail.emplace();
    TailSurvey& tail = *survey_.tail;
    tail.mean_listed += static_cast<double>(tail_->listed);
    tail.mean_mass += tail_->mass;
    tail.largest_mass = std::max(tail.largest_mass, tail_->mass);
  }

  void AddFloor() {
    if (!survey_.floor) survey_.floor.emplace();
    FloorSurvey& floor = *survey_.floor;
    if (!floor_->full) {
      ++floor.rows_other;
      return;
    }
    ++(floor_->window < 20 ? floor.rows_16 : floor.rows_24);
    floor.tokens += floor_->count;
    if (floor_->count == 0) return;
    const double mass =
        static_cast<double>(floor_->count) * Exp(floor_->log_prob);
    if (!std::isfinite(mass)) return;  // A corrupt row; counted as broken.
    floor.mean_mass += mass;
    floor.largest_mass = std::max(floor.largest_mass, mass);
  }

  // Tokens that the file hides were not removed by a sampler.
  Kind KindOf(const RowStatistics& statistics, std::int64_t dropped) const {
    Kind kind =
        RowKind(statistics, log_.description().dtype, log_.vocabulary_size());
    if (!floor_ && !tail_) return kind;
    const bool logprobs = floor_ || tail_->log_sum_exp == 0;
    return {logprobs ? Scale::kLogprobs : Scale::kLogits,
            statistics.negative_infinities > dropped};
  }

  void AddTokens(const LogSequence& sequence, std::int64_t row,
                 const RowStatistics& statistics) {
    for (ShiftScore& score : *survey_.shifts) {
      const std::int64_t from = row + score.shift;
      if (from < sequence.first_row ||
          from >= sequence.first_row + sequence.rows) {
        continue;
      }
      if (log_.tokens()[static_cast<std::size_t>(from)] == kNoToken) continue;
      const double nll = Nll(from, statistics, score.shift == 0);
      if (std::isnan(nll)) continue;  // The full row's logsumexp is unknown.
      ++score.rows;
      if (std::isinf(nll)) {
        ++score.impossible;
      } else {
        score.mean_nll += nll;
      }
    }
  }

  double Nll(std::int64_t from, const RowStatistics& statistics, bool logged) {
    const auto id =
        static_cast<std::size_t>(log_.tokens()[static_cast<std::size_t>(from)]);
    const double value = rows_.values()[id];
    if (tail_) return TailNll(value, statistics, logged);
    if (!floor_) return -statistics.Logprob(value);
    const bool censored =
        floor_->full &&
        (floor_->dropped ? std::isinf(value) : value == floor_->log_prob);
    if (!censored) return -value;
    if (logged) ++survey_.floor->censored;
    return -floor_->log_prob;
  }

  double TailNll(double value, const RowStatistics& statistics, bool logged) {
    const bool censored = std::isinf(value) && tail_->count > 0;
    if (censored && logged) ++survey_.tail->censored;
    // Of the full row, which weighs 1 / (1 - tail mass) times the listed part.
    return -(statistics.Logprob(censored ? tail_->bound : value) +
             sampler::Log(1.0 - tail_->mass));
  }

  const Log& log_;
  const SurveyOptions& options_;
  Survey survey_;
  RowBuffer buffer_;
  RowSurveyor rows_;
  KindTally kinds_;
  std::optional<FloorInfo> floor_;  // Of the row being added.
  std::optional<TailInfo> tail_;
  std::int64_t unbroken_ = 0;
  std::int64_t planned_ = 0;  // Rows to look at.
};

}  // namespace

double ShiftScore::perplexity() const {
  return impossible > 0 ? std::numeric_limits<double>::infinity()
                        : Exp(mean_nll);
}

std::optional<int> Survey::BestShift() const {
  if (!shifts || logged().rows < kFewestForShift) return std::nullopt;
  const auto badness = [](const ShiftScore& score) {
    return std::pair(
        static_cast<double>(score.impossible) / static_cast<double>(score.rows),
        score.mean_nll);
  };
  const ShiftScore* best = &logged();
  for (const ShiftScore& score : *shifts) {
    if (score.rows < kFewestForShift - 1) continue;
    if (badness(score) < badness(*best)) best = &score;
  }
  return best->shift;
}

absl::StatusOr<Survey> TakeSurvey(const Log& log,
                                  const SurveyOptions& options) {
  if (options.sampled_rows < 0 || options.top_tokens < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("survey options: got sampled_rows ", options.sampled_rows,
                     " and top_tokens ", options.top_tokens,
                     ", want numbers of 0 or more; 0 leaves that report out"));
  }
  const std::int64_t end = options.end_row < 0 ? log.rows() : options.end_row;
  if (options.first_row < 0 || options.first_row > end || end > log.rows() ||
      options.every < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("survey options: got rows ", options.first_row, " to ",
                     end, ", every ", options.every, ", want rows in [0, ",
                     log.rows(), "] and a step of 1 or more"));
  }
  Surveyor surveyor(log, options);
  std::size_t sequence = 0;
  for (std::int64_t row = options.first_row; row < end; row += options.every) {
    const absl::Span<const LogSequence> all = log.sequences();
    while (row >= all[sequence].first_row + all[sequence].rows) ++sequence;
    absl::Status status = surveyor.Add(all[sequence], row);
    if (!status.ok()) return status;
    if (options.on_row && !options.on_row()) break;
  }
  return std::move(surveyor).Finish();
}

}  // namespace sampler::logs
