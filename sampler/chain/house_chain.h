// The stages of a pipeline as this library runs them, one after another on one
// set of Candidates. Internal.
//
// Thread-safety: immutable.
// Tested by: tests/pipeline_test.cc, tests/oracle_test.cc, tests/step_test.cc,
//   tests/laws/phase_laws_test.cc.

#ifndef SAMPLER_CHAIN_HOUSE_CHAIN_H_
#define SAMPLER_CHAIN_HOUSE_CHAIN_H_

#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/chain/chain.h"
#include "sampler/chain/condition.h"
#include "sampler/config.h"
#include "sampler/history/phases.h"
#include "sampler/random/random.h"
#include "sampler/stages/stage.h"
#include "sampler/step_observer.h"

namespace sampler {

class HouseChain final : public Chain {
 public:
  // InvalidArgument if what a type of group kDraw makes is no Draw.
  static absl::StatusOr<std::unique_ptr<const Chain>> Create(
      const PipelineConfig& config, std::int64_t vocabulary_size,
      const StageRegistry& registry);

  void Run(Logits row, const Sequence& sequence, StepObserver* observer,
           Scratch& scratch) const override;
  Token Draw(const Sequence& sequence, Scratch& scratch) const override;
  void Teach(const Sequence& sequence, Scratch& scratch,
             Lesson& lesson) const override;
  absl::Span<const TokenId> DrawAll(const Sequence& sequence,
                                    Scratch& scratch) const override;
  bool DrawsForForks(const Scratch& scratch) const override;

  absl::Span<const double> initial_state() const override {
    return initial_state_;
  }
  std::string WrongState(absl::Span<const double> state,
                         std::int64_t position) const override;
  std::string StateName() const override;

  bool Reads(StepInput input) const override {
    return reads_[static_cast<std::size_t>(input)];
  }
  std::vector<std::string> MissingInputs(
      const StepInputs& inputs) const override;
  std::uint64_t LargestSeed() const override { return ~std::uint64_t{0}; }
  std::shared_ptr<const PhaseRules> phases() const override { return phases_; }

 private:
  // A stage, and where its memory lies in the state of the chain.
  struct Part {
    std::string type;
    std::unique_ptr<const Stage> stage;
    std::size_t state_begin;
    std::size_t state_size;
    // Differs from the key of every other stage in the process; 0 if the stage
    // makes no scratch.
    std::uint64_t scratch_key;
    // Null: it runs at every step.
    std::unique_ptr<const Condition> when = nullptr;

    bool Runs(const History& history) const {
      return when == nullptr || when->Holds(history);
    }
  };

  explicit HouseChain(std::int64_t vocabulary_size)
      : vocabulary_size_(vocabulary_size) {}

  void Add(std::string type, std::unique_ptr<const Stage> stage);

  // The sequence's history if it follows the phases of this chain, as in every
  // sequence that a pipeline has made; else a copy that follows them.
  const History& HistoryOf(const Sequence& sequence, Scratch& scratch) const {
    if (phases_ == nullptr || sequence.history().Follows(*phases_)) {
      return sequence.history();
    }
    return CopiedHistory(sequence, scratch);
  }
  const History& CopiedHistory(const Sequence& sequence,
                               Scratch& scratch) const;

  // What stage `index` may know of the step that `scratch` is at.
  StepContext ContextOf(std::size_t index, const Sequence& sequence,
                        const History& history, const Coins& coins,
                        Scratch& scratch) const;

  std::int64_t vocabulary_size_;
  std::vector<Part> parts_;
  std::shared_ptr<const PhaseRules> phases_;  // Null: it has none.
  const sampler::Draw* draw_ = nullptr;       // The stage of the last part.
  bool needs_original_mass_ = false;
  std::array<bool, std::size(kAllStepInputs)> reads_ = {};
  std::vector<double> initial_state_;
};

}  // namespace sampler

#endif  // SAMPLER_CHAIN_HOUSE_CHAIN_H_
