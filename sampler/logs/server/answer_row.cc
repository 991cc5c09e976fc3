#include "sampler/logs/server/answer_row.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// What OpenAI writes for a token outside the list, and vLLM for -inf.
constexpr double kClamp = -9999.0;
// What llama-server writes for -inf, with room for rounding.
constexpr double kLowest = -3.4e38;

bool IsRemoved(double value) { return value <= kLowest || value == kClamp; }

// As the row has it.
double Rounded(double value) {
  return static_cast<double>(static_cast<float>(value));
}

// How far probabilities that were rounded to float32 one by one, or printed,
// may sum up beyond 1.
constexpr double kSlack = 1e-3;
// How near to 1 a complete list of float32 probabilities sums up.
constexpr double kComplete = 1e-5;

// Collects the entries of one position.
class RowMaker {
 public:
  RowMaker(const AnswerPosition& position, const RowRules& rules,
           TokenResolver& resolver)
      : position_(position), rules_(rules), resolver_(resolver) {}

  absl::StatusOr<AnswerRow> Make() && {
    for (const AnswerToken& token : position_.top) {
      absl::Status status = AddListed(token);
      if (!status.ok()) return status;
    }
    listed_ = row_.entries.size();
    absl::Status status = AddChosen();
    if (!status.ok()) return status;
    DescribeTail();
    return std::move(row_);
  }

 private:
  absl::Status Wrong(absl::string_view found, absl::string_view allowed) const {
    return InvalidLog({rules_.file, position_.where, found, allowed,
                       "the answer is damaged, or of another model"});
  }

  absl::StatusOr<std::optional<std::int64_t>> IdOf(const AnswerToken& token) {
    const auto id = resolver_.Resolve(token);
    if (id && *id >= rules_.vocabulary_size) {
      return Wrong(
          resolver_.labels()
              ? absl::StrCat("more than ", rules_.vocabulary_size, " texts")
              : absl::StrCat("token id ", *id),
          absl::StrCat("an id in [0, ", rules_.vocabulary_size, ")"));
    }
    return id;
  }

  AnswerRow::Entry* Find(std::int64_t id) {
    for (AnswerRow::Entry& entry : row_.entries) {
      if (entry.id == id) return &entry;
    }
    return nullptr;
  }

  absl::Status AddListed(const AnswerToken& token) {
    if (std::isnan(token.value)) {
      return Wrong("a listed token without a number", "a log-probability");
    }
    const auto id = IdOf(token);
    if (!id.ok()) return id.status();
    if (IsRemoved(token.value)) {
      ends_in_removed_ = true;
      return absl::OkStatus();
    }
    const double value = Rounded(token.value);
    if (!id->has_value()) {
      largest_unplaced_ = std::max(largest_unplaced_, value);
      return absl::OkStatus();
    }
    AnswerRow::Entry* const found = Find(**id);
    if (found == nullptr) {
      row_.entries.push_back({**id, value});
      return absl::OkStatus();
    }
    if (found->value == value) {
      row_.repeated = true;
      return absl::OkStatus();
    }
    if (token.id >= 0) {
      return Wrong(absl::StrCat("token ", **id, " with the values ",
                                found->value, " and ", value),
                   "one value of each token");
    }
    // Two ids of one text: the likelier is taken for it.
    largest_unplaced_ =
        std::max(largest_unplaced_, std::min(found->value, value));
    found->value = std::max(found->value, value);
    return absl::OkStatus();
  }

  absl::Status AddChosen() {
    if (!position_.chosen) return absl::OkStatus();
    const auto id = IdOf(*position_.chosen);
    if (!id.ok()) return id.status();
    const double value = Rounded(position_.chosen->value);
    if (!id->has_value()) {
      row_.chosen_unlisted = true;
      if (!std::isnan(value) && !IsRemoved(value)) {
        largest_unplaced_ = std::max(largest_unplaced_, value);
      }
      return absl::OkStatus();
    }
    row_.chosen = **id;
    if (Find(row_.chosen) != nullptr) return absl::OkStatus();
    if (std::isnan(value) || IsRemoved(value)) {
      row_.chosen_unlisted = true;
      return absl::OkStatus();
    }
    row_.entries.push_back({row_.chosen, value});
    return absl::OkStatus();
  }

