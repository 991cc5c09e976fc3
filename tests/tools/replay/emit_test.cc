// `replay --emit`: kept sets and logprobs in a file, against sums in long
// double over the whole rows.

#include "tools/replay/emit.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/log.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// The tensors of a file, by name.
class Tensors {
 public:
  explicit Tensors(const std::string& path) : bytes_(ReadAll(path)) {
    auto header = logs::ParseSafetensorsHeader(
        path,
        {reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size()});
    EXPECT_TRUE(header.ok()) << header.status();
    if (header.ok()) header_ = *std::move(header);
  }

  bool Has(const char* name) const { return header_.Find(name) != nullptr; }
  const std::map<std::string, std::string>& metadata() const {
    return header_.metadata;
  }

  template <typename T>
  std::vector<T> Get(const char* name) const {
    const logs::TensorInfo* tensor = header_.Find(name);
    EXPECT_NE(tensor, nullptr) << name;
    if (tensor == nullptr) return {};
    std::vector<T> values(
        static_cast<std::size_t>(tensor->end - tensor->begin) / sizeof(T));
    if (values.empty()) return values;  // memcpy takes no null.
    std::memcpy(values.data(),
                bytes_.data() + header_.data_offset + tensor->begin,
                values.size() * sizeof(T));
    return values;
  }

 private:
  std::string bytes_;
  logs::SafetensorsHeader header_;
};

// A name in the test's folder at which there is no file.
std::string NewFile(const std::string& name) {
  const std::string path = WriteTemporary(name, "");
  std::remove(path.c_str());
  return path;
}

std::vector<std::vector<double>> StoryRows() {
  auto log = logs::Log::Open(StoryLog());
  EXPECT_TRUE(log.ok());
  std::vector<std::vector<double>> rows;
  logs::RowBuffer buffer;
  for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
    const auto row = (*log)->Row(r, buffer);
    std::vector<double>& values = rows.emplace_back();
    for (std::size_t i = 0; i < row->size(); ++i) values.push_back((*row)[i]);
  }
  return rows;
}

// ln sum e^(z / T) over some tokens.
template <typename Tokens>
long double LogSum(const std::vector<double>& row, long double t,
                   const Tokens& tokens) {
  long double sum = 0.0L;
  for (const auto token : tokens) {
    sum += std::exp(row[static_cast<std::size_t>(token)] / t - 30.0L / t);
  }
  return std::log(sum) + 30.0L / t;
}

