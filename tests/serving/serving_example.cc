// What an engine does around the sampler: requests that come and go, each with
// settings and a seed of its own; steps of all of them on threads, each with
// one workspace; a grammar that refuses tokens; three continuations of one
// text; drafted tokens; a crash, and a start from snapshots; logprobs; a log,
// from which the tokens are drawn again.
//
//   serving_example LOG
//
// Serves the same requests twice, the second time with a crash in the middle
// and on one thread. Exits 0 if both give the same texts and logprobs, and the
// log the same tokens.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sampler/batch.h"
#include "sampler/config.h"
#include "sampler/logprobs.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/serving/toy_engine.h"

namespace {

using sampler::RowStatus;
using sampler::Token;

// For what fails only if this program is wrong.
void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}

void Must(const Token& token) {
  if (token.status == RowStatus::kOk) return;
  Must(absl::InternalError(sampler::RowStatusName(token.status)));
}

using Tokens = std::vector<std::int32_t>;

// ---- What an engine has already ---------------------------------------------

// The row after a text.
std::vector<float> Model(const Tokens& text) {
  std::vector<float> row(kVocabulary);
  toy_model(text.data(), text.size(), row.data());
  return row;
}

// Stands for a pool of threads.
void RunOnThreads(std::size_t workers,
                  absl::FunctionRef<void(std::size_t worker)> task) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back(task, i);
  for (std::thread& thread : threads) thread.join();
}

// ---- Requests ---------------------------------------------------------------

struct Request {
  std::uint32_t id;    // Its stream, and its number in the log.
  std::string config;  // As JSON: what a snapshot does not hold.
  sampler::Pipeline pipeline;
  sampler::Sequence sequence;
  Tokens text;  // Prompt and answer.
  std::size_t prompt_size;
  std::vector<double> logprobs = {};
  // Of the current step: what the grammar has not refused is in the mask.
  std::vector<float> row = {};
  std::vector<std::uint32_t> mask = {};
  sampler::LogprobReport report = {};

  bool done() const { return text.size() == prompt_size + kAnswer; }
  bool has_grammar() const { return pipeline.Reads(sampler::StepInput::kMask); }
  // A mask for a pipeline with a stage `mask`; for others it is an error.
  sampler::StepInputs inputs() const {
    if (!has_grammar()) return {};
    return {.mask = sampler::TokenMask(absl::MakeConstSpan(mask))};
  }
};

sampler::Pipeline MakePipeline(const std::string& config) {
  return Must(sampler::Pipeline::Create(
      Must(sampler::ParseConfig(config, kVocabulary)), kVocabulary));
}

class Server {
 public:
  // `logger` may be null.
  Server(std::size_t threads, sampler::logs::Logger* logger)
      : workspaces_(threads), logger_(logger) {}

  const std::deque<Request>& requests() const { return requests_; }

  // A request comes, and wants so many answers to its prompt.
  void Admit(const std::string& config, int answers) {
    const sampler::Pipeline pipeline = MakePipeline(config);
    const Tokens prompt = {1, static_cast<std::int32_t>(requests_.size()) + 2};
    const sampler::Sequence sequence =
        Must(pipeline.NewSequence({.seed = kSeed, .prompt = prompt}));
    for (int i = 0; i < answers; ++i) {
      const auto id = static_cast<std::uint32_t>(requests_.size());
      requests_.push_back(
          {id, config, pipeline, sequence.Fork(id), prompt, prompt.size()});
      if (logger_ == nullptr) continue;
      Must(logger_->AddPrompt(id, prompt));
      Must(logger_->Describe(
          id, sampler::logs::SettingsOf(pipeline, requests_.back().sequence)));
    }
  }

  // A token for every request that is not done. False if all are.
  bool Step() {
    std::vector<Request*> active;
    std::vector<sampler::BatchRow> rows;
    for (Request& r : requests_) {
      if (r.done()) continue;
      r.row = Model(r.text);
      r.mask.assign(kVocabulary / 32, ~std::uint32_t{0});
      rows.push_back({.pipeline = &r.pipeline,
                      .logits = r.row,
                      .sequence = &r.sequence,
                      .inputs = r.inputs(),
                      .processed = &r.report});
      active.push_back(&r);
    }
    std::vector<Token> tokens(rows.size());
    sampler::SampleBatch(rows, absl::MakeSpan(tokens),
                         absl::MakeSpan(workspaces_), RunOnThreads);
    for (std::size_t i = 0; i < active.size(); ++i) {
      Settle(*active[i], tokens[i]);
    }
    return !active.empty();
  }

