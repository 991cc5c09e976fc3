#include "sampler/python/bindings/tokens.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)

// All sequences, or none.
void AcceptAll(const Tokens& tokens, nb::handle sequences) {
  const std::vector<nb::object> held = ItemsOf(sequences, "sequences");
  CheckCount("sequences", std::ssize(held),
             static_cast<std::int64_t>(tokens.tokens.size()));
  std::vector<std::unique_ptr<SharedSequence::Writer>> leases;
  leases.reserve(held.size());
  for (const nb::object& one : held) {
    leases.push_back(std::make_unique<SharedSequence::Writer>(
        As<SharedSequence>(one, "sequences")));
  }
  for (std::size_t i = 0; i < leases.size(); ++i) {
    if (tokens.tokens[i].status != RowStatus::kOk) {
      RaiseRowError(tokens.tokens[i].status, absl::StrCat("row ", i));
    }
  }
  for (std::size_t i = 0; i < leases.size(); ++i) {
    const absl::Status status = (**leases[i]).Accept(tokens.tokens[i]);
    if (status.ok()) continue;
    for (std::size_t done = 0; done < i; ++done) {
      Check((**leases[done]).Rollback(1));
    }
    Raise(status);
  }
}

// "Tokens([7, -1, 3]; 1 without: row 1 nan)".
std::string Text(const Tokens& tokens) {
  constexpr std::size_t kShown = 8;
  std::string ids;
  std::string bad;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < tokens.tokens.size(); ++i) {
    const Token& token = tokens.tokens[i];
    if (i < kShown) absl::StrAppend(&ids, i == 0 ? "" : ", ", token.id);
    if (token.status == RowStatus::kOk) continue;
    if (++missing == 1) {
      const std::string name(RowStatusName(token.status));
      bad = absl::StrCat(" without: row ", i, " ", name);
    }
  }
  if (tokens.tokens.size() > kShown) {
    absl::StrAppend(&ids, ", ... (", tokens.tokens.size(), " in all)");
  }
  if (missing > 0) bad = absl::StrCat("; ", missing, bad);
  return absl::StrCat("Tokens([", ids, "]", bad, ")");
}

// One field of all entries as an array of one or two axes.
template <typename T, typename Entries, typename Field>
NumPyArray<T> Column(const Entries& entries, Field field,
                     std::vector<std::size_t> shape) {
  std::vector<T> values;
  values.reserve(entries.size());
  for (const auto& entry : entries) values.push_back(field(entry));
  return ToNumPy(std::move(values), std::move(shape));
}

void BindLogprobTable(nb::module_& module) {
  using Shape = std::vector<std::size_t>;
  const auto rows = [](const LogprobTable& t) { return t.reports.size(); };
  // Where fewer tokens are left than asked for: id -1, -inf, rank 0.
  const auto written = [](const LogprobTable& t) {
    std::vector<TokenLogprob> all(
        t.top.size(), {-1, -std::numeric_limits<double>::infinity(), 0});
    for (std::size_t i = 0; i < t.reports.size(); ++i) {
      std::copy(t.reports[i].top.begin(), t.reports[i].top.end(),
                all.begin() + static_cast<std::ptrdiff_t>(i * t.n));
    }
    return all;
  };
  nb::class_<LogprobTable>(module, "Logprobs",
                           "Natural log-probabilities of a batch by one "
                           "distribution. Where fewer than "
                           "n\ntokens are left: id -1, -inf, rank 0.")
      .def_prop_ro(
          "token_logprobs",
          [rows](const LogprobTable& t) {
            return Column<double>(
                t.reports, [](const auto& r) { return r.token.logprob; },
                Shape{rows(t)});
          },
          kOwned, "Of the drawn tokens: float64 [B].")
      .def_prop_ro(
          "token_ranks",
          [rows](const LogprobTable& t) {
            return Column<std::int64_t>(
                t.reports, [](const auto& r) { return r.token.rank; },
                Shape{rows(t)});
          },
          kOwned, "Ranks of the drawn tokens, from 1; 0: removed. int64 [B].")
      .def_prop_ro(
          "top_ids",
          [rows, written](const LogprobTable& t) {
            return Column<std::int32_t>(
                written(t), [](const auto& e) { return e.id; },
                Shape{rows(t), t.n});
          },
          kOwned, "The likeliest tokens: int32 [B, n].")
      .def_prop_ro(
          "top_logprobs",
          [rows, written](const LogprobTable& t) {
            return Column<double>(
                written(t), [](const auto& e) { return e.logprob; },
                Shape{rows(t), t.n});
          },
          kOwned, "float64 [B, n].");
}

}  // namespace

void BindTokens(nb::module_& module) {
  BindLogprobTable(module);
  nb::class_<Tokens>(
      module, "Tokens",
      "The tokens of a batch, in the order of its rows. A bad row is a status "
      "here and\ndisturbs no other.")
      .def("__len__", [](const Tokens& t) { return t.tokens.size(); })
      .def("__repr__", &Text)
      .def(
          "__iter__",
          [](const Tokens& t) { return nb::iter(nb::cast(t.tokens)); },
          nb::sig("def __iter__(self) -> Iterator[Token]"))
      .def("__getitem__",
           [](const Tokens& t, std::int64_t i) {
             const auto size = static_cast<std::int64_t>(t.tokens.size());
             if (i < 0) i += size;
             if (i < 0 || i >= size) throw nb::index_error();
             return t.tokens[static_cast<std::size_t>(i)];
           })
      .def_prop_ro(
          "ids",
          [](const Tokens& t) {
            return Column<std::int32_t>(t.tokens,
                                        [](const Token& one) { return one.id; },
                                        {t.tokens.size()});
          },
          kOwned, "int32 [B]; -1 for a bad row.")
      .def_prop_ro(
          "statuses",
          [](const Tokens& t) {
            std::vector<std::string> names;
            for (const Token& one : t.tokens) {
              names.emplace_back(RowStatusName(one.status));
            }
            return names;
          },
          "\"ok\", or why a row has no token.")
      .def_prop_ro("ok",
                   [](const Tokens& t) {
                     return std::all_of(t.tokens.begin(), t.tokens.end(),
                                        [](const Token& one) {
                                          return one.status == RowStatus::kOk;
                                        });
                   })
      .def_prop_ro(
          "raw_logprobs", [](const Tokens& t) { return t.raw.get(); },
          nb::rv_policy::reference_internal,
          nb::for_getter(
              nb::sig("def raw_logprobs(self, /) -> Logprobs | None")),
          "By the rows as they came; None unless logprobs was given.")
      .def_prop_ro(
          "logprobs", [](const Tokens& t) { return t.processed.get(); },
          nb::rv_policy::reference_internal,
          nb::for_getter(nb::sig("def logprobs(self, /) -> Logprobs | None")),
          "By what the pipeline left; None unless logprobs was given.")
      .def("accept", &AcceptAll, "sequences"_a,
           nb::sig("def accept(self, sequences: Iterable[Sequence]) -> None"),
           "Accepts every token on its sequence: on all of them, or, after an "
           "error, on\nnone.");
}

}  // namespace sampler::python
