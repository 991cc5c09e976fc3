// The steps of the C interface: of one sequence, and of many.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/sampler.h"

namespace {

using sampler::c::CheckRow;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Hold;
using sampler::c::Invalid;
using sampler::c::OnSequence;
using sampler::c::ToLogits;

// The inputs of a step; fields beyond the caller's size are absent.
absl::StatusOr<sampler::StepInputs> ToInputs(const sampler_inputs* given) {
  sampler::StepInputs inputs;
  if (given == nullptr) return inputs;
  if (given->struct_size < sizeof(std::size_t)) {
    return absl::InvalidArgumentError("inputs: struct_size is not set");
  }
  sampler_inputs known = {};
  std::memcpy(&known, given, std::min(given->struct_size, sizeof(known)));
  if (known.mask != nullptr) {
    inputs.mask =
        sampler::TokenMask(absl::MakeConstSpan(known.mask, known.mask_words));
  }
  if (known.unconditional.data != nullptr) {
    std::string wrong = CheckRow(known.unconditional, "unconditional");
    if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
    inputs.unconditional = ToLogits(known.unconditional);
  }
  if (known.uniform != nullptr) inputs.uniform = *known.uniform;
  return inputs;
}

// Can a step be made of these? Its inputs, if so.
absl::StatusOr<sampler::StepInputs> CheckStep(const sampler_row* row,
                                              const sampler_inputs* inputs,
                                              const sampler_token* token) {
  if (row == nullptr) return absl::InvalidArgumentError("row: got NULL");
  if (token == nullptr) return absl::InvalidArgumentError("token: got NULL");
  if (token->struct_size < sizeof(sampler_token)) {
    return absl::InvalidArgumentError(
        absl::StrCat("token: struct_size: got ", token->struct_size, ", want ",
                     sizeof(sampler_token)));
  }
  const std::string wrong = CheckRow(*row, "row");
  if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
  return ToInputs(inputs);
}

void Step(sampler_sequence& sequence, const sampler_row& row,
          const sampler::StepInputs& inputs, sampler_token& token) {
  sequence.distribution = sequence.pipeline.Process(
      ToLogits(row), sequence.sequence, sequence.workspace, inputs);
  sequence.drawn.emplace(sequence.pipeline.DrawFrom(
      *sequence.distribution, sequence.sequence, sequence.workspace));
  token.id = sequence.drawn->id;
  token.row_status = static_cast<sampler_row_status>(sequence.drawn->status);
  token.bits = sequence.drawn->bits;
}

// The steps of a batch, `struct_size` bytes apart.
class Batch {
 public:
  Batch(const sampler_step* steps, std::size_t count)
      : steps_(steps), count_(count), inputs_(count) {}

  std::size_t size() const { return count_; }
  const sampler_step& operator[](std::size_t i) const {
    return *reinterpret_cast<const sampler_step*>(
        reinterpret_cast<const char*>(steps_) + i * steps_->struct_size);
  }

  // Is every step well formed, and its sequence free? Holds them all.
  sampler_status Begin(sampler_error* error) {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t size = (*this)[i].struct_size;
      if (size < sizeof(sampler_step) || size != steps_->struct_size) {
        return Invalid(
            error, absl::StrCat("steps[", i, "]: struct_size: got ", size,
                                ", want ", sizeof(sampler_step), " for all"));
      }
    }
    for (std::size_t i = 0; i < count_; ++i) {
      const sampler_step& step = (*this)[i];
      const std::string place = absl::StrCat("steps[", i, "]: ");
      if (step.sequence == nullptr) {
        return Invalid(error, absl::StrCat(place, "sequence: got NULL"));
      }
      auto read = CheckStep(step.row, step.inputs, step.token);
      if (!read.ok()) {
        return Invalid(error, absl::StrCat(place, read.status().message()));
      }
      inputs_[i] = *read;
      if (holds_.emplace_back(step.sequence).failed()) {
        return Fail(error, SAMPLER_BUSY,
                    absl::StrCat(place,
                                 "sequence: in use by another step or "
                                 "call, want one at a time"));
      }
    }
    return SAMPLER_OK;
  }

