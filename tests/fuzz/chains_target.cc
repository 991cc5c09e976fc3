// Chains of any stages over a text that is accepted, taken back, redrawn,
// forked, saved and restored. Every step is taken in several of the ways there
// are: by bounds and by exact sums, on every instruction set, in every element
// type.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/batch.h"
#include "sampler/pipeline.h"
#include "tests/fuzz/outcome.h"
#include "tests/fuzz/random_pipeline.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

constexpr int kMostMoves = 16;
// All of them would take so long that few texts were tried.
constexpr int kWaysOfAStep = 4;

class Text {
 public:
  Text(const Pipeline& pipeline, Sequence begin)
      : pipeline_(pipeline), stations_{std::move(begin)} {}

  // One move of the text, chosen by the source.
  void Move(ByteSource& source) {
    switch (source.Below(8)) {
      case 0:
        return TakeBack(source);
      case 1:
        return Restore();
      case 2:
        return Fork(source.Byte());
      case 3:
        return Ban(source);
      case 4:
        now().set_clock(source.Byte());
        return;
      default:
        return TakeAStep(source);
    }
  }

 private:
  Sequence& now() { return stations_.back(); }

  TokenId AnyToken(ByteSource& source) const {
    return static_cast<TokenId>(
        source() % static_cast<std::uint64_t>(pipeline_.vocabulary_size()));
  }

  void TakeAStep(ByteSource& source) {
    const auto size = static_cast<std::size_t>(pipeline_.vocabulary_size());
    const TypedRow row(source, size);
    const InputMemory inputs(source, size);
    const Outcome outcome =
        TakeStep(pipeline_, row, inputs, now(), FirstWay(), workspaces_);
    static const auto& ways = *new std::vector(AllWays());
    for (int i = 0; i < kWaysOfAStep; ++i) {
      const Way& way = source.Of(ways);
      const Outcome other =
          TakeStep(pipeline_, row, inputs, now(), way, workspaces_);
      const std::string difference = Difference(outcome, other);
      Require(difference.empty(),
              absl::StrCat(difference, " by ", way.instruction_set,
                           way.bounds == BoundsUse::kTry ? ", bounds, " : ", ",
                           DTypeName(way.dtype), " of ",
                           ToJson(pipeline_.config())));
    }
    BatchGivesTheSame(row, inputs, outcome.token, source.Byte());
    Accept(outcome.token, source);
  }

  // A batch of the text and a fork of it, and draws for forks of one step.
  void BatchGivesTheSame(const TypedRow& row, const InputMemory& inputs,
                         const Token& token, std::uint32_t stream) {
    const StepInputs read = pipeline_.OnlyRead(inputs.Offered(DType::kF32));
    const Sequence fork = now().Fork(stream);
    const Logits logits = row.As(DType::kF32);
    Workspace workspace;
    const Token of_fork = pipeline_.Sample(logits, fork, workspace, read);
    const BatchRow rows[] = {{&pipeline_, logits, &fork, read},
                             {&pipeline_, logits, &now(), read}};
    Token tokens[2];
    SampleBatch(rows, absl::MakeSpan(tokens), workspace);
    Require(SameToken(tokens[1], token) && SameToken(tokens[0], of_fork),
            "a batch draws the tokens of its rows");
    const Token drawn =
        pipeline_.Process(logits, now(), workspace, read).DrawFor(fork);
    Require(drawn.status == RowStatus::kWrongStep || SameToken(drawn, of_fork),
            "a step draws for a fork what the fork would draw");
  }

  void Accept(const Token& token, ByteSource& source) {
    Sequence next = now();
    const bool drawn = token.id >= 0 && source.Below(4) != 3;
    const absl::Status status =
        drawn ? next.Accept(token) : next.AcceptId(AnyToken(source));
    if (status.ok()) {
      Require(next.position() == now().position() + 1,
              "an accepted token is one more");
      stations_.push_back(std::move(next));
    } else {
      Require(next == now(), "a refused token changes nothing");
    }
  }

  // What is taken back leaves the text as it was before.
  void TakeBack(ByteSource& source) {
    const std::size_t n = source.Below(4);
    const bool redraw = source.Maybe();
    Sequence sequence = now();
    const auto count = static_cast<std::int64_t>(n);
    const absl::Status status =
        redraw ? sequence.Redraw(count) : sequence.Rollback(count);
    if (count > now().position()) {
      Require(!status.ok() && sequence == now(),
              "more tokens than there are cannot be taken back");
      return;
    }
    Require(status.ok(), "accepted tokens can be taken back");
    const std::int64_t clock = now().clock();
    const bool banned = now().has_bans();
    if (n < stations_.size()) {
      stations_.erase(stations_.end() - count, stations_.end());
      Sequence expected = now();
      expected.set_clock(clock);
      expected.set_attempt(sequence.attempt());
      Require(banned || expected == sequence,
              "what is taken back was never accepted");
      now() = std::move(sequence);
    } else {
      stations_.assign(1, sequence);
    }
  }

  void Restore() {
    const std::string snapshot = now().Snapshot();
    absl::StatusOr<Sequence> restored = pipeline_.RestoreSequence(snapshot);
    Require(restored.ok(), absl::StrCat("a snapshot can be restored: ",
                                        restored.status().message()));
    Require(*restored == now() && restored->Snapshot() == snapshot,
            "a restored sequence is the one that was saved");
    now() = *std::move(restored);
  }

  void Fork(std::uint32_t stream) {
    for (Sequence& station : stations_) station = station.Fork(stream);
  }

  void Ban(ByteSource& source) {
    Require(now().Ban(AnyToken(source)).ok(), "a token can be banned");
  }

  const Pipeline& pipeline_;
  Workspaces workspaces_;
  // The text at each of its last positions; the last is where it stands.
  std::vector<Sequence> stations_;
};

}  // namespace

void FuzzChains(Bytes input) {
  ByteSource source(input);
  constexpr std::int64_t kSizes[] = {kLeastVocabulary, 65, 67, 128, 333, 1500};
  const std::int64_t size = source.Of(kSizes);
  const std::optional<Pipeline> pipeline = RandomPipeline(source, size);
  if (!pipeline.has_value()) return;
  std::vector<TokenId> prompt;
  for (std::size_t n = source.Below(8); n > 0; --n) {
    prompt.push_back(static_cast<TokenId>(source.Below(8)));
  }
  absl::StatusOr<Sequence> sequence = pipeline->NewSequence(
      {.seed = source(), .stream = source.Byte(), .prompt = std::move(prompt)});
  Require(sequence.ok(), "a pipeline makes sequences");
  Text text(*pipeline, *std::move(sequence));
  for (int i = 0; i < kMostMoves && (i == 0 || !source.empty()); ++i) {
    text.Move(source);
  }
}

}  // namespace sampler::fuzz
