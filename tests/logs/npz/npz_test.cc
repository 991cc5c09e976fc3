// .npz archives as logs: what is in them is what a safetensors file of the same
// arrays says.

#include "sampler/logs/npz/npz.h"

#include <string>
#include <vector>

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

// logits f4 [2, 3] and tokens i8 [2], by Python's zipfile with the ZIP64 field
// that NumPy's savez and savez_compressed write too.
constexpr char kSavez[] =
    "504b03042d000000000000002100bf3efa59ffffffffffffffff0a0014006c6f67697473"
    "2e6e70790100100098000000000000009800000000000000934e554d5059010076007b27"
    "6465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73"
    "652c20277368617065273a2028322c2033292c207d202020202020202020202020202020"
    "202020202020202020202020202020202020202020202020202020202020202020202020"
    "202020202020200a0000803f0000004000004040000080400000a0c00000d040504b0304"
    "2d000000000000002100834ff182ffffffffffffffff0a001400746f6b656e732e6e7079"
    "0100100090000000000000009000000000000000934e554d5059010076007b2764657363"
    "72273a20273c6938272c2027666f727472616e5f6f72646572273a2046616c73652c2027"
    "7368617065273a2028322c292c207d202020202020202020202020202020202020202020"
    "202020202020202020202020202020202020202020202020202020202020202020202020"
    "2020200a02000000000000000000000000000000504b01022d032d000000000000002100"
    "bf3efa5998000000980000000a00000000000000000000008001000000006c6f67697473"
    "2e6e7079504b01022d032d000000000000002100834ff18290000000900000000a000000"
    "00000000000000008001d4000000746f6b656e732e6e7079504b05060000000002000200"
    "70000000a00100000000";

constexpr char kSavezCompressed[] =
    "504b03042d000000080000002100bf3efa59ffffffffffffffff0a0014006c6f67697473"
    "2e6e70790100100098000000000000005a000000000000009bec17ea1b10c9c850c650ad"
    "9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e05"
    "8a17672416a402f91a463a0ac69a3a0ab50a64032e0686067b060606072002e206205e70"
    "8081e1820300504b03042d000000080000002100834ff182ffffffffffffffff0a001400"
    "746f6b656e732e6e707901001000900000000000000048000000000000009bec17ea1b10"
    "c9c850c650ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12"
    "774bcc294e058a17672416a402f91a463a9a3a0ab50a14002e2606540000504b01022d03"
    "2d000000080000002100bf3efa595a000000980000000a00000000000000000000008001"
    "000000006c6f676974732e6e7079504b01022d032d000000080000002100834ff1824800"
    "0000900000000a0000000000000000000000800196000000746f6b656e732e6e7079504b"
    "05060000000002000200700000001a0100000000";

absl::StatusOr<std::unique_ptr<const Log>> OpenBytes(
    const std::string& bytes, const OpenOptions& options = {}) {
  return Log::Open(WriteFile("a.npz", bytes), options);
}

// A zip archive of stored members, as small as it can be.
std::string Zip(
    const std::vector<std::pair<std::string, std::string>>& members) {
  std::string data;
  std::string directory;
  for (const auto& [name, bytes] : members) {
    const auto size = Bytes(static_cast<std::uint32_t>(bytes.size()));
    const auto length = Bytes(static_cast<std::uint16_t>(name.size()));
    const std::string common = absl::StrCat(
        std::string("\x14\0\0\0\0\0\0\0\0\0", 10), Bytes(std::uint32_t{0}),
        size, size, length, Bytes(std::uint16_t{0}));
    absl::StrAppend(&directory, "PK\1\2", std::string("\x14\0", 2), common,
                    std::string(10, '\0'),
                    Bytes(static_cast<std::uint32_t>(data.size())), name);
    absl::StrAppend(&data, "PK\3\4", common, name, bytes);
  }
  const auto count = Bytes(static_cast<std::uint16_t>(members.size()));
  return absl::StrCat(
      data, directory, "PK\5\6", std::string(4, '\0'), count, count,
      Bytes(static_cast<std::uint32_t>(directory.size())),
      Bytes(static_cast<std::uint32_t>(data.size())), std::string(2, '\0'));
}

