// An explained step for people: everything around the two tables.

#include "tools/explain/print.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/row_status.h"
#include "tools/explain/reason.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

std::string Line(const Painter& paint, absl::string_view name,
                 absl::string_view text) {
  return absl::StrCat(paint(Style::kBold, absl::StrFormat("%-9s", name)), text,
                      "\n");
}

// "\" the\" (id 260)", or "id 260".
std::string Name(const TokenText& text, TokenId id) {
  return text.empty() ? absl::StrCat("id ", id)
                      : absl::StrCat(text.Display(id), " (id ", id, ")");
}

// The chain, broken before an arrow where a line would grow too long.
std::string ChainLines(const PipelineConfig& config) {
  constexpr std::size_t kRoom = 91;  // Beside the names of lines.
  std::string lines;
  std::size_t used = 0;
  for (const absl::string_view stage :
       absl::StrSplit(ChainText(config), " -> ")) {
    if (used > 0 && used + 4 + stage.size() > kRoom) {
      absl::StrAppend(&lines, "\n", std::string(9, ' '));
      used = 0;
    }
    if (!lines.empty()) absl::StrAppend(&lines, used > 0 ? " -> " : "-> ");
    absl::StrAppend(&lines, stage);
    used += stage.size() + 4;
  }
  return lines;
}

// What became of a token under its two probabilities.
std::string Fate(const TokenReport& token) {
  if (!token.raw.has_value()) return "-inf in the log";
  std::string fate =
      absl::StrCat("raw p ", ProbabilityText(token.raw->probability), " (rank ",
                   Grouped(token.raw->rank), "), ");
  if (const auto out = token.out(); out.has_value()) {
    absl::StrAppend(&fate, "out p ", ProbabilityText(out->probability));
  } else {
    absl::StrAppend(&fate, "removed by ", token.reason);
  }
  return fate;
}

// What the token table leaves out.
std::string RestLine(const Explanation& explanation) {
  std::int64_t kept = explanation.out.count();
  std::int64_t removed = explanation.raw_count - kept;
  double kept_mass = 1;
  double raw_mass = 1;
  for (const TokenReport& token : explanation.tokens) {
    if (!token.raw.has_value()) continue;
    raw_mass -= token.raw->probability;
    if (const auto out = token.out(); out.has_value()) {
      --kept;
      kept_mass -= out->probability;
    } else {
      --removed;
    }
  }
  if (kept + removed == 0) return "";
  const auto rounded = [](double mass) {
    return absl::StrFormat("%.4f", std::fabs(mass));
  };
  std::string line = "not shown: ";
  if (kept > 0) {
    absl::StrAppend(&line, Grouped(kept), " kept (out p ", rounded(kept_mass),
                    ")", removed > 0 ? " and " : "");
  }
  if (removed > 0) absl::StrAppend(&line, Grouped(removed), " removed");
  return absl::StrCat(line, "; together raw p ", rounded(raw_mass));
}

std::string Outcome(const ExplainHeader& header, const Explanation& explanation,
                    const Painter& paint) {
  const TokenReport& drawn = *explanation.Find(*explanation.drawn);
  std::string text =
      Line(paint, "drawn >",
           absl::StrCat(Name(header.text, drawn.id), ": ", Fate(drawn)));
  absl::StrAppend(&text, Line(paint, "", DrawText(explanation, header.text)));
  if (explanation.logged == explanation.drawn) {
    absl::StrAppend(&text, Line(paint, "logged =", "the same token"));
  } else if (explanation.logged.has_value()) {
    const TokenReport& logged = *explanation.Find(*explanation.logged);
    absl::StrAppend(&text, Line(paint, "logged =",
                                absl::StrCat(Name(header.text, logged.id), ": ",
                                             Fate(logged))));
  }
  absl::StrAppend(
      &text,
      Line(paint, "kept",
           absl::StrCat(Grouped(explanation.out.count()), " of ",
                        Grouped(explanation.raw_count), ", raw mass ",
                        ProbabilityText(explanation.MassOut()), ", entropy ",
                        EntropyText(explanation.out.entropy()))));
  const std::string rest = RestLine(explanation);
  return rest.empty() ? text : text + Line(paint, "", rest);
}

}  // namespace

std::string DrawText(const Explanation& explanation, const TokenText& text) {
  std::string draw;
  if (explanation.u.has_value()) {
    draw = absl::StrFormat("u %.6f", *explanation.u);
  } else {
    draw = explanation.ByNoise() ? "a random number for every candidate"
                                 : "no random number used";
  }
  if (!explanation.interval.has_value()) return draw;
  const DrawInterval& interval = *explanation.interval;
  absl::StrAppend(
      &draw,
      absl::StrFormat(" in [%.6f, %.6f)%s", interval.low, interval.high,
                      interval.by_rank ? " in rank order" : " in id order"));
  if (!interval.margin.has_value()) {
    return draw + ", nothing else could be drawn";
  }
  return absl::StrFormat("%s, margin %s to %s %s", draw,
                         ProbabilityText(*interval.margin),
                         Name(text, interval.neighbour),
                         interval.neighbour_below ? "below" : "above");
}

std::string EntropyText(double nats) {
  return absl::StrFormat("%.3f nats (%.3f bits), effective size %.2f", nats,
                         nats / Log(2.0), Exp(nats));
}

std::string ExplainText(const ExplainHeader& header,
                        const Explanation& explanation, const Painter& paint) {
  const logs::LogDescription& log = header.log.description();
  std::string text =
      Line(paint, "log",
           absl::StrCat(
               ShownPath(header.path), " (", logs::FormatName(log.format), " ",
               DTypeName(log.dtype), ", ", Grouped(log.rows), " rows x ",
               Grouped(log.vocabulary_size), ")", RowBasisNote(header.basis)));
  absl::StrAppend(&text, Line(paint, "row",
                              absl::StrCat(header.place.row, ", sequence ",
                                           header.place.sequence, ", position ",
                                           header.place.position)));
  if (explanation.raw_count > 0) {
    const std::string count =
        absl::StrCat(Grouped(explanation.raw_count), " candidates, ");
    const std::string raw =
        explanation.raw_entropy.has_value()
            ? absl::StrCat("entropy ", EntropyText(*explanation.raw_entropy))
        : explanation.completed ? kSharedEvenly
                                : "";
    if (!raw.empty()) {
      absl::StrAppend(&text, Line(paint, "raw", absl::StrCat(count, raw)));
    }
  }
  absl::StrAppend(&text, Line(paint, "chain", ChainLines(header.config)));
  absl::StrAppend(
      &text,
      Line(paint, "seed",
           absl::StrCat(
               SeedWithSource(absl::StrCat(header.seed), header.seed_from),
               ", stream ", header.stream, "; history ",
               header.replayed_history ? "replayed" : "logged",
               "; ties: ", TieRule(header.config))),
      paint(Style::kDim, kTeacherForced), "\n\n");
  absl::StrAppend(&text, StageTable(explanation, paint), "\n");
  if (!explanation.tokens.empty()) {
    absl::StrAppend(&text, TokenTable(explanation, header.text, paint), "\n");
  }
  if (explanation.status != RowStatus::kOk) {
    absl::StrAppend(&text,
                    Line(paint, "status",
                         absl::StrCat(RowStatusName(explanation.status),
                                      ": there is nothing to draw from")));
    return text;
  }
  return text + Outcome(header, explanation, paint);
}

}  // namespace sampler::tools
