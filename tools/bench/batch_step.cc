#include "tools/bench/batch_step.h"

#include <atomic>
#include <cstdlib>
#include <iostream>

#include "tools/bench/max_read.h"
#include "tools/bench/step.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

// So that no result is dropped unused.
std::atomic<float> sink;

}  // namespace

BatchStep::BatchStep(const Chain& chain, std::int64_t vocabulary_size,
                     std::size_t threads)
    : pipeline_(MakePipeline(chain, vocabulary_size)),
      sequence_(OrExit(pipeline_.NewSequence({.seed = 42}))),
      tokens_(kRows),
      workspaces_(threads),
      pool_(threads) {
  forks_.reserve(kRows);
}

double BatchStep::Time(RowSet& rows) {
  std::vector<BatchRow> batch;
  batch.reserve(kRows);
  forks_.clear();
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.Next();
    forks_.push_back(sequence_.Fork(++stream_));
    batch.push_back({&pipeline_, rows.Row(), &forks_.back()});
  }
  const double time = Nanoseconds([&] {
    SampleBatch(batch, absl::MakeSpan(tokens_), absl::MakeSpan(workspaces_),
                [&](std::size_t workers, auto task) {
                  pool_.RunAndWait(workers, task);
                });
  });
  for (const Token& token : tokens_) {
    if (token.status == RowStatus::kOk) continue;
    std::cerr << "a step fails: " << RowStatusName(token.status) << "\n";
    std::exit(1);
  }
  return time / static_cast<double>(kRows);
}

double BatchStep::TimeOfFloor(RowSet& rows) {
  std::vector<const std::vector<float>*> batch;
  batch.reserve(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.Next();
    batch.push_back(&rows.FloorRow());
  }
  std::atomic<std::size_t> next = 0;
  const auto read = [&](std::size_t /*worker*/) {
    for (std::size_t i = next++; i < batch.size(); i = next++) {
      sink = MaxRead(batch[i]->data(), batch[i]->size());
    }
  };
  const double time =
      Nanoseconds([&] { pool_.RunAndWait(pool_.size(), read); });
  return time / static_cast<double>(kRows);
}

}  // namespace sampler::bench
