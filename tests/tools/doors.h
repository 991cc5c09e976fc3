// One chain through every door of the project: the library, snapshots, the C
// interface with its draws, drafts and trees, and the commands of the tool in
// each of their formats. Every door must give the tokens of the library's
// Sample, or refuse the chain with the library's words.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_TOOLS_DOORS_H_
#define SAMPLER_TESTS_TOOLS_DOORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"

namespace sampler::tools {

// What a walk along a log gave, row by row.
struct WalkedRow {
  std::int64_t row;
  std::int64_t sequence;
  RowStatus status;
  std::int32_t token;
};

struct LoggedSequence {
  std::vector<std::int32_t> prompt;
  std::vector<std::vector<float>> rows;
  std::vector<std::int32_t> tokens;
};

class Doors {
 public:
  // Writes a log of a few sequences, one row of which nothing can be drawn
  // from.
  Doors();

  // How many of the tool's commands are run: all, in every format and with both
  // histories, or one of each, by turns.
  enum class Extent { kAll, kTurns };

  // Fails the current test where a door differs.
  void Enter(const PipelineConfig& config, Extent extent);

  // Chains that could be sampled, and that were refused.
  int sampled() const { return sampled_; }
  int refused() const { return refused_; }

 private:
  static constexpr std::uint64_t kSeed = 42;

  void ExpectRefused(const std::string& text, const std::string& why);
  void ExpectNoRun(const std::string& why);
  void ExpectValid(const PipelineConfig& config);
  std::vector<WalkedRow> Walk(const Pipeline& pipeline, bool logged) const;
  void ExpectSnapshots(const Pipeline& pipeline) const;
  void ExpectInC(const Pipeline& pipeline, const std::string& text) const;
  // Draws, rounds and trees; by turns, one of the three.
  void ExpectMoreInC(const Pipeline& pipeline, const std::string& text,
                     Extent extent);
  void ExpectReplays(const std::vector<WalkedRow>& walked, bool logged,
                     const std::string& format) const;
  // The page has every row.
  void ExpectPage(const std::vector<WalkedRow>& walked) const;
  void ExpectExplains(const WalkedRow& walked, bool logged, bool json) const;

  std::vector<LoggedSequence> sequences_;
  std::string log_;
  std::string config_;             // The file that the tool reads,
  std::string page_;               // and the page that it writes.
  std::vector<std::string> seed_;  // Options: none where no stage is random.
  std::size_t turn_ = 0;
  std::size_t c_turn_ = 0;
  int sampled_ = 0;
  int refused_ = 0;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_DOORS_H_