  // May the list hold the chosen token though it is not among the likeliest? A
  // list may be longer for it (vLLM, legacy completions), or begin with it and
  // end earlier.
  bool MayBeForced(std::size_t chosen) const {
    const double value = row_.entries[chosen].value;
    for (std::size_t i = 0; i < listed_; ++i) {
      if (row_.entries[i].value < value) return false;
    }
    if (position_.rank > 0) {
      return position_.rank > static_cast<std::int64_t>(listed_);
    }
    const bool longer = listed_ > rules_.shortest_list;
    const bool first = chosen == 0 && listed_ > 1;
    return longer || first;
  }

  // The least value that bounds what is not listed.
  double Bound() {
    double bound = kInfinity;
    bool any = false;
    for (std::size_t i = 0; i < listed_; ++i) {
      const AnswerRow::Entry& entry = row_.entries[i];
      if (entry.id == row_.chosen && MayBeForced(i)) continue;
      bound = std::min(bound, entry.value);
      any = true;
    }
    if (!any) return kInfinity;
    // A list of the chosen token alone may be its list, or it.
    const bool alone = listed_ == 1 && row_.entries[0].id == row_.chosen &&
                       position_.rank != 1;
    if (alone && !rules_.logits) {
      bound = std::max(bound, sampler::Log(row_.tail.mass));
    } else if (alone) {
      bound = kInfinity;
    }
    return std::max(bound, largest_unplaced_);
  }

  void DescribeTail() {
    TailInfo& tail = row_.tail;
    tail.listed = std::ssize(row_.entries);
    tail.maximum = -kInfinity;
    double mass = 0;
    for (const AnswerRow::Entry& entry : row_.entries) {
      tail.maximum = std::max(tail.maximum, entry.value);
      mass += Exp(entry.value);
    }
    tail.log_sum_exp = rules_.logits ? kUnknown : 0.0;
    const bool complete =
        ends_in_removed_ ||
        (rules_.values == AnswerValues::kProcessed && mass >= 1.0 - kComplete);
    if (complete) return;
    tail.count = rules_.vocabulary_size - tail.listed;
    tail.mass = rules_.logits ? kUnknown : std::clamp(1.0 - mass, 0.0, 1.0);
    tail.bound = Bound();
    tail.above = std::count_if(
        row_.entries.begin(), row_.entries.end(),
        [&](const AnswerRow::Entry& e) { return e.value > tail.bound; });
  }

  const AnswerPosition& position_;
  const RowRules& rules_;
  TokenResolver& resolver_;
  AnswerRow row_;
  std::size_t listed_ = 0;  // Entries of the list; the chosen one follows.
  double largest_unplaced_ = -kInfinity;
  bool ends_in_removed_ = false;
};

}  // namespace

absl::StatusOr<AnswerRow> MakeRow(const AnswerPosition& position,
                                  const RowRules& rules,
                                  TokenResolver& resolver) {
  return RowMaker(position, rules, resolver).Make();
}

bool FitLogprobs(const AnswerPosition& position) {
  double mass = 0;
  std::vector<AnswerToken> seen;
  for (const AnswerToken& token : position.top) {
    if (std::isnan(token.value) || IsRemoved(token.value)) continue;
    if (token.value > kSlack) return false;
    const bool repeated =
        std::any_of(seen.begin(), seen.end(), [&](const AnswerToken& t) {
          return t.id == token.id && t.text == token.text;
        });
    if (repeated) continue;
    mass += Exp(token.value);
    if (seen.size() < 2) seen.push_back(token);
  }
  return mass <= 1.0 + kSlack;
}

}  // namespace sampler::logs
