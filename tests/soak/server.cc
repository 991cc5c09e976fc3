#include "tests/soak/server.h"

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "tests/fuzz/random_pipeline.h"
#include "tests/soak/kept.h"
#include "tests/soak/replay_log.h"
#include "tests/soak/request.h"

namespace sampler::soak {
namespace {

constexpr std::size_t kPipelines = 24;
constexpr std::size_t kLive = 3;  // Of every thread.
constexpr int kMoves = 5;         // That a thread makes at a time.

// Chains of any stages, the same for the same round.
std::vector<Pipeline> PipelinesOf(std::uint32_t round) {
  std::vector<Pipeline> pipelines;
  for (std::uint64_t seed = Mixed(round); pipelines.size() < kPipelines;) {
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 400; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(Mixed(++seed)));
    }
    fuzz::ByteSource source(bytes);
    std::optional<Pipeline> pipeline =
        fuzz::RandomPipeline(source, kVocabulary);
    // Parity modes know neither forks nor bans.
    if (!pipeline.has_value() || pipeline->config().rng != Rng::kHouse) {
      continue;
    }
    pipelines.push_back(*std::move(pipeline));
  }
  return pipelines;
}

void OnThreads(std::uint32_t threads, absl::FunctionRef<void()> task) {
  std::vector<std::thread> workers;
  for (std::uint32_t i = 0; i < threads; ++i) workers.emplace_back(task);
  for (std::thread& worker : workers) worker.join();
}

absl::Span<const TokenId> TokensOf(const logs::Log& log,
                                   const logs::LogSequence& sequence) {
  return log.tokens().subspan(static_cast<std::size_t>(sequence.first_row),
                              static_cast<std::size_t>(sequence.rows));
}

class Server {
 public:
  explicit Server(const Load& load)
      : load_(load),
        pipelines_(PipelinesOf(load.round)),
        logger_(Kept(logs::Logger::Create(
            load.log, {.vocabulary_size = kVocabulary,
                       .overwrite = logs::Overwrite::kYes}))),
        texts_(load.requests) {}

  void Run() {
    OnThreads(load_.threads, [this] { Work(); });
    Keep(logger_.Finish());
  }

  // Returns how many tokens the log has.
  std::int64_t Replay() const {
    const auto log = Kept(logs::Log::Open(load_.log));
    std::vector<logs::LogSequence> logged(log->sequences().begin(),
                                          log->sequences().end());
    // A log may list texts of which no token is left.
    std::erase_if(logged, [](const auto& text) { return text.rows == 0; });
    const std::vector<std::uint32_t> numbers = Logged();
    Require(logged.size() == numbers.size(), "a log has every text");
    std::atomic<std::size_t> next = 0;
    OnThreads(load_.threads, [&] {
      Workspace workspace;
      for (std::size_t i; (i = next++) < numbers.size();) {
        Require(TokensOf(*log, logged[i]) == Text(numbers[i]),
                "a log has the tokens of a text");
        ReplaySequence(*log, logged[i],
                       {&PipelineOf(numbers[i]), ModelOf(numbers[i])},
                       workspace);
      }
    });
    return log->rows();
  }

  // Requests by themselves, without a log, on this thread.
  void ServeSomeAgain() const {
    Workspace workspace;
    for (std::uint32_t i = 0; i < load_.requests; i += 4) {
      Request request = Begin(First() + i, nullptr);
      while (request.Move(workspace)) continue;
      Require(request.tokens() == Text(First() + i),
              "a request that is served alone has the same text");
    }
  }

 private:
  std::uint32_t First() const { return load_.round * load_.requests; }

  const Pipeline& PipelineOf(std::uint32_t number) const {
    return pipelines_[Mixed(number) % pipelines_.size()];
  }

  Request Begin(std::uint32_t number, logs::Logger* logger) const {
    return Request(number, PipelineOf(number), logger);
  }

  absl::Span<const TokenId> Text(std::uint32_t number) const {
    return texts_[number - First()];
  }

  // In the order of a log.
  std::vector<std::uint32_t> Logged() const {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < load_.requests; ++i) {
      if (!texts_[i].empty()) numbers.push_back(First() + i);
    }
    return numbers;
  }

  // A request that waits, or a new one; null when there is none.
  std::unique_ptr<Request> Take() {
    const std::lock_guard lock(mutex_);
    if (begun_ < load_.requests && waiting_.size() < kLive * load_.threads) {
      return std::make_unique<Request>(Begin(First() + begun_++, &logger_));
    }
    if (waiting_.empty()) return nullptr;
    std::unique_ptr<Request> request = std::move(waiting_.front());
    waiting_.pop_front();
    return request;
  }

  void Work() {
    Workspace workspace;
    while (std::unique_ptr<Request> request = Take()) {
      bool goes_on = true;
      for (int i = 0; goes_on && i < kMoves; ++i) {
        goes_on = request->Move(workspace);
      }
      const std::lock_guard lock(mutex_);
      if (goes_on) {
        waiting_.push_back(std::move(request));
      } else {
        const auto tokens = request->tokens();
        texts_[request->number() - First()].assign(tokens.begin(),
                                                   tokens.end());
      }
    }
  }

  const Load load_;
  const std::vector<Pipeline> pipelines_;
  logs::Logger logger_;
  std::mutex mutex_;
  std::uint32_t begun_ = 0;
  std::deque<std::unique_ptr<Request>> waiting_;
  std::vector<std::vector<TokenId>> texts_;
};

}  // namespace

std::int64_t Serve(const Load& load) {
  Server server(load);
  server.Run();
  const std::int64_t tokens = server.Replay();
  server.ServeSomeAgain();
  std::remove(load.log.c_str());
  return tokens;
}

}  // namespace sampler::soak
