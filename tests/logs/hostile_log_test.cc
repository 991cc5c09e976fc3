// Damaged files are refused or read; they never crash, hang, or read outside
// the file (run under address and undefined-behaviour sanitizers).
//
// Each good file is mutated some thousand times with a fixed seed: bits
// flipped, bytes replaced by extreme ones, stretches removed, doubled or
// overwritten, the end cut. Whatever opens is read to the last row and
// surveyed.

#include <algorithm>
#include <random>

#include "sampler/logs/files/token_file.h"
#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

constexpr int kMutations = 3000;

class Mutator {
 public:
  std::string Mutate(std::string bytes) {
    const std::size_t times = 1 + Below(4);
    for (std::size_t i = 0; i < times && !bytes.empty(); ++i) One(bytes);
    return bytes;
  }

  std::string Noise() {
    std::string bytes(Below(200), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  std::size_t Below(std::size_t bound) { return random_() % bound; }

 private:
  void One(std::string& bytes) {
    const std::size_t at = Below(bytes.size());
    const std::size_t length =
        1 + Below(std::min<std::size_t>(16, bytes.size() - at));
    switch (Below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8)));
        break;
      case 1:
        bytes[at] = "\0\x01\x7f\x80\xff{}[]\",:-0129"[Below(18)];
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 4:
        bytes.replace(at, length, std::string(length, '\xff'));
        break;
      default:
        bytes.resize(at);
    }
  }

  std::mt19937 random_{20240607};
};

// Reads everything that can be asked of a log. Returns whether it opened.
bool Exercise(const std::string& path, const OpenOptions& options) {
  const auto log = Log::Open(path, options);
  if (!log.ok()) {
    EXPECT_FALSE(log.status().message().empty());
    return false;
  }
  EXPECT_GT((*log)->rows(), 0);
  for (const std::int32_t id : (*log)->tokens()) {
    EXPECT_TRUE(id == kNoToken || (0 <= id && id < (*log)->vocabulary_size()));
  }
  for (const LogSequence& sequence : (*log)->sequences()) {
    for (const std::int32_t id : sequence.prompt) {
      EXPECT_TRUE(0 <= id && id < (*log)->vocabulary_size());
    }
  }
  EXPECT_EQ(std::ssize(AllValues(**log)),
            (*log)->rows() * (*log)->vocabulary_size());
  EXPECT_TRUE(TakeSurvey(**log).ok());
  return true;
}

// Returns how many mutations opened, so that a test can tell that its mutations
// reach beyond the first check.
int Attack(const std::string& good, const OpenOptions& given) {
  EXPECT_TRUE(Exercise(WriteFile("good", good), given));
  Mutator mutator;
  int opened = 0;
  for (int i = 0; i < kMutations; ++i) {
    OpenOptions options = given;
    options.allow_partial = i % 2 == 0;
    const std::string path = WriteFile("bad", mutator.Mutate(good));
    opened += Exercise(path, options) ? 1 : 0;
  }
  return opened;
}

TEST(HostileLogTest, DamagedSafetensorsNeverCrash) {
  const std::string good = Safetensors(
      {{"seq_offsets", "I64", "[3]", ArrayBytes<std::int64_t>({0, 1, 3})},
       {"prompt_tokens", "I32", "[2]", ArrayBytes<std::int32_t>({1, 2})},
       {"prompt_offsets", "I64", "[3]", ArrayBytes<std::int64_t>({0, 1, 2})},
       {"logits", "F16", "[3,5]", std::string(30, '\x3c')},
       {"tokens", "I64", "[3]", ArrayBytes<std::int64_t>({0, 4, 2})}},
      R"({"kind":"raw"})");
  EXPECT_GT(Attack(good, {}), kMutations / 50);
}

TEST(HostileLogTest, DamagedInputIdsNeverCrash) {
  const std::string good =
      Safetensors({{"input_ids", "I32", "[2,3]",
                    ArrayBytes<std::int32_t>({1, 2, 0, 1, 2, 3})},
                   {"logits", "F32", "[2,2,5]", std::string(80, '\x3c')}});
  EXPECT_GT(Attack(good, {}), kMutations / 50);
}

