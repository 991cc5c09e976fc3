// Snapshots of sequences: what they restore, and what is none.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/sequence.h"
#include "tests/support/mutated_text.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::sequence_snapshot_test {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kSize = 50;

TEST(Snapshot, RestoresExtremes) {
  Sequence s = Sequence::Create(1 << 20, {.seed = ~std::uint64_t{0},
                                          .stream = ~std::uint32_t{0},
                                          .prompt = {(1 << 20) - 1}})
                   .value();
  for (const std::int64_t clock :
       {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
        std::numeric_limits<std::int64_t>::max()}) {
    s.set_clock(clock);
    const absl::StatusOr<Sequence> restored = Sequence::Restore(s.Snapshot());
    ASSERT_TRUE(restored.ok()) << restored.status();
    EXPECT_TRUE(*restored == s);
  }
}

TEST(Snapshot, OfAnotherVersionIsNamed) {
  for (const std::string& text :
       {std::string(R"({"version": 2})"),
        std::string(R"({"version": 2, "vocabulary_size": "many"})")}) {
    EXPECT_EQ(Sequence::Restore(text).status().message(),
              "sequence snapshot: /version: want 1, got 2");
  }
}

TEST(Snapshot, ThatIsWrongIsRefusedWithAReason) {
  const Json good = Json::parse(MakeSequence(kSize, {1, 2}, {3}).Snapshot());
  const auto message = [](const std::string& text) {
    const absl::StatusOr<Sequence> s = Sequence::Restore(text);
    EXPECT_EQ(s.status().code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(s.status().message());
  };
  const auto with = [&](const std::string& key, const Json& value) {
    Json json = good;
    json[key] = value;
    return message(json.dump());
  };
  for (const auto& [key, value] : good.items()) {
    Json json = good;
    json.erase(key);
    EXPECT_NE(message(json.dump()).find("/" + key + ": want"),
              std::string::npos);
    for (const Json& wrong : {Json(), Json("x"), Json(1.5), Json(-1.0),
                              Json(true), Json::object(), Json({{{}}})}) {
      EXPECT_NE(with(key, wrong), "") << key << wrong;
    }
  }
  EXPECT_EQ(with("version", 2), "sequence snapshot: /version: want 1, got 2");
  // Before a key that another version may not have.
  EXPECT_EQ(message(R"({"version": 2})"),
            "sequence snapshot: /version: want 1, got 2");
  EXPECT_EQ(message(R"({"version": 1})"),
            "sequence snapshot: /vocabulary_size: want an integer in "
            "[-9223372036854775808, 9223372036854775807]");
  EXPECT_EQ(with("state_owner", 5),
            "sequence snapshot: /state_owner: want 0 where no state is "
            "carried");
  EXPECT_EQ(with("seed", -1),
            "sequence snapshot: /seed: want an integer in [0, "
            "18446744073709551615]");
  EXPECT_EQ(with("stream", std::int64_t{1} << 32),
            "sequence snapshot: /stream: want an integer in [0, 4294967295]");
  EXPECT_EQ(with("prompt", {1, -1}),
            "sequence snapshot: /prompt: want a list of token ids");
  with("vocabulary_size", 0);
  with("vocabulary_size", (1 << 20) + 1);
  with("vocabulary_size", 3);  // The output token 3 lies outside.
  with("prompt", {50});
  with("output", {50});
  with("output", {std::int64_t{1} << 31});
  with("output", {std::int64_t{1} << 40});
  with("extra", 1);
}

TEST(Snapshot, ThatIsNoSnapshotIsRefused) {
  std::string nested(200000, '[');
  for (const std::string& text :
       {std::string(), std::string("null"), std::string("[]"), std::string("{"),
        std::string("{}"), std::string("\xff\xfe"),
        std::string("{\"version\": 1e999}"), std::string(1, '\0'), nested,
        std::string("{\"version\":1,\"version\":1}")}) {
    EXPECT_EQ(Sequence::Restore(text).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(Sequence::Restore(absl::string_view()).ok());
}

TEST(Snapshot, WithTextBehindANulByteIsRefused) {
  std::string text = Sequence::Create(10, {.seed = 1})->Snapshot();
  ASSERT_TRUE(Sequence::Restore(text).ok());
  text += '\0';
  EXPECT_FALSE(Sequence::Restore(text).ok());
  EXPECT_FALSE(Sequence::Restore(text + "{}").ok());
}

TEST(Snapshot, WithARepeatedKeyIsRefused) {
  std::string text = MakeSequence(kSize, {}, {3}).Snapshot();
  text.insert(1, "\"seed\": 99, ");
  EXPECT_FALSE(Sequence::Restore(text).ok());
}

TEST(Snapshot, SurvivesMutationsWithoutACrash) {
  std::mt19937_64 random(2);
  const std::string good =
      MakeSequence(kSize, {1, 2, 30}, {4, 5}, 123, 9).Snapshot();
  const std::string alphabet = "{}[]\",:0123456789-.eEtrufalsn\\ \xff";
  int restored = 0;
  for (int i = 0; i < Share(5000); ++i) {
    const std::uint64_t changes = 1 + random() % 3;
    const std::string text = MutatedText(good, changes, alphabet, "", random);
    const absl::StatusOr<Sequence> s = Sequence::Restore(text);
    if (!s.ok()) continue;
    ++restored;  // Whatever was accepted is a sequence like any other.
    ASSERT_TRUE(*Sequence::Restore(s->Snapshot()) == *s);
  }
  EXPECT_GT(restored, 0);
}

}  // namespace
}  // namespace sampler::sequence_snapshot_test
