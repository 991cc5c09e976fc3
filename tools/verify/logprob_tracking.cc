#include "tools/verify/logprob_tracking.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sampler/logprobs.h"
#include "sampler/random/random.h"

namespace sampler::tools {
namespace {

using Answers = std::vector<std::vector<double>>;

// The statistic where `first` says which answers are the first ones.
double Statistic(const Answers& answers, const std::vector<bool>& first,
                 double count) {
  const double rest = static_cast<double>(answers.size()) - count;
  double sum = 0.0;
  for (std::size_t t = 0; t < answers[0].size(); ++t) {
    double before = 0.0;
    double after = 0.0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      (first[i] ? before : after) += answers[i][t];
    }
    sum += std::fabs(before / count - after / rest);
  }
  return sum / static_cast<double>(answers[0].size());
}

// n over k, or more than kMostDivisions.
std::int64_t Divisions(std::int64_t n, std::int64_t k) {
  std::int64_t count = 1;
  for (std::int64_t i = 1; i <= std::min(k, n - k); ++i) {
    count = count * (n - i + 1) / i;
    if (count > kMostDivisions) return kMostDivisions + 1;
  }
  return count;
}

// Draws which answers come first (Fisher and Yates).
std::vector<bool> RandomDivision(std::size_t n, std::size_t k,
                                 std::uint32_t trial) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Coins coins(kDivisionSeed, /*stream=*/0, trial);
  std::vector<bool> first(n, false);
  for (std::size_t i = 0; i < k; ++i) {
    const std::uint64_t bits =
        coins.Bits(Purpose::kCaller, 0, static_cast<std::uint32_t>(i));
    const auto pick = i + static_cast<std::size_t>(PlaceOfBits(bits, n - i));
    std::swap(order[i], order[pick]);
    first[order[i]] = true;
  }
  return first;
}

// Leaves out tokens that some answer has removed: they have no logprob there.
void DropInfinite(std::vector<Answers>& sides) {
  const std::size_t width = sides[0][0].size();
  std::vector<bool> finite(width, true);
  for (const Answers& answers : sides) {
    for (const std::vector<double>& answer : answers) {
      for (std::size_t t = 0; t < width; ++t) {
        if (std::isinf(answer[t])) finite[t] = false;
      }
    }
  }
  for (Answers& answers : sides) {
    for (std::vector<double>& answer : answers) {
      std::vector<double> left;
      for (std::size_t t = 0; t < width; ++t) {
        if (finite[t]) left.push_back(answer[t]);
      }
      answer = std::move(left);
    }
  }
}

bool HasPrompt(const logs::LogSequence& sequence,
               absl::Span<const std::int32_t> prompt) {
  return sequence.rows > 0 && sequence.prompt == prompt;
}

// The first rows of the sequences that begin with one prompt.
class FirstRows {
 public:
  FirstRows(const logs::Log& log, absl::Span<const std::int32_t> prompt)
      : log_(log), prompt_(prompt) {}

  // Calls f(distribution) for the first row of every such sequence.
  template <typename F>
  absl::Status ForEach(F f) {
    for (const logs::LogSequence& sequence : log_.sequences()) {
      if (!HasPrompt(sequence, prompt_)) continue;
      const auto row = log_.Row(sequence.first_row, buffer_);
      if (!row.ok()) return row.status();
      const Distribution raw = reporter_.Raw(*row);
      if (raw.status() == RowStatus::kOk) f(raw);
    }
    return absl::OkStatus();
  }

 private:
  const logs::Log& log_;
  absl::Span<const std::int32_t> prompt_;
  logs::RowBuffer buffer_;
  LogprobReporter reporter_;
};

}  // namespace

LogprobTracking TrackLogprobs(const Answers& before, const Answers& after) {
  Answers all = before;
  all.insert(all.end(), after.begin(), after.end());
  const std::size_t n = all.size();
  const std::size_t k = before.size();
  const auto count = static_cast<double>(k);
  LogprobTracking result;
  result.before = std::ssize(before);
  result.after = std::ssize(after);
  result.tokens = std::ssize(all[0]);
  std::vector<bool> first(n, false);
  std::fill_n(first.begin(), k, true);
  result.statistic = Statistic(all, first, count);
  // Equal divisions may differ in the last digits.
  const double least = result.statistic * (1.0 - 1e-12);
  const std::int64_t divisions =
      Divisions(static_cast<std::int64_t>(n), static_cast<std::int64_t>(k));
  result.all_divisions = divisions <= kMostDivisions;
  std::int64_t reached = 0;
  if (result.all_divisions) {
    // From the last permutation on, next_permutation begins anew.
    std::sort(first.begin(), first.end());
    do {
      ++result.divisions;
      reached += Statistic(all, first, count) >= least ? 1 : 0;
    } while (std::next_permutation(first.begin(), first.end()));
  } else {
    reached = 1;
    result.divisions = 1;
    for (std::uint32_t trial = 0; trial < kMostDivisions; ++trial) {
      ++result.divisions;
      const std::vector<bool> drawn = RandomDivision(n, k, trial);
      reached += Statistic(all, drawn, count) >= least ? 1 : 0;
    }
  }
  result.p_value =
      static_cast<double>(reached) / static_cast<double>(result.divisions);
  return result;
}

absl::StatusOr<LogprobTracking> TrackLogs(const logs::Log& before,
                                          const logs::Log& after) {
  LogprobTracking none;
  if (before.vocabulary_size() != after.vocabulary_size()) {
    none.absent = absl::StrCat("rows of ", before.vocabulary_size(), " and ",
                               after.vocabulary_size(), " tokens");
    return none;
  }
  if (before.description().top_k || after.description().top_k) {
    none.absent = "a log lists some tokens of each row only";
    return none;
  }
  const absl::Span<const std::int32_t> prompt = before.sequences()[0].prompt;
  std::set<TokenId> tracked;
  std::vector<Answers> answers(2);
  for (const logs::Log* const log : {&before, &after}) {
    absl::Status status =
        FirstRows(*log, prompt).ForEach([&](const Distribution& raw) {
          for (const Candidate& c : raw.Top(kTrackedTokens)) {
            tracked.insert(c.id);
          }
        });
    if (!status.ok()) return status;
  }
  for (std::size_t side = 0; side < 2; ++side) {
    absl::Status status = FirstRows(side == 0 ? before : after, prompt)
                              .ForEach([&](const Distribution& raw) {
                                std::vector<double> logprobs;
                                logprobs.reserve(tracked.size());
                                for (const TokenId token : tracked) {
                                  logprobs.push_back(raw.Logprob(token));
                                }
                                answers[side].push_back(std::move(logprobs));
                              });
    if (!status.ok()) return status;
  }
  if (answers[0].empty() || answers[1].empty()) {
    none.absent = "the second log has no answer to the first one's prompt";
    return none;
  }
  if (answers[0].size() + answers[1].size() < 3) {
    none.absent = "one answer a side: want the prompt asked several times";
    return none;
  }
  DropInfinite(answers);
  if (answers[0][0].empty()) {
    none.absent = "no token has a logprob in every answer";
    return none;
  }
  return TrackLogprobs(answers[0], answers[1]);
}

}  // namespace sampler::tools
