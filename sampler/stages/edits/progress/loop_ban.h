// Loop ban: bans every token that would close a repetition too many.
//
//   l_x = -inf    where with x the text would end with a pattern of min_length
//                 to max_length tokens, `count` times in a row
//
// Contract: 1 <= min_length <= max_length, count >= 2. The pattern and all its
//   repetitions must lie in the scope. Exempt tokens are never banned. If
//   nothing is left the row's status is no_candidate. With min_length =
//   max_length = 1 no token comes `count` times in a row. A function of the
//   history alone: rollback and snapshots are exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: linear in max_length * count (history/loops.h).
// Source: vLLM repetition_detection, which stops the text instead (FindLoop).
// Tested by: tests/stages/edits/loop_ban_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PROGRESS_LOOP_BAN_H_
#define SAMPLER_STAGES_EDITS_PROGRESS_LOOP_BAN_H_

#include <memory>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/history/loops.h"
#include "sampler/stages/registry.h"

namespace sampler {

class LoopBan final : public Stage {
 public:
  static StageType Type();

  // REQUIRES: `exempt` ascends.
  LoopBan(const LoopRule& rule, Scope scope, std::vector<TokenId> exempt)
      : rule_(rule), scope_(scope), exempt_(std::move(exempt)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  std::unique_ptr<StageScratch> MakeScratch() const override;

 private:
  LoopRule rule_;
  Scope scope_;
  std::vector<TokenId> exempt_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PROGRESS_LOOP_BAN_H_
