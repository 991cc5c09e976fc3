#include "sampler/sequence.h"

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/random/random.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<std::int32_t>;

constexpr std::int64_t kSize = 50;

Tokens Output(const Sequence& s) {
  return {s.history().output().begin(), s.history().output().end()};
}

TEST(Sequence, StartsEmptyWithWhatItWasGiven) {
  const Sequence s =
      Sequence::Create(
          kSize, {.seed = ~std::uint64_t{0}, .stream = 7, .prompt = {1, 2}})
          .value();
  EXPECT_EQ(s.position(), 0);
  EXPECT_EQ(s.vocabulary_size(), kSize);
  EXPECT_EQ(s.seed(), ~std::uint64_t{0});
  EXPECT_EQ(s.stream(), 7u);
  EXPECT_EQ(s.clock(), 0);
  EXPECT_EQ(s.history().prompt().size(), 2u);
}

TEST(Sequence, ForksWithRandomNumbersOfItsOwn) {
  Sequence s = Sequence::Create(kSize, {.seed = 3, .prompt = {1}}).value();
  ASSERT_TRUE(s.AcceptId(4).ok());
  const Sequence fork = s.Fork(9);
  EXPECT_EQ(fork.stream(), 9u);
  EXPECT_EQ(fork.seed(), s.seed());
  EXPECT_EQ(Output(fork), Output(s));
  EXPECT_NE(fork.coins().Bits(Purpose::kTokenDraw),
            s.coins().Bits(Purpose::kTokenDraw));
  const Sequence copy = s;
  EXPECT_EQ(copy.coins().Bits(Purpose::kTokenDraw),
            s.coins().Bits(Purpose::kTokenDraw));
}

