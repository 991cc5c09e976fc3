// One step of this library beside the same step of llama.cpp's own sampler
// chain, on the same logits, in the same process.
//
//   llama-compare [--runs N] [--seconds S] [--json FILE] [chain ...]
//
// For every chain of target_chains.cc (or those whose names contain one of the
// words given), vocabulary size and row shape it prints the step's time in
// nanoseconds, as a multiple of the floor (one pass that reads the row for its
// maximum), and how many times faster that is than llama.cpp, each as the
// median of N runs with the least and the most, beside the goals. Then top_p
// and typical_p on rows whose nuclei grow from one token to most of the
// vocabulary.
// --json writes all runs to a file, which report.py reads.
//
// llama.cpp is not a dependency: without SAMPLER_LLAMA_DIR, a folder with its
// include/ and lib/, its columns stay empty.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "sampler/kernels/dispatch.h"
#include "tools/bench/chains.h"
#include "tools/bench/comparison.h"
#include "tools/bench/row_set.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

struct Arguments {
  Effort effort;
  std::string json;
  std::vector<std::string> words;
};

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--runs" && has_value) {
      arguments.effort.runs = std::max(1, std::atoi(argv[++i]));
    } else if (word == "--seconds" && has_value) {
      arguments.effort.seconds = std::atof(argv[++i]);
    } else if (word == "--json" && has_value) {
      arguments.json = argv[++i];
    } else if (absl::StartsWith(word, "--")) {
      std::fprintf(stderr,
                   "usage: llama-compare [--runs N] [--seconds S] "
                   "[--json FILE] [chain ...]\n");
      std::exit(2);
    } else {
      arguments.words.push_back(word);
    }
  }
  return arguments;
}

std::vector<const Chain*> Wanted(const std::vector<std::string>& words) {
  std::vector<const Chain*> chains;
  for (const Chain& chain : TargetChains()) {
    const auto names_it = [&](const std::string& word) {
      return absl::StrContains(chain.name, word);
    };
    if (words.empty() || std::any_of(words.begin(), words.end(), names_it)) {
      chains.push_back(&chain);
    }
  }
  return chains;
}

// a / b, run by run.
std::vector<double> Ratios(const std::vector<double>& a,
                           const std::vector<double>& b) {
  std::vector<double> ratios;
  std::transform(a.begin(), a.end(), b.begin(), std::back_inserter(ratios),
                 [](double x, double y) { return x / y; });
  return ratios;
}

std::string Spread(const std::vector<double>& values) {
  return absl::StrFormat("%.4g (%.4g to %.4g)", Median(values),
                         *std::min_element(values.begin(), values.end()),
                         *std::max_element(values.begin(), values.end()));
}

void PrintHead() {
  std::puts(
      "| chain | tokens | rows | ours ns | reads of the row | goal | "
      "llama.cpp ns | times faster | goal |\n|---|---|---|---|---|---|---|---|"
      "---|");
}

void Print(const Result& result) {
  const Chain& chain = *result.chain;
  const double most = result.rows == "flat" && chain.most_floors_flat > 0
                          ? chain.most_floors_flat
                          : chain.most_floors;
  std::string peer = "- | - | -";
  if (!result.peer.empty()) {
    peer = absl::StrFormat("%.0f | %s | %.0f", Median(result.peer),
                           Spread(Ratios(result.peer, result.ours)),
                           chain.least_times_faster);
  }
  const std::string rows = result.nucleus == 0
                               ? result.rows
                               : absl::StrFormat("nucleus %d", result.nucleus);
  absl::PrintF("| %s | %d | %s | %.0f | %s | %g | %s |\n", chain.label,
               result.size, rows, Median(result.ours),
               Spread(Ratios(result.ours, result.floor)), most, peer);
  std::fflush(stdout);
}

std::vector<std::int64_t> Rounded(const std::vector<double>& nanoseconds) {
  return {nanoseconds.begin(), nanoseconds.end()};
}

void Write(const std::vector<Result>& results, const std::string& path) {
  nlohmann::ordered_json chains = nlohmann::ordered_json::object();
  for (const Chain& chain : TargetChains()) {
    chains[chain.name] = {{"label", chain.label},
                          {"most_floors", chain.most_floors},
                          {"most_floors_flat", chain.most_floors_flat},
                          {"least_times_faster", chain.least_times_faster}};
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Result& result : results) {
    list.push_back({{"chain", result.chain->name},
                    {"tokens", result.size},
                    {"rows", result.rows},
                    {"nucleus", result.nucleus},
                    {"floor_ns", Rounded(result.floor)},
                    {"ours_ns", Rounded(result.ours)},
                    {"llama_ns", Rounded(result.peer)}});
  }
  std::ofstream file(path);
  file << nlohmann::ordered_json{{"simd", std::string(kernels::SimdTarget())},
                                 {"chains", chains},
                                 {"results", list}};
  if (!file.flush()) {
    std::fprintf(stderr, "llama-compare: cannot write %s\n", path.c_str());
    std::exit(1);
  }
}

int Main(int argc, char** argv) {
  const Arguments arguments = Parse(argc, argv);
  const std::vector<const Chain*> chains = Wanted(arguments.words);
  std::vector<Result> all;
  const auto compare = [&](const std::vector<const Chain*>& which,
                           const std::vector<std::vector<float>>& rows,
                           const std::string& name, std::int64_t nucleus) {
    for (Result& result : Compare(which, rows, name, arguments.effort)) {
      result.nucleus = nucleus;
      Print(result);
      all.push_back(std::move(result));
    }
  };
  PrintHead();
  for (const std::string& shape : ShapeNames()) {
    for (const std::int64_t size : Sizes(shape)) {
      compare(chains, RowSet::MakeRows(shape, size), shape, 0);
    }
  }
  std::vector<const Chain*> nuclei;
  for (const Chain* chain : chains) {
    if (chain->name == "top_p_draw" || chain->name == "typical_p_draw") {
      nuclei.push_back(chain);
    }
  }
  constexpr std::int64_t kSize = 151'936;
  for (std::int64_t nucleus = 1; !nuclei.empty() && nucleus <= 100'000;
       nucleus *= 10) {
    compare(nuclei, RowSet::MakeNuclei(kSize, nucleus), "nucleus", nucleus);
  }
  if (!arguments.json.empty()) Write(all, arguments.json);
  return 0;
}

}  // namespace
}  // namespace sampler::bench

int main(int argc, char** argv) { return sampler::bench::Main(argc, argv); }
