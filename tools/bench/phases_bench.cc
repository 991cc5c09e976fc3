// What phases cost a step, and what phrases that are taken back cost a token.
//
//   phases-bench
//
// step/plain and step/phase are a step (draw and accept) of two chains that do
// the same work over 64 tokens: one temperature; and one of two, by whether a
// phase is open, with a text that opens and closes it. What a phase costs is
// their difference. step/phase/long is the same late in a text of 100,000
// tokens.
//
// phrases/N is Rewinder::Add with N phrases of two or three words, of a text
// in which every fourth word begins one; phrases/N/every of one in which every
// word does, so that all of it is held, however long it is.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"

namespace sampler {
namespace {

constexpr std::int64_t kTokens = 64;
constexpr std::int64_t kSteps = 1024;  // Before the text starts over.

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status().message() << "\n";
    std::exit(1);
  }
  return *std::move(value);
}

Pipeline MakeChain(const std::string& phases, const std::string& stages) {
  return ValueOrDie(Pipeline::Create(
      ValueOrDie(ParseConfig(absl::StrCat(R"({"version": 1, )", phases,
                                          R"("stages": [)", stages,
                                          R"(, {"type": "categorical"}]})"))),
      kTokens));
}

Pipeline PlainChain() {
  return MakeChain("", R"({"type": "temperature", "temperature": 0.7})");
}

Pipeline PhaseChain() {
  return MakeChain(
      R"("phases": {"thinking": {"begin": [[1, 2], [3]], "end": [[4], [5, 6]]}},
      )",
      R"({"type": "temperature", "temperature": 0.6,
          "when": {"phase": "thinking"}},
         {"type": "temperature", "temperature": 0.7,
          "when": {"not": {"phase": "thinking"}}})");
}

void TimeSteps(benchmark::State& state, const Pipeline& pipeline,
               std::int64_t before) {
  std::vector<float> row;
  for (int i = 0; i < kTokens; ++i) {
    row.push_back(static_cast<float>(i * 7 % 11) * 0.25F);
  }
  Sequence sequence = ValueOrDie(pipeline.NewSequence({.seed = 1}));
  Workspace workspace;
  const auto take = [&] {
    const Token token = pipeline.Sample(row, sequence, workspace);
    benchmark::DoNotOptimize(sequence.Accept(token).ok());
  };
  for (std::int64_t i = 0; i < before; ++i) take();
  std::int64_t steps = 0;
  for (auto _ : state) {
    take();
    if (++steps % kSteps == 0) {
      benchmark::DoNotOptimize(sequence.Rollback(kSteps).ok());
    }
  }
}

std::string Word(int i) { return absl::StrCat(" w", i, "o"); }

// One that begins with each of the first words, and goes on as no text does.
std::vector<Rewinder::Phrase> SomePhrases(int count) {
  std::vector<Rewinder::Phrase> phrases;
  for (int i = 0; i < count; ++i) {
    phrases.push_back({.text = absl::StrCat(Word(i), Word(i), " and on")});
  }
  return phrases;
}

// Of `count` phrases, in a text of that many words.
void TimePhrases(benchmark::State& state, int count, int words) {
  Rewinder rewinder = ValueOrDie(Rewinder::Create(SomePhrases(count)));
  const Pipeline pipeline = PlainChain();
  Sequence sequence = ValueOrDie(pipeline.NewSequence({.seed = 1}));
  int i = 0;
  for (auto _ : state) {
    const TokenId token = i % kTokens;
    const std::string word = Word(i * 7 % words);
    benchmark::DoNotOptimize(sequence.AcceptId(token).ok());
    benchmark::DoNotOptimize(rewinder.Add(token, word, sequence).ok());
    i = (i + 1) % (1 << 20);
  }
  state.counters["held"] = static_cast<double>(rewinder.held_tokens());
}

void RegisterAll() {
  static const auto& plain = *new Pipeline(PlainChain());
  static const auto& phase = *new Pipeline(PhaseChain());
  const auto step = [](const char* name, const Pipeline& pipeline,
                       std::int64_t before) {
    benchmark::RegisterBenchmark(name, [&pipeline, before](auto& state) {
      TimeSteps(state, pipeline, before);
    });
  };
  step("step/plain", plain, 0);
  step("step/phase", phase, 0);
  step("step/plain/long", plain, 100'000);
  step("step/phase/long", phase, 100'000);
  for (const int count : {10, 1000, 4000}) {
    const std::string name = absl::StrCat("phrases/", count);
    benchmark::RegisterBenchmark(name.c_str(), [count](auto& state) {
      TimePhrases(state, count, 4 * count);
    });
    benchmark::RegisterBenchmark(
        (name + "/every").c_str(),
        [count](auto& state) { TimePhrases(state, count, count); });
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
