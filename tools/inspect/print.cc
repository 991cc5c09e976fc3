// A surveyed log for people.

#include "tools/inspect/print.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/logs/kind.h"
#include "tools/explain/print.h"
#include "tools/inspect/tables.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

class Report {
 public:
  Report(const Inspection& inspection, const Painter& paint)
      : in_(inspection),
        log_(inspection.log),
        survey_(inspection.survey),
        paint_(paint) {}

  std::string Write() && {
    Describe();
    Settings();
    Kind();
    Values();
    if (survey_.floor.has_value()) Floor();
    if (survey_.tail.has_value()) Tail();
    Extras();
    Table(SampledTable(survey_, in_.text, paint_));
    Table(ShiftTable(survey_, paint_));
    Warnings();
    return std::move(text_);
  }

 private:
  void Line(absl::string_view name, absl::string_view text) {
    absl::StrAppend(&text_,
                    paint_(Style::kBold, absl::StrFormat("%-10s", name)), text,
                    "\n");
  }

  // A table after an empty line; none if it is empty.
  void Table(const std::string& table) {
    if (!table.empty()) absl::StrAppend(&text_, "\n", table);
  }

  void Describe() {
    const logs::LogDescription& d = log_.description();
    Line("log",
         absl::StrCat(ShownPath(in_.path), ", ", Plural(d.file_bytes, "byte")));
    Line("format",
         absl::StrCat(
             logs::FormatName(d.format),
             d.tensor.empty() ? "" : absl::StrCat(", tensor ", Quote(d.tensor)),
             ", ", DTypeName(d.dtype)));
    Line("rows",
         absl::StrCat(
             Grouped(d.rows), " x ", Grouped(d.vocabulary_size), " tokens",
             d.partial()
                 ? absl::StrCat(" (", Grouped(d.expected_rows), " expected)")
                 : "",
             survey_.rows < d.rows
                 ? absl::StrCat(", of which ", Grouped(survey_.rows),
                                " were looked at")
                 : ""));
    std::int64_t shortest = d.rows;
    std::int64_t longest = 0;
    std::int64_t prompts = 0;
    for (const logs::LogSequence& sequence : log_.sequences()) {
      shortest = std::min(shortest, sequence.rows);
      longest = std::max(longest, sequence.rows);
      prompts += static_cast<std::int64_t>(sequence.prompt.size());
    }
    const auto count = static_cast<std::int64_t>(log_.sequences().size());
    std::string sequences = Plural(count, "sequence");
    if (count > 1) {
      absl::StrAppend(
          &sequences, " of ", Grouped(shortest),
          shortest == longest ? "" : absl::StrCat(" to ", Grouped(longest)),
          " rows");
    }
    Line("text", absl::StrCat(sequences, ", ",
                              prompts == 0 ? "no prompt tokens"
                                           : Plural(prompts, "prompt token"),
                              LoggedText()));
  }

  // With what the sequences were drawn, and what rows have beside them.
  void Settings() {
    const auto sequences = log_.sequences();
    const auto told = std::count_if(
        sequences.begin(), sequences.end(),
        [](const logs::LogSequence& s) { return s.drawn_with.has_value(); });
    if (told > 0) {
      Line(
          "drawn",
          absl::StrCat("seed and stream are told of ", Grouped(told), " of ",
                       Plural(std::ssize(sequences), "sequence"), ", ",
                       Plural(std::ssize(log_.description().configs), "config"),
                       ": replay needs no options"));
    }
    if (log_.description().masks) Line("masks", "of every row, for `mask`");
  }

  // Which rows have a logged token.
  std::string LoggedText() const {
    const auto tokens = log_.tokens();
    if (tokens.empty()) {
      return ", no logged tokens (--tokens FILE adds them)";
    }
    const auto without =
        std::count(tokens.begin(), tokens.end(), logs::kNoToken);
    if (without == 0) return ", a logged token for every row";
    return absl::StrCat(", a logged token for ",
                        Grouped(std::ssize(tokens) - without), " of ",
                        Plural(std::ssize(tokens), "row"));
  }

