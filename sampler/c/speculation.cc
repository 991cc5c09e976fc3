// Speculative decoding of the C interface.

#include "sampler/c/speculation.h"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/work.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"

struct sampler_round {
  sampler::speculative::Round round = {};
  // Lessons point into the pipelines of the round's sequences.
  std::optional<sampler::Pipeline> draft = {};
  std::optional<sampler::Pipeline> target = {};
  bool weighed = false;
  mutable std::atomic_flag busy = {};
};

namespace {

using sampler::c::CheckRow;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::Loan;
using sampler::c::OnHandle;
using sampler::c::ToLogits;

// The caller's rows as a round asks for them, and what became of them.
class Rows {
 public:
  Rows(const sampler_round& round, sampler_row_after after, void* context)
      : round_(round), after_(after), context_(context) {}

  // No row where the caller has none: the round then fails.
  sampler::Logits After(std::size_t i) {
    sampler_row row = {};
    status_ = after_(context_, round_.round.tokens().data(), i, &row);
    if (status_ != SAMPLER_OK) return {};
    wrong_ = CheckRow(row, absl::StrCat("row ", i));
    return wrong_.empty() ? ToLogits(row) : sampler::Logits();
  }

  // What the caller said, else what the round says.
  sampler_status Done(const absl::Status& round, sampler_error* error) const {
    if (status_ != SAMPLER_OK) {
      return Fail(error, status_, "row: the caller's function failed");
    }
    if (!wrong_.empty()) return Invalid(error, wrong_);
    return round.ok() ? SAMPLER_OK : Fail(error, round);
  }

 private:
  const sampler_round& round_;
  const sampler_row_after after_;
  void* const context_;
  sampler_status status_ = SAMPLER_OK;
  std::string wrong_;
};

sampler_status NotWeighed(sampler_error* error) {
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
      Rows rows(*round, row, context);
      const absl::Status proposed = round->round.Propose(
          draft->pipeline, draft->sequence, n,
          [&](std::size_t i) { return rows.After(i); }, loan.work()->workspace);
      return rows.Done(proposed, error);
    });
  });
}

const int32_t* sampler_round_tokens(const sampler_round* round, size_t* count) {
  const auto tokens = round == nullptr ? absl::Span<const sampler::TokenId>()
                                       : round->round.tokens();
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
      Rows rows(*round, row, context);
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
  namespace speculative = sampler::speculative;
  return OnHandle("round", round, error, [&] {
    return OnHandle("target", target, error, [&] {
      if (!KnowsVerdict(verdict)) return UnknownVerdict(error);
      if (!round->weighed) return NotWeighed(error);
      if (judgement < SAMPLER_BY_REJECTION || judgement > SAMPLER_BY_MATCH) {
        return Invalid(
            error, absl::StrCat("judgement: got ", static_cast<int>(judgement),
                                ", want 0 to 2"));
      }
      constexpr speculative::Verdict (*kRules[])(const speculative::Draft&,
                                                 const sampler::Sequence&) = {
          speculative::VerifyByRejection, speculative::VerifyBlock,
          speculative::VerifyByMatch};
      const speculative::Verdict judged =
          kRules[judgement](round->round.view(), target->sequence);
      verdict->accepted = judged.accepted;
      verdict->next = judged.next;
      return SAMPLER_OK;
    });
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
        if (!round->weighed) return NotWeighed(error);
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