TEST(NpzTest, ReadsStoredAndDeflatedArrays) {
  for (const char* hex : {kSavez, kSavezCompressed}) {
    const auto log = OpenBytes(BytesOfHex(hex));
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->description().format, Format::kNpz);
    EXPECT_EQ((*log)->description().tensor, "logits");
    EXPECT_EQ(AllValues(**log), (std::vector<double>{1, 2, 3, 4, -5, 6.5}));
    EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{2, 0}));
  }
}

TEST(NpzTest, EveryCutIsAnErrorThatSaysSo) {
  for (const char* hex : {kSavez, kSavezCompressed}) {
    const std::string whole = BytesOfHex(hex);
    for (std::size_t size = 64; size < whole.size(); ++size) {
      const auto log = OpenBytes(whole.substr(0, size));
      ASSERT_FALSE(log.ok()) << size;
    }
    EXPECT_TRUE(Refuses(OpenBytes(whole.substr(0, whole.size() - 30)),
                        absl::StatusCode::kDataLoss, {"no directory"}));
  }
}

TEST(NpzTest, DamageIsNoCrash) {
  for (const char* hex : {kSavez, kSavezCompressed}) {
    const std::string whole = BytesOfHex(hex);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int flip : {1, 0x80, 0xff}) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ flip);
        const auto log = OpenBytes(damaged);
        if (log.ok()) {
          EXPECT_EQ((*log)->rows(), 2);
        }
      }
    }
  }
}

TEST(NpzTest, SwapsBigEndianArrays) {
  const auto log = OpenBytes(
      Zip({{"logits.npy", Npy(">f4", "(1, 2)",
                              Reversed(ArrayBytes<float>({1.5F, -2}), 4))}}));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(AllValues(**log), (std::vector<double>{1.5, -2}));
}

// The rules of safetensors: ids beside values, and which of two.
TEST(NpzTest, ArraysMeanWhatTensorsMean) {
  OpenOptions options;
  options.vocabulary_size = 10;
  const auto top = OpenBytes(
      Zip({{"values.npy", Npy("<f4", "(1, 2)", ArrayBytes<float>({3, 2}))},
           {"indices.npy",
            Npy("<i4", "(1, 2)", ArrayBytes<std::int32_t>({7, 1}))}}),
      options);
  ASSERT_TRUE(top.ok()) << top.status();
  EXPECT_TRUE((*top)->description().top_k);
  const std::string two =
      Zip({{"a.npy", Npy("<f4", "(1, 2)", ArrayBytes<float>({3, 2}))},
           {"b.npy", Npy("<f4", "(1, 2)", ArrayBytes<float>({4, 5}))}});
  EXPECT_TRUE(
      Refuses(OpenBytes(two), absl::StatusCode::kInvalidArgument, {"a", "b"}));
  OpenOptions named;
  named.tensor = "b";
  const auto chosen = OpenBytes(two, named);
  ASSERT_TRUE(chosen.ok()) << chosen.status();
  EXPECT_EQ(AllValues(**chosen), (std::vector<double>{4, 5}));
}

TEST(NpzTest, TellsOfArraysThatAreNotRead) {
  const auto log = OpenBytes(
      Zip({{"logits.npy", Npy("<f4", "(1, 2)", ArrayBytes<float>({3, 2}))},
           {"names.npy", Npy("<U5", "(1,)", std::string(20, 'x'))}}));
  ASSERT_TRUE(log.ok()) << log.status();
  bool told = false;
  for (const std::string& notice : (*log)->description().notices) {
    told |= absl::StrContains(notice, "names");
  }
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace sampler::logs
