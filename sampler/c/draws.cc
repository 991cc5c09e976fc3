// More of a sequence's last step than its token.

#include "sampler/c/draws.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/code_interval.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/last_step.h"
#include "sampler/c/work.h"

namespace {

using sampler::c::CheckLastStep;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::LastStep;
using sampler::c::OnHandle;
using sampler::c::OnLastStep;
using sampler::c::OnSequence;
using sampler::c::Work;

// Runs `body` on the sequence's last step, if that can be asked.
template <typename Body>
sampler_status AskLastStep(sampler_sequence* sequence, const sampler_row* row,
                           sampler_error* error, Body body) {
  return OnSequence(sequence, error, [&] {
    const sampler_status ready = CheckLastStep(*sequence, row, error);
    if (ready != SAMPLER_OK) return ready;
    return OnLastStep(*sequence, *row, body);
  });
}

// Makes the step of `of` the last one of its fork, which drew `drawn`.
void Remember(const LastStep& of, const sampler::Token& drawn,
              sampler_sequence& fork) {
  LastStep& last = fork.last_step;
  last.drawn = drawn;
  last.inputs = of.inputs;
  last.mask = of.mask;
  if (last.inputs.mask.has_value()) {
    last.inputs.mask = sampler::TokenMask(last.mask);
  }
  last.work.reset();
  fork.has_last_step = true;
}

}  // namespace

extern "C" {

sampler_status sampler_draw_all(sampler_sequence* sequence,
                                const sampler_row* row, int32_t* tokens,
                                size_t capacity, size_t* size,
                                sampler_error* error) {
  return AskLastStep(sequence, row, error, [&](Work& work) {
    return sampler::c::WriteAll(
        sequence->pipeline.DrawAll(*work.distribution, sequence->sequence,
                                   work.workspace),
        "tokens", tokens, capacity, size, error);
  });
}

sampler_status sampler_draw_bits(sampler_sequence* sequence,
                                 const sampler_row* row, uint64_t bits,
                                 int32_t* token, sampler_error* error) {
  return AskLastStep(sequence, row, error, [&](Work& work) {
    if (token == nullptr) return Invalid(error, "token: got NULL");
    *token = work.distribution->Draw(bits);
    return SAMPLER_OK;
  });
}

sampler_status sampler_draw_for_fork(sampler_sequence* sequence,
                                     const sampler_row* row,
                                     sampler_sequence* fork,
                                     sampler_token* token,
                                     sampler_error* error) {
  return AskLastStep(sequence, row, error, [&](Work& work) {
    return OnHandle("fork", fork, error, [&] {
      const std::string wrong = sampler::c::CheckToken(token);
      if (!wrong.empty()) return Invalid(error, wrong);
      const sampler::Token drawn = sequence->pipeline.DrawFrom(
          *work.distribution, fork->sequence, work.workspace);
      if (drawn.status == sampler::RowStatus::kWrongStep ||
          fork->pipeline.fingerprint() != sequence->pipeline.fingerprint()) {
        return Fail(error, SAMPLER_WRONG_STATE,
                    "fork: got one that needs a step of its own, want a fork "
                    "at the sequence's place, and a pipeline whose stages use "
                    "no random numbers before the draw");
      }
      Remember(sequence->last_step, drawn, *fork);
      sampler::c::WriteToken(drawn, *token);
      return SAMPLER_OK;
    });
  });
}

sampler_status sampler_survivors_of(sampler_sequence* sequence,
                                    const sampler_row* row,
                                    sampler_survivors* survivors,
                                    sampler_error* error) {
  return AskLastStep(sequence, row, error, [&](Work& work) {
    if (survivors == nullptr) return Invalid(error, "survivors: got NULL");
    if (survivors->struct_size < sizeof(sampler_survivors)) {
      return Invalid(error, absl::StrCat("survivors: struct_size: got ",
                                         survivors->struct_size, ", want ",
                                         sizeof(sampler_survivors)));
    }
    survivors->count = work.distribution->Count();
    survivors->entropy = work.distribution->Entropy();
    return SAMPLER_OK;
  });
}

sampler_status sampler_parallel_code(int64_t i, int64_t n, double shift,
                                     double* code, sampler_error* error) {
  return Guarded(error, [&] {
    if (code == nullptr) return Invalid(error, "code: got NULL");
    if (!(0 <= i && i < n)) {
      return Fail(
          error, SAMPLER_OUT_OF_RANGE,
          absl::StrCat("i: got ", i, " of ", n, ", want an integer in [0, n)"));
    }
    if (!(0.0 <= shift && shift < 1.0)) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("shift: got ", shift, ", want one in [0, 1)"));
    }
    *code = sampler::ParallelCode(i, n, shift);
    return SAMPLER_OK;
  });
}

sampler_status sampler_code_after(const sampler_sequence* sequence, double* low,
                                  double* high, double* next,
                                  sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const sampler::Token& drawn = sequence->last_step.drawn;
    if (!sequence->has_last_step || drawn.interval.total == 0) {
      return Fail(error, SAMPLER_WRONG_STATE,
                  "sequence: want a step of an \"arithmetic\" draw, whose "
                  "token is not yet accepted, first");
    }
    if (low != nullptr) *low = drawn.interval.Low();
    if (high != nullptr) *high = drawn.interval.High();
    if (next != nullptr) {
      *next = drawn.interval.Next(*sequence->last_step.inputs.uniform);
    }
    return SAMPLER_OK;
  });
}

}  // extern "C"
