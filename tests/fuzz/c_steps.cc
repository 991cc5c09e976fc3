// Pipelines, sequences and their steps, in C.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/fuzz/c_program.h"

namespace sampler::fuzz {

void Program::MakePipeline() {
  sampler_pipeline** const place =
      Place(handles_.pipelines, sampler_pipeline_free);
  if (source_.Maybe()) {
    const char* const name = sampler_preset_name(source_.Below(24));
    Check(sampler_pipeline_from_preset(name, kVocabulary, place, error_.get()));
    return;
  }
  constexpr const char* kStages[] = {
      R"({"type": "mirostat", "version": 2})",
      R"({"type": "top_k", "k": 5})",
      R"({"type": "mask"})",
      R"({"type": "guidance", "scale": 2})",
      R"({"type": "xtc", "probability": 0.5, "threshold": 0.1})",
      R"({"type": "adaptive_p", "target": 0.5})",
      R"({"type": "nonsense"})"};
  constexpr const char* kDraws[] = {
      R"({"type": "categorical"})", R"({"type": "greedy"})",
      R"({"type": "arithmetic"})", R"({"type": "gumbel_max"})"};
  const std::string json = std::string(R"({"version": 1, "stages": [)") +
                           source_.Of(kStages) + ", " + source_.Of(kDraws) +
                           "]}";
  Check(sampler_pipeline_create(OrNull(json.c_str()), json.size(), kVocabulary,
                                place, error_.get()));
}

void Program::MakeSequence() {
  const std::int32_t prompt[] = {1, 2, 3, source_.Byte()};
  const std::size_t size = source_.Below(5);
  Check(sampler_sequence_create(
      Any(handles_.pipelines), source_(), source_.Byte(), OrNull(prompt), size,
      Place(handles_.sequences, sampler_sequence_free), error_.get()));
}

void Program::MakeWorkspace() {
  Check(sampler_workspace_create(
      Place(handles_.workspaces, sampler_workspace_free), error_.get()));
  Check(sampler_workspace_reserve(Any(handles_.workspaces),
                                  Any(handles_.pipelines), source_.Byte(),
                                  error_.get()));
}

void Program::Sample() {
  sampler_sequence* const sequence = Any(handles_.sequences);
  const sampler_row row = AnyRow();
  const sampler_inputs inputs = AnyInputs();
  sampler_token token = {sizeof(token), -7, SAMPLER_ROW_OK, 0};
  const sampler_inputs* const given = source_.Maybe() ? nullptr : &inputs;
  const bool done = source_.Maybe()
                        ? Check(sampler_sample(sequence, OrNull(&row), given,
                                               OrNull(&token), error_.get()))
                        : Check(sampler_sample_with(
                              Any(handles_.workspaces), sequence, OrNull(&row),
                              given, OrNull(&token), error_.get()));
  Require(done ? token.id >= -1 &&
                     (token.id >= 0) == (token.row_status == SAMPLER_ROW_OK)
               : token.id == -7,
          "a step writes its token, or nothing");
  if (!done) return;
  drawn_ = token.id;
  row_of_[sequence] = row;
}

void Program::Accept() {
  const std::int32_t token = source_.Maybe() ? drawn_ : source_.Byte();
  sampler_sequence* const sequence = Any(handles_.sequences);
  const std::int64_t before = sampler_sequence_position(sequence);
  const bool done = Check(sampler_accept(sequence, token, error_.get()));
  Require(sampler_sequence_position(sequence) == before + (done ? 1 : 0),
          "a token is accepted, or nothing moves");
}

void Program::GoBack() {
  sampler_sequence* const sequence = Any(handles_.sequences);
  const auto n = static_cast<std::int64_t>(source_.Below(6)) - 1;
  Check(source_.Maybe() ? sampler_rollback(sequence, n, error_.get())
                        : sampler_redraw(sequence, n, error_.get()));
}

void Program::SetAttempt() {
  Check(sampler_sequence_set_attempt(Any(handles_.sequences), source_.Byte(),
                                     error_.get()));
  (void)sampler_sequence_attempt(Any(handles_.sequences));
}

void Program::Save() {
  std::string text(source_.Maybe() ? 4096 : source_.Byte(), '\0');
  std::size_t size = 0;
  const bool done = Check(
      sampler_sequence_snapshot(Any(handles_.sequences), OrNull(text.data()),
                                text.size(), OrNull(&size), error_.get()));
  if (!done) return;
  text.resize(size);
  if (source_.Maybe() && size > 0) text[source_() % size] = '7';
  Check(sampler_sequence_restore(
      Any(handles_.pipelines), text.data(), text.size(),
      Place(handles_.sequences, sampler_sequence_free), error_.get()));
}

void Program::Fork() {
  sampler_sequence* fork = nullptr;
  const bool done = Check(sampler_sequence_fork(
      Any(handles_.sequences), source_.Byte(), OrNull(&fork), error_.get()));
  Require(done == (fork != nullptr), "a fork is made, or nothing");
  sampler_sequence_free(fork);
}

void Program::Batch() {
  std::vector<sampler_token> tokens(3, {sizeof(sampler_token), -7, {}, 0});
  sampler_logprob top[3];
  std::vector<sampler_report> reports(3);
  std::vector<sampler_step> steps(3);
  sampler_row rows[3];
  const std::size_t size =
      source_.Maybe() ? sizeof(sampler_step) : offsetof(sampler_step, raw);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    sampler_sequence* const sequence = Any(handles_.sequences);
    rows[i] = AnyRow();
    reports[i] = {sizeof(sampler_report), {}, &top[i], 1, 0};
    steps[i] = {size,    sequence,           OrNull(&rows[i]),
                nullptr, OrNull(&tokens[i]), &reports[i],
                nullptr};
  }
  const std::size_t count = source_.Below(4);
  const bool done =
      source_.Maybe()
          ? Check(sampler_sample_batch(
                steps.data(), size == sizeof(steps[0]) ? count : count % 2,
                nullptr, error_.get()))
          : Check(sampler_sample_batch_with(handles_.workspaces.data(),
                                            source_.Below(4), steps.data(),
                                            count % 2, nullptr, error_.get()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    Require(done || tokens[i].id == -7,
            "a batch that does not begin writes nothing");
    if (tokens[i].id != -7) row_of_[steps[i].sequence] = rows[i];
  }
}

void Program::Logprobs() {
  sampler_logprob of_token;
  sampler_logprob top[3];
  std::size_t count = 0;
  sampler_sequence* const sequence = Any(handles_.sequences);
  Check(sampler_logprobs(sequence, OrNull(&row_of_[sequence]), source_.Maybe(),
                         source_.Byte() - 1, OrNull(&of_token), OrNull(top),
                         source_.Below(4), OrNull(&count), error_.get()));
}

}  // namespace sampler::fuzz
