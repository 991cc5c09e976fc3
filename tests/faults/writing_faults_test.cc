// The n-th allocation fails, for every n, while something is written that is
// JSON inside: configs, and logs with the settings of their sequences.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/faults/every_allocation.h"
#include "tests/logs/log_files.h"

namespace sampler::faults {
namespace {

constexpr std::int64_t kVocabulary = 40;

constexpr char kConfig[] = R"({
  "version": 1, "description": "a \"name\" of some length, for the heap",
  "seed": 18446744073709551615,
  "phases": {"thinking": {"begin": [[1]], "end": [[2], [3, 4]]}},
  "stages": [
    {"type": "logit_bias", "bias": {"3": 1.5, "7": -2}},
    {"type": "dry", "multiplier": 0.8},
    {"type": "temperature", "temperature": 0.7, "when": {"phase": "thinking"}},
    {"type": "mirostat", "version": 2}, {"type": "categorical"}]})";

TEST(WritingFaults, AConfigIsWrittenOrNot) {
  const PipelineConfig config = ParseConfig(kConfig, kVocabulary).value();
  ExpectAllOrNothing("a config", [&] { return ToJson(config); });
  ExpectAllOrNothing("a printed config", [&] { return ToPrintedJson(config); });
}

// A logger that runs out of memory leaves nothing behind but its journal, which
// is not locked.
TEST(WritingFaults, ALogIsWrittenOrNot) {
  const Pipeline pipeline =
      Pipeline::Create(ParseConfig(kConfig, kVocabulary).value(), kVocabulary)
          .value();
  const logs::SequenceSettings settings =
      logs::SettingsOf(pipeline, pipeline.NewSequence({}).value());
  const logs::ScratchFolder folder;
  const std::string path = absl::StrCat(folder.path(), "/log");
  const std::vector<float> row(kVocabulary, 1.0f);
  ExpectAllOrNothing("a logger", [&] {
    auto logger =
        logs::Logger::Create(path, {.vocabulary_size = kVocabulary,
                                    .metadata = {{"name", "x"}},
                                    .overwrite = logs::Overwrite::kYes});
    absl::Status status = logger.status();
    if (status.ok()) status = logger->Describe(0, settings);
    if (status.ok()) status = logger->Append(0, Logits(row), 3);
    if (status.ok()) status = logger->Finish();
    return std::string(status.message());
  });
}

}  // namespace
}  // namespace sampler::faults
