// Time of one step, by chain, vocabulary size and row shape, as a multiple of
// the floor: one pass that reads the same row for its maximum.
//
// Each benchmark times the floor and the step in turn on the same rows, which
// rotate so that they come from the L3 cache, and reports `floor` (time of the
// step / time of the floor, the figure to compare) beside the time.
//
//   sampler-bench --benchmark_filter=balanced

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "sampler/pipeline.h"
#include "tests/rows.h"

namespace sampler {
namespace {

struct Chain {
  const char* name;
  std::vector<StageConfig> stages;
};

const std::vector<Chain>& Chains() {
  static const std::vector<Chain>* const chains = new std::vector<Chain>{
      {"greedy", {{"greedy"}}},
      {"draw", {{"temperature", {{"temperature", 0.8}}}, {"categorical"}}},
      {"top_k", {{"top_k", {{"k", 40}}}, {"categorical"}}},
      {"top_p", {{"top_p", {{"p", 0.95}}}, {"categorical"}}},
      {"min_p", {{"min_p", {{"p", 0.05}}}, {"categorical"}}},
      {"typical_p", {{"typical_p", {{"p", 0.95}}}, {"categorical"}}},
      {"balanced",
       {{"temperature", {{"temperature", 0.8}}},
        {"top_k", {{"k", 40}}},
        {"top_p", {{"p", 0.95}}},
        {"min_p", {{"p", 0.05}}},
        {"categorical"}}},
      {"penalties",
       {{"repetition_penalty", {{"penalty", 1.1}}},
        {"frequency_penalty", {{"penalty", 0.1}}},
        {"top_k", {{"k", 40}}},
        {"top_p", {{"p", 0.95}}},
        {"categorical"}}}};
  return *chains;
}

template <typename T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status().message() << "\n";
  std::exit(1);
}

double Seconds(auto f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

float MaxRead(const std::vector<float>& row) {
  float lanes[16];
  std::fill_n(lanes, 16, row[0]);
  for (std::size_t i = 0; i + 16 <= row.size(); i += 16) {
    for (std::size_t j = 0; j < 16; ++j) {
      lanes[j] = row[i + j] > lanes[j] ? row[i + j] : lanes[j];
    }
  }
  return *std::max_element(lanes, lanes + 16);
}

void RunChain(benchmark::State& state, const Chain& chain,
              std::int64_t vocabulary_size, RowKind kind) {
  const Pipeline pipeline =
      OrExit(Pipeline::Create({.stages = chain.stages}, vocabulary_size));
  // 4,096 tokens of history over 600 distinct ids.
  std::vector<std::int32_t> prompt;
  for (std::int32_t i = 0; i < 4096; ++i) prompt.push_back(i * 7 % 600);
  Sequence sequence =
      OrExit(Sequence::Create(vocabulary_size, {.seed = 42, .prompt = prompt}));
  std::vector<std::vector<float>> rows;
  for (std::uint64_t i = 0; i < 8; ++i) {
    rows.push_back(MakeRow(kind, static_cast<std::size_t>(vocabulary_size), i));
  }
  Workspace workspace;
  double floor = 0.0;
  double step = 0.0;
  std::size_t next = 0;
  for (auto _ : state) {
    const std::vector<float>& for_floor = rows[next++ % rows.size()];
    const std::vector<float>& row = rows[next % rows.size()];
    floor += Seconds([&] { benchmark::DoNotOptimize(MaxRead(for_floor)); });
    const double seconds = Seconds([&] {
      benchmark::DoNotOptimize(
          pipeline.Sample(absl::MakeConstSpan(row), sequence, workspace));
    });
    step += seconds;
    state.SetIterationTime(seconds);
  }
  state.counters["floor"] = step / floor;
}

void RegisterAll() {
  for (const Chain& chain : Chains()) {
    for (const std::int64_t size : {32'000, 128'256, 262'144}) {
      for (const RowKind kind :
           {RowKind::kPeaked, RowKind::kGaussian, RowKind::kFlat}) {
        const std::string name = std::string(chain.name) + "/" +
                                 std::to_string(size) + "/" + RowKindName(kind);
        benchmark::RegisterBenchmark(
            name.c_str(),
            [&chain, size, kind](benchmark::State& state) {
              RunChain(state, chain, size, kind);
            })
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

}  // namespace
}  // namespace sampler

int main(int argc, char** argv) {
  sampler::RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
