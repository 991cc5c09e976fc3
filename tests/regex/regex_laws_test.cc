// The law of texts without matches is that of texts without phrases, where the
// expression is those phrases. Seeds are fixed; the chance that a correct
// library fails is 1e-9.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "sampler/regex/regex_phrase.h"
#include "tests/rewind/rewinder_laws.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

Text Tell(const Pipeline& pipeline, const Rewinder::Phrase& phrase,
          std::uint32_t stream, Workspace& workspace) {
  Rewinder rewinder = Rewinder::Create({phrase}).value();
  Sequence sequence =
      pipeline.NewSequence({.seed = 3, .stream = stream}).value();
  while (true) {
    const Text text(sequence.history().output().begin(),
                    sequence.history().output().end());
    if (text.size() == kLength) {
      // The end of the text shows what its last byte completes.
      const auto finished = rewinder.Finish(sequence);
      EXPECT_TRUE(finished.ok());
      if (finished->next == Rewinder::Next::kGoOn) return text;
      continue;
    }
    const Token token = pipeline.Sample(LogitsAfter(text), sequence, workspace);
    EXPECT_EQ(token.status, RowStatus::kOk);
    EXPECT_TRUE(sequence.Accept(token).ok());
    const auto id = static_cast<std::size_t>(token.id);
    EXPECT_TRUE(rewinder.Add(token.id, Spellings()[id], sequence).ok());
  }
}

TEST(RegexLaws, TextsHaveTheLawOfTheProcess) {
  Rewinder::Phrase phrase = RegexPhrase(absl::StrJoin(Phrases(), "|")).value();
  for (const std::string chain :
       {"", R"({"type": "presence_penalty", "penalty": 0.8})",
        R"({"type": "mirostat", "tau": 1.0, "eta": 0.8})"}) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Enumeration enumeration(pipeline);
    Workspace workspace;
    std::map<Text, double> counts;
    const int texts = Share(20'000);
    for (int i = 0; i < texts; ++i) {
      ++counts[Tell(pipeline, phrase, static_cast<std::uint32_t>(i),
                    workspace)];
    }
    EXPECT_LT(Misfit("regex", chain, enumeration, counts, texts), 1.0) << chain;
  }
}

}  // namespace
}  // namespace sampler
