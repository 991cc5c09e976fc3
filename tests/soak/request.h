// One request of the soak: a text that is sampled, taken back, drawn again,
// saved and restored, forked, and drafted for, as its own random numbers say;
// nothing of it depends on the thread or on other requests.

#ifndef SAMPLER_TESTS_SOAK_REQUEST_H_
#define SAMPLER_TESTS_SOAK_REQUEST_H_

#include <cstdint>
#include <optional>
#include <random>

#include "absl/types/span.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"
#include "tests/soak/toy_model.h"

namespace sampler::soak {

// The model of a request.
constexpr std::uint64_t ModelOf(std::uint32_t number) { return number % 5; }

class Request {
 public:
  // `number` says its seed, its prompt, its moves and its model. `logger` may
  // be null. REQUIRES: both outlive it.
  Request(std::uint32_t number, const Pipeline& pipeline, logs::Logger* logger);

  // One move. Returns false once the text has ended.
  bool Move(Workspace& workspace);

  std::uint32_t number() const { return number_; }
  absl::Span<const TokenId> tokens() const {
    return sequence_.history().output();
  }

 private:
  // Draws a token and accepts it.
  void Step(Workspace& workspace);
  // Refuses a token that was drawn.
  void Refuse(Workspace& workspace);
  void TakeBack();
  // Goes on with what was written down.
  void SaveAndRestore();
  // Draws ahead in forks, which are dropped: by two ways the same tokens.
  void LookAhead(Workspace& workspace);
  // Steps for as long as tokens are those that a draft has guessed.
  void FollowADraft(Workspace& workspace);

  std::uint64_t model() const { return ModelOf(number_); }
  void Apply(const absl::StatusOr<Rewinder::Answer>& answer);
  Token Draw(const Sequence& sequence, const ModelStep& step,
             Workspace& workspace) const;

  std::uint32_t number_;
  const Pipeline& pipeline_;
  logs::Logger* logger_;
  std::mt19937_64 random_;
  Sequence sequence_;
  std::optional<Rewinder> rewinder_;
  bool over_ = false;
};

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_REQUEST_H_
