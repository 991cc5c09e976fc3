#include "tools/bench/comparison.h"

#include <chrono>
#include <cstddef>
#include <memory>

#include "tools/bench/peer.h"
#include "tools/bench/row_set.h"
#include "tools/bench/step.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

constexpr int kLeastRounds = 2;
constexpr int kOursPerRound = 8;
constexpr int kPeersPerRound = 3;

volatile std::int32_t sink;  // So that no result is dropped unused.

// A chain in both programs, and its result so far.
struct Contest {
  Step ours;
  std::unique_ptr<Peer> peer;
  Result result;
};

double TimeOfPeer(Peer& peer, Logits row) {
  const absl::Span<const float> values(
      reinterpret_cast<const float*>(row.data()), row.size());
  return Nanoseconds([&] { sink = peer.Sample(values); });
}

void Run(Contest& contest, RowSet& rows, double seconds) {
  std::vector<double> floor;
  std::vector<double> ours;
  std::vector<double> peer;
  const auto start = std::chrono::steady_clock::now();
  const auto spent = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start)
        .count();
  };
  for (int round = 0; round < kLeastRounds || spent() < seconds; ++round) {
    for (int i = 0; i <= kOursPerRound; ++i) {
      rows.Next();
      const double floor_time = TimeOfFloor(rows.FloorRow());
      const double our_time = contest.ours.Time(rows.Row());
      if (i == 0) continue;
      floor.push_back(floor_time);
      ours.push_back(our_time);
    }
    for (int i = 0; contest.peer != nullptr && i <= kPeersPerRound; ++i) {
      rows.Next();
      const double time = TimeOfPeer(*contest.peer, rows.Row());
      if (i > 0) peer.push_back(time);
    }
  }
  contest.result.floor.push_back(Median(floor));
  contest.result.ours.push_back(Median(ours));
  if (!peer.empty()) contest.result.peer.push_back(Median(peer));
}

}  // namespace

std::vector<Result> Compare(const std::vector<const Chain*>& chains,
                            const std::vector<std::vector<float>>& rows,
                            const std::string& rows_name,
                            const Effort& effort) {
  const auto size = static_cast<std::int64_t>(rows.front().size());
  RowSet set(rows, DType::kF32, Residence::kL3);
  const std::vector<std::int32_t> history = LongHistory();
  std::vector<std::unique_ptr<Contest>> contests;
  contests.reserve(chains.size());
  for (const Chain* chain : chains) {
    contests.push_back(std::unique_ptr<Contest>(
        new Contest{Step(*chain, size),
                    MakePeer(chain->name, size, history),
                    {.chain = chain, .size = size, .rows = rows_name}}));
  }
  for (int run = 0; run < effort.runs; ++run) {
    for (const auto& contest : contests) Run(*contest, set, effort.seconds);
  }
  std::vector<Result> results;
  results.reserve(contests.size());
  for (const auto& contest : contests) results.push_back(contest->result);
  return results;
}

}  // namespace sampler::bench
