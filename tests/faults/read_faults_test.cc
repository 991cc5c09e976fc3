// The n-th call of a file fails while a log is read, for every n: that is an
// error. Interruptions and short counts change nothing.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "tests/faults/every_call.h"
#include "tests/faults/failing_calls.h"
#include "tests/logs/log_files.h"

namespace sampler::faults {
namespace {

// A log is read as it is, or an error says that it cannot be read.
TEST(EveryReadFault, IsAnErrorAndNoOtherLog) {
  const std::string data = SAMPLER_TEST_DATA;
  const logs::ScratchFolder folder;
  const std::string small = folder.path() + "/log.safetensors";
  {
    auto logger = logs::Logger::Create(small, {.vocabulary_size = 60});
    ASSERT_TRUE(logger.ok()) << logger.status();
    std::vector<float> row(60);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<float>(i);
    for (const TokenId token : {1, 2, 3}) {
      ASSERT_TRUE(logger->Append(0, row, token, {.attempt = 4}).ok());
    }
    ASSERT_TRUE(logger->Finish().ok());
  }
  const std::string paths[] = {small, data + "/conformance/vllm.npz",
                               data + "/server/llama-completion.json",
                               data + "/alice-1.logits"};
  for (const std::string& path : paths) {
    const auto read = [&]() -> std::string {
      const auto log = logs::Log::Open(path);
      if (!log.ok()) return absl::StrCat("! ", log.status().message());
      std::string text = absl::StrCat((*log)->rows(), ":");
      logs::RowBuffer buffer;
      for (std::int64_t r = 0; r < std::min<std::int64_t>((*log)->rows(), 3);
           ++r) {
        const auto row = (*log)->Row(r, buffer);
        if (!row.ok()) return absl::StrCat("! ", row.status().message());
        for (std::size_t i = 0; i < 8; ++i) {
          absl::StrAppend(&text, " ", (*row)[i]);
        }
      }
      return text;
    };
    const std::string expected = read();
    for (const Fault& fault : {Errors()[0], kNuisances[0], kNuisances[1]}) {
      ForEveryCall(path, fault, [&](std::int64_t n) {
        const FailingCalls failing(n, fault.how, fault.error);
        const std::string text = read();
        if (text != expected) {
          EXPECT_EQ(text.substr(0, 2), "! ") << failing.happened();
          EXPECT_TRUE(fault.how == CallFault::kError)
              << failing.happened() << ": " << text;
        }
        return failing.happened();
      });
    }
  }
}

}  // namespace
}  // namespace sampler::faults
