#include "sampler/logs/formats/llama_logits.h"

#include <cmath>
#include <limits>

#include "tests/logs/log_files.h"

namespace sampler::logs::llama_logits_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// 76 bytes: n_ctx 6, n_vocab 3, one chunk, logits [1, 0, -20], [0.5, 2.5, -1].
std::string Golden() {
  return BytesOfHex(
      "5f6c6f676974735f060000000300000001000000"
      "000000000100000002000000010000000000000002000000"
      "800080398f8182c1ffffffef00000000"
      "e0006038accd69c0b66dffff00000000");
}

OpenOptions Keep() {
  OpenOptions options;
  options.floor = FloorPolicy::kKeep;
  return options;
}

// Decodes as the format defines it: two roundings, no fused operation.
double Decode(const LlamaRow& row, std::size_t i) {
  const volatile float product = row.scale * static_cast<float>(row.codes[i]);
  return static_cast<double>(product + row.min_log_prob);
}

TEST(LlamaLogitsTest, ReadsTheGoldenFile) {
  ASSERT_EQ(Golden().size(), 76u);
  const auto log = Log::Open(WriteFile("kld", Golden()));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().format, Format::kLlamaLogits);
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ((*log)->vocabulary_size(), 3);
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{0, 2}));
  ASSERT_EQ((*log)->sequences().size(), 1u);
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt),
            (std::vector<std::int32_t>{0, 1, 2, 1}));
  const std::vector<double> values = AllValues(**log);
  const std::vector<double> expected = {-0.313261, -1.313276, -kInfinity,
                                        -2.153201, -0.153178, -3.653178};
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isinf(expected[i])) {
      EXPECT_EQ(values[i], expected[i]);
    } else {
      EXPECT_NEAR(values[i], expected[i], 1e-6) << i;
    }
  }
}

TEST(LlamaLogitsTest, KeepingTheFloorGivesItItsValue) {
  const auto log = Log::Open(WriteFile("kld", Golden()), Keep());
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_NEAR(AllValues(**log)[2], -16.313261, 1e-6);
}

TEST(LlamaLogitsTest, TellsAFloorFromATrueMinimum) {
  const auto log = Log::Open(WriteFile("kld", Golden()));
  ASSERT_TRUE(log.ok()) << log.status();
  const auto floor = (*log)->Floor(0).value();
  ASSERT_TRUE(floor.has_value());
  EXPECT_NEAR(floor->window, 16, 1e-5);
  EXPECT_TRUE(floor->full);
  EXPECT_TRUE(floor->dropped);
  EXPECT_EQ(floor->count, 1);
  EXPECT_NEAR(floor->log_prob, -16.313261, 1e-6);
  const auto minimum = (*log)->Floor(1).value();
  ASSERT_TRUE(minimum.has_value());
  EXPECT_NEAR(minimum->window, 3.5, 1e-5);
  EXPECT_FALSE(minimum->full);
  EXPECT_FALSE(minimum->dropped);
  EXPECT_EQ(minimum->count, 0);
}

// Odd and even widths; windows of 16 and 24 nats, near misses of both, and a
// row of equal logits, which the writer stores with scale 0.
TEST(LlamaLogitsTest, DropsCodeZeroExactlyInWindowsOf16And24Nats) {
  struct Case {
    float window;
    bool full;
  };
  for (const std::int32_t width : {1, 2, 3, 4, 5}) {
    for (const Case& c : std::vector<Case>{{16, true},
                                           {24, true},
                                           {16.01f, true},
                                           {23.98f, true},
                                           {16.03f, false},
                                           {15.9f, false},
                                           {24.1f, false},
                                           {20, false},
                                           {3.5f, false},
                                           {0, false}}) {
      LlamaRow row{c.window / 65535, -c.window - 0.25f, {}};
      for (std::int32_t i = 0; i < width; ++i) {
        row.codes.push_back(static_cast<std::uint16_t>(i * 13107));
      }
      const std::string path = WriteFile(
          "kld", LlamaLogits(3, width, 2, {0, 0, 0, 0, 0, 0}, {row, row}));
      const auto drop = Log::Open(path);
      const auto keep = Log::Open(path, Keep());
      ASSERT_TRUE(drop.ok()) << drop.status();
      ASSERT_TRUE(keep.ok()) << keep.status();
      const auto dropped = AllValues(**drop);
      const auto kept = AllValues(**keep);
      ASSERT_EQ(std::ssize(kept), 2 * width);
      for (std::size_t i = 0; i < kept.size(); ++i) {
        const std::size_t id = i % static_cast<std::size_t>(width);
        EXPECT_EQ(kept[i], Decode(row, id));
        EXPECT_EQ(dropped[i], c.full && id == 0 ? -kInfinity : Decode(row, id));
      }
      EXPECT_EQ((*(*keep)->Floor(1))->full, c.full) << c.window;
      EXPECT_EQ((*(*keep)->Floor(1))->count, c.full ? 1 : 0);
      EXPECT_FALSE((*(*keep)->Floor(1))->dropped);
    }
  }
}

