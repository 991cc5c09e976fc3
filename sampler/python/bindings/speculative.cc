// Speculative decoding: judging drafts, and rounds that keep the law.

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/integers.h"
#include "sampler/python/bindings/python_rows.h"
#include "sampler/python/bindings/speculative_arguments.h"
#include "sampler/python/bindings/workspaces.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/typical_acceptance.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)
using speculative::Draft;
using speculative::Round;
using speculative::Verdict;

using Rule = Verdict (*)(const Draft&, const Sequence&);

template <Rule rule>
Verdict Judge(nb::handle tokens, nb::handle draft, nb::handle target,
              const SharedSequence& sequence) {
  const std::vector<TokenId> ids = TokenIds(tokens, "tokens");
  const Records q = RecordsOf(draft, "draft", ids.size());
  const Records p = RecordsOf(target, "target", ids.size() + 1);
  const SharedSequence::Reader lease(sequence);
  return rule({ids, q, p}, *lease);
}

Verdict JudgeByTypicality(nb::handle tokens, nb::handle target,
                          const SharedSequence& sequence, double epsilon,
                          double delta) {
  const std::vector<TokenId> ids = TokenIds(tokens, "tokens");
  const Records p = RecordsOf(target, "target", ids.size() + 1);
  const SharedSequence::Reader lease(sequence);
  return speculative::VerifyByTypicality(
      {ids, {}, p}, *lease,
      {InUnitInterval("epsilon", epsilon), InUnitInterval("delta", delta)});
}

struct RoundState {
  Round round;
  bool proposed = false;
  bool weighed = false;
};
using SharedRound = Shared<RoundState>;

void Propose(SharedRound& shared, const Pipeline& pipeline,
             SharedSequence& draft, nb::handle n, nb::handle row) {
  const auto count = static_cast<std::size_t>(
      IntegerIn(n, "n", 0, std::numeric_limits<std::int32_t>::max()));
  const SharedRound::Writer state(shared);
  const SharedSequence::Writer lease(draft);
  Workspaces workspaces(1);
  RowsOfFunction<std::size_t> rows(row);
  state->proposed = state->weighed = false;
  const absl::Status status = state->round.Propose(
      pipeline, *lease, count, std::ref(rows), workspaces.front());
  rows.Rethrow();
  Check(status);
  state->proposed = true;
}

void Weigh(SharedRound& shared, const Pipeline& pipeline,
           SharedSequence& target, nb::handle row) {
  const SharedRound::Writer state(shared);
  if (!state->proposed) {
    Raise(PyExc_RuntimeError, "weigh: nothing was proposed in this round");
  }
  const SharedSequence::Writer lease(target);
  Workspaces workspaces(1);
  RowsOfFunction<std::size_t> rows(row);
  state->weighed = false;
  const absl::Status status =
      state->round.Weigh(pipeline, *lease, std::ref(rows), workspaces.front());
  rows.Rethrow();
  Check(status);
  state->weighed = true;
}

template <Rule rule>
Verdict JudgeRound(const SharedRound& shared, const SharedSequence& target) {
  const SharedRound::Reader state(shared);
  if (!state->weighed) {
    Raise(PyExc_RuntimeError, "judge: the round was not weighed");
  }
  const SharedSequence::Reader lease(target);
  return rule(state->round.view(), *lease);
}

void BindVerdict(nb::module_& module) {
  nb::class_<Verdict>(
      module, "Verdict",
      "How many tokens of a draft stay, and which one follows (-1: none "
      "can).")
      .def_ro("accepted", &Verdict::accepted)
      .def_ro("next", &Verdict::next)
      .def(
          "__iter__",
          [](const Verdict& v) {
            return nb::iter(nb::make_tuple(v.accepted, v.next));
          },
          nb::sig("def __iter__(self) -> Iterator[int]"))
      .def("__repr__", [](const Verdict& v) {
        return absl::StrCat("Verdict(accepted=", v.accepted, ", next=", v.next,
                            ")");
      });
}

