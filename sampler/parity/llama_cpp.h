// Parity with llama.cpp: a chain of its samplers, for the same tokens from the
// same seed on the same logits ("rng": "llama_cpp" in a config).
//
// A chain is compiled from stages in this library's words and runs them as
// llama.cpp does: on an array whose order matters, in float32, with engines of
// its own. Nothing of it touches Candidates until the result is handed over.
//
//   house stages                                    llama.cpp
//   logit_bias, suppress_tokens                     logit_bias
//   repetition_, frequency_, presence_penalty       penalties (one sampler for
//     (in this order, one window, scope both)         those that stand
//     together)
//   dry, top_n_sigma, top_k, typical_p, top_p,      dry, top_n_sigma, top_k,
//     min_p, xtc                                      typ_p, top_p, min_p, xtc
//   temperature, dynamic_temperature                temperature
//   categorical; mirostat, adaptive_p before it     dist; mirostat, adaptive_p
//   greedy                                          greedy
//
// Parameters become float32: one that is then infinite, or 0 and was not, is an
// error, as is a mirostat whose tau and eta leave float32 together. low and
// high of dynamic_temperature are then
// T - range and T + range, which an importer must compute in float32. `order`
// of categorical has no say: the array's own order is walked.
//
// Randomness: each sampler that draws owns an mt19937, all with the same seed:
// the sequence's seed plus its stream, modulo 2^32 (llama-server numbers the n
// completions of a request so). 4294967295, "random" to llama.cpp, is no seed
// for a config, and one like any other for a sequence. The state that a
// sequence carries is, as doubles, the words each engine has given, mirostat's
// mu, adaptive_p's sums and the drawn token it waits for. A step is a function
// of (row, history, seed, state), so sampling again, rollback and snapshots are
// exact, which llama.cpp does not offer. Engines and mu move with every step,
// whichever token is accepted; adaptive_p learns if the accepted token is the
// drawn one. Sequence::Redraw, which llama.cpp has not, gives the engines
// another seed (the key of random.h in place of the sequence's): the words that
// they have given are not used again.
//
// Not copied from llama.cpp: rows with NaN, +inf or nothing finite have a
// status and no token, as do sequences with a state that no run of the chain
// leaves (kWrongState: a step never takes longer than the words that the
// accepted tokens can have drawn); an entry of probability 0 is never drawn; a
// finite logit above 3e8 sorts first; a logit_bias behind a stage that sorts
// leaves the array unsorted (llama.cpp goes on to trust the order, and then
// draws a banned token). Its grammar flow (a second run of the chain where the
// first token fails the grammar) is the caller's.
//
// Contract: the tokens of b10573 on the CPU, ties included. Its C library may
//   round expf and its relatives the other way (float32_math.h), which can move
//   a draw at the very boundary of two tokens; no golden token does so.
// Thread-safety: a chain is immutable; any number of threads may run it, each
//   with a scratch of its own.
// Cost: a few passes over the whole vocabulary per stage, and sorts of what a
//   stage sorts; about 1 ms at 49,152 tokens.
// Source: llama.cpp b10573 on libstdc++.
// Tested by: tests/parity/llama_cpp_test.cc, llama_cpp_limits_test.cc,
// tests/parity/parity_golden_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_H_
#define SAMPLER_PARITY_LLAMA_CPP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/config.h"
#include "sampler/history/history.h"
#include "sampler/logits.h"
#include "sampler/parameters/value.h"
#include "sampler/parity/candidate_array.h"
#include "sampler/parity/engine.h"
#include "sampler/parity/llama_cpp_stages.h"
#include "sampler/row_status.h"

namespace sampler {

struct Problem;
struct StageConfig;
class StageRegistry;

namespace parity {

// The seed by which llama.cpp understands "any": nothing to reproduce.
inline constexpr std::uint32_t kRandomSeed = 0xFFFFFFFF;

// Memory of a run, reused for every row. One thread at a time.
struct LlamaCppScratch {
  CandidateArray array;
  std::vector<Engine> engines;
  TokenNumbers numbers;
  Repeats repeats;
  ScoredEntries scored;
  std::vector<float> p_before;
};

// One step on its way through the stages.
struct LlamaCppStep {
  const History& history;
  std::uint32_t seed;
  absl::Span<const double> state;  // As the sequence carries it.
  absl::Span<double> next;         // For after the step.
  LlamaCppScratch& scratch;
  // Why there is nothing to draw from, or kOk; after the last stage the drawn
  // token and its 64 random bits (0 if it took none).
  RowStatus status = RowStatus::kOk;
  TokenId token = -1;
  std::uint64_t bits = 0;
};

// One number of a chain's state: how it begins, and what it can become.
struct StateNumber {
  std::size_t stage = 0;  // Of the config, whose memory it is.
  absl::string_view meaning;
  double initial;
  double minimum = 0.0;
  double maximum;
  int per_token = 0;   // By this the maximum grows with every accepted token.
  bool whole = false;  // A count, a token, a position.
};

// What a sampler remembers, as a number that people know: "mu", 9.98.
struct MemoryNumber {
  std::size_t stage;  // Of the config.
  absl::string_view name;
  double value;
};

class LlamaCppChain {
 public:
  // Everything that keeps these stages from running as llama.cpp's, beside what
  // CheckConfig reports.
  static std::vector<Problem> Check(absl::Span<const StageConfig> stages,
                                    const StageRegistry& registry);

  // REQUIRES: neither Check nor CheckConfig has anything to report.
  LlamaCppChain(absl::Span<const StageConfig> stages,
                const StageRegistry& registry, std::int64_t vocabulary_size);

  // Engines that its samplers own: 0 if nothing is drawn at random.
  std::size_t engines() const { return engines_; }

  // Number of stages, those that do nothing included.
  std::size_t stages() const { return actions_.size(); }

  // The state of a fresh sequence; its size is that of every state.
  absl::Span<const double> initial_state() const { return initial_state_; }

  // What in `state`, after `position` accepted tokens, no run of this chain can
  // have left: the words that an engine has given, say, which decide how long
  // the next step takes. Empty if there is nothing. REQUIRES: `state` is of the
  // size of initial_state().
  std::string WrongState(absl::Span<const double> state,
                         std::int64_t position) const;

  // What the samplers remember where a step begins with this state and history:
  // mirostat its "mu", adaptive_p the "mean_drawn" that it follows and its
  // "aim", and each that draws the "engine_words" that its engine has given.
  // REQUIRES: as above.
  std::vector<MemoryNumber> MemoryAt(absl::Span<const double> state,
                                     const History& history) const;

  // Starts a step: the array becomes the row, `next` the state. REQUIRES: state
  // and next are of the size of initial_state().
  void Begin(Logits row, LlamaCppStep& step) const;

  // Runs stage `index` of the config. Call in order, while the status is kOk.
  void Run(std::size_t index, LlamaCppStep& step) const;

  // What a stage does to a step.
  using Action = std::function<void(LlamaCppStep&)>;

  // Reads a number of MemoryAt.
  struct Reader {
    std::size_t stage;
    absl::string_view name;
    std::function<double(absl::Span<const double> state, const History&)> read;
  };

 private:
  std::size_t engines_ = 0;
  std::vector<StateNumber> numbers_;
  std::vector<double> initial_state_;  // Of numbers_.
  std::vector<Reader> memory_;
  std::vector<Action> actions_;  // By stage; empty where it does nothing.
};

}  // namespace parity
}  // namespace sampler

#endif  // SAMPLER_PARITY_LLAMA_CPP_H_
