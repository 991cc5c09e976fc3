// The C++ side of tools/bench/python_batches.py: the same batches of the same
// rows, by SampleBatch on threads that stand by.
//
//   batch-twin CONFIG VOCABULARY_SIZE ROWS THREADS RUNS < logits
//
// Reads ROWS rows of float32. Row i belongs to the sequence of seed 1, stream
// i. Prints the nanoseconds of the fastest of RUNS batches, and its tokens.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/types/span.h"
#include "sampler/batch.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tools/bench/timing.h"
#include "tools/bench/worker_pool.h"

namespace sampler::bench {
namespace {

std::int64_t Number(const char* text) {
  std::int64_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number >= 1) return number;
  std::cerr << "batch-twin: got \"" << text << "\", want an integer >= 1\n";
  std::exit(2);
}

std::vector<float> ReadRows(std::size_t count) {
  std::vector<float> rows(count);
  std::cin.read(reinterpret_cast<char*>(rows.data()),
                static_cast<std::streamsize>(count * sizeof(float)));
  if (std::cin) return rows;
  std::cerr << "batch-twin: fewer logits than rows of that size have\n";
  std::exit(2);
}

int Main(char** argv) {
  const std::int64_t size = Number(argv[2]);
  const auto count = static_cast<std::size_t>(Number(argv[3]));
  const auto threads = static_cast<std::size_t>(Number(argv[4]));
  const std::int64_t runs = Number(argv[5]);
  const auto width = static_cast<std::size_t>(size);
  const std::vector<float> logits = ReadRows(count * width);
  const Pipeline pipeline =
      OrExit(Pipeline::Create(OrExit(ParseConfig(argv[1], size)), size));
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < count; ++i) {
    sequences.push_back(OrExit(pipeline.NewSequence(
        {.seed = 1, .stream = static_cast<std::uint32_t>(i)})));
  }
  std::vector<BatchRow> batch;
  for (std::size_t i = 0; i < count; ++i) {
    batch.push_back(
        {.pipeline = &pipeline,
         .logits = absl::MakeConstSpan(logits).subspan(i * width, width),
         .sequence = &sequences[i]});
  }
  std::vector<Token> tokens(count);
  std::vector<Workspace> workspaces(threads);
  WorkerPool pool(threads);
  double best = std::numeric_limits<double>::infinity();
  for (std::int64_t run = 0; run < runs; ++run) {
    best = std::min(best, Nanoseconds([&] {
                      SampleBatch(batch, absl::MakeSpan(tokens),
                                  absl::MakeSpan(workspaces),
                                  [&](std::size_t workers, auto task) {
                                    pool.RunAndWait(workers, task);
                                  });
                    }));
  }
  std::cout << best;
  for (const Token& token : tokens) std::cout << " " << token.id;
  std::cout << "\n";
  return 0;
}

}  // namespace
}  // namespace sampler::bench

int main(int argc, char** argv) {
  if (argc == 6) return sampler::bench::Main(argv);
  std::cerr << "usage: batch-twin CONFIG VOCABULARY_SIZE ROWS THREADS RUNS "
               "< logits\n";
  return 2;
}
