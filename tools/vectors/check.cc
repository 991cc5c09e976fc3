#include "tools/vectors/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace sampler::tools {
namespace {

// Is every weight within the slack? Empty lists and lists of other lengths are
// told by the caller.
std::int64_t FarthestWeight(const std::vector<std::int64_t>& a,
                            const std::vector<std::int64_t>& b) {
  std::int64_t farthest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    farthest = std::max(farthest, std::abs(a[i] - b[i]));
  }
  return farthest;
}

std::string ListText(const std::vector<std::int32_t>& list) {
  return absl::StrCat("[", absl::StrJoin(list, ", "), "]");
}

std::string ListText(const std::vector<std::int64_t>& list) {
  return absl::StrCat("[", absl::StrJoin(list, ", "), "]");
}

// The first field that differs.
std::optional<VectorDifference> Differing(const std::string& id,
                                          const VectorAnswer& got,
                                          const VectorAnswer& want,
                                          std::int64_t slack) {
  const auto differ = [&](const char* field, std::string a, std::string b) {
    return VectorDifference{id, field, std::move(a), std::move(b)};
  };
  if (got.status != want.status) {
    return differ("status", got.status, want.status);
  }
  if (got.kept != want.kept) {
    return differ("kept", ListText(got.kept), ListText(want.kept));
  }
  if (got.weights.size() != want.weights.size() ||
      FarthestWeight(got.weights, want.weights) > slack) {
    return differ("weights", ListText(got.weights), ListText(want.weights));
  }
  if (got.bits != want.bits) {
    return differ("bits", absl::StrFormat("0x%016x", got.bits),
                  absl::StrFormat("0x%016x", want.bits));
  }
  if (got.token != want.token) {
    return differ("token", absl::StrCat(got.token), absl::StrCat(want.token));
  }
  return std::nullopt;
}

class Checker {
 public:
  explicit Checker(std::int64_t slack) : slack_(slack) {}

  // `close`: it agrees within the slack, not exactly.
  void Note(std::optional<VectorDifference> difference, bool close) {
    ++check_.checked;
    if (difference.has_value()) {
      check_.differences.push_back(*std::move(difference));
    } else {
      ++check_.agreeing;
      check_.close += close ? 1 : 0;
    }
  }

  void Check(const ConformanceVector& vector) {
    const VectorAnswer want = AnswerOf(vector);
    auto difference = Differing(vector.id, vector.answer, want, slack_);
    const bool close =
        !difference.has_value() && vector.answer.weights != want.weights;
    Note(std::move(difference), close);
  }

  void Check(const WeightVector& vector) {
    const std::int64_t want = AnswerOf(vector).weight;
    std::optional<VectorDifference> difference;
    if (std::abs(vector.weight - want) > slack_) {
      difference = VectorDifference{
          absl::StrCat("weight of ", Digits(vector.x)), "weight",
          absl::StrCat(vector.weight), absl::StrCat(want)};
    }
    const bool close = !difference.has_value() && vector.weight != want;
    Note(std::move(difference), close);
  }

  void Check(const PhiloxVector& vector, std::size_t index) {
    const PhiloxVector want = AnswerOf(vector);
    std::optional<VectorDifference> difference;
    if (vector.output != want.output) {
      difference = VectorDifference{absl::StrCat("philox ", index), "output",
                                    absl::StrJoin(vector.output, " "),
                                    absl::StrJoin(want.output, " ")};
    }
    Note(std::move(difference), /*close=*/false);
  }

  void Check(const PlaceVector& vector, std::size_t index) {
    std::optional<VectorDifference> difference;
    if (vector.place != AnswerOf(vector).place) {
      difference = VectorDifference{absl::StrCat("place ", index), "place",
                                    "another", "floor(bits * total / 2^64)"};
    }
    Note(std::move(difference), /*close=*/false);
  }

  VectorCheck Take() { return std::move(check_); }

 private:
  const std::int64_t slack_;
  VectorCheck check_;
};

}  // namespace

VectorCheck CheckVectors(const VectorSet& answered, std::int64_t slack) {
  Checker checker(slack);
  for (std::size_t i = 0; i < answered.philox.size(); ++i) {
    checker.Check(answered.philox[i], i);
  }
  for (const WeightVector& vector : answered.weights) checker.Check(vector);
  for (std::size_t i = 0; i < answered.places.size(); ++i) {
    checker.Check(answered.places[i], i);
  }
  for (const ConformanceVector& vector : answered.vectors) {
    checker.Check(vector);
  }
  return checker.Take();
}

}  // namespace sampler::tools
