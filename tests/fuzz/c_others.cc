// Rewinders, loops, rounds of speculation and loggers, in C.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tests/fuzz/c_program.h"
#include "tests/fuzz/memory_file.h"

namespace sampler::fuzz {

void Program::MakeRewinder() {
  sampler_rewinder_free(handles_.rewinder);
  handles_.rewinder = nullptr;
  const sampler_phrase phrases[] = {
      {sizeof(sampler_phrase), OrNull("ab"), source_.Below(3), 1, 0, 0, 0, 0,
       nullptr, 0},
      {sizeof(sampler_phrase), "b a", 3, 0, source_.Maybe(), 1,
       static_cast<std::int64_t>(source_.Below(4)) - 1, source_.Maybe(),
       nullptr, 0}};
  Check(sampler_rewinder_create(OrNull(phrases), source_.Below(3),
                                OrNull(&handles_.rewinder), error_.get()));
}

void Program::Rewind() {
  sampler_answer answer = {};
  answer.struct_size = source_.Below(16) == 15 ? 0 : sizeof(answer);
  sampler_sequence* const sequence = Any(handles_.sequences);
  constexpr const char* kTexts[] = {"a", "b", " ", "ab", "", "xyz"};
  const char* const text = source_.Of(kTexts);
  switch (source_.Below(4)) {
    case 0:
      Check(sampler_rewinder_no_candidate(handles_.rewinder, sequence,
                                          OrNull(&answer), error_.get()));
      break;
    case 1:
      Check(sampler_rewinder_finish(handles_.rewinder, sequence,
                                    OrNull(&answer), error_.get()));
      break;
    default:
      Check(sampler_rewinder_add(handles_.rewinder, sequence,
                                 source_.Maybe() ? drawn_ : source_.Byte(),
                                 OrNull(text), std::strlen(text),
                                 OrNull(&answer), error_.get()));
  }
  (void)sampler_rewinder_held(handles_.rewinder);
}

void Program::Ban() {
  Check(sampler_sequence_ban(Any(handles_.sequences), source_.Byte(),
                             error_.get()));
}

void Program::FindLoop() {
  sampler_loop_rule rule = {sizeof(rule), 1, 0, 2};
  rule.max_length = source_.Byte();
  std::int64_t length = 0;
  Check(sampler_find_loop(Any(handles_.sequences), OrNull(&rule),
                          OrNull(&length), nullptr, error_.get()));
}

void Program::Speculate() {
  if (handles_.round == nullptr) {
    Check(sampler_round_create(&handles_.round, error_.get()));
  }
  sampler_sequence* const draft = Any(handles_.sequences);
  sampler_sequence* const target = Any(handles_.sequences);
  if (source_.Below(8) != 7) {
    Check(sampler_round_propose(handles_.round, draft, source_.Below(4),
                                RowAfter, this, error_.get()));
  }
  if (source_.Below(8) != 7) {
    Check(sampler_round_weigh(handles_.round, target, RowAfter, this,
                              error_.get()));
  }
  sampler_verdict verdict = {sizeof(verdict), source_.Below(4),
                             static_cast<std::int32_t>(source_.Byte()) - 1};
  int judgement = static_cast<int>(source_.Below(4));
  sampler_judgement judged;
  std::memcpy(&judged, &judgement, sizeof(judged));
  (void)Check(sampler_round_judge(handles_.round, judged, target, &verdict,
                                  error_.get()));
  Check(sampler_round_accept(handles_.round, OrNull(&verdict), target, draft,
                             error_.get()));
}

void Program::MakeLogger() {
  sampler_logger_free(handles_.logger);
  handles_.logger = nullptr;
  const std::string path = EmptyFolder() + "/log.safetensors";
  const char* const metadata[] = {"model", "any", "kind", OrNull("raw")};
  sampler_logger_options options = {};
  options.struct_size = source_.Below(16) == 15 ? source_.Below(sizeof(options))
                                                : sizeof(options);
  options.vocabulary_size = source_.Below(16) == 15 ? -1 : kVocabulary;
  options.dtype = source_.Maybe() ? SAMPLER_F32 : SAMPLER_F16;
  options.top_k = static_cast<std::int64_t>(source_.Below(6)) - 1;
  options.overwrite = source_.Maybe();
  options.metadata = metadata;
  options.metadata_count = source_.Below(3);
  Check(sampler_logger_create(OrNull(path.c_str()), &options, &handles_.logger,
                              error_.get()));
}

void Program::Log() {
  sampler_logger* const logger = handles_.logger;
  const auto number = static_cast<std::uint32_t>(source_.Below(3));
  sampler_sequence* const sequence = Any(handles_.sequences);
  switch (source_.Below(8)) {
    case 0: {
      const std::int32_t tokens[] = {1, 2, source_.Byte()};
      Check(sampler_logger_prompt(logger, number, OrNull(tokens),
                                  source_.Below(4), error_.get()));
      break;
    }
    case 1:
      Check(sampler_logger_describe(logger, number, sequence, error_.get()));
      break;
    case 2:
      Check(sampler_logger_take_back(
          logger, number, static_cast<std::int64_t>(source_.Below(4)) - 1,
          error_.get()));
      break;
    case 3:
      Check(sampler_logger_sync(logger, error_.get()));
      break;
    case 4:
      Check(sampler_logger_finish(logger, error_.get()));
      break;
    case 5:
      Check(sampler_logger_append_step(
          logger, number, sequence, OrNull(&row_of_[sequence]), error_.get()));
      break;
    default: {
      const sampler_row row = AnyRow();
      Check(sampler_logger_append(logger, number, OrNull(&row),
                                  source_.Byte() - 1, error_.get()));
    }
  }
}

sampler_status Program::RowAfter(void* program, const std::int32_t*,
                                 std::size_t, sampler_row* row) {
  auto& self = *static_cast<Program*>(program);
  if (self.source_.Below(32) == 31) return SAMPLER_FILE_ERROR;
  *row = self.AnyRow();
  return SAMPLER_OK;
}

}  // namespace sampler::fuzz
