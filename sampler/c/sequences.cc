// Sequences of the C interface.

#include "sampler/c/sequences.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/random/random_seed.h"

namespace {

using sampler::TokenId;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::OnSequence;

// After a call that moved the sequence: what the last step left is of another
// place.
sampler_status ForgetStep(sampler_sequence& sequence,
                          const absl::Status& status, sampler_error* error) {
  if (!status.ok()) return Fail(error, status);
  sequence.has_last_step = false;
  return SAMPLER_OK;
}

}  // namespace

extern "C" {

sampler_status sampler_random_seed(uint64_t* seed, sampler_error* error) {
  return Guarded(error, [&] {
    if (seed == nullptr) return Invalid(error, "seed: got NULL");
    const absl::StatusOr<std::uint64_t> drawn = sampler::RandomSeed();
    if (!drawn.ok()) return Fail(error, drawn.status());
    *seed = *drawn;
    return SAMPLER_OK;
  });
}

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
  if (sequence == nullptr) return -1;
  const sampler::c::Hold hold(sequence);
  return hold.failed() ? -1 : sequence->sequence.position();
}

sampler_status sampler_sequence_key(const sampler_sequence* sequence,
                                    uint64_t* seed, uint32_t* stream,
                                    sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (seed != nullptr) *seed = sequence->sequence.seed();
    if (stream != nullptr) *stream = sequence->sequence.stream();
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_tokens(const sampler_sequence* sequence,
                                       int32_t* tokens, size_t capacity,
                                       size_t* size, size_t* prompt_size,
                                       sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const sampler::History& history = sequence->sequence.history();
    const absl::Span<const TokenId> prompt = history.prompt();
    const absl::Span<const TokenId> output = history.output();
    std::vector<TokenId> text(prompt.begin(), prompt.end());
    text.insert(text.end(), output.begin(), output.end());
    const sampler_status status = sampler::c::WriteAll(
        absl::MakeConstSpan(text), "tokens", tokens, capacity, size, error);
    const bool told = status == SAMPLER_OK || status == SAMPLER_OUT_OF_RANGE;
    if (told && prompt_size != nullptr) *prompt_size = prompt.size();
    return status;
  });
}

sampler_status sampler_sequence_set_clock(sampler_sequence* sequence,
                                          int64_t clock, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (clock < 0) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("clock: got ", clock, ", want at least 0"));
    }
    sequence->sequence.set_clock(clock);
    return ForgetStep(*sequence, absl::OkStatus(), error);
  });
}

int64_t sampler_sequence_clock(const sampler_sequence* sequence) {
  if (sequence == nullptr) return -1;
  const sampler::c::Hold hold(sequence);
  return hold.failed() ? -1 : sequence->sequence.clock();
}

sampler_status sampler_sequence_ban(sampler_sequence* sequence, int32_t token,
                                    sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    // What was drawn here may be banned now.
    return ForgetStep(*sequence, sequence->sequence.Ban(token), error);
  });
}

sampler_status sampler_sequence_bans(const sampler_sequence* sequence,
                                     int32_t* tokens, size_t capacity,
                                     size_t* size, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    std::vector<TokenId> banned;
    sequence->sequence.ForEachBanHere(
        [&](TokenId token) { banned.push_back(token); });
    return sampler::c::WriteAll(absl::MakeConstSpan(banned), "tokens", tokens,
                                capacity, size, error);
  });
}

sampler_status sampler_rollback(sampler_sequence* sequence, int64_t n,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    return ForgetStep(*sequence, sequence->sequence.Rollback(n), error);
  });
}

sampler_status sampler_redraw(sampler_sequence* sequence, int64_t n,
                              sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    return ForgetStep(*sequence, sequence->sequence.Redraw(n), error);
  });
}

int64_t sampler_sequence_attempt(const sampler_sequence* sequence) {
  if (sequence == nullptr) return -1;
  const sampler::c::Hold hold(sequence);
  return hold.failed() ? -1 : sequence->sequence.attempt();
}

sampler_status sampler_sequence_set_attempt(sampler_sequence* sequence,
                                            uint32_t attempt,
                                            sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    sequence->sequence.set_attempt(attempt);
    return ForgetStep(*sequence, absl::OkStatus(), error);
  });
}

sampler_status sampler_sequence_snapshot(const sampler_sequence* sequence,
                                         char* text, size_t capacity,
                                         size_t* size, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const std::string snapshot = sequence->sequence.Snapshot();
    return sampler::c::WriteAll(
        absl::MakeConstSpan(snapshot.data(), snapshot.size()), "text", text,
        capacity, size, error);
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
    auto restored =
        pipeline->pipeline.RestoreSequence({snapshot, snapshot_size});
    if (!restored.ok()) return Fail(error, restored.status());
    *sequence = new sampler_sequence{pipeline->pipeline, *std::move(restored)};
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_fork(const sampler_sequence* sequence,
                                     uint32_t stream, sampler_sequence** fork,
                                     sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (fork == nullptr) return Invalid(error, "fork: got NULL");
    *fork = new sampler_sequence{sequence->pipeline,
                                 sequence->sequence.Fork(stream)};
    return SAMPLER_OK;
  });
}

}  // extern "C"
