// The two tables of an explained step: stages, and candidates.

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/stages/registry.h"
#include "tools/explain/print.h"
#include "tools/explain/reason.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kLineColumns = 100;

// How the columns of the token table are laid out.
struct Layout {
  std::size_t rank = 7;
  std::size_t id = 7;
  std::size_t token = 0;              // Columns; 0: no texts.
  std::vector<std::size_t> stages;    // Indices that have a column.
  std::vector<std::string> headings;  // Of those: the name, or its number.
  std::vector<std::size_t> widths;
  bool marks = false;  // "*" instead of probabilities.
};

constexpr std::size_t kNumber = 8;  // A probability with the space before it.
constexpr std::size_t kLogit = 8;
constexpr std::size_t kMark = 4;  // "[9]", likewise.
// Marks; the gap before the token; logit and raw p; out p and cum.
constexpr std::size_t kFixed = 2 + 2 + kLogit + 3 * kNumber;
constexpr std::size_t kWidestToken = 18;
constexpr std::size_t kNarrowestToken = 10;

std::string RankText(const TokenReport& token) {
  return token.raw.has_value() ? Grouped(token.raw->rank) : "-";
}

std::string LogitCell(double logit) {
  return Cell(NumberText(logit, 3, kLogit - 1), kLogit);
}

Layout MakeLayout(const Explanation& explanation, const TokenText& text) {
  Layout layout;
  for (const TokenReport& token : explanation.tokens) {
    layout.token = std::max(layout.token, Columns(text.Display(token.id)));
    layout.rank = CellColumns(RankText(token), layout.rank);
    layout.id = CellColumns(absl::StrCat(token.id), layout.id);
  }
  layout.token = std::min(layout.token, kWidestToken);
  for (std::size_t i = 0; i < explanation.stages.size(); ++i) {
    const StageReport& stage = explanation.stages[i];
    const bool changes = stage.kept < stage.before || stage.edited > 0;
    if (stage.ran && changes) layout.stages.push_back(i);
  }
  // Too wide: first a narrower token column, then marks for probabilities.
  const std::size_t numbers =
      kFixed + layout.rank + layout.id + kNumber * layout.stages.size();
  layout.marks =
      numbers + std::min(layout.token, kNarrowestToken) > kLineColumns;
  if (!layout.marks) {
    layout.token = std::min(layout.token, kLineColumns - numbers);
  }
  for (const std::size_t i : layout.stages) {
    const std::string& name = explanation.stages[i].config.type;
    const bool named = !layout.marks && name.size() < kNumber;
    layout.headings.push_back(named ? name : absl::StrCat("[", i + 1, "]"));
    layout.widths.push_back(
        layout.marks ? std::max(kMark, layout.headings.back().size() + 1)
                     : kNumber);
  }
  return layout;
}

std::string Heading(const Layout& layout) {
  std::string line =
      absl::StrCat(Cell("rank", layout.rank + 2), Cell("id", layout.id));
  if (layout.token > 0) {
    absl::StrAppend(&line, "  ", FitColumns("token", layout.token));
  }
  absl::StrAppend(&line, Cell("logit", kLogit), Cell("raw p", kNumber));
  for (std::size_t i = 0; i < layout.stages.size(); ++i) {
    absl::StrAppend(&line, Cell(layout.headings[i], layout.widths[i]));
  }
  return absl::StrCat(line, Cell("out p", kNumber), Cell("cum", kNumber));
}

// What fits of a reason behind `used` columns: all; without where its bound
// comes from; without the stage's name, which the column tells too.
absl::string_view Shortened(absl::string_view reason, std::size_t used) {
  if (used + reason.size() <= kLineColumns) return reason;
  reason = reason.substr(0, reason.find(" = "));
  if (used + reason.size() > kLineColumns) {
    reason.remove_prefix(reason.find(": ") + 2);
  }
  return reason;
}

// `line` and the cells after the raw probability: what each stage left, or,
// from the stage on that removed the token, why.
std::string WithStages(std::string line, const Layout& layout,
                       const TokenReport& token) {
  for (std::size_t i = 0; i < layout.stages.size(); ++i) {
    const std::size_t stage = layout.stages[i];
    const std::size_t width = layout.widths[i];
    if (token.removed_by == stage) {
      absl::StrAppend(&line, Cell("- ", layout.marks ? width : 4));
      return absl::StrCat(line, Shortened(token.reason, Columns(line)));
    }
    const std::optional<Standing>& after = token.after[stage];
    if (!after.has_value()) return line;
    absl::StrAppend(
        &line,
        Cell(layout.marks ? "*" : ProbabilityText(after->probability), width));
  }
  const std::optional<Standing> out = token.out();
  if (!out.has_value()) return line;
  return absl::StrCat(
      line, Cell(ProbabilityText(out->probability), kNumber),
      Cell(absl::StrFormat("%.4f", out->ahead + out->probability), kNumber));
}

