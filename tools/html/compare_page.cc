#include "tools/html/compare_page.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/numeric.h"
#include "tools/compare/metrics.h"
#include "tools/html/compare_tables.h"
#include "tools/html/markup.h"

namespace sampler::tools {
namespace {

const std::vector<Colouring>& PairColourings() {
  static const auto& all = *new std::vector<Colouring>{
      ByShare("v", "A apart from B", "total variation of what they leave"),
      ByTruth("w", "draws differ", "same draw", "another draw under one seed"),
      ByProbability("a", "p under A", "probability of the logged token"),
      ByProbability("b", "p under B", "probability of the logged token"),
      ByCount("k", "kept by A", "tokens kept"),
      ByCount("j", "kept by B", "tokens kept"),
      ByTruth("q", "cut", "kept by both", "cut by a side")};
  return all;
}

// q(x): 0 where the side cuts the logged token.
double ProbabilityOf(const SideRow& side) {
  const double covered = side.values[SideColumn::kCovered];
  if (std::isnan(covered) || covered == 0) return covered;
  return Exp(-side.values[SideColumn::kNll]);
}

bool Cuts(const SideRow& side) {
  return side.values[SideColumn::kCovered] == 0;
}

std::string SideHead(const CompareReport& report, std::size_t s) {
  return absl::StrCat(
      ChainHtml(std::string(ChainText(report.sides[s].chain.config))), "of ",
      LogHtml(report.paths[s], report.sides[s].log));
}

}  // namespace

void ComparePage::Add(const RowPair& row) {
  const bool is_cut = Cuts(row.sides[0]) || Cuts(row.sides[1]);
  const auto value = [&](std::size_t s, SideColumn column) {
    return row.sides[s].values[column];
  };
  TranscriptStep& step = steps_.emplace_back();
  step.place = row.place;
  step.token = row.target >= 0 ? row.target : row.sides[0].token;
  step.cut = is_cut;
  const double tv = row.pair[PairColumn::kTv];
  step.values = {tv,
                 row.pair[PairColumn::kDrawDiffers],
                 ProbabilityOf(row.sides[0]),
                 ProbabilityOf(row.sides[1]),
                 value(0, SideColumn::kKept),
                 value(1, SideColumn::kKept),
                 row.target >= 0 ? (is_cut ? 1.0 : 0.0) : std::nan("")};
  for (std::size_t s = 0; s < 2; ++s) {
    entropy_[s].push_back(value(s, SideColumn::kEntropy));
    kept_[s].push_back(value(s, SideColumn::kKept));
  }
  tv_.push_back(tv);
  const bool known =
      row.usable() || (row.sides[0].decided && row.sides[1].decided);
  sections_.Add(
      row.place,
      !known ? ", left out: a list does not decide the row"
      : row.sides[0].ends || row.sides[1].ends
          ? ", bounded: a list gives both ends"
          : "",
      absl::StrCat("<div class=\"two\"><div class=\"wide\"><h4>A</h4>",
                   row.descriptions[0], "</div><div class=\"wide\"><h4>B</h4>",
                   row.descriptions[1], "</div></div>",
                   HtmlFields("All numbers of this row", RowPairJson(row))));
}

Page ComparePage::MakePage(const CompareReport& report) const {
  Page page;
  page.command = "compare";
  page.title = report.paths[0] == report.paths[1]
                   ? absl::StrCat("Two chains on ", FileName(report.paths[0]))
                   : absl::StrCat(FileName(report.paths[0]), " beside ",
                                  FileName(report.paths[1]));
  page.head = {
      {"A", SideHead(report, 0)},
      {"B", SideHead(report, 1)},
      {"rows", HtmlText(RowsNote(report))},
      {"seed",
       absl::StrCat(
           report.options.run.SeedFor(report.sides[0].chain.config),
           " for both; ties: ", TieRule(report.sides[0].chain.config))}};
  page.warnings = report.warnings;
  page.style = ColouringStyle(PairColourings());
  page.steps = sections_.count();
  page.top = options_.top;
  const std::vector<Strip> strips = {
      {.title = "entropy", .lines = {{"A", entropy_[0]}, {"B", entropy_[1]}}},
      {.title = "tokens kept",
       .lines = {{"A, log", kept_[0]}, {"B, log", kept_[1]}},
       .logarithmic = true},
      {.title = "A apart from B",
       .lines = {{"total variation", tv_}},
       .share = true}};
  page.body = absl::StrCat(
      "<main>", CompareTables(report), "<div class=\"panes\"><div>",
      Transcript(PairColourings(), steps_, report.sides[0].log, report.text),
      Strips(strips, steps_), "</div>", sections_.Html(), "</div></main>");
  return page;
}

absl::Status ComparePage::Write(const CompareReport& report, bool quiet) const {
  absl::Status status = CheckSize(sections_);
  if (!status.ok()) return status;
  return WritePage(options_, MakePage(report), quiet);
}

}  // namespace sampler::tools
