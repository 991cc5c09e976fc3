// Journals that no logger wrote: an error, never a crash.

#include "sampler/logs/journal/recover.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "sampler/logs/journal/journal.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

// A journal with these records behind good checksums.
struct Draft {
  std::string options =
      R"({"vocabulary_size": 3, "dtype": "f32", "top_k": 0, "metadata": {}})";
  RecordHeader header = {.type = RecordType::kDense};
  std::string payload = std::string(12, 'x');
};

std::string Write(const Draft& draft) {
  const std::string path = FreshPath("journal");
  auto writer = JournalWriter::Create(path);
  EXPECT_TRUE(writer.ok()) << writer.status();
  const auto bytes = [](const std::string& text) {
    return AsBytes(absl::MakeConstSpan(text));
  };
  EXPECT_TRUE(writer->Append({}, {bytes(draft.options)}).ok());
  EXPECT_TRUE(writer->Append(draft.header, {bytes(draft.payload)}).ok());
  return path;
}

absl::StatusOr<RecoveredLog> Recover(const std::string& journal) {
  return RecoverLog(journal, FreshPath("recovered"), Overwrite::kNo);
}

TEST(Recover, TakesWhatALoggerCouldHaveWritten) {
  const auto recovered = Recover(Write({}));
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->rows, 1);
  Draft sparse;
  sparse.options =
      R"({"vocabulary_size": 3, "dtype": "bf16", "top_k": 1, "metadata": {}})";
  sparse.header = {.type = RecordType::kSparse, .entries = 2};
  sparse.payload = std::string(4 + 2 * 10, '\0');
  sparse.payload[8] = 1;  // The second id.
  EXPECT_TRUE(Recover(Write(sparse)).ok());
  sparse.payload[8] = 0;  // The same as the first: a log could not be read.
  EXPECT_FALSE(Recover(Write(sparse)).ok());
}

// A log of them could not be read.
TEST(Recover, RefusesListsWithNumbersThatAreNone) {
  Draft sparse;
  sparse.options =
      R"({"vocabulary_size": 3, "dtype": "bf16", "top_k": 1, "metadata": {}})";
  sparse.header = {.type = RecordType::kSparse, .entries = 2};
  const std::string sound = []() {
    std::string payload(4 + 2 * 10, '\0');
    payload[8] = 1;  // The second id.
    return payload;
  }();
  // The upper halves of the logsumexp and of two logprobs; two logits.
  for (const std::size_t at : {2u, 14u, 18u, 20u, 22u}) {
    sparse.payload = sound;
    sparse.payload[at] = '\xc0';
    sparse.payload[at + 1] = '\x7f';
    EXPECT_TRUE(Refuses(Recover(Write(sparse)),
                        absl::StatusCode::kFailedPrecondition, {"NaN"}))
        << at;
  }
  sparse.payload = sound;
  EXPECT_TRUE(Recover(Write(sparse)).ok());
}

TEST(Recover, RefusesOtherOptions) {
  for (const char* options :
       {"", "{", "[]", "{}",
        R"({"vocabulary_size": 3, "dtype": "f32", "top_k": 0})",
        R"({"vocabulary_size": 0, "dtype": "f32", "top_k": 0, "metadata": {}})",
        R"({"vocabulary_size": 1e9, "dtype": "f32", "top_k": 0,
            "metadata": {}})",
        R"({"vocabulary_size": 99999999, "dtype": "f32", "top_k": 0,
            "metadata": {}})",
        R"({"vocabulary_size": 3, "dtype": "f64", "top_k": 0, "metadata": {}})",
        R"({"vocabulary_size": 3, "dtype": 32, "top_k": 0, "metadata": {}})",
        R"({"vocabulary_size": 3, "dtype": "f32", "top_k": -1,
            "metadata": {}})",
        R"({"vocabulary_size": 3, "dtype": "f32", "top_k": 0,
            "metadata": {"a": 1}})"}) {
    Draft draft;
    draft.options = options;
    EXPECT_TRUE(Refuses(Recover(Write(draft)),
                        absl::StatusCode::kFailedPrecondition, {"options"}))
        << options;
  }
}

TEST(Recover, RefusesOtherRecords) {
  const std::function<void(Draft&)> cases[] = {
      [](Draft& d) { d.payload.pop_back(); },
      [](Draft& d) { d.header.type = RecordType::kSparse; },
      [](Draft& d) { d.header.type = static_cast<RecordType>(77); },
      [](Draft& d) { d.header.source_dtype = 4; },
      [](Draft& d) {
        d.header.type = RecordType::kPrompt;
        d.payload = "abc";
      },
      [](Draft& d) {
        d.options = R"({"vocabulary_size": 3, "dtype": "f32", "top_k": 2,
                        "metadata": {}})";
        d.header = {.type = RecordType::kSparse,
                    .entries = std::uint64_t{1} << 62};
        d.payload = std::string(4, '\0');
      }};
  for (const auto& spoil : cases) {
    Draft draft;
    spoil(draft);
    EXPECT_TRUE(Refuses(Recover(Write(draft)),
                        absl::StatusCode::kFailedPrecondition, {"record"}));
  }
  Draft prompt;
  prompt.header.type = RecordType::kPrompt;
  EXPECT_TRUE(Refuses(Recover(Write(prompt)),
                      absl::StatusCode::kFailedPrecondition, {"got no row"}));
}

TEST(Recover, SurvivesRandomDamage) {
  std::ifstream file(Write({}), std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::mt19937 engine(7);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = bytes;
    for (int flips = 0; flips < 3; ++flips) {
      damaged[engine() % damaged.size()] = static_cast<char>(engine());
    }
    (void)Recover(WriteFile("damaged", damaged));
  }
}

}  // namespace
}  // namespace sampler::logs
