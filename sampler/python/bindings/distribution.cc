#include "sampler/python/bindings/distribution.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/logprobs.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/speculative/rejection.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

template <typename T>
using View = nb::ndarray<nb::numpy, const T, nb::ndim<1>>;

// A read-only view of what `self` owns.
template <typename T>
View<T> ViewOf(const std::vector<T>& values, const DistributionValue& self) {
  return View<T>(values.data(), {values.size()}, nb::find(self));
}

// Place of a token among the survivors, from 0; -1 if it was removed.
std::int64_t PlaceOf(const DistributionValue& self, nb::handle token) {
  return self.Find(TokenIn(token, "token", self.vocabulary_size));
}

// The value beside a token, or `absent` where it was removed.
double ValueOf(const DistributionValue& self, const std::vector<double>& values,
               nb::handle token, double absent) {
  const std::int64_t place = PlaceOf(self, token);
  return place < 0 ? absent : values[static_cast<std::size_t>(place)];
}

TokenId DrawAt(const DistributionValue& self, double u) {
  if (!(u >= 0.0 && u < 1.0)) {
    RaiseValueError(absl::StrCat("u: got ", u, ", want a number in [0, 1)"));
  }
  return speculative::DrawFrom(self.record,
                               static_cast<std::uint64_t>(std::ldexp(u, 64)));
}

std::unique_ptr<DistributionValue> RawOf(nb::handle logits) {
  const BorrowedRows rows = OneRow(logits, "logits");
  const Logits row = rows[0];
  LogprobReporter reporter;
  RowStatus status = RowStatus::kOk;
  std::unique_ptr<DistributionValue> value;
  {
    const nb::gil_scoped_release released;
    const Distribution raw = reporter.Raw(row);
    status = raw.status();
    if (status == RowStatus::kOk) {
      value = std::make_unique<DistributionValue>(
          raw, static_cast<std::int64_t>(row.size()));
    }
  }
  if (value == nullptr) RaiseRowError(status, "");
  return value;
}

}  // namespace

DistributionValue::DistributionValue(const Distribution& distribution,
                                     std::int64_t size)
    : vocabulary_size(size), entropy(distribution.Entropy()) {
  distribution.Record(record);
  const Mass total = distribution.TotalMass();
  for (const WeightedCandidate& one :
       distribution.TopWeighted(distribution.Count())) {
    ids.push_back(one.id);
    logits.push_back(one.logit);
    probabilities.push_back(Ratio(one.weight, total));
  }
  logprobs.reserve(logits.size());
  for (const double logit : logits) {
    logprobs.push_back(distribution.LogprobAt(logit));
  }
}

std::unique_ptr<DistributionValue> LeftOf(const Step& step,
                                          std::int64_t vocabulary_size) {
  auto left = std::make_unique<DistributionValue>(step, vocabulary_size);
  left->token = step.Draw();
  const auto all = step.DrawAll();
  left->tokens.assign(all.begin(), all.end());
  return left;
}

std::int64_t DistributionValue::Find(TokenId id) const {
  const auto at = std::find(ids.begin(), ids.end(), id);
  return at == ids.end() ? -1 : at - ids.begin();
}

void BindDistribution(nb::module_& module) {
  nb::class_<DistributionValue>(
      module, "Distribution",
      "What a pipeline left of a row: its survivors, likeliest first (ties: "
      "lower id\nfirst), as read-only NumPy arrays. Immutable.")
      .def_prop_ro(
          "ids", [](const DistributionValue& d) { return ViewOf(d.ids, d); },
          "Token ids: int32 [K].")
      .def_prop_ro(
          "logits",
          [](const DistributionValue& d) { return ViewOf(d.logits, d); },
          "Logits as the stages left them: float64 [K].")
      .def_prop_ro(
          "probs",
          [](const DistributionValue& d) { return ViewOf(d.probabilities, d); },
          "Probabilities of a draw: float64 [K]. 0 more than some 36 nats "
          "below "
          "the\nlikeliest.")
      .def_prop_ro(
          "logprobs",
          [](const DistributionValue& d) { return ViewOf(d.logprobs, d); },
          "Natural log-probabilities: float64 [K], all finite.")
      .def_ro("entropy", &DistributionValue::entropy,
              "Entropy in nats, from 0 to ln K.")
      .def_ro("vocab_size", &DistributionValue::vocabulary_size)
      .def_prop_ro(
          "token",
          [](const DistributionValue& d) -> std::optional<Token> {
            if (d.token.status != RowStatus::kOk) return std::nullopt;
            return d.token;
          },
          "The Token that the pipeline draws here; None for a raw row, and "
          "where the draw\nmisses its code point.")
      .def_ro("tokens", &DistributionValue::tokens,
              "Every token of a draw that chooses several (gumbel_top_k), in "
              "the order\ndrawn.")
      .def("__len__", [](const DistributionValue& d) { return d.ids.size(); })
      .def(
          "__contains__",
          [](const DistributionValue& d, nb::handle token) {
            return PlaceOf(d, token) >= 0;
          },
          nb::sig("def __contains__(self, token: int | Token, /) -> bool"))
      .def(
          "prob",
          [](const DistributionValue& d, nb::handle token) {
            return ValueOf(d, d.probabilities, token, 0.0);
          },
          "token"_a.none(),
          nb::sig("def prob(self, token: int | Token) -> float"),
          "Probability of a token; 0.0 if it was removed.")
      .def(
          "logprob",
          [](const DistributionValue& d, nb::handle token) {
            return ValueOf(d, d.logprobs, token,
                           -std::numeric_limits<double>::infinity());
          },
          "token"_a.none(),
          nb::sig("def logprob(self, token: int | Token) -> float"),
          "Natural log-probability; -inf if it was removed.")
      .def(
          "rank",
          [](const DistributionValue& d, nb::handle token) {
            return PlaceOf(d, token) + 1;
          },
          "token"_a.none(),
          nb::sig("def rank(self, token: int | Token) -> int"),
          "Place among the survivors, from 1; 0 if it was removed.")
      .def(
          "draw", &DrawAt, "u"_a,
          "The token that u in [0, 1) picks: the first, by ascending id, whose "
          "running\nprobability exceeds u. For draws of your own from one "
          "row.");
  module.def(
      "raw", &RawOf, "logits"_a.none(),
      nb::sig("def raw(logits: Row) -> Distribution"),
      "The softmax of a row as it came (temperature 1, nothing removed).\n\n"
      "Raises RowError for a row with NaN or +inf, or without a finite "
      "logit.");
}

}  // namespace sampler::python
