// Trees of drafts of the C interface.

#include "sampler/c/trees.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/callers_rows.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/work.h"
#include "sampler/speculative/tree.h"
#include "sampler/speculative/tree_round.h"

struct sampler_tree {
  sampler::speculative::TreeRound round = {};
  // Lessons point into the pipeline of the target.
  std::optional<sampler::Pipeline> target = {};
  bool weighed = false;
  mutable std::atomic_flag busy = {};
};

namespace {

namespace speculative = sampler::speculative;

using sampler::TokenId;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::Loan;
using sampler::c::OnHandle;

bool HasNode(const sampler_tree& tree, std::int32_t node) {
  return speculative::TreeRound::kRoot <= node &&
         node < static_cast<std::int64_t>(tree.round.nodes().size());
}

sampler_status NoSuchNode(const sampler_tree& tree, std::int32_t node,
                          sampler_error* error) {
  return Invalid(error,
                 absl::StrCat("node: got ", node, ", want an integer in [-1, ",
                              tree.round.nodes().size(), ")"));
}

// The rows of a tree.
class TreeRows {
 public:
  TreeRows(const sampler_tree& tree, sampler_row_after_node after,
           void* context)
      : tree_(tree), after_(after), context_(context) {}

  sampler::Logits After(int node) {
    path_ = tree_.round.Path(node);
    return rows_.Get(node, [&](sampler_row* row) {
      return after_(context_, node, path_.data(), path_.size(), row);
    });
  }

  sampler_status Done(const absl::Status& status, sampler_error* error) const {
    return rows_.Done(status, error);
  }

 private:
  const sampler_tree& tree_;
  const sampler_row_after_node after_;
  void* const context_;
  std::vector<TokenId> path_;
  sampler::c::CallersRows rows_;
};

sampler_status TreeNotWeighed(sampler_error* error) {
  return Fail(error, SAMPLER_WRONG_STATE,
              "tree: got one that is not weighed, want sampler_tree_weigh "
              "before it");
}

// "" if a verdict can be read or written there.
sampler_status CheckVerdict(const sampler_tree_verdict* verdict,
                            sampler_error* error) {
  if (verdict != nullptr &&
      verdict->struct_size >= sizeof(sampler_tree_verdict)) {
    return SAMPLER_OK;
  }
  return Invalid(error, "verdict: got NULL, or a struct_size that is not set");
}

// Runs `rule` on a tree that can be judged, and writes what it says.
template <typename Rule>
sampler_status Judge(const sampler_tree* tree, const sampler_sequence* target,
                     sampler_tree_verdict* verdict, sampler_error* error,
                     Rule rule) {
  return OnHandle("tree", tree, error, [&] {
    return OnHandle("target", target, error, [&] {
      const sampler_status known = CheckVerdict(verdict, error);
      if (known != SAMPLER_OK) return known;
      if (!tree->weighed) return TreeNotWeighed(error);
      const speculative::TreeVerdict judged = rule(tree->round.view());
      verdict->last = judged.path.empty() ? SAMPLER_ROOT : judged.path.back();
      verdict->accepted = judged.path.size();
      verdict->next = judged.next;
      return SAMPLER_OK;
    });
  });
}

}  // namespace

extern "C" {

sampler_status sampler_tree_create(sampler_tree** tree, sampler_error* error) {
  return Guarded(error, [&] {
    if (tree == nullptr) return Invalid(error, "tree: got NULL");
    *tree = new sampler_tree;
    return SAMPLER_OK;
  });
}

void sampler_tree_free(sampler_tree* tree) { delete tree; }

sampler_status sampler_tree_begin(sampler_tree* tree, sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    tree->weighed = false;
    tree->round.Begin();
    return SAMPLER_OK;
  });
}

sampler_status sampler_tree_grow(sampler_tree* tree, int32_t node, size_t n,
                                 sampler_siblings siblings,
                                 sampler_sequence* draft,
                                 sampler_row_after_node row, void* context,
                                 sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    return OnHandle("draft", draft, error, [&] {
      if (row == nullptr) return Invalid(error, "row: got NULL");
      if (!HasNode(*tree, node)) return NoSuchNode(*tree, node, error);
      constexpr int kMost = std::numeric_limits<int>::max();
      if (n > static_cast<std::size_t>(kMost)) {
        return Fail(error, SAMPLER_OUT_OF_RANGE,
                    absl::StrCat("n: got ", n, ", want at most ", kMost));
      }
      if (siblings < SAMPLER_SIBLINGS_INDEPENDENT ||
          siblings > SAMPLER_SIBLINGS_DISTINCT) {
        return Invalid(
            error, absl::StrCat("siblings: got ", static_cast<int>(siblings),
                                ", want 0 or 1"));
      }
      tree->weighed = false;
      draft->has_last_step = false;
      const Loan loan(*draft->store);
      TreeRows rows(*tree, row, context);
      const absl::Status grown = tree->round.Grow(
          node, static_cast<int>(n),
          siblings == SAMPLER_SIBLINGS_DISTINCT
              ? speculative::Siblings::kDistinct
              : speculative::Siblings::kIndependent,
          draft->pipeline, draft->sequence,
          [&](int at) { return rows.After(at); }, loan.work()->workspace);
      return rows.Done(grown, error);
    });
  });
}