  // Takes drafted tokens as long as they are those that are drawn: the answer
  // is the one without a draft, in fewer runs of a real model, which makes the
  // rows after all of them at once. (Other rules accept more of them, and keep
  // the law instead of the tokens: sampler/speculative/.)
  void Speculate(std::size_t request) {
    Request& r = requests_[request];
    for (int i = 0; i <= kDraft && !r.done(); ++i) {
      r.row = Model(r.text);
      const std::int32_t drafted = toy_draft(r.row.data());
      const sampler::Step step =
          r.pipeline.Process(r.row, r.sequence, workspaces_[0], r.inputs());
      const Token token = step.Draw();
      r.report.token = sampler::LogprobOf(step, token.id);
      Settle(r, token);
      if (token.id != drafted) return;
    }
  }

  // All that a crash leaves of a sequence is its snapshot.
  void CrashAndRestore() {
    for (Request& r : requests_) {
      const std::string snapshot = r.sequence.Snapshot();
      r.pipeline = MakePipeline(r.config);
      r.sequence = Must(r.pipeline.RestoreSequence(snapshot));
    }
  }

 private:
  // The token that was drawn, or the first one after it that the grammar
  // allows, becomes part of the answer.
  void Settle(Request& r, Token token) {
    while (r.has_grammar() && !toy_grammar_allows(r.text.back(), token.id)) {
      Must(token);
      const auto id = static_cast<std::size_t>(token.id);
      r.mask[id / 32] &= ~(1u << id % 32);
      Must(r.sequence.Redraw());
      const sampler::Step step =
          r.pipeline.Process(r.row, r.sequence, workspaces_[0], r.inputs());
      token = step.Draw();
      r.report.token = sampler::LogprobOf(step, token.id);
    }
    Must(token);
    if (logger_ != nullptr) Must(logger_->Append(r.id, r.row, token.id));
    Must(r.sequence.Accept(token));
    r.text.push_back(token.id);
    r.logprobs.push_back(r.report.token.logprob);
  }

  std::deque<Request> requests_;
  std::vector<sampler::Workspace> workspaces_;  // One a thread.
  sampler::logs::Logger* logger_;
};

void Serve(Server& server, bool crashes) {
  for (int step = 0;; ++step) {
    // Requests come; the first one wants three answers.
    if (step < 3) server.Admit(kConfigs[step], step == 0 ? 3 : 1);
    if (crashes && step == 9) server.CrashAndRestore();
    if (step % 5 == 4) server.Speculate(0);
    if (!server.Step()) return;
  }
}

// The log says how it was drawn: from its rows come its tokens. (What a grammar
// refused is not in it.)
void Verify(const std::string& path) {
  const auto log = Must(sampler::logs::Log::Open(path));
  sampler::Workspace workspace;
  sampler::logs::RowBuffer buffer;
  for (const sampler::logs::LogSequence& logged : log->sequences()) {
    const sampler::logs::DrawnWith& with = logged.drawn_with.value();
    const sampler::Pipeline pipeline = MakePipeline(
        log->description().configs[static_cast<std::size_t>(with.config)]);
    if (pipeline.Reads(sampler::StepInput::kMask)) continue;
    sampler::Sequence sequence = Must(pipeline.NewSequence(
        {.seed = with.seed,
         .stream = with.stream,
         .prompt = {logged.prompt.begin(), logged.prompt.end()}}));
    for (std::int64_t i = logged.first_row; i < logged.first_row + logged.rows;
         ++i) {
      const Token token =
          pipeline.Sample(Must(log->Row(i, buffer)), sequence, workspace);
      if (token.id != log->tokens()[static_cast<std::size_t>(i)]) {
        Must(absl::DataLossError("the log gives other tokens"));
      }
      Must(sequence.Accept(token));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto logger = Must(sampler::logs::Logger::Create(
      argv[1], {.vocabulary_size = kVocabulary,
                .overwrite = sampler::logs::Overwrite::kYes}));
  Server whole(/*threads=*/4, &logger);
  Serve(whole, /*crashes=*/false);
  Must(logger.Finish());
  Verify(argv[1]);
  Server crashed(/*threads=*/1, nullptr);
  Serve(crashed, /*crashes=*/true);
  for (const Request& r : whole.requests()) {
    const Request& other = crashed.requests()[r.id];
    if (r.text != other.text || r.logprobs != other.logprobs) return 1;
    std::printf("request %u:", r.id);
    for (const std::int32_t token : r.text) std::printf(" %d", token);
    std::puts("");
  }
}
