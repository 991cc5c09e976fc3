// One step of this library beside the same step of llama.cpp's own sampler
// chain, on the same logits, in the same process.
//
//   llama-compare [--csv] [--rounds N] [chain ...]
//
// For every chain, vocabulary size and row shape it takes turns between three
// things, each on the next of a set of rows that together exceed the L2 cache:
// the floor (one pass that reads the row for its maximum), Pipeline::Sample,
// and llama.cpp (the candidate array filled as llama_sampler_sample does it,
// then the chain applied). It prints medians: microseconds, ours as a multiple
// of the floor, and how many times faster than llama.cpp.
//
// llama.cpp is not a dependency: this program is built where SAMPLER_LLAMA_DIR
// names a folder with include/ (llama.h and ggml's headers) and lib/ (its
// shared libraries).

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "llama.h"
#include "sampler/pipeline.h"
#include "tests/rows.h"

namespace sampler {
namespace {

constexpr std::uint32_t kSeed = 42;
constexpr std::int64_t kHistory = 4096;

// A chain in both languages.
struct Comparison {
  const char* name;
  const char* stages;  // As in a config.
  std::function<void(llama_sampler* chain, std::int32_t vocabulary_size)> add;
};

void Add(llama_sampler* chain, llama_sampler* stage) {
  llama_sampler_chain_add(chain, stage);
}

const std::vector<Comparison>& Comparisons() {
  static const auto& all = *new std::vector<Comparison>{
      {"greedy", R"({"type": "greedy"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_greedy());
       }},
      {"top_k 40, top_p, temperature, draw",
       R"({"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
          {"type": "temperature", "temperature": 0.8}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_top_k(40));
         Add(c, llama_sampler_init_top_p(0.95f, 1));
         Add(c, llama_sampler_init_temp(0.8f));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"llama.cpp default, penalties and dry on",
       R"({"type": "repetition_penalty", "penalty": 1.1, "window": 4096},
          {"type": "frequency_penalty", "penalty": 0.1, "scope": "both",
           "window": 4096},
          {"type": "dry", "multiplier": 0.8, "window": 4096},
          {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},
          {"type": "min_p", "p": 0.05},
          {"type": "temperature", "temperature": 0.8}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t vocabulary_size) {
         Add(c, llama_sampler_init_penalties(vocabulary_size, kHistory, 1.1f,
                                             0.1f, 0.0f));
         Add(c, llama_sampler_init_dry(nullptr, 0.8f, 1.75f, 2, kHistory,
                                       nullptr, 0));
         Add(c, llama_sampler_init_top_k(40));
         Add(c, llama_sampler_init_top_p(0.95f, 1));
         Add(c, llama_sampler_init_min_p(0.05f, 1));
         Add(c, llama_sampler_init_temp(0.8f));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"min_p, draw",
       R"({"type": "min_p", "p": 0.05}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_min_p(0.05f, 1));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"top_n_sigma, draw",
       R"({"type": "top_n_sigma", "n": 1}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_top_n_sigma(1.0f));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"temperature, draw",
       R"({"type": "temperature", "temperature": 0.8}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_temp(0.8f));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"top_p 0.95, draw",
       R"({"type": "top_p", "p": 0.95}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_top_p(0.95f, 1));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"typical_p 0.95, draw",
       R"({"type": "typical_p", "p": 0.95}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_typical(0.95f, 1));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"xtc, draw",
       R"({"type": "xtc", "probability": 1, "threshold": 0.1},
          {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_xtc(1.0f, 0.1f, 1, kSeed));
         Add(c, llama_sampler_init_dist(kSeed));
       }},
      {"mirostat 1",
       R"({"type": "mirostat", "version": 1}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t vocabulary_size) {
         Add(c, llama_sampler_init_mirostat(vocabulary_size, kSeed, 5.0f, 0.1f,
                                            100));
       }},
      {"mirostat 2",
       R"({"type": "mirostat", "version": 2}, {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_mirostat_v2(kSeed, 5.0f, 0.1f));
       }},
      {"dynamic temperature, draw",
       R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.1},
          {"type": "categorical"})",
       [](llama_sampler* c, std::int32_t) {
         Add(c, llama_sampler_init_temp_ext(0.8f, 0.3f, 1.0f));
         Add(c, llama_sampler_init_dist(kSeed));
       }}};
  return all;
}

template <typename T>
T OrExit(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "llama-compare: %s\n",
               std::string(value.status().message()).c_str());
  std::exit(2);
}

double Microseconds(auto f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now() - start)
      .count();
}