sampler_status sampler_tree_nodes(const sampler_tree* tree,
                                  sampler_tree_node* nodes, size_t capacity,
                                  size_t* size, sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    std::vector<sampler_tree_node> all;
    for (const speculative::TreeNode& node : tree->round.nodes()) {
      all.push_back({node.token, node.parent});
    }
    return sampler::c::WriteAll(absl::MakeConstSpan(all), "nodes", nodes,
                                capacity, size, error);
  });
}

sampler_status sampler_tree_path(const sampler_tree* tree, int32_t node,
                                 int32_t* tokens, size_t capacity, size_t* size,
                                 sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    if (!HasNode(*tree, node)) return NoSuchNode(*tree, node, error);
    const std::vector<TokenId> path = tree->round.Path(node);
    return sampler::c::WriteAll(absl::MakeConstSpan(path), "tokens", tokens,
                                capacity, size, error);
  });
}

sampler_status sampler_tree_weigh(sampler_tree* tree, sampler_sequence* target,
                                  sampler_row_after_node row, void* context,
                                  sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    return OnHandle("target", target, error, [&] {
      if (row == nullptr) return Invalid(error, "row: got NULL");
      tree->weighed = false;
      tree->target = target->pipeline;
      target->has_last_step = false;
      const Loan loan(*target->store);
      TreeRows rows(*tree, row, context);
      const absl::Status weighed = tree->round.Weigh(
          target->pipeline, target->sequence,
          [&](int at) { return rows.After(at); }, loan.work()->workspace);
      const sampler_status status = rows.Done(weighed, error);
      tree->weighed = status == SAMPLER_OK;
      return status;
    });
  });
}

sampler_status sampler_tree_judge(const sampler_tree* tree,
                                  const sampler_sequence* target,
                                  sampler_tree_verdict* verdict,
                                  sampler_error* error) {
  return Judge(tree, target, verdict, error,
               [&](const speculative::DraftTree& view) {
                 return speculative::VerifyTree(view, target->sequence);
               });
}

sampler_status sampler_tree_judge_by_target(
    const sampler_tree* tree, const sampler_tree_thresholds* thresholds,
    const sampler_sequence* target, sampler_tree_verdict* verdict,
    sampler_error* error) {
  return Guarded(error, [&] {
    speculative::TargetThresholds wanted;
    if (thresholds != nullptr) {
      if (thresholds->struct_size < sizeof(sampler_tree_thresholds)) {
        return Invalid(error, "thresholds: struct_size is not set");
      }
      wanted = {.accumulated = thresholds->accumulated,
                .single = thresholds->single};
    }
    for (const double number : {wanted.accumulated, wanted.single}) {
      if (0.0 < number && number <= 1.0) continue;
      return Fail(
          error, SAMPLER_OUT_OF_RANGE,
          absl::StrCat("thresholds: got ", number, ", want numbers in (0, 1]"));
    }
    return Judge(tree, target, verdict, error,
                 [&](const speculative::DraftTree& view) {
                   return speculative::VerifyTreeByTarget(
                       view, target->sequence, wanted);
                 });
  });
}

sampler_status sampler_tree_accept(sampler_tree* tree,
                                   const sampler_tree_verdict* verdict,
                                   sampler_sequence* target,
                                   sampler_sequence* draft,
                                   sampler_error* error) {
  return OnHandle("tree", tree, error, [&] {
    return OnHandle("target", target, error, [&] {
      return OnHandle("draft", draft, error, [&] {
        const sampler_status known = CheckVerdict(verdict, error);
        if (known != SAMPLER_OK) return known;
        if (!tree->weighed) return TreeNotWeighed(error);
        if (!HasNode(*tree, verdict->last)) {
          return NoSuchNode(*tree, verdict->last, error);
        }
        const std::size_t depth = tree->round.Path(verdict->last).size();
        if (verdict->accepted != depth) {
          return Invalid(
              error, absl::StrCat("verdict: accepted: got ", verdict->accepted,
                                  ", want the ", depth, " nodes down to node ",
                                  verdict->last));
        }
        speculative::TreeVerdict judged = {.path = {}, .next = verdict->next};
        if (verdict->last != SAMPLER_ROOT) judged.path = {verdict->last};
        const absl::Status accepted =
            tree->round.Accept(judged, target->sequence, draft->sequence);
        if (!accepted.ok()) return Fail(error, accepted);
        tree->weighed = false;
        target->has_last_step = draft->has_last_step = false;
        return SAMPLER_OK;
      });
    });
  });
}

}  // extern "C"
