#include "tools/html/replay_page.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/numeric.h"
#include "tools/html/markup.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

// What the colours of the transcript may say of a row, in the order of
// ValuesOf.
const std::vector<Colouring>& StepColourings() {
  static const auto& all = *new std::vector<Colouring>{
      ByProbability("r", "raw p", "probability of the token as logged"),
      ByProbability("o", "out p", "probability after the chain"),
      ByEntropy("e", "entropy", "raw entropy of the row, nats"),
      ByCount("k", "kept", "tokens that the chain keeps"),
      ByTruth("q", "cut", "kept", "cut by this chain"),
      ByTruth("w", "drawn", "the draw is the logged token",
              "another token is drawn")};
  return all;
}

// e to the power of a log-probability; 0 for a token that is cut.
double Likelihood(double logprob, bool is_cut) {
  return is_cut ? 0 : Exp(logprob);
}

std::vector<double> ValuesOf(const RowResult& row, bool is_cut) {
  const bool logged = row.has_target();
  const double raw = logged ? row.target_raw_logprob : row.raw_logprob;
  const double out = logged ? row.target_logprob : row.logprob;
  const bool both = logged && row.has_token();
  return {std::isnan(raw) ? raw : Exp(raw),
          row.has_token() ? Likelihood(out, is_cut) : RowResult::kAbsent,
          row.entropy_raw,
          row.has_token() ? static_cast<double>(row.kept) : RowResult::kAbsent,
          logged ? (is_cut ? 1.0 : 0.0) : RowResult::kAbsent,
          both ? (row.token == row.target ? 0.0 : 1.0) : RowResult::kAbsent};
}

std::string Card(const std::string& name, const std::string& value,
                 const std::string& small) {
  return absl::StrCat("<div><dt>", name, "</dt><dd>", value, "<small>", small,
                      "</small></dd></div>");
}

std::string Percent(double share) {
  return HtmlNumber(share, PercentText(share));
}

std::string Perplexity(double nll) {
  return HtmlNumber(Exp(nll), PerplexityText(nll));
}

std::string Cards(const ReplaySummary& summary) {
  std::string html = Card(
      "rows", Grouped(summary.rows()),
      summary.inexact() > 0
          ? absl::StrCat(Grouped(summary.inexact()), " held only in part")
      : summary.rows_with(RowStatus::kOk) == summary.rows()
          ? "all ok"
          : absl::StrCat(Grouped(summary.rows_with(RowStatus::kOk)), " ok"));
  if (summary.scored() > 0) {
    html += Card("coverage", Percent(summary.coverage()),
                 absl::StrCat("of ", Plural(summary.scored(), "logged token"),
                              " can be drawn"));
    html += Card("perplexity, truncated", Perplexity(summary.nll()),
                 absl::StrCat("over ", Plural(summary.covered(), "covered row"),
                              "; raw ", Perplexity(summary.nll_raw())));
  }
  if (summary.rows_with(RowStatus::kOk) > 0) {
    html += Card(
        "tokens kept",
        HtmlNumber(summary.kept_mean(),
                   absl::StrFormat("%.1f", summary.kept_mean())),
        absl::StrCat("on average; p50 ", Grouped(summary.kept_quantile(0.5)),
                     ", p90 ", Grouped(summary.kept_quantile(0.9)), ", max ",
                     Grouped(summary.kept_quantile(1))));
    html += Card(
        "kept mass",
        HtmlNumber(summary.kept_mass(), NumberText(summary.kept_mass(), 4, 9)),
        "of the raw probability, on average");
    html += Card(
        "entropy",
        HtmlNumber(summary.entropy(), NumberText(summary.entropy(), 3, 9)),
        absl::StrCat("nats (", NumberText(summary.entropy() / Log(2.0), 3, 9),
                     " bits); raw ",
                     HtmlNumber(summary.entropy_raw(),
                                NumberText(summary.entropy_raw(), 3, 9))));
  }
  if (summary.scored() > 0) {
    html += Card("same token", Percent(summary.same()),
                 "of the draws repeat the logged token");
  }
  return absl::StrCat("<dl class=\"cards\">", html, "</dl>");
}

}  // namespace

void ReplayPage::Add(const RowResult& row) {
  const bool is_cut = row.has_target() && row.has_token() &&
                      (!row.target_kept || std::isnan(row.target_logprob));
  TranscriptStep& step = steps_.emplace_back();
  step.place = row.place;
  step.token = row.has_target() ? row.target : row.token;
  step.cut = is_cut;
  step.values = ValuesOf(row, is_cut);
  entropy_raw_.push_back(row.entropy_raw);
  entropy_.push_back(row.entropy);
  kept_.push_back(step.values[3]);
  kept_mass_.push_back(row.kept_mass);
  sections_.Add(row.place, RowBasisNote(row.basis),
                absl::StrCat("<div class=\"wide\">", row.description, "</div>",
                             HtmlFields("All numbers of this row",
                                        RowJson(header_, row))));
}

Page ReplayPage::MakePage(const ReplaySummaries& summaries,
                          const Warnings& warnings) const {
  Page page;
  page.command = "replay";
  page.title = absl::StrCat("Replay of ", FileName(header_.path));
  page.head = {
      {"log", LogHtml(header_.path, header_.log)},
      {"rows", absl::StrCat(
                   Grouped(header_.options.rows.first), " to ",
                   Grouped(header_.options.rows.end - 1),
                   header_.options.rows.every == 1
                       ? ""
                       : absl::StrCat(", every ", header_.options.rows.every))},
      {"chain", ChainHtml(ChainsText(header_))},
      {"seed", absl::StrCat(SeedLine(header_), ", stream ", StreamText(header_),
                            "; history ",
                            UsesReplayedHistory(header_.log, header_.options)
                                ? "replayed"
                                : "logged",
                            "; ties: ", TiesText(header_))}};
  page.warnings = warnings.all();
  page.style = ColouringStyle(StepColourings());
  page.steps = sections_.count();
  page.top = options_.top;
  const std::vector<Strip> strips = {
      {.title = "entropy",
       .lines = {{"raw", entropy_raw_}, {"final", entropy_}}},
      {.title = "tokens kept",
       .lines = {{"log scale", kept_}},
       .logarithmic = true},
      {.title = "kept mass", .lines = {{"of raw", kept_mass_}}, .share = true}};
  page.body = absl::StrCat(
      "<main>", Cards(summaries.all()), "<div class=\"panes\"><div>",
      Transcript(StepColourings(), steps_, header_.log, header_.text),
      Strips(strips, steps_), "<section>",
      HtmlFields("All numbers of the summary",
                 SummaryJson(header_, summaries, warnings)),
      "</section></div>", sections_.Html(), "</div></main>");
  return page;
}

absl::Status ReplayPage::Write(const ReplaySummaries& summaries,
                               const Warnings& warnings, bool quiet) const {
  absl::Status status = CheckSize(sections_);
  if (!status.ok()) return status;
  return WritePage(options_, MakePage(summaries, warnings), quiet);
}

}  // namespace sampler::tools