TEST(LlamaLogitsTest, EachChunkIsASequenceWithTheTokenAfterEachPosition) {
  // n_ctx 5: two positions of context after the first, R = 2.
  std::vector<std::int32_t> tokens;
  for (std::int32_t i = 0; i < 10; ++i) tokens.push_back(i);
  const LlamaRow row{0.001f, -5, std::vector<std::uint16_t>(10, 9)};
  const auto log = Log::Open(
      WriteFile("kld", LlamaLogits(5, 10, 2, tokens, {row, row, row, row})));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{3, 4, 8, 9}));
  ASSERT_EQ((*log)->sequences().size(), 2u);
  EXPECT_EQ(Ids((*log)->sequences()[1].prompt),
            (std::vector<std::int32_t>{5, 6, 7}));
  EXPECT_EQ((*log)->sequences()[1].first_row, 2);
  EXPECT_EQ((*log)->sequences()[1].rows, 2);
}

TEST(LlamaLogitsTest, EveryPrefixGivesItsWholeRowsOrAnError) {
  CheckEveryPrefix(Golden(), 8, 44, 16);
  const LlamaRow row{16.0f / 65535, -17, {0, 1, 2, 65535}};
  CheckEveryPrefix(LlamaLogits(5, 4, 2, {0, 1, 2, 3, 0, 1, 2, 3, 0, 1},
                               {row, row, row, row}),
                   8, 60, 16);
}

TEST(LlamaLogitsTest, RefusesAFileLongerThanItsHeaderSays) {
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("kld", Golden() + "x")),
                      absl::StatusCode::kInvalidArgument,
                      {"got 77 bytes", "want 76"}));
}

TEST(LlamaLogitsTest, RefusesHostileHeaders) {
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  struct Case {
    std::int32_t context, vocabulary, chunks;
    absl::StatusCode code;
  };
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  for (const Case& c :
       std::vector<Case>{{0, 3, 1, kInvalid},
                         {2, 3, 1, kInvalid},
                         {-6, 3, 1, kInvalid},
                         {6, 0, 1, kInvalid},
                         {6, -3, 1, kInvalid},
                         {6, 3, 0, kInvalid},
                         {6, 3, -1, kInvalid},
                         {kMax, kMax, kMax, kInvalid},
                         {6, kMax, 1, absl::StatusCode::kDataLoss},
                         {kMax, 3, 1, absl::StatusCode::kDataLoss},
                         {6, 3, kMax, absl::StatusCode::kDataLoss}}) {
    std::string bytes = Golden();
    bytes.replace(
        8, 12, ArrayBytes<std::int32_t>({c.context, c.vocabulary, c.chunks}));
    for (const bool allow_partial : {false, true}) {
      OpenOptions options;
      options.allow_partial = allow_partial;
      EXPECT_TRUE(Refuses(Log::Open(WriteFile("kld", bytes), options), c.code,
                          {"got", "want"}))
          << c.context << " " << c.vocabulary << " " << c.chunks;
    }
  }
}

TEST(LlamaLogitsTest, RefusesTokensOutsideTheVocabulary) {
  std::string bytes = Golden();
  bytes[20 + 4 * 4] = 3;  // The token of row 0.
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("kld", bytes)),
                      absl::StatusCode::kInvalidArgument,
                      {"tokens[0]", "token id 3", "[0, 3)"}));
}

}  // namespace
}  // namespace sampler::logs::llama_logits_test
