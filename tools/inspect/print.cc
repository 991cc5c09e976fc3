// A surveyed log for people.

#include "tools/inspect/print.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/logs/kind.h"
#include "tools/explain/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kLineColumns = 100;

std::string Plural(std::int64_t n, absl::string_view noun) {
  return absl::StrCat(Grouped(n), " ", noun, n == 1 ? "" : "s");
}

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
    Sampled();
    Tokens();
    Warnings();
    return std::move(text_);
  }

 private:
  void Line(absl::string_view name, absl::string_view text) {
    absl::StrAppend(&text_,
                    paint_(Style::kBold, absl::StrFormat("%-10s", name)), text,
                    "\n");
  }

  void Heading(absl::string_view text) {
    absl::StrAppend(&text_, "\n", paint_(Style::kBold, text), "\n");
  }

  void Describe() {
    const logs::LogDescription& d = log_.description();
    Line("log",
         absl::StrCat(Escape(in_.path), ", ", Plural(d.file_bytes, "byte")));
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
      Line("metadata", absl::StrCat(Quote(key), ": ",
                                    FitEnd(Quote(value), kLineColumns - 30)));
    }
    for (const std::string& notice : d.notices) Line("notice", Escape(notice));
  }

  // Cut, if too long, but not filled up.
  static std::string FitEnd(const std::string& text, std::size_t columns) {
    return Columns(text) <= columns ? text : FitColumns(text, columns);
  }

  void Sampled() {
    if (survey_.sampled.empty()) return;
    const std::size_t width =
        std::max<std::size_t>(8, Grouped(survey_.sampled.back().row).size());
    const auto number = [width](absl::string_view text) {
      return absl::StrFormat("%*s", static_cast<int>(width), text);
    };
    Heading(number("row") + "  entropy  likeliest tokens");
    for (const logs::SampledRow& row : survey_.sampled) {
      if (row.broken) {
        absl::StrAppend(&text_, number(Grouped(row.row)),
                        "        -  no distribution\n");
        continue;
      }
      std::string line = absl::StrCat(number(Grouped(row.row)),
                                      absl::StrFormat("%9.3f", row.entropy));
      for (const logs::TopToken& token : row.top) {
        if (std::isinf(token.value)) break;  // Removed, and so are the rest.
        const std::string name = in_.text.empty()
                                     ? absl::StrCat("id ", token.id)
                                     : in_.text.Display(token.id);
        const std::string entry = absl::StrCat(
            "  ", FitEnd(name, 18), " ", ProbabilityText(token.probability));
        if (Columns(line) + Columns(entry) > kLineColumns) break;
        line += entry;
      }
      absl::StrAppend(&text_, line, "\n");
    }
  }

  void Tokens() {
    if (!survey_.shifts.has_value()) return;
    std::size_t rows = 9;
    for (const logs::ShiftScore& score : *survey_.shifts) {
      rows = CellColumns(Grouped(score.rows), rows);
    }
    const std::size_t impossible = std::max<std::size_t>(rows, 12);
    Heading(absl::StrCat("   shift", Cell("rows", rows),
                         "  mean NLL    perplexity",
                         Cell("impossible", impossible)));
    absl::StrAppend(&text_,
                    paint_(Style::kDim,
                           "        (row r against the logged token of "
                           "row r + shift; nats)"),
                    "\n");
    const std::optional<int> best = survey_.BestShift();
    for (const logs::ShiftScore& score : *survey_.shifts) {
      const bool any = score.rows > score.impossible;
      std::string line = absl::StrCat(absl::StrFormat("%+8d", score.shift),
                                      Cell(Grouped(score.rows), rows));
      if (score.shift == 0) line.replace(6, 2, " 0");
      absl::StrAppend(&line,
                      Cell(any ? NumberText(score.mean_nll, 4, 9) : "-", 10),
                      Cell(any ? Perplexity(score) : "-", 14),
                      Cell(Grouped(score.impossible), impossible));
      if (score.shift == 0) absl::StrAppend(&line, "  as logged");
      if (best == score.shift) {
        absl::StrAppend(&line, score.shift == 0 ? ", the best" : "  the best");
      }
      absl::StrAppend(&text_, line, "\n");
    }
    if (!best.has_value()) {
      absl::StrAppend(&text_, "        too short to check: fewer than ",
                      logs::Survey::kFewestForShift, " rows with a token\n");
    }
    if (survey_.floor.has_value() && survey_.floor->censored > 0) {
      absl::StrAppend(&text_, "        ",
                      Plural(survey_.floor->censored, "logged token"),
                      " at the floor: the perplexity is a lower bound\n");
    }
    if (survey_.tail.has_value() && survey_.tail->censored > 0) {
      absl::StrAppend(&text_, "        ",
                      Plural(survey_.tail->censored, "logged token"),
                      " not listed: the perplexity is a lower bound\n");
    }
  }

  static std::string Perplexity(const logs::ShiftScore& score) {
    return score.impossible > 0 ? "infinite" : PerplexityText(score.mean_nll);
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
