// DEFLATE streams that zlib wrote, of every type of block.

#include "sampler/logs/npz/inflate.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

// Written by zlib: raw streams of Text(), of Noise(20, 300) and Text(), of
// Noise(256, 60), and of Noise(256, 50), 33,000 zeros and twice Noise(256, 50).
constexpr char kFixed[] =
    "2bc94855284acccc5300a2e00210a3b824b1b2582117c8cca9048996005514e400b9d660"
    "266d140300";

constexpr char kDynamic[] =
    "b58ecb6d43310c04254aa44851a47e0dbc3e52462af0214002388111fbe2eef35c44803d"
    "cc0ef6b06b59d7527723293960923489d6a95c11464687132d0e664c8530815bc8091694"
    "893ba9d7cd5388ea1a0e03a327b011b6c611034aeee69b23a84fe864e4cae656b9061940"
    "d3aa6e42841a1a86b0337644d731d3dc25090e8b76922d52a2c18bace86cac09f27966c7"
    "d157c22ca69170a45a6587c238c1155af65ec6421a4d39a93552e72caed27b0eadef566b"
    "6795089534c422958c538c9b5ca070c32a5d94c1fa066f6213b4bb3c3e3f8edfcbd7cf71"
    "e6fdf682fbe3f2bc1fdf275e9f2ffb5adcae677d3bfe6ffc07";

constexpr char kStored[] =
    "013c00c3ffc67e816b4bfbe2fb54f6bddf7c1ce18701bf31de56720f4767668759aa883c"
    "59ea56137bd285a1d83c54552f37ae655bda027998cce31a768e5fd999";

constexpr char kFar[] =
    "edcb210e8200000040e50306aa7f70260add604536661603cd8a733338fc86d5e00f1ccd"
    "07909841a7d1075028bec1ec5dbfdb6e5fccfb779f74d7e776fcaa86f5f4916e46b3755e"
    "65e7639c7dd2b06c0ea7364e1693e8b25ade830100000000000000000000000000000000"
    "000000000000000000000000000000f0376ebb7d31efdf7dd25d9fdbf1ab1ad6d347ba19"
    "cdd679959d8f71f649c3b2399cda38594ca2cb6a790f7e1f5f";

std::string Text() {
  const std::string line = "the rain in Spain stays mainly in the plain; ";
  return line + line + line;
}

std::string Noise(std::uint32_t values, int count) {
  std::string noise;
  std::uint32_t x = 1;
  for (int i = 0; i < count; ++i) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    noise += static_cast<char>((x >> 16) % values);
  }
  return noise;
}

// Inflates `stream`, read `piece` bytes at a time.
absl::StatusOr<std::string> Inflated(const std::string& stream,
                                     std::size_t piece) {
  std::size_t at = 0;
  std::string out;
  const absl::Status status = Inflate(
      [&]() -> absl::StatusOr<Bytes8> {
        const std::size_t count = std::min(piece, stream.size() - at);
        const Bytes8 bytes(
            reinterpret_cast<const unsigned char*>(stream.data()) + at, count);
        at += count;
        return bytes;
      },
      [&](Bytes8 bytes) {
        out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return out;
}

struct Stream {
  std::string bytes;
  std::string content;
};

std::vector<Stream> Streams() {
  return {{BytesOfHex(kFixed), Text()},
          {BytesOfHex(kDynamic), Noise(20, 300) + Text()},
          {BytesOfHex(kStored), Noise(256, 60)},
          {BytesOfHex(kFar), Noise(256, 50) + std::string(33000, '\0') +
                                 Noise(256, 50) + Noise(256, 50)}};
}

TEST(Inflate, ReadsWhatZlibWrote) {
  for (const Stream& stream : Streams()) {
    for (const std::size_t piece : {1u, 7u, 100000u}) {
      const auto out = Inflated(stream.bytes, piece);
      ASSERT_TRUE(out.ok()) << out.status();
      EXPECT_EQ(*out, stream.content);
    }
  }
}

TEST(Inflate, EveryPrefixIsTooShort) {
  for (const Stream& stream : Streams()) {
    for (std::size_t size = 0; size < stream.bytes.size(); ++size) {
      const auto out = Inflated(stream.bytes.substr(0, size), 64);
      EXPECT_TRUE(absl::IsDataLoss(out.status())) << size << out.status();
    }
  }
}

TEST(Inflate, DamageIsAnErrorOrOtherBytes) {
  for (const Stream& stream : Streams()) {
    for (std::size_t bit = 0; bit < 8 * stream.bytes.size(); ++bit) {
      std::string damaged = stream.bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
      const auto out = Inflated(damaged, 64);
      if (out.ok()) {
        EXPECT_LT(out->size(), 200000u);
      }
    }
  }
}

TEST(Inflate, RefusesWhatIsNoStream) {
  // Block type 3; a stored block with unequal lengths; a distance too far.
  for (const char* hex : {"07", "010100ffff41", "030200", "4b0400"}) {
    const auto out = Inflated(BytesOfHex(hex), 64);
    if (out.ok()) {
      EXPECT_LT(out->size(), 8u) << hex;
    }
  }
  EXPECT_TRUE(absl::IsInvalidArgument(Inflated("\x07", 64).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      Inflated(BytesOfHex("010100ffff41"), 64).status()));
}

}  // namespace
}  // namespace sampler::logs
