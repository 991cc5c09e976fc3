// Speculative decoding: judging drafts, and rounds that keep the law.

#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "sampler/python/bindings/arrays.h"
#include "sampler/python/bindings/bind.h"
#include "sampler/python/bindings/distribution.h"
#include "sampler/python/bindings/errors.h"
#include "sampler/python/bindings/workspaces.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/tree.h"
#include "sampler/speculative/typical_acceptance.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)
using speculative::Draft;
using speculative::Round;
using speculative::Verdict;
using Records = std::vector<ProbabilityRecord>;

Records RecordsOf(nb::handle distributions, absl::string_view name,
                  std::size_t want) {
  Records records;
  for (const nb::handle one : nb::iter(distributions)) {
    records.push_back(As<const DistributionValue>(one, name).record);
  }
  if (records.size() != want) {
    RaiseValueError(absl::StrCat(name, ": got ", records.size(),
                                 " distributions, want ", want));
  }
  return records;
}

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

double InUnitInterval(absl::string_view name, double value) {
  if (value > 0.0 && value <= 1.0) return value;
  RaiseValueError(absl::StrCat(name, ": got ", value, ", want one in (0, 1]"));
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

std::vector<speculative::TreeNode> NodesOf(nb::handle nodes) {
  std::vector<speculative::TreeNode> all;
  for (const nb::handle node : nb::iter(nodes)) {
    const auto [token, parent] = nb::cast<std::pair<std::int32_t, int>>(node);
    if (parent < -1 || parent >= static_cast<int>(all.size())) {
      RaiseValueError(
          absl::StrCat("nodes: node ", all.size(), " has the parent ", parent,
                       ", want -1 (the root) or the index of an earlier node"));
    }
    all.push_back({token, parent});
  }
  return all;
}

using TreeResult = std::pair<std::vector<int>, TokenId>;

TreeResult JudgeTree(nb::handle nodes, nb::handle draft, nb::handle target,
                     const SharedSequence& sequence) {
  const auto tree = NodesOf(nodes);
  const Records q = RecordsOf(draft, "draft", tree.size());
  const Records p = RecordsOf(target, "target", tree.size() + 1);
  const SharedSequence::Reader lease(sequence);
  const auto verdict = speculative::VerifyTree({tree, q, p}, *lease);
  return {verdict.path, verdict.next};
}

TreeResult JudgeTreeByTarget(nb::handle nodes, nb::handle target,
                             const SharedSequence& sequence, double accumulated,
                             double single) {
  const auto tree = NodesOf(nodes);
  const Records p = RecordsOf(target, "target", tree.size() + 1);
  const SharedSequence::Reader lease(sequence);
  const auto verdict = speculative::VerifyTreeByTarget(
      {tree, {}, p}, *lease,
      {InUnitInterval("accumulated", accumulated),
       InUnitInterval("single", single)});
  return {verdict.path, verdict.next};
}

// Rows from a function of Python's. The library knows no exceptions: one is
// kept until the library has put everything back, the row being empty.
class RowsOfFunction {
 public:
  explicit RowsOfFunction(nb::handle function) : function_(function) {}

  Logits operator()(std::size_t i) {
    if (error_ != nullptr) return {};
    try {
      row_.reset();
      return row_.emplace(OneRow(function_(i), "row"))[0];
    } catch (...) {
      error_ = std::current_exception();
      return {};
    }
  }

  void Rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  nb::handle function_;
  std::optional<BorrowedRows> row_;
  std::exception_ptr error_;
};

struct RoundState {
  Round round;
  bool proposed = false;
  bool weighed = false;
};
using SharedRound = Shared<RoundState>;

void Propose(SharedRound& shared, const Pipeline& pipeline,
             SharedSequence& draft, std::size_t n, nb::handle row) {
  const SharedRound::Writer state(shared);
  const SharedSequence::Writer lease(draft);
  Workspaces workspaces(1);
  RowsOfFunction rows(row);
  state->proposed = state->weighed = false;
  const absl::Status status = state->round.Propose(
      pipeline, *lease, n, std::ref(rows), workspaces.front());
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
  RowsOfFunction rows(row);
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
  nb::class_<Verdict>(module, "Verdict",
                      "How many tokens of a draft stay, and which one follows.")
      .def_ro("accepted", &Verdict::accepted)
      .def_ro("next", &Verdict::next)
      .def("__iter__",
           [](const Verdict& v) {
             return nb::iter(nb::make_tuple(v.accepted, v.next));
           })
      .def("__repr__", [](const Verdict& v) {
        return absl::StrCat("Verdict(accepted=", v.accepted, ", next=", v.next,
                            ")");
      });
}

template <Rule rule>
void BindRule(nb::module_& module, nb::class_<SharedRound>& round,
              const char* name, const char* text) {
  module.def(name, &Judge<rule>, "tokens"_a, "draft"_a, "target"_a,
             "sequence"_a, text);
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
               "Redraws the draft and draws n tokens; row(i) gives the draft's "
               "logits after i of\nthem.")
          .def(
              "weigh", &Weigh, "pipeline"_a, "target"_a, "row"_a,
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
            "Typical acceptance (Medusa): p(x) > min(epsilon, delta exp(-H)). "
            "Does not keep\nthe law, by design. Both in (0, 1].");
  rules.def("tree", &JudgeTree, "nodes"_a, "draft"_a, "target"_a, "sequence"_a,
            "SpecInfer's rule for a tree of (token, parent) nodes, parent -1 "
            "being the root:\n(path of accepted nodes, token after them).");
  rules.def("tree_by_target", &JudgeTreeByTarget, "nodes"_a, "target"_a,
            "sequence"_a, "accumulated"_a = 1.0, "single"_a = 1.0,
            "SGLang's rule, without draft distributions. Thresholds in (0, 1]; "
            "at 1 the law is\nthe target's.");
}

}  // namespace sampler::python
