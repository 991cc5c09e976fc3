// A replay for people: what was asked, a table of the first rows, the metrics.

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"
#include "sampler/row_status.h"
#include "tools/replay/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

// Rows that are shown; the metrics are of all of them.
constexpr std::int64_t kShownRows = 40;

// "0.7312", right-aligned in 6; what is tiny shows as such, and 0 is only what
// was removed.
std::string Probability(double logprob) {
  if (std::isnan(logprob)) return "     -";
  if (std::isinf(logprob)) return "     0";
  const double p = Exp(logprob);
  if (p < 0.00005) return "<.0001";
  return absl::StrFormat("%6.4f", p);
}

// Where a row stands: "17", or "2:17 118" in a log of several sequences.
std::string PlaceText(const logs::Log& log, const RowPlace& place) {
  if (log.sequences().size() <= 1) return absl::StrCat(place.row);
  return absl::StrCat(place.sequence, ":", place.position, " ", place.row);
}

// Columns of the widest place of a log.
std::size_t PlaceColumns(const logs::Log& log) {
  std::int64_t longest = 0;
  for (const logs::LogSequence& sequence : log.sequences()) {
    longest = std::max(longest, sequence.rows);
  }
  const auto last = static_cast<std::int64_t>(log.sequences().size()) - 1;
  return std::max<std::size_t>(
      9, PlaceText(log, {log.rows() - 1, last, longest - 1}).size());
}

// Columns for the phases that are open at once, as far as they fit; 0 where no
// config has any.
std::size_t PhaseColumns(const ReplayConfigs& configs) {
  constexpr std::size_t kMost = 24;
  std::size_t widest = 0;
  for (const PipelineConfig& config : configs.configs) {
    std::size_t all = 0;
    for (const auto& [name, phase] : config.phases) all += name.size() + 1;
    widest = std::max(widest, all);
  }
  return widest == 0 ? 0 : std::clamp<std::size_t>(widest - 1, 5, kMost);
}

// Of a log that does not tell the full row's mass, none.
std::string Mass(double mass) {
  return std::isnan(mass) ? "     -" : absl::StrFormat("%6.4f", mass);
}

class TablePrinter final : public ReplayPrinter {
 public:
  TablePrinter(const ReplayHeader& header, const OutputOptions& output)
      : header_(header),
        paint_(UseColor(output)),
        place_columns_(PlaceColumns(header.log)),
        phase_columns_(PhaseColumns(header.configs)),
        id_columns_(std::max<std::size_t>(
            6, absl::StrCat(header.log.vocabulary_size() - 1).size())),
        kept_columns_(
            CellColumns(absl::StrCat(header.log.vocabulary_size()), 7)),
        drawn_columns_(id_columns_ + (header.text.empty() ? 1 : 17)),
        logged_columns_(id_columns_ + (header.text.empty() ? 1 : 14)) {}

  void Begin() override {
    const logs::LogDescription& log = header_.log.description();
    const ReplayOptions& options = header_.options;
    const bool replayed = UsesReplayedHistory(header_.log, options);
    const auto line = [this](absl::string_view name, absl::string_view text) {
      Write(absl::StrCat(paint_(Style::kBold, absl::StrFormat("%-9s", name)),
                         text, "\n"));
    };
    line("log",
         absl::StrCat(
             ShownPath(header_.path), " (", logs::FormatName(log.format), " ",
             DTypeName(log.dtype), ", ", Plural(log.rows, "row"), " x ",
             Grouped(log.vocabulary_size), ", ",
             Plural(static_cast<std::int64_t>(header_.log.sequences().size()),
                    "sequence"),
             header_.log.tokens().empty() ? ", no tokens)" : ")"));
    line("chain", ChainsText(header_));
    line("seed",
         absl::StrCat(SeedLine(header_), ", stream ", StreamText(header_),
                      "; history ", replayed ? "replayed" : "logged",
                      "; ties: ", TiesText(header_)));
    Write(paint_(Style::kDim, kTeacherForced) + "\n\n");
    Write(paint_(Style::kBold, Heading()) + "\n");
  }

  void Row(const RowResult& row) override {
    if (++shown_ > kShownRows) return;
    std::string line =
        absl::StrFormat("%*s   ", static_cast<int>(place_columns_),
                        PlaceText(header_.log, row.place));
    absl::StrAppend(&line, PhaseCell(row.phase.value_or("")));
    if (row.status == RowStatus::kOk) {
      absl::StrAppend(
          &line, Token(row.token, drawn_columns_), " ",
          Probability(row.logprob), " ", Probability(row.raw_logprob),
          Cell(absl::StrCat(row.kept), kept_columns_),
          absl::StrFormat(" %s %6.3f", Mass(row.kept_mass), row.entropy));
    } else {
      absl::StrAppend(
          &line,
          paint_(Style::kRed, FitColumns(RowStatusName(row.status),
                                         drawn_columns_ + 28 + kept_columns_)));
    }
    Write(line + (row.has_target() ? TargetColumns(row) : "") + "\n");
  }

  void End(const ReplaySummaries& summaries, const Warnings&) override {
    if (shown_ > kShownRows) {
      Write(paint_(Style::kDim,
                   absl::StrFormat("%9s   %s more; --jsonl or --csv has every "
                                   "row, --rows A:B a part\n",
                                   "...", Plural(shown_ - kShownRows, "row"))));
    }
    Write("\n" + SummaryText(header_, summaries, paint_));
  }

 private:
  std::string Heading() const {
    std::string heading = absl::StrFormat(
        "%*s   %s%s %6s %6s%s %6s %6s", static_cast<int>(place_columns_), "row",
        PhaseCell("phase"), FitColumns(" drawn", drawn_columns_), "p", "raw p",
        Cell("kept", kept_columns_), "mass", "H");
    if (!header_.log.tokens().empty()) {
      absl::StrAppend(&heading, "   ", FitColumns(" logged", logged_columns_),
                      "      p");
    }
    return heading;
  }

  // The open phases, where a config has any.
  std::string PhaseCell(absl::string_view phase) const {
    return phase_columns_ == 0
               ? ""
               : absl::StrCat(FitColumns(phase, phase_columns_), "  ");
  }

  // `  284 " the"`.
  std::string Token(TokenId token, std::size_t columns) const {
    return FitColumns(absl::StrFormat("%*d %s", static_cast<int>(id_columns_),
                                      token, header_.text.Display(token)),
                      columns);
  }

  // "=" where the draw repeats the log; else the logged token and its
  // probability under the chain, or "cut".
  std::string TargetColumns(const RowResult& row) const {
    if (row.token == row.target) return paint_(Style::kGreen, "        =");
    std::string text =
        absl::StrCat("   ", Token(row.target, logged_columns_), " ");
    if (row.status != RowStatus::kOk) return text + "     -";
    if (!row.target_kept) return text + paint_(Style::kYellow, "   cut");
    return text + Probability(row.target_logprob);
  }

  const ReplayHeader& header_;
  const Painter paint_;
  const std::size_t place_columns_;
  const std::size_t phase_columns_;
  const std::size_t id_columns_;
  const std::size_t kept_columns_;
  const std::size_t drawn_columns_;
  const std::size_t logged_columns_;
  std::int64_t shown_ = 0;
};

}  // namespace

std::unique_ptr<ReplayPrinter> MakeReplayTable(const ReplayHeader& header,
                                               const OutputOptions& output) {
  return std::make_unique<TablePrinter>(header, output);
}

}  // namespace sampler::tools