// "49,152 -> 40", or one number where it stays.
std::string SurvivorsText(const StageReport& stage) {
  if (!stage.ran) return "";
  const std::string kept = Grouped(stage.kept);
  return stage.kept == stage.before
             ? kept
             : absl::StrCat(Grouped(stage.before), " -> ", kept);
}

std::string TokenLine(const Layout& layout, const Explanation& explanation,
                      const TokenText& text, const TokenReport& token) {
  const char drawn = explanation.drawn == token.id ? '>' : ' ';
  const char logged = explanation.logged == token.id ? '=' : ' ';
  std::string line = absl::StrFormat("%c%c", drawn, logged);
  absl::StrAppend(&line, Cell(RankText(token), layout.rank),
                  Cell(absl::StrCat(token.id), layout.id));
  if (layout.token > 0) {
    absl::StrAppend(&line, "  ",
                    FitColumns(text.Display(token.id), layout.token));
  }
  if (!token.raw.has_value()) {
    return absl::StrCat(line, Cell("-inf", kLogit), "  removed in the log");
  }
  absl::StrAppend(&line, LogitCell(token.logit),
                  Cell(ProbabilityText(token.raw->probability), kNumber));
  return WithStages(std::move(line), layout, token);
}

std::string DoneNote(const Explanation& explanation, const StageReport& stage) {
  if (!stage.ran) return "not run";
  if (!stage.active) return absl::StrCat("inactive: ", stage.note);
  if (stage.group != StageGroup::kDraw || !explanation.drawn.has_value()) {
    return stage.note;
  }
  if (explanation.u.has_value()) {
    return absl::StrFormat("draws with u %.6f", *explanation.u);
  }
  return explanation.ByNoise() ? "draws by noise" : "takes the head";
}

}  // namespace

std::string StageNote(const Explanation& explanation,
                      const StageReport& stage) {
  std::string note = DoneNote(explanation, stage);
  if (stage.memory.empty()) return note;
  return absl::StrCat(note, note.empty() ? "" : "; ", MemoryText(stage.memory));
}

std::string StageTable(const Explanation& explanation, const Painter& paint) {
  std::size_t name = 5;
  std::size_t survivors = 18;
  for (const StageReport& stage : explanation.stages) {
    name = std::max(name, stage.config.type.size());
    survivors = CellColumns(SurvivorsText(stage), survivors);
  }
  std::string text =
      paint(Style::kBold, absl::StrCat("     ", FitColumns("stage", name),
                                       Cell("survivors", survivors),
                                       " lowest logit mass removed  entropy"));
  text += "\n";
  for (std::size_t i = 0; i < explanation.stages.size(); ++i) {
    const StageReport& stage = explanation.stages[i];
    // The threshold of a stage that removed nothing decided nothing.
    const bool cut = stage.kept < stage.before;
    std::string line = absl::StrCat(
        absl::StrFormat("%4s", absl::StrCat("[", i + 1, "]")), " ",
        FitColumns(stage.config.type, name),
        Cell(SurvivorsText(stage), survivors),
        Cell(cut && stage.threshold.has_value() ? LogitText(*stage.threshold)
                                                : "",
             13),
        Cell(cut && stage.mass_removed.has_value()
                 ? ProbabilityText(*stage.mass_removed)
                 : "",
             13),
        Cell(stage.entropy.has_value() ? absl::StrFormat("%.3f", *stage.entropy)
                                       : "",
             9));
    const std::string note = StageNote(explanation, stage);
    if (!note.empty()) absl::StrAppend(&line, "  ", note);
    absl::StrAppend(&text, stage.active ? line : paint(Style::kDim, line),
                    "\n");
  }
  return text;
}

std::string TokenTable(const Explanation& explanation, const TokenText& text,
                       const Painter& paint) {
  const Layout layout = MakeLayout(explanation, text);
  std::string table = paint(Style::kBold, Heading(layout)) + "\n";
  std::int64_t last_rank = 0;
  for (const TokenReport& token : explanation.tokens) {
    if (token.raw.has_value() &&
        std::exchange(last_rank, token.raw->rank) + 1 != token.raw->rank) {
      absl::StrAppend(&table, paint(Style::kDim, "      ..."), "\n");
    }
    const std::string line = TokenLine(layout, explanation, text, token);
    const bool removed = !token.out().has_value();
    absl::StrAppend(&table,
                    explanation.drawn == token.id ? paint(Style::kBold, line)
                    : removed                     ? paint(Style::kDim, line)
                                                  : line,
                    "\n");
  }
  return table;
}

}  // namespace sampler::tools
