// Report entries that stay few: a file can have a million unknown fields, and
// a report that repeats the file helps nobody. Internal to the importers.
//
// Thread-safety: plain values.
// Tested by: tests/importers/outcomes_test.cc.

#ifndef SAMPLER_IMPORTERS_ENTRY_LIST_H_
#define SAMPLER_IMPORTERS_ENTRY_LIST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/report.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {

class EntryList {
 public:
  static constexpr std::size_t kMost = 100;

  // Whether the next entry will be listed.
  bool full() const { return entries_.size() >= kMost; }

  // Counts the entry, and keeps it if there is room.
  void Add(ReportEntry entry) {
    ++counts_.Of(entry.outcome);
    if (full()) {
      ++left_out_;
      return;
    }
    entry.field = Shortened(entry.field);
    entries_.push_back(std::move(entry));
  }

  // Appends the entries to the report's, and how many more there were.
  void AppendTo(ImportReport& report) const {
    report.entries.insert(report.entries.end(), entries_.begin(),
                          entries_.end());
    for (const Outcome outcome :
         {Outcome::kApplied, Outcome::kHarmless, Outcome::kLost,
          Outcome::kUnknown, Outcome::kRefused}) {
      report.counts.Of(outcome) += OutcomeCounts(counts_).Of(outcome);
    }
    if (left_out_ == 0) return;
    report.entries.push_back(
        {"(more)", Value(),
         absl::StrCat(left_out_, " more like these are counted, not listed"),
         Provenance::kDerived, entries_.back().outcome});
  }

 private:
  std::vector<ReportEntry> entries_;
  OutcomeCounts counts_;
  std::int64_t left_out_ = 0;
};

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_ENTRY_LIST_H_