  void Kind() {
    const logs::KindGuess& kind = survey_.kind;
    std::string line(logs::KindName(kind.kind));
    if (!in_.kind.empty()) {
      absl::StrAppend(&line, ", but --kind says ", in_.kind);
    }
    if (kind.declared.has_value()) {
      absl::StrAppend(&line, "; the file says ", Quote(*kind.declared));
    }
    Line("kind", line);
    for (const std::string& evidence : kind.evidence) {
      Line("", absl::StrCat("- ", Escape(evidence)));
    }
  }

  void Values() {
    const auto seen = [](absl::string_view name,
                         const logs::Occurrences& found) {
      return found.count == 0 ? absl::StrCat("no ", name)
                              : absl::StrCat(Grouped(found.count), " ", name,
                                             " from row ", found.first_row);
    };
    Line("values", absl::StrCat(seen("NaN", survey_.nan), ", ",
                                seen("+inf", survey_.positive_infinity), ", ",
                                seen("-inf", survey_.negative_infinity)));
    if (survey_.rows == survey_.broken_rows.count) return;
    Line("entropy", absl::StrCat("mean ", EntropyText(survey_.mean_entropy)));
    std::string ties = "across";
    for (std::size_t i = 0; i < logs::kTieRanks.size(); ++i) {
      absl::StrAppend(&ties, i == 0 ? " rank " : ", ", logs::kTieRanks[i],
                      " in ", PercentText(survey_.tied[i]));
    }
    Line("ties", ties + " of the rows");
  }

  void Floor() {
    const logs::FloorSurvey& floor = *survey_.floor;
    Line("floor", absl::StrCat(Grouped(floor.tokens),
                               " tokens at the floor; windows of 16 nats in ",
                               Plural(floor.rows_16, "row"), ", of 24 in ",
                               Grouped(floor.rows_24), ", other in ",
                               Grouped(floor.rows_other)));
    Line("", absl::StrFormat(
                 "they weigh at most %.3g of a row (mean), %.3g (largest)",
                 floor.mean_mass, floor.largest_mass));
  }

  void Tail() {
    const logs::TailSurvey& tail = *survey_.tail;
    Line("top-k", absl::StrFormat("%.1f tokens of a row are listed (mean); the "
                                  "others weigh",
                                  tail.mean_listed));
    if (std::isnan(tail.mean_mass)) {
      Line("", "an unknown part of it: the file has no logsumexp");
      return;
    }
    Line("", absl::StrFormat(
                 "%.3g of it (mean), %.3g (largest), and are in no number "
                 "above",
                 tail.mean_mass, tail.largest_mass));
  }

  void Extras() {
    const logs::LogDescription& d = log_.description();
    for (const auto& [key, value] : d.metadata) {
      Line("metadata",
           absl::StrCat(Quote(key), ": ",
                        FitEnd(Quote(value), kInspectColumns - 30)));
    }
    for (const std::string& notice : d.notices) Line("notice", Escape(notice));
  }

  void Warnings() {
    absl::StrAppend(&text_, "\n");
    if (in_.findings.empty()) {
      absl::StrAppend(&text_, "no warnings\n");
      return;
    }
    for (const Finding& finding : in_.findings) {
      absl::StrAppend(&text_, paint_(Style::kYellow, "warning: "),
                      Escape(finding.what), "\n      to do: ", finding.action,
                      "\n");
    }
  }

  const Inspection& in_;
  const logs::Log& log_;
  const logs::Survey& survey_;
  const Painter& paint_;
  std::string text_;
};

}  // namespace

std::string InspectText(const Inspection& inspection, const Painter& paint) {
  return Report(inspection, paint).Write();
}

}  // namespace sampler::tools
