#include "sampler/logs/rows/missing_rows.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sampler::logs {

void NoteGap(const RecordHeader& header, std::int64_t units, std::int64_t& next,
             std::vector<MissingRows>& missing) {
  const auto place = PlaceOf(header);
  if (place.has_value() && *place > next) {
    missing.push_back({header.sequence, header.type == RecordType::kPrompt,
                       next, *place - next});
  }
  if (place.has_value()) next = std::max<std::int64_t>(next, *place);
  next += units;
}

std::string MissingRowsText(const std::vector<MissingRows>& missing) {
  constexpr std::size_t kMost = 10'000;
  std::vector<std::string> places;
  for (const MissingRows& rows : missing) {
    if (rows.prompt) continue;
    if (places.size() == kMost) {
      places.push_back("...");
      break;
    }
    places.push_back(absl::StrCat(rows.sequence, ":", rows.first));
    if (rows.count > 1) {
      absl::StrAppend(&places.back(), "-", rows.first + rows.count - 1);
    }
  }
  return absl::StrJoin(places, " ");
}

}  // namespace sampler::logs