// What stubs say of a rule.
std::string SignatureOf(absl::string_view rule) {
  return absl::StrCat("def ", rule, "(tokens: token_sampler._core.Ids, draft: ",
                      "Iterable[token_sampler._core.Distribution], target: ",
                      "Iterable[token_sampler._core.Distribution], sequence: ",
                      "token_sampler._core.Sequence) -> Verdict");
}

template <Rule rule>
void BindRule(nb::module_& module, nb::class_<SharedRound>& round,
              const char* name, const char* text) {
  module.def(name, &Judge<rule>, "tokens"_a, "draft"_a, "target"_a,
             "sequence"_a, nb::sig(SignatureOf(name).c_str()), text);
  round.def(name, &JudgeRound<rule>, "target"_a, text);
}

}  // namespace

void BindSpeculative(nb::module_& module) {
  nb::module_ rules = module.def_submodule(
      "speculative",
      "Judging drafts of n tokens. draft holds the n Distributions that the "
      "tokens were\ndrawn from, target the n + 1 of the target "
      "(Pipeline.process), sequence is the\ntarget's, at the place where the "
      "draft begins.");
  BindVerdict(rules);
  auto round =
      nb::class_<SharedRound>(
          rules, "Round",
          "Rounds of speculative decoding that keep the law of the target: "
          "propose,\nweigh, judge (rejection, block or match), accept.")
          .def("__init__",
               [](SharedRound* self) { new (self) SharedRound(RoundState()); })
          .def("propose", &Propose, "pipeline"_a, "draft"_a, "n"_a, "row"_a,
               nb::sig(
                   "def propose(self, pipeline: token_sampler._core._Pipeline, "
                   "draft: token_sampler._core.Sequence, n: int, row: "
                   "Callable[[int], token_sampler._core.Row]) -> None"),
               "Redraws the draft and draws n tokens; row(i) gives the draft's "
               "logits after i of\nthem.")
          .def(
              "weigh", &Weigh, "pipeline"_a, "target"_a, "row"_a,
              nb::sig(
                  "def weigh(self, pipeline: token_sampler._core._Pipeline, "
                  "target: token_sampler._core.Sequence, row: "
                  "Callable[[int], token_sampler._core.Row]) -> None"),
              "Records the n + 1 distributions of the target; row(i) gives its "
              "logits after i\ntokens of the draft.")
          .def(
              "accept",
              [](const SharedRound& r, const Verdict& verdict,
                 SharedSequence& target, SharedSequence& draft) {
                const SharedRound::Reader state(r);
                const SharedSequence::Writer t(target);
                const SharedSequence::Writer d(draft);
                Check(state->round.Accept(verdict, *t, *d));
              },
              "verdict"_a, "target"_a, "draft"_a,
              "Accepts the tokens of a verdict on both sequences, or on none.")
          .def_prop_ro("tokens", [](const SharedRound& r) {
            const auto ids = SharedRound::Reader(r)->round.tokens();
            return std::vector<TokenId>(ids.begin(), ids.end());
          });
  BindRule<speculative::VerifyByRejection>(
      rules, round, "rejection",
      "Exact rejection, token by token: the output has the target's law.");
  BindRule<speculative::VerifyBlock>(
      rules, round, "block",
      "Block verification: accepts at least as many, with the same law.");
  BindRule<speculative::VerifyByMatch>(
      rules, round, "match",
      "A token stays iff it is the one that the target draws at its place.");
  rules.def("typical", &JudgeByTypicality, "tokens"_a, "target"_a, "sequence"_a,
            "epsilon"_a = 0.09, "delta"_a = 0.3,
            nb::sig("def typical(tokens: token_sampler._core.Ids, target: "
                    "Iterable[token_sampler._core.Distribution], sequence: "
                    "token_sampler._core.Sequence, epsilon: float = 0.09, "
                    "delta: float = 0.3) -> Verdict"),
            "Typical acceptance (Medusa): p(x) > min(epsilon, delta exp(-H)). "
            "Does not keep\nthe law, by design. Both in (0, 1].");
  BindTrees(rules);
}

}  // namespace sampler::python
