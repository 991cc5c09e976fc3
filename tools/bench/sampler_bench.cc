// Time of one step, by chain, vocabulary size, row shape, element type and
// where the row lies, as a multiple of the floor: one pass that reads the row
// in f32 for its maximum.
//
//   sampler-bench --benchmark_filter=temperature_draw/128256
//   sampler-bench --benchmark_filter='/bf16/memory'
//   sampler-bench --benchmark_filter='^stage/top_p/.*/f32/l3'
//   sampler-bench --benchmark_filter='^batch/'
//   SAMPLER_SIMD=avx2 sampler-bench
//
// Names are chain/size/shape/dtype/residence: chains are those of
// target_chains.cc and stage/<type> for every stage, the rest is row_set.h's.
// Each benchmark times the floor and the step in turn and reports the medians
// of both, `floor` and `step` in microseconds, and their ratio `x`, the figure
// to compare; `p90` is what nine of ten steps do not exceed. `filtered` is the
// share of decisions about mass that bounds have settled.
//
// batch/chain/size/shape/dtype/threads is a row of a SampleBatch of 64, out of
// memory, on that many threads that stand by: of the fastest batch. Its floor
// is a row read by as many, and `gigabytes` is what of rows goes by in a
// second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/kernels/dispatch.h"
#include "tools/bench/batch_step.h"
#include "tools/bench/chains.h"
#include "tools/bench/other_work.h"
#include "tools/bench/row_set.h"
#include "tools/bench/step.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

// What a benchmark's rows are.
struct RowsOf {
  std::string shape;
  std::int64_t size;
  DType dtype;
  Residence residence;

  friend bool operator==(const RowsOf&, const RowsOf&) = default;
};

// The rows in use: neighbours share them, and Google Benchmark calls each
// several times.
RowSet& Rows(const RowsOf& wanted) {
  static std::optional<RowsOf>& of = *new std::optional<RowsOf>;
  static std::unique_ptr<RowSet>& rows = *new std::unique_ptr<RowSet>;
  if (of != wanted) {
    rows.reset();  // Before the next: they may be large.
    rows = std::make_unique<RowSet>(RowSet::MakeRows(wanted.shape, wanted.size),
                                    wanted.dtype, wanted.residence);
    of = wanted;
  }
  return *rows;
}

void Run(benchmark::State& state, const Chain& chain, const RowsOf& rows_of) {
  RowSet& rows = Rows(rows_of);
  Step step(chain, rows_of.size);
  // The first call allocates.
  step.Time(rows.Row());
  std::vector<double> floors;
  std::vector<double> steps;
  const BoundsTally before = step.bounds_tally();
  for (auto _ : state) {
    rows.Next();
    floors.push_back(TimeOfFloor(rows.FloorRow()));
    if (rows_of.residence == Residence::kLoop) DoOtherWork();
    steps.push_back(step.Time(rows.Row()));
    state.SetIterationTime(steps.back() * 1e-9);
  }
  const double floor = Median(floors);
  const double median = Median(steps);
  state.counters["floor"] = floor * 1e-3;
  state.counters["step"] = median * 1e-3;
  state.counters["x"] = median / floor;
  state.counters["p90"] = Quantile(steps, 0.9) * 1e-3;
  const BoundsTally after = step.bounds_tally();
  const std::int64_t settled = after.settled - before.settled;
  const std::int64_t tried = settled + after.undecided - before.undecided;
  // Always there: the CSV reporter wants the same columns everywhere.
  state.counters["filtered"] =
      tried == 0 ? 1.0
                 : static_cast<double>(settled) / static_cast<double>(tried);
}

void Register(const std::string& name, const Chain& chain,
              const RowsOf& rows_of) {
  benchmark::RegisterBenchmark(
      absl::StrCat(name, "/", rows_of.size, "/", rows_of.shape, "/",
                   DTypeName(rows_of.dtype), "/",
                   ResidenceName(rows_of.residence))
          .c_str(),
      [&chain, rows_of](benchmark::State& state) {
        Run(state, chain, rows_of);
      })
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

void RegisterChains(const RowsOf& rows_of) {
  for (const Chain& chain : TargetChains()) {
    Register(chain.name, chain, rows_of);
  }
  for (const Chain& chain : StageChains()) {
    Register(absl::StrCat("stage/", chain.name), chain, rows_of);
  }
}

constexpr int kBatches = 60;

void RunBatch(benchmark::State& state, const Chain& chain,
              const RowsOf& rows_of, std::size_t threads) {
  RowSet& rows = Rows(rows_of);
  BatchStep step(chain, rows_of.size, threads);
  step.Time(rows);  // The first call allocates.
  std::vector<double> floors;
  std::vector<double> steps;
  for (auto _ : state) {
    floors.push_back(step.TimeOfFloor(rows));
    steps.push_back(step.Time(rows));
    state.SetIterationTime(steps.back() * 1e-9);
  }
  // A batch takes longer than a turn of the processor: what else the machine
  // does is in most of them, and only adds.
  const double floor = *std::min_element(floors.begin(), floors.end());
  const double step_time = *std::min_element(steps.begin(), steps.end());
  state.counters["floor"] = floor * 1e-3;
  state.counters["step"] = step_time * 1e-3;
  state.counters["x"] = step_time / floor;
  state.counters["gigabytes"] = static_cast<double>(rows_of.size) *
                                static_cast<double>(DTypeSize(rows_of.dtype)) /
                                step_time;
}

// The chains that a server runs, on one thread and on two. The clock of a
// benchmark counts a row where a batch has 64.
void RegisterBatches(const RowsOf& rows_of) {
  for (const Chain& chain : TargetChains()) {
    if (!chain.batched) continue;
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
      benchmark::RegisterBenchmark(
          absl::StrCat("batch/", chain.name, "/", rows_of.size, "/",
                       rows_of.shape, "/", DTypeName(rows_of.dtype), "/",
                       threads)
              .c_str(),
          [&chain, rows_of, threads](benchmark::State& state) {
            RunBatch(state, chain, rows_of, threads);
          })
          ->UseManualTime()
          ->Iterations(kBatches)
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

void RegisterAll() {
  for (const std::string& shape : ShapeNames()) {
    for (const std::int64_t size : Sizes(shape)) {
      for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
        for (const Residence residence :
             {Residence::kL3, Residence::kWarm, Residence::kMemory,
              Residence::kLoop}) {
          RegisterChains({shape, size, dtype, residence});
        }
        RegisterBatches({shape, size, dtype, Residence::kMemory});
      }
    }
  }
}

}  // namespace
}  // namespace sampler::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::AddCustomContext("simd",
                              std::string(sampler::kernels::SimdTarget()));
  sampler::bench::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
