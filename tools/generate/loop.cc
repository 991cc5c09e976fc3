#include "tools/generate/loop.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sampler::tools {
namespace {

// Adds what passes between its calls to one account or another.
class Clock {
 public:
  void Charge(double& account) {
    const auto now = std::chrono::steady_clock::now();
    account += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ =
      std::chrono::steady_clock::now();
};

absl::Status At(const absl::Status& status, std::int64_t sequence,
                std::size_t token) {
  return {status.code(), absl::StrCat("sequence ", sequence, ", token ", token,
                                      ": ", status.message())};
}

}  // namespace

absl::StatusOr<LoopResult> RunLoop(
    LlamaModel& model, absl::Span<const llama_token> prompt,
    absl::Span<const std::unique_ptr<Chooser>> choosers,
    const LoopOptions& options,
    const std::function<absl::Status(const DrawnToken&)>& see) {
  LoopResult result;
  result.sequences.resize(choosers.size());
  LoopTimes& times = result.times;
  const auto size = static_cast<std::size_t>(model.vocabulary_size());
  const auto max_tokens = static_cast<std::size_t>(options.max_tokens);

  Clock clock;
  absl::Status read = model.Begin(prompt);
  if (!read.ok()) return read;
  model.Row(0);
  clock.Charge(times.prompt);

  // The sequences that go on, and which output of the model each reads.
  std::vector<LlamaModel::Continuation> batch;
  for (std::size_t i = 0; i < choosers.size(); ++i) {
    batch.push_back({static_cast<llama_seq_id>(i), -1});
  }
  bool first = true;  // All draw from the row after the prompt.
  while (!batch.empty()) {
    std::vector<LlamaModel::Continuation> next;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto index = static_cast<std::size_t>(batch[i].sequence);
      GeneratedSequence& sequence = result.sequences[index];
      const float* const row = model.Row(first ? 0 : i);
      clock.Charge(times.decode);
      const absl::StatusOr<llama_token> token = choosers[index]->Next(row);
      clock.Charge(times.sampling);
      if (!token.ok()) {
        return At(token.status(), batch[i].sequence, sequence.tokens.size());
      }
      ++times.tokens;
      sequence.tokens.push_back(*token);
      const bool end = model.IsEnd(*token);
      const std::string piece = end ? "" : model.Piece(*token);
      sequence.text += piece;
      sequence.ended = end && !options.ignore_end;
      const bool last = sequence.ended || sequence.tokens.size() == max_tokens;
      const absl::Status seen =
          see({batch[i].sequence, *token, {row, size}, piece, last});
      if (!seen.ok()) {
        return At(seen, batch[i].sequence, sequence.tokens.size() - 1);
      }
      if (!last) next.push_back({batch[i].sequence, *token});
      clock.Charge(times.other);
    }
    batch = std::move(next);
    first = false;
    if (batch.empty()) break;
    absl::Status decoded = model.Continue(batch);
    if (!decoded.ok()) return decoded;
  }
  return result;
}

}  // namespace sampler::tools
