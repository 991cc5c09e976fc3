#include "sampler/c/sampler.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"

struct sampler_pipeline {
  sampler::Pipeline pipeline;
};

struct sampler_sequence {
  sampler::Pipeline pipeline;  // Shares what the pipeline's handle holds.
  sampler::Sequence sequence;
  sampler::Workspace workspace = {};
  sampler::LogprobReporter reporter = {};
  // What sampler_sample left: its distribution and token.
  std::optional<sampler::Distribution> distribution = {};
  std::optional<sampler::Token> drawn = {};
  mutable std::atomic_flag busy = {};
};

namespace {

using sampler::c::CheckRow;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::ToLogits;

// Holds a sequence for one call. A second thread is noticed in builds with
// assertions; others trust the contract.
class Hold {
 public:
  explicit Hold(const sampler_sequence* sequence) {
#ifndef NDEBUG
    if (!sequence->busy.test_and_set()) held_ = sequence;
#else
    (void)sequence;
#endif
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (held_ != nullptr) held_->busy.clear();
  }

  bool failed() const {
#ifndef NDEBUG
    return held_ == nullptr;
#else
    return false;
#endif
  }

 private:
  const sampler_sequence* held_ = nullptr;
};

// Runs `body` on a sequence that one thread at a time may use.
template <typename Sequence, typename Body>
sampler_status OnSequence(Sequence* sequence, sampler_error* error, Body body) {
  if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
  const Hold hold(sequence);
  if (hold.failed()) {
    return Fail(error, SAMPLER_BUSY,
                "sequence: in use by another thread, want one at a time");
  }
  return Guarded(error, body);
}

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

sampler_logprob ToC(const sampler::TokenLogprob& token) {
  return {token.id, token.rank, token.logprob};
}

}  // namespace

extern "C" {

const char* sampler_version() { return SAMPLER_VERSION; }

sampler_status sampler_pipeline_create(const char* json, size_t json_size,
                                       int64_t vocabulary_size,
                                       sampler_pipeline** pipeline,
                                       sampler_error* error) {
  return Guarded(error, [&] {
    if (json == nullptr) return Invalid(error, "json: got NULL");
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    const auto config =
        sampler::ParseConfig({json, json_size}, vocabulary_size);
    if (!config.ok()) return Fail(error, config.status());
    auto made = sampler::Pipeline::Create(*config, vocabulary_size);
    if (!made.ok()) return Fail(error, made.status());
    *pipeline = new sampler_pipeline{*std::move(made)};
    return SAMPLER_OK;
  });
}

void sampler_pipeline_free(sampler_pipeline* pipeline) { delete pipeline; }

sampler_status sampler_sequence_create(const sampler_pipeline* pipeline,
                                       uint64_t seed, uint32_t stream,
                                       const int32_t* prompt,
                                       size_t prompt_size,
                                       sampler_sequence** sequence,
                                       sampler_error* error) {
  return Guarded(error, [&] {
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
    if (prompt == nullptr && prompt_size > 0) {
      return Invalid(error, "prompt: got NULL");
    }
    auto made = pipeline->pipeline.NewSequence(
        {.seed = seed,
         .stream = stream,
         .prompt = std::vector<std::int32_t>(prompt, prompt + prompt_size)});
    if (!made.ok()) return Fail(error, made.status());
    *sequence = new sampler_sequence{pipeline->pipeline, *std::move(made)};
    return SAMPLER_OK;
  });
}

void sampler_sequence_free(sampler_sequence* sequence) { delete sequence; }

int64_t sampler_sequence_position(const sampler_sequence* sequence) {
  return sequence == nullptr ? -1 : sequence->sequence.position();
}

sampler_status sampler_rollback(sampler_sequence* sequence, int64_t n,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const absl::Status status = sequence->sequence.Rollback(n);
    if (!status.ok()) return Fail(error, status);
    sequence->drawn.reset();
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_snapshot(const sampler_sequence* sequence,
                                         char* text, size_t capacity,
                                         size_t* size, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (size == nullptr) return Invalid(error, "size: got NULL");
    if (text == nullptr && capacity > 0) {
      return Invalid(error, "text: got NULL");
    }
    const std::string snapshot = sequence->sequence.Snapshot();
    *size = snapshot.size();
    if (snapshot.size() > capacity) {
      return Fail(
          error, SAMPLER_OUT_OF_RANGE,
          absl::StrCat("capacity: got ", capacity, ", want ", snapshot.size()));
    }
    std::copy(snapshot.begin(), snapshot.end(), text);
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_restore(const sampler_pipeline* pipeline,
                                        const char* snapshot,
                                        size_t snapshot_size,
                                        sampler_sequence** sequence,
                                        sampler_error* error) {
  return Guarded(error, [&] {
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    if (snapshot == nullptr) return Invalid(error, "snapshot: got NULL");
    if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
    auto restored = sampler::Sequence::Restore({snapshot, snapshot_size});
    if (!restored.ok()) return Fail(error, restored.status());
    if (restored->vocabulary_size() != pipeline->pipeline.vocabulary_size()) {
      return Invalid(error, absl::StrCat("snapshot: /vocabulary_size: got ",
                                         restored->vocabulary_size(), ", want ",
                                         pipeline->pipeline.vocabulary_size()));
    }
    *sequence = new sampler_sequence{pipeline->pipeline, *std::move(restored)};
    return SAMPLER_OK;
  });
}

sampler_status sampler_sample(sampler_sequence* sequence,
                              const sampler_row* row,
                              const sampler_inputs* inputs,
                              sampler_token* token, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (row == nullptr) return Invalid(error, "row: got NULL");
    if (token == nullptr) return Invalid(error, "token: got NULL");
    if (token->struct_size < sizeof(sampler_token)) {
      return Invalid(
          error, absl::StrCat("token: struct_size: got ", token->struct_size,
                              ", want ", sizeof(sampler_token)));
    }
    const std::string wrong = CheckRow(*row, "row");
    if (!wrong.empty()) return Invalid(error, wrong);
    const auto read = ToInputs(inputs);
    if (!read.ok()) return Fail(error, read.status());
    sequence->distribution = sequence->pipeline.Process(
        ToLogits(*row), sequence->sequence, sequence->workspace, *read);
    sequence->drawn.emplace(sequence->pipeline.DrawFrom(
        *sequence->distribution, sequence->sequence, sequence->workspace));
    token->id = sequence->drawn->id;
    token->row_status =
        static_cast<sampler_row_status>(sequence->drawn->status);
    token->bits = sequence->drawn->bits;
    return SAMPLER_OK;
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
