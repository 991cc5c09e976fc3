#include "tools/generate/loop.h"

#include <chrono>
#include <optional>
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

// A telling for each chooser.
absl::StatusOr<std::vector<Telling>> Begin(
    const LlamaModel& model,
    absl::Span<const std::unique_ptr<Chooser>> choosers,
    const LoopOptions& options) {
  const TellingOptions telling_options = {
      .max_tokens = static_cast<std::size_t>(options.max_tokens),
      .ignore_end = options.ignore_end,
      .text_of = [&model](llama_token token) { return model.Piece(token); },
      .is_end = [&model](llama_token token) { return model.IsEnd(token); }};
  std::vector<Telling> tellings;
  for (const std::unique_ptr<Chooser>& chooser : choosers) {
    std::optional<Rewinder> rewinder;
    if (!options.phrases.empty()) {
      auto made = Rewinder::Create(options.phrases);
      if (!made.ok()) return made.status();
      rewinder = *std::move(made);
    }
    tellings.emplace_back(*chooser, std::move(rewinder), telling_options);
  }
  return tellings;
}

}  // namespace

absl::StatusOr<LoopResult> RunLoop(
    LlamaModel& model, absl::Span<const llama_token> prompt,
    absl::Span<const std::unique_ptr<Chooser>> choosers,
    const LoopOptions& options,
    const std::function<absl::Status(const SeenRow&)>& see) {
  LoopResult result;
  LoopTimes& times = result.times;
  const auto size = static_cast<std::size_t>(model.vocabulary_size());
  auto tellings = Begin(model, choosers, options);
  if (!tellings.ok()) return tellings.status();

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
      const llama_seq_id id = batch[i].sequence;
      Telling& telling = (*tellings)[static_cast<std::size_t>(id)];
      const auto& tokens = telling.sequence().tokens;
      const std::size_t rewound = telling.sequence().rewound.size();
      const float* const row = model.Row(first ? 0 : i);
      clock.Charge(times.decode);
      const absl::StatusOr<Told> told = telling.Take(row);
      clock.Charge(times.sampling);
      if (!told.ok()) return At(told.status(), id, tokens.size());
      ++times.tokens;
      const bool went_back = telling.sequence().rewound.size() > rewound;
      const absl::Status seen =
          see({id,
               {row, size},
               *told,
               went_back ? &telling.sequence().rewound.back() : nullptr});
      if (!seen.ok()) return At(seen, id, tokens.size());
      const llama_token last = tokens.empty() ? prompt.back() : tokens.back();
      if (went_back) {
        const absl::Status back =
            model.GoBack(id, prompt.size() + tokens.size() - 1);
        if (!back.ok()) return At(back, id, tokens.size());
      }
      if (!told->last) next.push_back({id, last});
      clock.Charge(times.other);
    }
    batch = std::move(next);
    first = false;
    if (batch.empty()) break;
    absl::Status decoded = model.Continue(batch);
    if (!decoded.ok()) return decoded;
  }
  for (const Telling& telling : *tellings) {
    result.sequences.push_back(telling.sequence());
  }
  return result;
}

}  // namespace sampler::tools
