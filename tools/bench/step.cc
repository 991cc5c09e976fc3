#include "tools/bench/step.h"

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/config.h"
#include "tests/support/rows.h"
#include "tools/bench/max_read.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

// So that no result is dropped unused.
volatile float sink;

// Of chains that speak of a phase: the whole text lies in it.
constexpr char kPhases[] =
    R"("phases": {"thinking": {"begin": [[4]], "end": [[5]],
                                "initially": true}}, )";

Sequence MidText(const Pipeline& pipeline) {
  const std::vector<std::int32_t> history = LongHistory();
  const auto middle =
      history.begin() + static_cast<std::ptrdiff_t>(history.size() / 2);
  Sequence sequence = OrExit(
      pipeline.NewSequence({.seed = 42, .prompt = {history.begin(), middle}}));
  for (auto token = middle; token != history.end(); ++token) {
    if (!sequence.AcceptId(*token).ok()) std::abort();
  }
  return sequence;
}

}  // namespace

Pipeline MakePipeline(const Chain& chain, std::int64_t vocabulary_size) {
  const bool of_phase = absl::StrContains(chain.stages, "\"phase\"");
  const PipelineConfig config = OrExit(
      ParseConfig(absl::StrCat(R"({"version": 1, )", of_phase ? kPhases : "",
                               R"("stages": [)", chain.stages, "]}"),
                  vocabulary_size));
  return OrExit(Pipeline::Create(config, vocabulary_size));
}

std::vector<std::int32_t> LongHistory() {
  std::vector<std::int32_t> history;
  history.reserve(4096);
  // Ranks of 20,000 words by Zipf's law, their ids spread over the smallest
  // vocabulary: about 1,700 different ones in nearly every block of 64.
  std::mt19937_64 random(88172645463325252u);
  for (int i = 0; i < 4096; ++i) {
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    const auto rank = static_cast<std::uint64_t>(Exp(u * Log(20000.0)));
    history.push_back(
        static_cast<std::int32_t>((rank * 2654435761u >> 7) % 31999));
  }
  return history;
}

Step::Step(const Chain& chain, std::int64_t vocabulary_size)
    : timed_(chain.timed),
      top_(chain.logprobs),
      pipeline_(MakePipeline(chain, vocabulary_size)),
      text_(LongHistory()),
      start_(MidText(pipeline_)),
      sequence_(start_),
      mask_(static_cast<std::size_t>(vocabulary_size + 31) / 32, 0x55555555u),
      unconditional_(MakeRow(RowKind::kGaussian,
                             static_cast<std::size_t>(vocabulary_size), 99)) {
  inputs_.mask = TokenMask(absl::MakeConstSpan(mask_));
  inputs_.unconditional = Logits(unconditional_);
  inputs_.uniform = 0.618;
  inputs_ = pipeline_.OnlyRead(inputs_);
}

void Step::MoveOn() {
  // Another beginning now and then keeps the text from growing.
  constexpr std::size_t kSteps = 512;
  if (++moved_ % kSteps == 0) sequence_ = start_;
  if (!sequence_.AcceptId(text_[moved_ % text_.size()]).ok()) std::abort();
}

double Step::Time(Logits row) {
  MoveOn();
  const Sequence sequence = sequence_.Fork(++stream_);
  Token token;
  const double time = Nanoseconds(
      [&] { token = pipeline_.Sample(row, sequence, workspace_, inputs_); });
  if (token.status != RowStatus::kOk) {
    std::cerr << "a step fails: " << RowStatusName(token.status) << "\n";
    std::exit(1);
  }
  sink = static_cast<float>(token.id);
  return timed_ == Chain::Timed::kStep ? time : TimeOfReport(row, token.id);
}

double Step::TimeOfReport(Logits row, TokenId token) {
  const Distribution left =
      pipeline_.Process(row, sequence_, workspace_, inputs_);
  LogprobReport report = {.top = absl::MakeSpan(top_)};
  const double time = Nanoseconds([&] {
    FillReport(timed_ == Chain::Timed::kRawReport ? reporter_.Raw(row) : left,
               token, report);
  });
  sink = static_cast<float>(report.token.logprob);
  return time;
}

double TimeOfFloor(const std::vector<float>& row) {
  return Nanoseconds([&] { sink = MaxRead(row.data(), row.size()); });
}

}  // namespace sampler::bench
