// Speculative decoding of the C interface.

#include "sampler/c/speculation.h"

#include <atomic>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sampler/c/callers_rows.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/work.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/typical_acceptance.h"

struct sampler_round {
  sampler::speculative::Round round = {};
  // Lessons point into the pipelines of the round's sequences.
  std::optional<sampler::Pipeline> draft = {};
  std::optional<sampler::Pipeline> target = {};
  bool weighed = false;
  mutable std::atomic_flag busy = {};
};

namespace {

namespace speculative = sampler::speculative;

using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::Loan;
using sampler::c::OnHandle;

// The rows of a round.
class RoundRows {
 public:
  RoundRows(const sampler_round& round, sampler_row_after after, void* context)
      : round_(round), after_(after), context_(context) {}

  sampler::Logits After(std::size_t i) {
    return rows_.Get(static_cast<std::int64_t>(i), [&](sampler_row* row) {
      return after_(context_, round_.round.tokens().data(), i, row);
    });
  }

  sampler_status Done(const absl::Status& status, sampler_error* error) const {
    return rows_.Done(status, error);
  }

 private:
  const sampler_round& round_;
  const sampler_row_after after_;
  void* const context_;
  sampler::c::CallersRows rows_;
};

sampler_status RoundNotWeighed(sampler_error* error) {
  return Fail(error, SAMPLER_WRONG_STATE,
              "round: got one that is not weighed, want sampler_round_weigh "
              "before it");
}

bool KnowsVerdict(const sampler_verdict* verdict) {
  return verdict != nullptr && verdict->struct_size >= sizeof(sampler_verdict);
}

sampler_status UnknownVerdict(sampler_error* error) {
  return Invalid(error, "verdict: got NULL, or a struct_size that is not set");
}

sampler_status Write(const speculative::Verdict& judged,
                     sampler_verdict& verdict) {
  verdict.accepted = judged.accepted;
  verdict.next = judged.next;
  return SAMPLER_OK;
}

// Runs `rule` on a round that can be judged.
template <typename Rule>
sampler_status Judge(const sampler_round* round, const sampler_sequence* target,
                     const sampler_verdict* verdict, sampler_error* error,
                     Rule rule) {
  return OnHandle("round", round, error, [&] {
    return OnHandle("target", target, error, [&] {
      if (!KnowsVerdict(verdict)) return UnknownVerdict(error);
      if (!round->weighed) return RoundNotWeighed(error);
      return rule();
    });
  });
}

}  // namespace

extern "C" {

sampler_status sampler_round_create(sampler_round** round,
                                    sampler_error* error) {
  return Guarded(error, [&] {
    if (round == nullptr) return Invalid(error, "round: got NULL");
    *round = new sampler_round;
    return SAMPLER_OK;
  });
}

void sampler_round_free(sampler_round* round) { delete round; }

sampler_status sampler_round_propose(sampler_round* round,
                                     sampler_sequence* draft, size_t n,
                                     sampler_row_after row, void* context,
                                     sampler_error* error) {
  return OnHandle("round", round, error, [&] {
    return OnHandle("draft", draft, error, [&] {
      if (row == nullptr) return Invalid(error, "row: got NULL");
      round->weighed = false;
      round->draft = draft->pipeline;
      draft->has_last_step = false;
      const Loan loan(*draft->store);
      RoundRows rows(*round, row, context);
      const absl::Status proposed = round->round.Propose(
          draft->pipeline, draft->sequence, n,
          [&](std::size_t i) { return rows.After(i); }, loan.work()->workspace);
      return rows.Done(proposed, error);
    });
  });
}

const int32_t* sampler_round_tokens(const sampler_round* round, size_t* count) {
  if (count != nullptr) *count = 0;
  if (round == nullptr) return nullptr;
  const sampler::c::Hold hold(round);
  if (hold.failed()) return nullptr;
  const auto tokens = round->round.tokens();
  if (count != nullptr) *count = tokens.size();
  return tokens.data();
}

sampler_status sampler_round_weigh(sampler_round* round,
                                   sampler_sequence* target,
                                   sampler_row_after row, void* context,
                                   sampler_error* error) {
  return OnHandle("round", round, error, [&] {
    return OnHandle("target", target, error, [&] {
      if (row == nullptr) return Invalid(error, "row: got NULL");
      round->weighed = false;
      round->target = target->pipeline;
      target->has_last_step = false;
      const Loan loan(*target->store);
      RoundRows rows(*round, row, context);
      const absl::Status weighed = round->round.Weigh(
          target->pipeline, target->sequence,
          [&](std::size_t i) { return rows.After(i); }, loan.work()->workspace);
      const sampler_status status = rows.Done(weighed, error);
      round->weighed = status == SAMPLER_OK;
      return status;
    });
  });
}

sampler_status sampler_round_judge(const sampler_round* round,
                                   sampler_judgement judgement,
                                   const sampler_sequence* target,
                                   sampler_verdict* verdict,
                                   sampler_error* error) {
  return Judge(round, target, verdict, error, [&] {
    if (judgement < SAMPLER_BY_REJECTION || judgement > SAMPLER_BY_MATCH) {
      return Invalid(
          error, absl::StrCat("judgement: got ", static_cast<int>(judgement),
                              ", want 0 to 2"));
    }
    constexpr speculative::Verdict (*kRules[])(const speculative::Draft&,
                                               const sampler::Sequence&) = {
        speculative::VerifyByRejection, speculative::VerifyBlock,
        speculative::VerifyByMatch};
    return Write(kRules[judgement](round->round.view(), target->sequence),
                 *verdict);
  });
}

sampler_status sampler_round_judge_typicality(const sampler_round* round,
                                              const sampler_typicality* rule,
                                              const sampler_sequence* target,
                                              sampler_verdict* verdict,
                                              sampler_error* error) {
  return Judge(round, target, verdict, error, [&] {
    speculative::TypicalAcceptance wanted;
    if (rule != nullptr) {
      if (rule->struct_size < sizeof(sampler_typicality)) {
        return Invalid(error, "rule: struct_size is not set");
      }
      wanted = {.epsilon = rule->epsilon, .delta = rule->delta};
    }
    for (const double number : {wanted.epsilon, wanted.delta}) {
      if (0.0 <= number && number <= 1.0) continue;
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("rule: got ", number,
                               ", want numbers in "
                               "[0, 1]"));
    }
    return Write(speculative::VerifyByTypicality(round->round.view(),
                                                 target->sequence, wanted),
                 *verdict);
  });
}

sampler_status sampler_round_accept(sampler_round* round,
                                    const sampler_verdict* verdict,
                                    sampler_sequence* target,
                                    sampler_sequence* draft,
                                    sampler_error* error) {
  return OnHandle("round", round, error, [&] {
    return OnHandle("target", target, error, [&] {
      return OnHandle("draft", draft, error, [&] {
        if (!KnowsVerdict(verdict)) return UnknownVerdict(error);
        if (!round->weighed) return RoundNotWeighed(error);
        const absl::Status accepted =
            round->round.Accept({verdict->accepted, verdict->next},
                                target->sequence, draft->sequence);
        if (!accepted.ok()) return Fail(error, accepted);
        round->weighed = false;
        target->has_last_step = draft->has_last_step = false;
        return SAMPLER_OK;
      });
    });
  });
}

}  // extern "C"