  // Takes steps until none is left: the work of one worker.
  void Work() {
    for (std::size_t i = next_++; i < count_; i = next_++) {
      const sampler_step& step = (*this)[i];
      const sampler_status status = Guarded(nullptr, [&] {
        Step(*step.sequence, *step.row, inputs_[i], *step.token);
        return SAMPLER_OK;
      });
      if (status == SAMPLER_OK) {
        ++done_;
      } else {
        failed_ = status;
      }
    }
  }

  sampler_status End(sampler_error* error) const {
    if (failed_ != SAMPLER_OK) return Fail(error, failed_, "steps: failed");
    if (done_ == count_) return SAMPLER_OK;
    return Invalid(error, absl::StrCat("executor: ran ", done_.load(), " of ",
                                       count_, " steps"));
  }

 private:
  const sampler_step* steps_;
  std::size_t count_;
  std::vector<sampler::StepInputs> inputs_;
  std::deque<Hold> holds_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<sampler_status> failed_ = SAMPLER_OK;
};

sampler_logprob ToC(const sampler::TokenLogprob& token) {
  return {token.id, token.rank, token.logprob};
}

}  // namespace

extern "C" {

sampler_status sampler_sample(sampler_sequence* sequence,
                              const sampler_row* row,
                              const sampler_inputs* inputs,
                              sampler_token* token, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const auto read = CheckStep(row, inputs, token);
    if (!read.ok()) return Fail(error, read.status());
    Step(*sequence, *row, *read, *token);
    return SAMPLER_OK;
  });
}

sampler_status sampler_sample_batch(const sampler_step* steps, size_t count,
                                    const sampler_executor* executor,
                                    sampler_error* error) {
  return Guarded(error, [&] {
    if (count == 0) return SAMPLER_OK;
    if (steps == nullptr) return Invalid(error, "steps: got NULL");
    if (executor != nullptr && executor->run == nullptr) {
      return Invalid(error, "executor: run: got NULL");
    }
    if (executor != nullptr && executor->workers == 0) {
      return Invalid(error, "executor: workers: got 0, want at least 1");
    }
    Batch batch(steps, count);
    const sampler_status begun = batch.Begin(error);
    if (begun != SAMPLER_OK) return begun;
    if (executor == nullptr) {
      batch.Work();
    } else {
      executor->run(
          executor->context, std::min(executor->workers, count),
          [](void* data, size_t) { static_cast<Batch*>(data)->Work(); },
          &batch);
    }
    return batch.End(error);
  });
}

sampler_status sampler_accept(sampler_sequence* sequence, int32_t token,
                              sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const absl::Status status =
        sequence->drawn.has_value()
            ? sequence->sequence.Accept(*sequence->drawn, token)
            : sequence->sequence.Accept(token);
    if (!status.ok()) return Fail(error, status);
    sequence->drawn.reset();
    sequence->distribution.reset();
    return SAMPLER_OK;
  });
}

sampler_status sampler_logprobs(sampler_sequence* sequence,
                                const sampler_row* row, int raw, int32_t token,
                                sampler_logprob* of_token, sampler_logprob* top,
                                size_t capacity, size_t* count,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (row == nullptr) return Invalid(error, "row: got NULL");
    if (top == nullptr && capacity > 0) return Invalid(error, "top: got NULL");
    if (count == nullptr) return Invalid(error, "count: got NULL");
    const std::string wrong = CheckRow(*row, "row");
    if (!wrong.empty()) return Invalid(error, wrong);
    const std::int64_t size = sequence->pipeline.vocabulary_size();
    if (token < 0 || token >= size) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("token: got ", token,
                               ", want a token id in [0, ", size, ")"));
    }
    if (!sequence->distribution.has_value() ||
        sequence->distribution->status() != sampler::RowStatus::kOk) {
      return Invalid(error, "sequence: want a step that drew a token first");
    }
    const sampler::Logprobs logprobs = sequence->reporter.Report(
        ToLogits(*row), *sequence->distribution, token,
        static_cast<std::int64_t>(
            std::min(capacity, static_cast<std::size_t>(size))));
    const sampler::LogprobList& list =
        raw != 0 ? logprobs.raw : logprobs.processed;
    if (of_token != nullptr) *of_token = ToC(list.token);
    *count = list.top.size();
    std::transform(list.top.begin(), list.top.end(), top, ToC);
    return SAMPLER_OK;
  });
}

}  // extern "C"
