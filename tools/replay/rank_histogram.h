// How the logged tokens rank in the rows as logged: rank 1 is the likeliest
// token, and of equal logits the lower id comes first.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/replay/rank_histogram_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_RANK_HISTOGRAM_H_
#define SAMPLER_TOOLS_REPLAY_RANK_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "tools/text/output.h"

namespace sampler::tools {

class RankHistogram {
 public:
  struct Bucket {
    std::int64_t first = 1;
    std::int64_t last = 0;  // 0: no end.
    std::int64_t rows = 0;
    std::int64_t covered = 0;  // Of these, rows whose token can be drawn.
  };

  // `rank` from 1; 0 where the log does not tell it.
  void Add(std::int64_t rank, bool covered);

  // 1, 2, 3-5, 6-10, 11-50, 51-200, and more.
  absl::Span<const Bucket> buckets() const { return buckets_; }
  std::int64_t rows() const { return rows_; }        // With a rank.
  std::int64_t unknown() const { return unknown_; }  // Without one.

 private:
  std::array<Bucket, 7> buckets_ = {
      {{1, 1}, {2, 2}, {3, 5}, {6, 10}, {11, 50}, {51, 200}, {201, 0}}};
  std::int64_t rows_ = 0;
  std::int64_t unknown_ = 0;
};

// "1", "3-5" or "201+".
std::string BucketName(const RankHistogram::Bucket& bucket);

// [{"ranks": "1", "rows": 14, "covered": 14}, ...]
Json RankHistogramJson(const RankHistogram& histogram);

// "1: 14, 2: 4, 3-5: 3": buckets that have rows.
std::string RankHistogramText(const RankHistogram& histogram);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_RANK_HISTOGRAM_H_
