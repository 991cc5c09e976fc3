#include "tools/convert/recover.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/replay/print.h"

namespace sampler::tools {
namespace {

// Warnings of one kind that are printed; the rest is counted.
constexpr std::size_t kMostWarnings = 20;

std::string RangeText(std::int64_t first, std::int64_t count) {
  return count == 1 ? absl::StrCat(first)
                    : absl::StrCat(first, " to ", first + count - 1);
}

void WarnOfHoles(const logs::RecoveredLog& recovered, Warnings& losses) {
  const std::vector<logs::JournalHole>& holes = recovered.holes;
  for (std::size_t i = 0; i < holes.size() && i < kMostWarnings; ++i) {
    losses.Add(absl::StrCat(
        "damage: bytes ", RangeText(holes[i].begin, holes[i].bytes),
        " of LOG hold no intact record; ", Plural(holes[i].rows_before, "row"),
        " before them and those after them are kept"));
  }
  if (holes.size() > kMostWarnings) {
    losses.Add(absl::StrCat(
        "damage: ",
        Plural(std::ssize(holes) - static_cast<std::int64_t>(kMostWarnings),
               "more place"),
        " without an intact record"));
  }
}

void WarnOfMissing(const logs::RecoveredLog& recovered, Warnings& losses) {
  const std::vector<logs::MissingRows>& missing = recovered.missing;
  for (std::size_t i = 0; i < missing.size() && i < kMostWarnings; ++i) {
    const logs::MissingRows& rows = missing[i];
    losses.Add(absl::StrCat(
        "sequence ", rows.sequence, ": ", rows.prompt ? "prompt token" : "row",
        rows.count == 1 ? " " : "s ", RangeText(rows.first, rows.count),
        rows.count == 1 ? " is" : " are", " missing; a replay of ",
        rows.prompt ? "the sequence" : "later rows", " differs from the run"));
  }
  if (missing.size() > kMostWarnings) {
    losses.Add(absl::StrCat(
        "sequences: ",
        Plural(std::ssize(missing) - static_cast<std::int64_t>(kMostWarnings),
               "more gap")));
  }
}

}  // namespace

void WarnOfDamage(const logs::RecoveredLog& recovered, Warnings& losses) {
  WarnOfHoles(recovered, losses);
  WarnOfMissing(recovered, losses);
  const bool unsaid = recovered.holes.empty() && recovered.missing.empty();
  if (recovered.ignored_bytes > 0 && recovered.undamaged) {
    losses.Add(absl::StrCat(
        Grouped(recovered.ignored_bytes),
        " bytes after the last whole row are no row: the process ended while "
        "it wrote them"));
  } else if (recovered.ignored_bytes > 0) {
    losses.Add(absl::StrCat(
        "damage: the last ", Grouped(recovered.ignored_bytes),
        " bytes of LOG hold no intact record",
        unsaid ? "; they are more than a process leaves that is killed while "
                 "it writes"
               : ""));
  }
  if (recovered.is_being_written) {
    losses.Add("LOG is still being written: OUT holds the rows so far");
  }
}

Json HolesJson(const logs::RecoveredLog& recovered) {
  Json holes = Json::array();
  for (const logs::JournalHole& hole : recovered.holes) {
    holes.push_back({{"begin", hole.begin},
                     {"bytes", hole.bytes},
                     {"rows_before", hole.rows_before}});
  }
  return holes;
}

Json MissingJson(const logs::RecoveredLog& recovered) {
  Json missing = Json::array();
  for (const logs::MissingRows& rows : recovered.missing) {
    missing.push_back({{"sequence", rows.sequence},
                       {"of", rows.prompt ? "prompt" : "rows"},
                       {"first", rows.first},
                       {"count", rows.count}});
  }
  return missing;
}

}  // namespace sampler::tools
