#include "sampler/logs/server/json_node.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace sampler::logs {
namespace {

TEST(JsonNodeTest, KeepsTheOrderOfMembers) {
  const auto node = ParseJsonNode(R"({"9":1,"10":2,"1":-0.5})");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->keys, (std::vector<std::string>{"9", "10", "1"}));
  EXPECT_EQ(node->Find("9")->integer, 1);
  EXPECT_EQ(node->items[2].number, -0.5);
  EXPECT_FALSE(node->items[2].integer.has_value());
  EXPECT_EQ(node->Find("2"), nullptr);
}

// Of two values of one field readers take the first or the last. Of two tokens
// of one text both were listed.
TEST(JsonNodeTest, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(ParseJsonNode(R"({"a":{"id":1,"b":[{"id":2}],"id":3}})")
                .status()
                .message(),
            "key \"id\" stands twice in one object, want it once");
  EXPECT_FALSE(ParseJsonNode(R"({"":1,"":1})").ok());
  EXPECT_FALSE(ParseJsonNode(R"({"1":-0.5,"2":-1,"1":-2})").ok());
  EXPECT_FALSE(
      ParseJsonNode(R"({"top_logprobs":[{"token":"a","token":"b"}]})").ok());
  const auto map =
      ParseJsonNode(R"({"top_logprobs":[{"a":-1,"b":-2,"a":-3}]})");
  ASSERT_TRUE(map.ok()) << map.status();
  EXPECT_EQ(map->items[0].items[0].keys.size(), 3u);
}

TEST(JsonNodeTest, TellsNullFromAbsent) {
  const auto node = ParseJsonNode(R"({"a":null,"b":true,"c":"x","d":[1]})");
  ASSERT_TRUE(node.ok());
  EXPECT_TRUE(node->Find("a")->is_null());
  EXPECT_EQ(node->Get("a"), nullptr);
  EXPECT_TRUE(node->IsTrue("b"));
  EXPECT_FALSE(node->IsTrue("c"));
  EXPECT_EQ(node->Text("c"), "x");
  EXPECT_EQ(node->Text("d"), "");
}

// json.dumps writes words that are no JSON; in strings they are text.
TEST(JsonNodeTest, ReadsPythonsBareWords) {
  const auto node =
      ParseJsonNode(R"([-Infinity, NaN, Infinity, "a \"NaN\" -Infinity"])");
  ASSERT_TRUE(node.ok()) << node.status();
  EXPECT_EQ(node->items[0].text, "-Infinity");
  EXPECT_EQ(node->items[1].text, "NaN");
  EXPECT_EQ(node->items[2].text, "Infinity");
  EXPECT_EQ(node->items[3].text, "a \"NaN\" -Infinity");
}

TEST(JsonNodeTest, TellsACutTextFromAWrongOne) {
  const std::string text = R"({"a":[1,{"b":"c\u00e9"},true,null,-1.5e3]})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto cut = ParseJsonNode(text.substr(0, size));
    EXPECT_FALSE(cut.ok()) << size;
  }
  EXPECT_TRUE(absl::IsDataLoss(ParseJsonNode(R"({"a":[1,2)").status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseJsonNode(R"({"a":"b)").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseJsonNode("[1 2]").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseJsonNode("[1]]").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ParseJsonNode("\"\xff\"").status()));
}

TEST(JsonNodeTest, RefusesDeepNesting) {
  const std::string deep(100000, '[');
  EXPECT_TRUE(absl::IsInvalidArgument(ParseJsonNode(deep).status()));
  const std::string most = std::string(JsonNode::kDeepest, '[') +
                           std::string(JsonNode::kDeepest, ']');
  EXPECT_TRUE(ParseJsonNode(most).ok());
}

}  // namespace
}  // namespace sampler::logs
