// What it costs to log a row, against writing its bytes alone.
//
// Each benchmark appends a row to a logger and writes as many bytes as the log
// holds of it to a file of its own, in turn, in the same folder (TMPDIR, else
// /tmp). It reports the medians of both, `append` and `write` in microseconds,
// their ratio `x`, and `bytes`, what a row takes in the finished log. Files
// start over every 64 MiB, so that no disk is filled; whether the system writes
// them back in the meantime is its own decision and the same for both. `finish`
// is the time per row that Logger::Finish takes at the end, with the log on the
// disk.
//
//   logger-bench --benchmark_filter=151936

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/logger.h"
#include "sampler/logs/rows/narrow.h"
#include "tests/support/rows.h"

namespace sampler {
namespace {

using logs::Logger;

struct Case {
  std::int64_t vocabulary_size;
  DType row;  // As the model gives it.
  DType log;
  std::int64_t top_k;
};

void DieUnless(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status.message() << "\n";
  std::exit(1);
}

double Seconds(auto f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double>& values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// A file that is written and not kept.
class PlainFile {
 public:
  explicit PlainFile(const std::string& path)
      : descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600)) {
    unlink(path.c_str());
    if (descriptor_ < 0) DieUnless(absl::NotFoundError(path));
  }
  ~PlainFile() { close(descriptor_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  void StartOver() {
    if (ftruncate(descriptor_, 0) != 0 ||
        lseek(descriptor_, 0, SEEK_SET) != 0) {
      DieUnless(absl::UnknownError("cannot truncate"));
    }
  }

  void Write(const std::vector<unsigned char>& bytes) {
    if (write(descriptor_, bytes.data(), bytes.size()) !=
        static_cast<ssize_t>(bytes.size())) {
      DieUnless(absl::UnknownError("cannot write"));
    }
  }

 private:
  int descriptor_;
};

std::vector<std::vector<unsigned char>> Rows(const Case& c) {
  std::vector<std::vector<unsigned char>> rows;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const auto values = MakeRow(
        RowKind::kGaussian, static_cast<std::size_t>(c.vocabulary_size), seed);
    rows.emplace_back(values.size() * DTypeSize(c.row));
    logs::Narrow(values, c.row, rows.back().data());
  }
  return rows;
}

void RunCase(benchmark::State& state, const Case& c) {
  const auto size = static_cast<std::size_t>(c.vocabulary_size);
  const auto folder = std::filesystem::temp_directory_path().string();
  const std::string path =
      absl::StrCat(folder, "/logger-bench-", getpid(), ".safetensors");
  const logs::LoggerOptions options = {
      .vocabulary_size = c.vocabulary_size, .dtype = c.log, .top_k = c.top_k};
  const auto rows = Rows(c);
  // Sparse: id, logprob and logit of every entry, and the logsumexp. Both: the
  // token, and for sparse rows where they start.
  const std::size_t entry = 8 + DTypeSize(c.log);
  const std::size_t payload =
      c.top_k > 0 ? static_cast<std::size_t>(c.top_k) * entry + 4
                  : size * DTypeSize(c.log);
  const std::vector<unsigned char> bytes(payload, 1);
  const std::size_t per_file =
      std::max<std::size_t>((std::size_t{64} << 20) / payload, 8);
  PlainFile file(path + ".plain");
  auto logger = Logger::Create(path, options);
  DieUnless(logger.status());
  std::vector<double> appends;
  std::vector<double> writes;
  std::size_t n = 0;
  for (auto _ : state) {
    if (n > 0 && n % per_file == 0) {
      logger->Discard();
      logger = Logger::Create(path, options);
      DieUnless(logger.status());
      file.StartOver();
    }
    const Logits row(rows[n % rows.size()].data(), c.row, size);
    const double seconds = Seconds([&] {
      DieUnless(logger->Append(0, row, static_cast<std::int32_t>(n % size)));
    });
    appends.push_back(seconds);
    writes.push_back(Seconds([&] { file.Write(bytes); }));
    state.SetIterationTime(seconds);
    ++n;
  }
  const auto logged = static_cast<double>(logger->rows());
  const double finish = Seconds([&] { DieUnless(logger->Finish()); });
  const auto log_bytes = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::remove(path);
  const double append = Median(appends);
  const double alone = Median(writes);
  state.counters["append"] = append * 1e6;
  state.counters["write"] = alone * 1e6;
  state.counters["x"] = append / alone;
  state.counters["bytes"] = log_bytes / logged;
  state.counters["finish"] = finish / logged * 1e6;
}

void RegisterAll() {
  constexpr DType kF32 = DType::kF32;
  constexpr DType kF16 = DType::kF16;
  constexpr DType kBF16 = DType::kBF16;
  for (const std::int64_t size : {32'000, 151'936}) {
    for (const Case& c :
         {Case{size, kF32, kF32, 0}, Case{size, kF32, kF16, 0},
          Case{size, kF32, kBF16, 0}, Case{size, kBF16, kBF16, 0},
          Case{size, kF32, kF32, 64}, Case{size, kBF16, kBF16, 64}}) {
      const std::string name = absl::StrCat(
          c.top_k > 0 ? absl::StrCat("top_k_", c.top_k) : "dense", "/", size,
          "/", DTypeName(c.row), "_to_", DTypeName(c.log));
      benchmark::RegisterBenchmark(
          name.c_str(), [c](benchmark::State& state) { RunCase(state, c); })
          ->UseManualTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace
}  // namespace sampler

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  sampler::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