TEST(Sequence, RefusesBadSizesAndPrompts) {
  const auto message = [](std::int64_t size, Tokens prompt) {
    const absl::StatusOr<Sequence> s =
        Sequence::Create(size, {.prompt = std::move(prompt)});
    EXPECT_EQ(s.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(s.status().message());
  };
  EXPECT_EQ(message(0, {}),
            "vocabulary size: got 0, want an integer in [1, 1048576]");
  EXPECT_EQ(message(-1, {}),
            "vocabulary size: got -1, want an integer in [1, 1048576]");
  EXPECT_EQ(message((1 << 20) + 1, {}),
            "vocabulary size: got 1048577, want an integer in [1, 1048576]");
  EXPECT_EQ(message(5, {0, 5}),
            "prompt token 1: got 5, want a token id in [0, 5)");
  EXPECT_EQ(message(5, {-1}),
            "prompt token 0: got -1, want a token id in [0, 5)");
  EXPECT_TRUE(Sequence::Create(1, {.prompt = {0}}).ok());
  EXPECT_TRUE(Sequence::Create(1 << 20, {}).ok());
}

TEST(Sequence, RefusesBadTokensAndRollbacksUnchanged) {
  Sequence s = MakeSequence(kSize, {1}, {2, 3});
  const Sequence before = s;
  for (const std::int32_t token :
       {-1, static_cast<int>(kSize), std::numeric_limits<std::int32_t>::min(),
        std::numeric_limits<std::int32_t>::max()}) {
    EXPECT_EQ(s.AcceptId(token).code(), absl::StatusCode::kOutOfRange);
  }
  for (const std::int64_t n : {std::int64_t{-1}, std::int64_t{3},
                               std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(s.Rollback(n).code(), absl::StatusCode::kOutOfRange);
  }
  EXPECT_TRUE(s == before);
  EXPECT_EQ(s.Rollback(3).message(),
            "tokens to roll back: got 3, want an integer in [0, 2]");
  EXPECT_TRUE(s.Rollback(0).ok());
  EXPECT_TRUE(s == before);
}

TEST(Sequence, AfterARollbackEqualsOneThatNeverAccepted) {
  std::mt19937_64 random(1);
  const Pipeline pipeline = MakePipeline(
      R"({"type": "repetition_penalty", "penalty": 1.3, "window": 7},
         {"type": "frequency_penalty", "penalty": 0.3},
         {"type": "presence_penalty", "penalty": 0.2, "scope": "both"},
         {"type": "temperature", "schedule": {"from": 2, "to": 0.5,
                                              "steps": 10}},
         {"type": "top_p", "p": 0.9})",
      kSize);
  Workspace workspace;
  std::vector<float> row(kSize);
  for (int trace = 0; trace < Share(300); ++trace) {
    Tokens prompt(random() % 10);
    for (auto& t : prompt) t = static_cast<std::int32_t>(random() % kSize);
    const std::uint64_t seed = random();
    const auto stream = static_cast<std::uint32_t>(random());
    Sequence s = Sequence::Create(
                     kSize, {.seed = seed, .stream = stream, .prompt = prompt})
                     .value();
    Tokens straight;
    for (int step = 0; step < 15; ++step) {
      const std::uint64_t action = random() % 4;
      if (action == 0) {
        const std::size_t n = random() % (straight.size() + 1);
        ASSERT_TRUE(s.Rollback(static_cast<std::int64_t>(n)).ok());
        straight.resize(straight.size() - n);
      } else if (action == 1) {  // On a copy, or through a snapshot.
        Sequence other = s;
        ASSERT_TRUE(other.AcceptId(0).ok());
        ASSERT_FALSE(other == s);
        ASSERT_TRUE(other.Rollback(1).ok());
        ASSERT_TRUE(other == s);
        const absl::StatusOr<Sequence> restored =
            Sequence::Restore(s.Snapshot());
        ASSERT_TRUE(restored.ok()) << restored.status();
        s = *restored;
      } else {
        for (float& v : row) v = static_cast<float>(random() % 64) / 8.0f;
        // Sampling accepts nothing and may be repeated.
        const Sequence fresh =
            MakeSequence(kSize, prompt, straight, seed, stream);
        const Token token =
            pipeline.Sample(absl::Span<const float>(row), s, workspace);
        const Token again =
            pipeline.Sample(absl::Span<const float>(row), fresh, workspace);
        ASSERT_EQ(token.status, RowStatus::kOk);
        ASSERT_EQ(token.id, again.id);
        ASSERT_EQ(token.bits, again.bits);
        ASSERT_TRUE(s == fresh);
        ASSERT_TRUE(s.AcceptId(token.id).ok());
        straight.push_back(token.id);
      }
      const Sequence fresh =
          MakeSequence(kSize, prompt, straight, seed, stream);
      ASSERT_TRUE(s == fresh);
      ASSERT_EQ(s.Snapshot(), fresh.Snapshot());
      ASSERT_EQ(s.position(), static_cast<std::int64_t>(straight.size()));
      ASSERT_EQ(Output(s), straight);
      ASSERT_EQ(s.coins().Bits(Purpose::kTokenDraw),
                Coins(seed, stream, static_cast<std::uint32_t>(straight.size()))
                    .Bits(Purpose::kTokenDraw));
    }
  }
}

TEST(Sequence, ComparesEveryPartOfItsState) {
  const Sequence a = MakeSequence(kSize, {1}, {2}, 3, 4);
  EXPECT_TRUE(a == MakeSequence(kSize, {1}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize + 1, {1}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {2}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1, 2}, {}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1}, {2}, 4, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1}, {2}, 3, 5));
  Sequence b = a;
  b.set_clock(1);
  EXPECT_FALSE(a == b);
}

// ---- Snapshots --------------------------------------------------------------

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
    std::string text = good;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = alphabet[random() % alphabet.size()];
          break;
        case 1:
          text.insert(at, 1, alphabet[random() % alphabet.size()]);
          break;
        default:
          text.erase(at, 1 + random() % 4);
      }
      if (text.empty()) break;
    }
    const absl::StatusOr<Sequence> s = Sequence::Restore(text);
    if (!s.ok()) continue;
    ++restored;  // Whatever was accepted is a sequence like any other.
    ASSERT_TRUE(*Sequence::Restore(s->Snapshot()) == *s);
  }
  EXPECT_GT(restored, 0);
}

}  // namespace
}  // namespace sampler