TEST(Emit, HasWhatTrainersNeed) {
  const std::string out = NewFile("kept.safetensors");
  const ToolResult result =
      RunInProcess({"replay", StoryLog(), "--temp", "0.7", "--top-p", "0.9",
                    "--emit", "mask,logprob", out, "-q", "--threads", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Tensors tensors(out);
  const auto rows = StoryRows();
  const auto offsets = tensors.Get<std::int64_t>("offsets");
  const auto ids = tensors.Get<std::int32_t>("token_ids");
  const auto logprobs = tensors.Get<float>("logprobs");
  const auto tokens = tensors.Get<std::int32_t>("tokens");
  const auto kept = tensors.Get<std::int32_t>("kept");
  const auto exact = tensors.Get<std::uint8_t>("exact");
  const auto logprob = tensors.Get<float>("logprob");
  const auto full = tensors.Get<float>("full_logprob");
  const auto ln_mass = tensors.Get<float>("ln_mass");
  const auto raw = tensors.Get<float>("raw_logprob");
  ASSERT_EQ(tokens.size(), 24u);
  ASSERT_EQ(offsets.size(), 25u);
  EXPECT_EQ(tensors.Get<std::int64_t>("seq_offsets"),
            (std::vector<std::int64_t>{0, 24}));
  EXPECT_EQ(tensors.Get<std::int64_t>("bits_rows").size(), 0u);
  int covered = 0;
  for (std::size_t n = 0; n < 24; ++n) {
    SCOPED_TRACE(n);
    const auto begin = static_cast<std::size_t>(offsets[n]);
    const auto end = static_cast<std::size_t>(offsets[n + 1]);
    const std::vector<std::int32_t> set(ids.begin() + offsets[n],
                                        ids.begin() + offsets[n + 1]);
    EXPECT_EQ(kept[n], std::ssize(set));
    EXPECT_EQ(exact[n], 1);
    std::vector<std::size_t> all(rows[n].size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const long double lse_kept = LogSum(rows[n], 0.7L, set);
    const long double lse_all = LogSum(rows[n], 0.7L, all);
    const long double lse_raw = LogSum(rows[n], 1.0L, all);
    EXPECT_NEAR(ln_mass[n], static_cast<double>(lse_kept - lse_all), 1e-6);
    // The smallest set that holds nine tenths of the mass.
    EXPECT_GE(std::exp(ln_mass[n]), 0.9 - 1e-6);
    for (std::size_t e = begin; e < end; ++e) {
      const double z = rows[n][static_cast<std::size_t>(ids[e])];
      EXPECT_NEAR(logprobs[e], static_cast<double>(z / 0.7L - lse_kept), 2e-6);
      if (e > begin) {
        EXPECT_LT(ids[e - 1], ids[e]);
      }
    }
    const double own = rows[n][static_cast<std::size_t>(tokens[n])];
    EXPECT_NEAR(full[n], static_cast<double>(own / 0.7L - lse_all), 2e-6);
    EXPECT_NEAR(raw[n], static_cast<double>(own - lse_raw), 2e-6);
    if (std::find(set.begin(), set.end(), tokens[n]) == set.end()) {
      EXPECT_EQ(logprob[n], -INFINITY);
      continue;
    }
    ++covered;
    EXPECT_NEAR(logprob[n], static_cast<double>(own / 0.7L - lse_kept), 2e-6);
    EXPECT_NEAR(logprob[n], full[n] - ln_mass[n], 4e-6);
  }
  EXPECT_GT(covered, 10);
  EXPECT_EQ(tensors.metadata().at("temperature"), "0.7");
  EXPECT_EQ(tensors.metadata().at("chain"),
            "temperature(0.7) -> top_p(0.9) -> categorical");
  EXPECT_EQ(tensors.metadata().at("ties"), "higher logit first, then lower id");
}

// The kept sets are a log of their own, which says the same again.
TEST(Emit, IsALogOfProcessedRows) {
  const std::string out = NewFile("log.safetensors");
  ASSERT_EQ(RunInProcess({"replay", StoryLog(), "--top-k", "7", "--emit",
                          "mask", out, "-q"})
                .exit_code,
            0);
  EXPECT_FALSE(Tensors(out).Has("logprob"));
  const ToolResult inspected = RunInProcess({"inspect", out});
  EXPECT_EQ(inspected.exit_code, 0) << inspected.err;
  EXPECT_TRUE(Says(inspected.out, "processed"));
  auto log = logs::Log::Open(out);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 24);
  const auto tail = (*log)->Tail(3);
  ASSERT_TRUE(tail.ok() && tail->has_value());
  EXPECT_EQ((*tail)->listed, 7);
  EXPECT_EQ((*tail)->count, 0);  // Nothing is missing.
}

TEST(Emit, ManyKeptTokensArePackedBits) {
  const std::string out = NewFile("bits.safetensors");
  ASSERT_EQ(RunInProcess({"replay", StoryLog(), "--top-k", "3000", "--rows",
                          "4:6", "--emit", "mask,logprob", out, "-q"})
                .exit_code,
            0);
  const Tensors tensors(out);
  const auto rows = StoryRows();
  EXPECT_EQ(tensors.Get<std::int64_t>("rows"),
            (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(tensors.Get<std::int64_t>("bits_rows"),
            (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(tensors.Get<std::int64_t>("offsets"),
            (std::vector<std::int64_t>{0, 0, 0}));
  const auto bits = tensors.Get<std::uint32_t>("bits");
  const std::size_t words = (rows[0].size() + 31) / 32;
  ASSERT_EQ(bits.size(), 2 * words);
  for (std::size_t m = 0; m < 2; ++m) {
    const std::vector<double>& row = rows[4 + m];
    std::vector<std::size_t> order(row.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return row[a] > row[b]; });
    std::vector<bool> kept(row.size(), false);
    for (std::size_t i = 0; i < 3000; ++i) kept[order[i]] = true;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool bit = (bits[m * words + i / 32] >> (i % 32)) & 1U;
      ASSERT_EQ(bit, kept[i]) << i;
    }
  }
}

// What a log does not decide is marked, and what has no number is NaN.
TEST(Emit, SaysWhatIsNotExact) {
  const std::string log = DataFile("server/llama-completion.json");
  const std::string out = NewFile("bounded.safetensors");
  const ToolResult result =
      RunInProcess({"replay", log, "--vocab-size", "49152", "--typical", "0.9",
                    "--emit", "mask,logprob", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.err, "does not decide the kept sets of 12 rows"));
  for (const std::uint8_t exact : Tensors(out).Get<std::uint8_t>("exact")) {
    EXPECT_EQ(exact, 0);
  }
  const std::string greedy = NewFile("greedy.safetensors");
  ASSERT_EQ(RunInProcess({"replay", StoryLog(), "--config", "greedy", "--emit",
                          "logprob", greedy, "-q"})
                .exit_code,
            0);
  for (const float x : Tensors(greedy).Get<float>("full_logprob")) {
    EXPECT_TRUE(std::isnan(x));
  }
}

TEST(Emit, WritesOnlyWhereItMay) {
  const std::string out = WriteTemporary("there.safetensors", "old");
  const std::vector<std::string> base = {"replay", StoryLog(), "--top-k",
                                         "3",      "-q",       "--emit"};
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunInProcess(arguments);
  };
  EXPECT_EQ(run({"mask", out}).exit_code, 2);
  EXPECT_EQ(ReadAll(out), "old");
  EXPECT_EQ(run({"mask", out, "--force"}).exit_code, 0);
  EXPECT_NE(ReadAll(out), "old");
  EXPECT_EQ(run({"mask", StoryLog(), "--force"}).exit_code, 2);
  const ToolResult wrong = run({"masks", out});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_TRUE(Says(wrong.err, "got masks, want mask, logprob"));
  EXPECT_EQ(
      RunInProcess({"replay", StoryLog(), "--top-k", "3", "--force"}).exit_code,
      2);
}

// Of a list the sums are those of the whole row, or are not told.
TEST(Emit, RelatesListsToTheWholeRow) {
  const std::string list = NewFile("listed.safetensors");
  ASSERT_EQ(RunInProcess({"convert", StoryLog(), list, "--top-k", "40",
                          "--to-dtype", "f32", "-q"})
                .exit_code,
            0);
  const auto emit = [](const std::string& log,
                       const std::vector<std::string>& flags) {
    const std::string out = NewFile("sums.safetensors");
    std::vector<std::string> arguments = {"replay",  log, "--emit",
                                          "logprob", out, "-q"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(RunInProcess(arguments).exit_code, 0);
    return Tensors(out);
  };
  const Tensors listed = emit(list, {"--top-p", "0.5"});
  const Tensors whole = emit(StoryLog(), {"--top-p", "0.5"});
  const auto exact = listed.Get<std::uint8_t>("exact");
  EXPECT_GT(std::count(exact.begin(), exact.end(), 1), 15);
  for (const char* name :
       {"logprob", "full_logprob", "ln_mass", "raw_logprob"}) {
    const auto said = listed.Get<float>(name);
    const auto truth = whole.Get<float>(name);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      if (exact[i] == 0 || std::isinf(truth[i])) continue;
      EXPECT_NEAR(said[i], truth[i], 1e-5) << name << i;
    }
  }
  const auto hot = emit(list, {"--temp", "0.7", "--top-k", "5"});
  for (const float sum : hot.Get<float>("ln_mass")) {
    EXPECT_TRUE(std::isnan(sum));
  }
}

}  // namespace
}  // namespace sampler::tools
