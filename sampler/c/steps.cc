// The steps of one sequence.

#include "sampler/c/steps.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/take_step.h"
#include "sampler/c/work.h"

namespace sampler::c {

absl::StatusOr<StepInputs> ToInputs(const sampler_inputs* given) {
  StepInputs inputs;
  if (given == nullptr) return inputs;
  if (given->struct_size < sizeof(std::size_t)) {
    return absl::InvalidArgumentError("inputs: struct_size is not set");
  }
  sampler_inputs known = {};
  std::memcpy(&known, given, std::min(given->struct_size, sizeof(known)));
  if (known.mask == nullptr && known.mask_words > 0) {
    return absl::InvalidArgumentError("inputs: mask: got NULL");
  }
  if (known.unconditional.data == nullptr && known.unconditional.size > 0) {
    return absl::InvalidArgumentError("unconditional: data: got NULL");
  }
  if (known.mask != nullptr) {
    inputs.mask = TokenMask(absl::MakeConstSpan(known.mask, known.mask_words));
  }
  if (known.unconditional.data != nullptr) {
    std::string wrong = CheckRow(known.unconditional, "unconditional");
    if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
    inputs.unconditional = ToLogits(known.unconditional);
  }
  if (known.uniform != nullptr) inputs.uniform = *known.uniform;
  return inputs;
}

std::string CheckToken(const sampler_token* token) {
  if (token == nullptr) return "token: got NULL";
  if (token->struct_size >= sizeof(sampler_token)) return "";
  return absl::StrCat("token: struct_size: got ", token->struct_size, ", want ",
                      sizeof(sampler_token));
}

void WriteToken(const Token& drawn, sampler_token& token) {
  token.id = drawn.id;
  token.row_status = static_cast<sampler_row_status>(drawn.status);
  token.bits = drawn.bits;
}

absl::StatusOr<StepInputs> CheckStep(const sampler_row* row,
                                     const sampler_inputs* inputs,
                                     const sampler_token* token) {
  if (row == nullptr) return absl::InvalidArgumentError("row: got NULL");
  std::string wrong = CheckToken(token);
  if (wrong.empty()) wrong = CheckRow(*row, "row");
  if (!wrong.empty()) return absl::InvalidArgumentError(wrong);
  return ToInputs(inputs);
}

void Process(Work& work, const sampler_row& row,
             const sampler_sequence& sequence) {
  work.distribution.reset();
  work.distribution =
      sequence.pipeline.Process(ToLogits(row), sequence.sequence,
                                work.workspace, sequence.last_step.inputs);
}

void TakeStep(const std::shared_ptr<Work>& work, const sampler_row& row,
              const StepInputs& inputs, sampler_sequence& sequence,
              sampler_token& token) {
  sequence.has_last_step = false;
  LastStep& last = sequence.last_step;
  last.inputs = inputs;
  if (inputs.mask.has_value()) {
    const absl::Span<const std::uint32_t> words = inputs.mask->words();
    last.mask.assign(words.begin(), words.end());
    last.inputs.mask = TokenMask(last.mask);
  }
  last.work = work;
  last.steps = ++work->steps;
  Process(*work, row, sequence);
  last.drawn = sequence.pipeline.DrawFrom(*work->distribution,
                                          sequence.sequence, work->workspace);
  sequence.has_last_step = true;
  WriteToken(last.drawn, token);
}

}  // namespace sampler::c

namespace {

using sampler::c::Fail;
using sampler::c::Loan;
using sampler::c::OnSequence;
using sampler::c::OnWorkspace;

// A step that may begin: `sequence` is held.
sampler_status Sample(const std::shared_ptr<sampler::c::Work>& work,
                      sampler_sequence& sequence, const sampler_row* row,
                      const sampler_inputs* inputs, sampler_token* token,
                      sampler_error* error) {
  const auto read = sampler::c::CheckStep(row, inputs, token);
  if (!read.ok()) return Fail(error, read.status());
  sampler::c::TakeStep(work, *row, *read, sequence, *token);
  return SAMPLER_OK;
}

}  // namespace

extern "C" {

const char* sampler_row_status_name(sampler_row_status status) {
  const auto number = static_cast<std::size_t>(status);
  if (number >= std::size(sampler::kAllRowStatuses)) return "unknown";
  // A literal: it ends in a zero.
  return sampler::RowStatusName(sampler::kAllRowStatuses[number]).data();
}

sampler_status sampler_pipeline_check_inputs(const sampler_pipeline* pipeline,
                                             const sampler_inputs* inputs,
                                             sampler_error* error) {
  return sampler::c::Guarded(error, [&] {
    if (pipeline == nullptr) {
      return sampler::c::Invalid(error, "pipeline: got NULL");
    }
    const auto read = sampler::c::ToInputs(inputs);
    if (!read.ok()) return Fail(error, read.status());
    const absl::Status fit = pipeline->pipeline.CheckInputs(*read);
    return fit.ok() ? SAMPLER_OK : Fail(error, fit);
  });
}

sampler_status sampler_sample(sampler_sequence* sequence,
                              const sampler_row* row,
                              const sampler_inputs* inputs,
                              sampler_token* token, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const Loan loan(*sequence->store);
    return Sample(loan.work(), *sequence, row, inputs, token, error);
  });
}

sampler_status sampler_sample_with(sampler_workspace* workspace,
                                   sampler_sequence* sequence,
                                   const sampler_row* row,
                                   const sampler_inputs* inputs,
                                   sampler_token* token, sampler_error* error) {
  return OnWorkspace(workspace, error, [&] {
    return OnSequence(sequence, error, [&] {
      return Sample(workspace->work, *sequence, row, inputs, token, error);
    });
  });
}

sampler_status sampler_accept(sampler_sequence* sequence, int32_t token,
                              sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const absl::Status status =
        sequence->has_last_step
            ? sequence->sequence.Accept(sequence->last_step.drawn, token)
            : sequence->sequence.AcceptId(token);
    if (!status.ok()) return Fail(error, status);
    sequence->has_last_step = false;
    return SAMPLER_OK;
  });
}

}  // extern "C"