double Median(std::vector<double> times) {
  const auto middle =
      times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

// What a pass over the row costs that does nothing but read it. Volatile, so
// that the compiler cannot drop the pass.
volatile float benchmark_sink;

float MaxRead(const std::vector<float>& row) {
  float lanes[64];
  std::fill_n(lanes, 64, row[0]);
  for (std::size_t i = 0; i + 64 <= row.size(); i += 64) {
    for (std::size_t j = 0; j < 64; ++j) {
      lanes[j] = row[i + j] > lanes[j] ? row[i + j] : lanes[j];
    }
  }
  return *std::max_element(lanes, lanes + 64);
}

// llama.cpp's side: its chain, having accepted the history.
class LlamaChain {
 public:
  LlamaChain(const Comparison& comparison, std::int64_t vocabulary_size,
             const std::vector<std::int32_t>& history)
      : chain_(llama_sampler_chain_init(llama_sampler_chain_default_params())),
        candidates_(static_cast<std::size_t>(vocabulary_size)) {
    comparison.add(chain_, static_cast<std::int32_t>(vocabulary_size));
    for (const std::int32_t token : history) {
      llama_sampler_accept(chain_, token);
    }
  }
  LlamaChain(const LlamaChain&) = delete;
  LlamaChain& operator=(const LlamaChain&) = delete;
  ~LlamaChain() { llama_sampler_free(chain_); }

  std::int32_t Sample(const std::vector<float>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      candidates_[i] = {static_cast<std::int32_t>(i), row[i], 0.0f};
    }
    llama_token_data_array array = {candidates_.data(), candidates_.size(), -1,
                                    false};
    llama_sampler_apply(chain_, &array);
    return array.data[array.selected].id;
  }

 private:
  llama_sampler* chain_;
  std::vector<llama_token_data> candidates_;
};

struct Times {
  double floor;
  double ours;
  double llama;
};

Times Run(const Comparison& comparison, std::int64_t vocabulary_size,
          RowKind kind, int rounds) {
  const Pipeline pipeline = OrExit(Pipeline::Create(
      OrExit(ParseConfig(std::string(R"({"version": 1, "stages": [)") +
                         comparison.stages + "]}")),
      vocabulary_size));
  std::vector<std::int32_t> history;
  for (std::int32_t i = 0; i < kHistory; ++i) history.push_back(i * 7 % 600);
  const Sequence sequence =
      OrExit(pipeline.NewSequence({.seed = kSeed, .prompt = history}));
  LlamaChain llama(comparison, vocabulary_size, history);
  Workspace workspace;
  std::vector<std::vector<float>> rows;
  for (std::uint64_t i = 0; i < 9; ++i) {
    rows.push_back(MakeRow(kind, static_cast<std::size_t>(vocabulary_size), i));
  }
  std::vector<double> floor, ours, theirs;
  std::size_t next = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto row = [&]() -> const std::vector<float>& {
      return rows[next++ % rows.size()];
    };
    floor.push_back(Microseconds([&] { benchmark_sink = MaxRead(row()); }));
    ours.push_back(Microseconds([&] {
      benchmark_sink = static_cast<float>(
          pipeline.Sample(absl::MakeConstSpan(row()), sequence, workspace).id);
    }));
    theirs.push_back(Microseconds(
        [&] { benchmark_sink = static_cast<float>(llama.Sample(row())); }));
    // So that nobody meets the same rows again and again.
    next += static_cast<std::size_t>(round % 2);
  }
  return {Median(floor), Median(ours), Median(theirs)};
}

int Main(int argc, char** argv) {
  bool csv = false;
  int rounds = 41;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--csv") {
      csv = true;
    } else if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::max(1, std::atoi(argv[++i]));
    } else {
      wanted.push_back(argument);
    }
  }
  // Its stages report what they were given; that is not what is printed here.
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  std::puts(csv ? "chain,vocabulary,rows,floor_us,ours_us,llama_us,ours_floors,"
                  "times_faster"
                : "| chain | vocabulary | rows | floor us | ours us | "
                  "llama.cpp us | ours / floor | llama.cpp / ours |\n"
                  "|---|---|---|---|---|---|---|---|");
  for (const Comparison& comparison : Comparisons()) {
    const auto names_it = [&](const std::string& text) {
      return std::string(comparison.name).find(text) != std::string::npos;
    };
    if (!wanted.empty() &&
        std::none_of(wanted.begin(), wanted.end(), names_it)) {
      continue;
    }
    for (const std::int64_t size : {32'000, 128'256, 151'936, 262'144}) {
      for (const RowKind kind : {RowKind::kPeaked, RowKind::kGaussian,
                                 RowKind::kZipf, RowKind::kFlat}) {
        const Times t = Run(comparison, size, kind, rounds);
        std::printf(csv ? "\"%s\",%lld,%s,%.2f,%.2f,%.2f,%.3f,%.2f\n"
                        : "| %s | %lld | %s | %.2f | %.2f | %.2f | %.2f | %.1f "
                          "|\n",
                    comparison.name, static_cast<long long>(size),
                    RowKindName(kind).c_str(), t.floor, t.ours, t.llama,
                    t.ours / t.floor, t.llama / t.ours);
        std::fflush(stdout);
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace sampler

int main(int argc, char** argv) { return sampler::Main(argc, argv); }