TEST(HostileLogTest, DamagedTopKLogsNeverCrash) {
  for (const bool bare : {false, true}) {
    std::vector<Tensor> tensors = {
        {"offsets", "I64", "[4]", ArrayBytes<std::int64_t>({0, 2, 2, 5})},
        {"tokens", "I32", "[3]", ArrayBytes<std::int32_t>({0, 4, 2})},
        {"token_ids", "I32", "[5]", ArrayBytes<std::int32_t>({3, 1, 0, 1, 2})},
        {"logprobs", "F32", "[5]",
         ArrayBytes<float>({-0.5f, -1.5f, -1, -1.25f, -2})}};
    if (!bare) {
      tensors.push_back(
          {"logsumexp", "F32", "[3]", ArrayBytes<float>({4, 0, 8})});
      tensors.push_back({"logits", "BF16", "[5]", std::string(10, '\x3c')});
    }
    const std::string good = Safetensors(
        tensors, R"({"vocab_size":"5","top_k":"2","forced_token":"true"})");
    // Fewer than of the others: every truncation is refused.
    EXPECT_GT(Attack(good, {}), kMutations / 100);
  }
}

TEST(HostileLogTest, DamagedTopKPairsNeverCrash) {
  const std::string good = Safetensors(
      {{"indices", "I16", "[2,3,2]",
        ArrayBytes<std::int16_t>({0, 1, 2, 3, 4, 0, 1, -1, 3, 3, 0, 2})},
       {"logits", "F16", "[2,3,2]", std::string(24, '\x3c')},
       {"tokens", "I8", "[2,3]", ArrayBytes<std::int8_t>({0, 1, 2, 4, 3, -1})}},
      R"({"vocab_size":"5","axes":"tbv"})");
  EXPECT_GT(Attack(good, {}), kMutations / 100);
}

TEST(HostileLogTest, DamagedStepsFirstNeverCrash) {
  const std::string good =
      Safetensors({{"tokens", "I64", "[2,3]",
                    ArrayBytes<std::int64_t>({0, 4, -100, 1, 2, 3})},
                   {"logits", "F32", "[3,2,5]", std::string(120, '\x3c')}});
  EXPECT_GT(Attack(good, {}), kMutations / 50);
}

TEST(HostileLogTest, DamagedNpyNeverCrashes) {
  const std::string good = Npy(">f2", "(2, 3, 4)", std::string(48, '\x3c'));
  OpenOptions options;
  options.tokens_file = WriteFile("tokens", "0 1 2 3 2 1");
  EXPECT_GT(Attack(good, options), kMutations / 50);
}

TEST(HostileLogTest, DamagedLlamaLogitsNeverCrash) {
  const LlamaRow full{16.0f / 65535, -16.5f, {0, 7, 65535}};
  const LlamaRow narrow{3.0f / 65535, -4, {0, 7, 65535}};
  const std::string good =
      LlamaLogits(6, 3, 2, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2},
                  {full, narrow, full, narrow});
  OpenOptions options;
  EXPECT_GT(Attack(good, options), kMutations / 50);
  options.floor = FloorPolicy::kKeep;
  EXPECT_GT(Attack(good, options), kMutations / 50);
}

TEST(HostileLogTest, RawNumbersMayBeAnything) {
  Mutator mutator;
  for (int i = 0; i < kMutations; ++i) {
    OpenOptions options;
    options.vocabulary_size = static_cast<std::int64_t>(1 + mutator.Below(5));
    options.dtype = static_cast<DType>(mutator.Below(4));
    options.allow_partial = true;
    Exercise(WriteFile("noise", mutator.Noise()), options);
  }
}

TEST(HostileLogTest, NoiseBehindASignatureNeverCrashes) {
  Mutator mutator;
  for (int i = 0; i < kMutations; ++i) {
    for (const absl::string_view head :
         {absl::string_view("_logits_"), absl::string_view("\x93NUMPY\1\0", 8),
          absl::string_view("\x40\0\0\0\0\0\0\0{\"", 10)}) {
      OpenOptions options;
      options.allow_partial = true;
      Exercise(WriteFile("noise", absl::StrCat(head, mutator.Noise())),
               options);
    }
  }
}

TEST(HostileLogTest, DamagedTokenFilesNeverCrash) {
  Mutator mutator;
  const std::vector<std::pair<std::string, std::string>> files = {
      {"t.npy", Npy("<i8", "(3,)", ArrayBytes<std::int64_t>({1, 2, 3}))},
      {"t.json", "[1, 22, 333]"},
      {"t.txt", "1 22 333"},
      {"t.bin", ArrayBytes<std::int32_t>({1, 2, 3})}};
  for (int i = 0; i < kMutations; ++i) {
    for (const auto& [name, good] : files) {
      const auto ids = ReadTokenFile(WriteFile(name, mutator.Mutate(good)));
      EXPECT_TRUE(!ids.ok() || !ids->ids.empty());
    }
  }
}

}  // namespace
}  // namespace sampler::logs
