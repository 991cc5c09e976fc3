#include "tools/html/step_view.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/row_status.h"
#include "sampler/stages/registry.h"
#include "tools/explain/print.h"
#include "tools/html/markup.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

std::string Fact(absl::string_view style, absl::string_view name,
                 const std::string& html) {
  return absl::StrCat("<div class=\"", style, "\"><dt>", name, "</dt><dd>",
                      html, "</dd></div>");
}

std::string EntropyHtml(double nats) {
  return absl::StrCat(HtmlNumber(nats, absl::StrFormat("%.3f", nats)),
                      " nats (", absl::StrFormat("%.3f", nats / Log(2.0)),
                      " bits)");
}

// What became of a token: both probabilities, or who removed it. Of a row that
// is broken (NaN, no candidate) no token has a report.
std::string FateHtml(const Explanation& explanation, TokenId id,
                     const TokenText& text) {
  std::string html = absl::StrCat("<code>", HtmlToken(text, id), "</code>",
                                  text.empty() ? "" : absl::StrCat(" id ", id));
  const TokenReport* const token = explanation.Find(id);
  if (token == nullptr) return html;
  if (!token->raw.has_value()) return html + ", -inf in the log";
  absl::StrAppend(&html, ": raw p ", HtmlProbability(token->raw->probability),
                  ", rank ", HtmlNumber(token->raw->rank));
  if (const auto out = token->out(); out.has_value()) {
    return absl::StrCat(html, "; out p ", HtmlProbability(out->probability));
  }
  return absl::StrCat(html, "; removed by ", HtmlText(token->reason));
}

// What the stage's own page says it is.
std::string DefinitionOf(const StageReport& stage) {
  const StageType* type = StageRegistry::BuiltIn().Find(stage.config.type);
  if (type == nullptr) return "";
  return absl::StrCat(type->summary, " ", type->formula);
}

std::string SurvivorsHtml(const StageReport& stage) {
  if (!stage.ran) return "";
  if (stage.kept == stage.before) return HtmlNumber(stage.kept);
  return absl::StrCat(HtmlNumber(stage.before), " &rarr; <b>",
                      HtmlNumber(stage.kept), "</b>");
}

std::string OptionalCell(const std::optional<double>& x, bool is_probability) {
  if (!x.has_value()) return "<td></td>";
  return HtmlCell(
      "n", *x,
      is_probability ? ProbabilityText(*x) : absl::StrFormat("%.3f", *x));
}

}  // namespace

std::string StepFacts(const Explanation& explanation, const TokenText& text) {
  std::string html = "<dl class=\"facts\">";
  if (explanation.status != RowStatus::kOk) {
    html += Fact("bad", "status",
                 absl::StrCat(RowStatusName(explanation.status),
                              ": there is nothing to draw from"));
  } else {
    html += Fact("drawn", "drawn &#9654;",
                 FateHtml(explanation, *explanation.drawn, text));
  }
  if (explanation.logged.has_value() &&
      explanation.logged == explanation.drawn) {
    html += Fact("logged", "logged =", "the same token");
  } else if (explanation.logged.has_value()) {
    html += Fact("logged",
                 "logged =", FateHtml(explanation, *explanation.logged, text));
  }
  if (explanation.status == RowStatus::kOk) {
    html +=
        Fact("", "kept",
             absl::StrCat(
                 "<b>", HtmlNumber(explanation.out.count()), "</b> of ",
                 HtmlNumber(explanation.raw_count), ", raw mass ",
                 HtmlProbability(explanation.MassOut()), ", effective choices ",
                 absl::StrFormat("%.2f", Exp(explanation.out.entropy()))));
  }
  if (explanation.raw_entropy.has_value()) {
    std::string entropy =
        absl::StrCat("raw ", EntropyHtml(*explanation.raw_entropy));
    if (explanation.status == RowStatus::kOk) {
      absl::StrAppend(&entropy, " &rarr; final ",
                      EntropyHtml(explanation.out.entropy()));
    }
    html += Fact("", "entropy", entropy);
  } else if (explanation.completed) {
    html += Fact("", "row", kSharedEvenly);
  }
  return html + "</dl>";
}

std::string StageRows(const Explanation& explanation) {
  std::string html =
      "<table class=\"stages\"><thead><tr><th></th><th>stage</th>"
      "<th class=\"n\">survivors</th><th class=\"n\">mass removed</th>"
      "<th class=\"n\">raw mass left</th><th class=\"n\">entropy</th>"
      "<th></th></tr></thead><tbody>";
  for (std::size_t i = 0; i < explanation.stages.size(); ++i) {
    const StageReport& stage = explanation.stages[i];
    const bool cut = stage.kept < stage.before;
    absl::StrAppend(
        &html, stage.active ? "<tr>" : "<tr class=\"x\">", "<td class=\"n\">",
        i + 1, "</td><th scope=\"row\" title=\"", HtmlText(DefinitionOf(stage)),
        "\">", HtmlText(stage.config.type), "</th><td class=\"n\">",
        SurvivorsHtml(stage), "</td>",
        OptionalCell(cut ? stage.mass_removed : std::nullopt, true),
        OptionalCell(stage.mass, true), OptionalCell(stage.entropy, false),
        "<td>", HtmlText(StageNote(explanation, stage)), "</td></tr>");
  }
  return html + "</tbody></table>";
}

std::string StepView(const Explanation& explanation, const TokenText& text) {
  std::string html =
      absl::StrCat("<div class=\"view\">", StepFacts(explanation, text),
                   StageRows(explanation));
  if (explanation.status == RowStatus::kOk) {
    html += DrawBar(explanation, text);
  }
  return absl::StrCat(html, CandidateBars(explanation, text), "</div>");
}

}  // namespace sampler::tools
