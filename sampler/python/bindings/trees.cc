// Trees of drafts: judging them, and rounds of them that keep the law.

#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
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
#include "sampler/speculative/tree.h"
#include "sampler/speculative/tree_round.h"

namespace sampler::python {
namespace {

namespace nb = nanobind;
using namespace nb::literals;  // NOLINT(google-build-using-namespace)
using speculative::Siblings;
using speculative::TreeNode;
using speculative::TreeRound;

// A number of a node, or of nodes; which of them there are is checked later.
int IndexIn(nb::handle number, absl::string_view name) {
  return static_cast<int>(IntegerIn(number, name,
                                    std::numeric_limits<int>::min(),
                                    std::numeric_limits<int>::max()));
}

std::vector<TreeNode> NodesOf(nb::handle nodes) {
  std::vector<TreeNode> all;
  for (const nb::object& node : ItemsOf(nodes, "nodes")) {
    const std::vector<nb::object> pair = ItemsOf(node, "nodes");
    if (pair.size() != 2) {
      RaiseValueError(absl::StrCat("nodes: node ", all.size(), " has ",
                                   pair.size(),
                                   " items, want (token, parent)"));
    }
    const auto token = static_cast<TokenId>(
        IntegerIn(pair[0], "nodes", 0, std::numeric_limits<TokenId>::max()));
    const int parent = IndexIn(pair[1], "nodes");
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

struct TreeState {
  TreeRound round = {};
  bool weighed = false;
};

// The nodes are also kept beside the round: a function that gives rows asks for
// its node's path while the round waits for it.
class SharedTree : public Shared<TreeState> {
 public:
  SharedTree() : Shared<TreeState>(TreeState()) {}

  void Note(absl::Span<const TreeNode> nodes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    nodes_.assign(nodes.begin(), nodes.end());
  }
  std::vector<TreeNode> nodes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return nodes_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<TreeNode> nodes_;
};

void Grow(SharedTree& shared, nb::handle node, nb::handle n,
          const Pipeline& pipeline, SharedSequence& draft, nb::handle row,
          bool distinct) {
  const int parent = IndexIn(node, "node");
  const int most = IndexIn(n, "n");
  const SharedTree::Writer state(shared);
  const SharedSequence::Writer lease(draft);
  Workspaces workspaces(1);
  RowsOfFunction<int> rows(row);
  state->weighed = false;
  const absl::Status status = state->round.Grow(
      parent, most, distinct ? Siblings::kDistinct : Siblings::kIndependent,
      pipeline, *lease, std::ref(rows), workspaces.front());
  shared.Note(state->round.nodes());
  rows.Rethrow();
  Check(status);
}

void WeighTree(SharedTree& shared, const Pipeline& pipeline,
               SharedSequence& target, nb::handle row) {
  const SharedTree::Writer state(shared);
  const SharedSequence::Writer lease(target);
  Workspaces workspaces(1);
  RowsOfFunction<int> rows(row);
  state->weighed = false;
  const absl::Status status =
      state->round.Weigh(pipeline, *lease, std::ref(rows), workspaces.front());
  rows.Rethrow();
  Check(status);
  state->weighed = true;
}

void CheckWeighed(const TreeState& state) {
  if (state.weighed) return;
  Raise(PyExc_RuntimeError, "judge: the tree was not weighed");
}

TreeResult JudgeWeighed(const SharedTree& shared,
                        const SharedSequence& target) {
  const SharedTree::Reader state(shared);
  CheckWeighed(*state);
  const SharedSequence::Reader lease(target);
  const auto verdict = speculative::VerifyTree(state->round.view(), *lease);
  return {verdict.path, verdict.next};
}

TreeResult JudgeWeighedByTarget(const SharedTree& shared,
                                const SharedSequence& target,
                                double accumulated, double single) {
  const SharedTree::Reader state(shared);
  CheckWeighed(*state);
  const SharedSequence::Reader lease(target);
  const auto verdict = speculative::VerifyTreeByTarget(
      state->round.view(), *lease,
      {InUnitInterval("accumulated", accumulated),
       InUnitInterval("single", single)});
  return {verdict.path, verdict.next};
}

void CheckNode(const std::vector<TreeNode>& nodes, int node) {
  const auto count = static_cast<int>(nodes.size());
  if (node >= TreeRound::kRoot && node < count) return;
  RaiseValueError(absl::StrCat(
      "node: got ", node, ", want -1 (the root) or one of ", count, " nodes"));
}

// A verdict by hand may be anything: each node must be the child of the one
// before.
void CheckPath(const std::vector<TreeNode>& nodes,
               const std::vector<int>& path) {
  int at = TreeRound::kRoot;
  for (const int node : path) {
    CheckNode(nodes, node);
    if (node < 0 || nodes[static_cast<std::size_t>(node)].parent != at) {
      RaiseValueError(
          absl::StrCat("verdict: node ", node, " is no child of node ", at));
    }
    at = node;
  }
}

std::vector<TokenId> PathOf(const SharedTree& shared, nb::handle node) {
  const int last = IndexIn(node, "node");
  const std::vector<TreeNode> nodes = shared.nodes();
  CheckNode(nodes, last);
  std::vector<TokenId> tokens;
  for (int at = last; at != TreeRound::kRoot;) {
    const TreeNode& one = nodes[static_cast<std::size_t>(at)];
    tokens.push_back(one.token);
    at = one.parent;
  }
  return {tokens.rbegin(), tokens.rend()};
}

void AcceptTree(const SharedTree& shared, const TreeResult& verdict,
                SharedSequence& target, SharedSequence& draft) {
  const SharedTree::Reader state(shared);
  CheckPath(shared.nodes(), verdict.first);
  const SharedSequence::Writer t(target);
  const SharedSequence::Writer d(draft);
  Check(state->round.Accept({verdict.first, verdict.second}, *t, *d));
}

void BindRound(nb::module_& module) {
  nb::class_<SharedTree>(
      module, "TreeRound",
      "Rounds of speculative decoding with a tree of drafts, that keep the law "
      "of the\ntarget: begin, grow as often as you like, weigh, judge (tree or "
      "tree_by_target),\naccept. Node -1 is the root, the text itself.")
      .def(nb::init<>())
      .def(
          "begin",
          [](SharedTree& shared) {
            const SharedTree::Writer state(shared);
            state->weighed = false;
            state->round.Begin();
            shared.Note({});
          },
          "Begins a round: a tree without nodes.")
      .def("grow", &Grow, "node"_a, "n"_a, "pipeline"_a, "draft"_a, "row"_a,
           nb::kw_only(), "distinct"_a = true,
           nb::sig("def grow(self, node: int, n: int, pipeline: "
                   "token_sampler._core._Pipeline, draft: "
                   "token_sampler._core.Sequence, row: Callable[[int], "
                   "token_sampler._core.Row], *, distinct: bool = True) -> "
                   "None"),
           "Draws up to n children of a node from the draft's row(node). "
           "distinct: each\nwithout the tokens before it, else a token may "
           "come twice.")
      .def("weigh", &WeighTree, "pipeline"_a, "target"_a, "row"_a,
           nb::sig("def weigh(self, pipeline: token_sampler._core._Pipeline, "
                   "target: token_sampler._core.Sequence, row: Callable[[int], "
                   "token_sampler._core.Row]) -> None"),
           "Records the target's distributions at the root, row(-1), and at "
           "every node.")
      .def("tree", &JudgeWeighed, "target"_a,
           "SpecInfer's rule: (path of accepted nodes, token after them).")
      .def("tree_by_target", &JudgeWeighedByTarget, "target"_a,
           "accumulated"_a = 1.0, "single"_a = 1.0,
           "SGLang's rule. Thresholds in (0, 1]; at 1 the law is the "
           "target's.")
      .def("accept", &AcceptTree, "verdict"_a, "target"_a, "draft"_a,
           "Accepts the tokens of a verdict on both sequences, or on none.")
      .def("path", &PathOf, "node"_a,
           nb::sig("def path(self, node: int) -> list[int]"),
           "The tokens from the root down to a node; also while a row is asked "
           "for.")
      .def_prop_ro(
          "nodes",
          [](const SharedTree& shared) {
            std::vector<std::pair<TokenId, int>> all;
            for (const TreeNode& node : shared.nodes()) {
              all.emplace_back(node.token, node.parent);
            }
            return all;
          },
          "(token, parent) of every node.");
}

}  // namespace

void BindTrees(nb::module_& module) {
  BindRound(module);
  module.def("tree", &JudgeTree, "nodes"_a, "draft"_a, "target"_a, "sequence"_a,
             nb::sig("def tree(nodes: Iterable[tuple[int, int]], draft: "
                     "Iterable[token_sampler._core.Distribution], target: "
                     "Iterable[token_sampler._core.Distribution], sequence: "
                     "token_sampler._core.Sequence) -> tuple[list[int], int]"),
             "SpecInfer's rule for a tree of (token, parent) nodes, parent -1 "
             "being the root:\n(path of accepted nodes, token after them).");
  module.def("tree_by_target", &JudgeTreeByTarget, "nodes"_a, "target"_a,
             "sequence"_a, "accumulated"_a = 1.0, "single"_a = 1.0,
             nb::sig("def tree_by_target(nodes: Iterable[tuple[int, int]], "
                     "target: Iterable[token_sampler._core.Distribution], "
                     "sequence: token_sampler._core.Sequence, accumulated: "
                     "float = 1.0, single: float = 1.0) -> tuple[list[int], "
                     "int]"),
             "SGLang's rule, without draft distributions. Thresholds in (0, "
             "1]; at 1 the law is\nthe target's.");
}

}  // namespace sampler::python
