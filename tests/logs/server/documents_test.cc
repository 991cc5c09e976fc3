#include "sampler/logs/server/documents.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sampler::logs {
namespace {

std::size_t Count(absl::string_view text) {
  const auto read = ReadDocuments("f", text, /*allow_partial=*/false);
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? read->documents.size() : 0;
}

TEST(DocumentsTest, TellsOneTextFromLines) {
  EXPECT_EQ(Count("{\"a\":1}"), 1u);
  EXPECT_EQ(Count("\xef\xbb\xbf\n {\n \"a\": 1\n}\n\n"), 1u);
  EXPECT_EQ(Count("{\"a\":1}\n{\"a\":2}\n"), 2u);
  EXPECT_EQ(Count("{\"a\":1}\r\n\r\n{\"a\":2}"), 2u);
  EXPECT_EQ(Count("[{\"a\":1},\n{\"a\":2}]"), 1u);
}

TEST(DocumentsTest, ReadsEventStreams) {
  const auto read = ReadDocuments("f",
                                  ": ping\n\nevent: message\nid: 4\n"
                                  "data: {\"a\":1}\n\ndata:{\"a\":2}\r\n\r\n"
                                  "retry: 10\ndata: [DONE]\n\n",
                                  false);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->events);
  ASSERT_EQ(read->documents.size(), 3u);
  EXPECT_EQ(read->documents[1].line, 7);
  EXPECT_TRUE(read->documents[2].ends_stream);
}

TEST(DocumentsTest, ReadsEventStreamsWhateverEndsTheirLines) {
  for (const absl::string_view end : {"\n", "\r", "\r\n"}) {
    std::string text;
    for (const absl::string_view line :
         {"retry: 3000", "", "data: {\"a\":1}", "", "data: {\"a\":2}", "",
          "data: [DONE]", ""}) {
      absl::StrAppend(&text, line, end);
    }
    const auto read = ReadDocuments("f", text, false);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(read->events);
    ASSERT_EQ(read->documents.size(), 3u);
    EXPECT_EQ(read->documents[1].line, 5);
  }
  EXPECT_EQ(Count("{\"a\":1}\r{\"a\":2}\r"), 2u);
  EXPECT_EQ(Count("{\r\"a\":1}\r"), 1u);
}

TEST(DocumentsTest, TakesACutLastLineForATruncation) {
  const char* const cut = "{\"a\":1}\n{\"a\":2}\n{\"a\":";
  const auto refused = ReadDocuments("f", cut, false);
  EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "line 3"));
  const auto partial = ReadDocuments("f", cut, true);
  ASSERT_TRUE(partial.ok());
  EXPECT_TRUE(partial->cut);
  EXPECT_EQ(partial->documents.size(), 2u);
}

TEST(DocumentsTest, NamesTheLineThatIsWrong) {
  const auto inside = ReadDocuments("f", "{\"a\":1}\n{\"a\":\n{}\n", true);
  EXPECT_TRUE(absl::IsInvalidArgument(inside.status())) << inside.status();
  EXPECT_TRUE(absl::StrContains(inside.status().message(), "line 2"));
  const auto strange = ReadDocuments("f", "data: {}\nhello\n", true);
  EXPECT_TRUE(absl::StrContains(strange.status().message(), "line 2"));
}

}  // namespace
}  // namespace sampler::logs
