#include "tools/replay/rank_histogram.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/text/number_text.h"

namespace sampler::tools {

void RankHistogram::Add(std::int64_t rank, bool covered) {
  if (rank <= 0) {
    ++unknown_;
    return;
  }
  ++rows_;
  const auto bucket = std::find_if(
      buckets_.begin(), buckets_.end(),
      [&](const Bucket& b) { return b.last == 0 || rank <= b.last; });
  ++bucket->rows;
  bucket->covered += covered ? 1 : 0;
}

std::string BucketName(const RankHistogram::Bucket& bucket) {
  if (bucket.last == bucket.first) return absl::StrCat(bucket.first);
  return bucket.last == 0 ? absl::StrCat(bucket.first, "+")
                          : absl::StrCat(bucket.first, "-", bucket.last);
}

Json RankHistogramJson(const RankHistogram& histogram) {
  Json json = Json::array();
  for (const RankHistogram::Bucket& bucket : histogram.buckets()) {
    json.push_back({{"ranks", BucketName(bucket)},
                    {"rows", bucket.rows},
                    {"covered", bucket.covered}});
  }
  return json;
}

std::string RankHistogramText(const RankHistogram& histogram) {
  std::string text;
  for (const RankHistogram::Bucket& bucket : histogram.buckets()) {
    if (bucket.rows == 0) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", BucketName(bucket), ": ",
                    Grouped(bucket.rows));
  }
  return text;
}

}  // namespace sampler::tools
