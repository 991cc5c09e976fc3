// Time of one step, by chain, vocabulary size, row shape and element type, as a
// multiple of the floor: one pass that reads the row in f32 for its maximum.
//
// Each benchmark times the floor and the step in turn, on rows that rotate
// through 8 MiB, so that they come from the L3 cache (--rotate=1 MiB or less:
// from L2; 256 and more: from memory). It reports the medians of both, `floor`
// and `step` in microseconds, and their ratio `x`, the figure to compare.
// `filtered` is the share of decisions about mass that bounds have settled.
//
//   sampler-bench --benchmark_filter=draw/128256
//   sampler-bench --rotate=256 --benchmark_filter=/bf16
//   SAMPLER_SIMD=avx2 sampler-bench

#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "sampler/kernels/dispatch.h"
#include "sampler/mass_filter.h"
#include "sampler/pipeline.h"
#include "tests/rows.h"
#include "tools/bench/max_read.h"

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
      {"draw_t1", {{"categorical"}}},
      {"top_k", {{"top_k", {{"k", 40}}}, {"categorical"}}},
      {"top_k_1000", {{"top_k", {{"k", 1000}}}, {"categorical"}}},
      {"top_p", {{"top_p", {{"p", 0.95}}}, {"categorical"}}},
      {"min_p", {{"min_p", {{"p", 0.05}}}, {"categorical"}}},
      {"typical_p", {{"typical_p", {{"p", 0.95}}}, {"categorical"}}},
      {"short",
       {{"top_k", {{"k", 40}}},
        {"top_p", {{"p", 0.95}}},
        {"temperature", {{"temperature", 0.8}}},
        {"categorical"}}},
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

double Median(std::vector<double>& values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<std::uint16_t> ToHalves(const std::vector<float>& row,
                                    DType dtype) {
  std::vector<std::uint16_t> halves;
  for (const float value : row) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    // Towards zero, and for f16 within its normal range: only the shape of the
    // row matters here.
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    const std::uint32_t f16 =
        magnitude < 0x38800000u ? 0 : (magnitude - 0x38000000u) >> 13;
    halves.push_back(static_cast<std::uint16_t>(
        dtype == DType::kBF16 ? bits >> 16 : (bits >> 31 << 15 | f16)));
  }
  return halves;
}

struct Case {
  const Chain* chain;
  std::int64_t vocabulary_size;
  RowKind kind;
  DType dtype;
};

void RunCase(benchmark::State& state, const Case& c, double rotate_mib) {
  const auto size = static_cast<std::size_t>(c.vocabulary_size);
  const Pipeline pipeline =
      OrExit(Pipeline::Create({.stages = c.chain->stages}, c.vocabulary_size));
  // 4,096 tokens of history over 600 distinct ids.
  std::vector<std::int32_t> prompt;
  for (std::int32_t i = 0; i < 4096; ++i) prompt.push_back(i % 600 * 41);
  std::vector<std::vector<float>> rows;
  std::vector<std::vector<std::uint16_t>> halves;
  const auto count = std::max(
      std::size_t{2},
      static_cast<std::size_t>(rotate_mib * 0x1p20 / static_cast<double>(size) /
                               static_cast<double>(DTypeSize(c.dtype))));
  const bool f32 = c.dtype == DType::kF32;
  // Real rows differ; a few shapes rotated in memory are enough here.
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back(i < 16 ? MakeRow(c.kind, size, i) : rows[i % 16]);
    if (!f32) halves.push_back(ToHalves(rows[i], c.dtype));
  }
  Workspace workspace;
  std::vector<double> floors;
  std::vector<double> steps;
  std::size_t next = 0;
  std::uint64_t seed = 0;
  MassFilter::Tally& tally = MassFilter::ThreadTally();
  tally = {};
  for (auto _ : state) {
    // Another coin each time, so that draws land everywhere.
    const Sequence sequence = OrExit(Sequence::Create(
        c.vocabulary_size, {.seed = seed++, .prompt = prompt}));
    const std::size_t i = next++ % count;
    const std::vector<float>& other = rows[(i + count / 2) % count];
    floors.push_back(Seconds([&] {
      benchmark::DoNotOptimize(MaxRead(other.data(), size / 64 * 64));
    }));
    const Logits row =
        f32 ? Logits(rows[i]) : Logits(halves[i].data(), c.dtype, size);
    const double seconds = Seconds([&] {
      benchmark::DoNotOptimize(pipeline.Sample(row, sequence, workspace));
    });
    steps.push_back(seconds);
    state.SetIterationTime(seconds);
  }
  const double floor = Median(floors);
  const double step = Median(steps);
  state.counters["floor"] = floor * 1e6;
  state.counters["step"] = step * 1e6;
  state.counters["x"] = step / floor;
  const std::int64_t tried = tally.settled + tally.undecided;
  // Always there: the CSV reporter wants the same columns everywhere.
  state.counters["filtered"] = tried == 0 ? 1.0
                                          : static_cast<double>(tally.settled) /
                                                static_cast<double>(tried);
}

void RegisterAll(double rotate_mib) {
  for (const Chain& chain : Chains()) {
    for (const std::int64_t size : {32'000, 128'256, 151'936, 262'144}) {
      for (const RowKind kind : {RowKind::kPeaked, RowKind::kGaussian,
                                 RowKind::kZipf, RowKind::kFlat}) {
        for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
          const Case c = {&chain, size, kind, dtype};
          const std::string name =
              std::string(chain.name) + "/" + std::to_string(size) + "/" +
              RowKindName(kind) + "/" + std::string(DTypeName(dtype));
          benchmark::RegisterBenchmark(
              name.c_str(),
              [c, rotate_mib](benchmark::State& state) {
                RunCase(state, c, rotate_mib);
              })
              ->UseManualTime()
              ->Unit(benchmark::kMicrosecond);
        }
      }
    }
  }
}

}  // namespace
}  // namespace sampler

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  double rotate_mib = 8.0;
  const std::string rotate = "--rotate=";
  if (argc == 2 && std::string(argv[1]).starts_with(rotate)) {
    rotate_mib = std::atof(argv[1] + rotate.size());
    argc = 1;
  }
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("simd",
                              std::string(sampler::kernels::SimdTarget()));
  sampler::RegisterAll(rotate_mib);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
