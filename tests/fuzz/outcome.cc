#include "tests/fuzz/outcome.h"

#include <algorithm>
#include <bit>

#include "absl/numeric/int128.h"
#include "sampler/kernels/dispatch.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

void AddBits(double value, std::vector<std::uint64_t>& bits) {
  bits.push_back(std::bit_cast<std::uint64_t>(value + 0.0));
}

void AddNumbers(const Step& step, const Token& token, Outcome& outcome) {
  std::vector<std::uint64_t>& bits = outcome.bits;
  bits.push_back(static_cast<std::uint64_t>(step.Count()));
  bits.push_back(absl::Uint128High64(step.TotalMass()));
  bits.push_back(absl::Uint128Low64(step.TotalMass()));
  AddBits(step.Entropy(), bits);
  if (token.id >= 0) {
    AddBits(step.Probability(token.id), bits);
    AddBits(step.Logprob(token.id), bits);
    bits.push_back(static_cast<std::uint64_t>(step.Rank(token.id)));
  }
  for (const WeightedCandidate& candidate : step.TopWeighted(5)) {
    bits.push_back(static_cast<std::uint64_t>(candidate.id));
    bits.push_back(candidate.weight);
  }
  step.ForEach([&](TokenId id, double logit) {
    outcome.kept.push_back(id);
    AddBits(logit, bits);
  });
}

}  // namespace

bool SameToken(const Token& a, const Token& b) {
  return a.id == b.id && a.status == b.status && a.bits == b.bits &&
         a.interval == b.interval && a.state.owner == b.state.owner &&
         a.state.holds_for_any_token == b.state.holds_for_any_token &&
         std::equal(a.state.values.begin(), a.state.values.end(),
                    b.state.values.begin(), b.state.values.end(),
                    [](double x, double y) {
                      return std::bit_cast<std::uint64_t>(x) ==
                             std::bit_cast<std::uint64_t>(y);
                    });
}

std::string Difference(const Outcome& a, const Outcome& b) {
  if (a.token.status != b.token.status) return "status";
  if (a.token.id != b.token.id) return "token";
  if (a.kept != b.kept) return "kept set";
  if (a.all != b.all) return "tokens of one draw";
  if (a.bits != b.bits) return "numbers";
  return SameToken(a.token, b.token) ? "" : "what the token teaches";
}

Way FirstWay() {
  return {DType::kF64, BoundsUse::kNever, kernels::SimdTargets().back()};
}

std::vector<Way> AllWays() {
  std::vector<Way> ways;
  for (const absl::string_view set : kernels::SimdTargets()) {
    for (const BoundsUse bounds : {BoundsUse::kTry, BoundsUse::kNever}) {
      for (const DType dtype : kDTypes) ways.push_back({dtype, bounds, set});
    }
  }
  return ways;
}

Workspace& Workspaces::For(BoundsUse bounds) {
  Workspace& workspace = bounds == BoundsUse::kTry ? by_bounds_ : by_sums_;
  workspace.SetBoundsUse(bounds);
  return workspace;
}

Outcome TakeStep(const Pipeline& pipeline, const TypedRow& row,
                 const InputMemory& inputs, const Sequence& sequence,
                 const Way& way, Workspaces& workspaces) {
  Require(kernels::UseSimdTarget(way.instruction_set),
          "every instruction set that is listed can be used");
  Workspace& workspace = workspaces.For(way.bounds);
  const StepInputs read = pipeline.OnlyRead(inputs.Offered(way.dtype));
  Outcome outcome;
  outcome.token = pipeline.Sample(row.As(way.dtype), sequence, workspace, read);
  const Step step =
      pipeline.Process(row.As(way.dtype), sequence, workspace, read);
  Require(SameToken(step.Draw(), outcome.token),
          "a step that is asked draws the token of Sample");
  Require((outcome.token.status == RowStatus::kOk) == (outcome.token.id >= 0),
          "a token has an id if its status is ok");
  if (outcome.token.id >= 0) {
    Require(step.Contains(outcome.token.id), "a drawn token is a survivor");
  }
  const absl::Span<const TokenId> all = step.DrawAll();
  outcome.all.assign(all.begin(), all.end());
  AddNumbers(step, outcome.token, outcome);
  return outcome;
}

}  // namespace sampler::fuzz
