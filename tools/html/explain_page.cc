#include "tools/html/explain_page.h"

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/html/markup.h"
#include "tools/html/step_view.h"
#include "tools/html/steps.h"

namespace sampler::tools {

Page ExplainPage(const ExplainHeader& header, const Explanation& explanation,
                 std::int64_t top) {
  Page page;
  page.command = "explain";
  page.title =
      absl::StrCat("Row ", header.place.row, " of ", FileName(header.path));
  page.head = {
      {"log", LogHtml(header.path, header.log)},
      {"row", absl::StrCat(header.place.row, ", sequence ",
                           header.place.sequence, ", position ",
                           header.place.position, RowBasisNote(header.basis))},
      {"chain", ChainHtml(std::string(ChainText(header.config)))},
      {"seed",
       absl::StrCat(SeedWithSource(absl::StrCat(header.seed), header.seed_from),
                    ", stream ", header.stream, "; history ",
                    header.replayed_history ? "replayed" : "logged",
                    "; ties: ", TieRule(header.config))}};
  page.warnings = header.warnings.all();
  page.steps = 1;
  page.top = top;
  // Every number but the lists, which are the tables.
  Json numbers = ExplainJson(header, explanation);
  for (const char* list : {"stages", "tokens", "survivors", "warnings"}) {
    numbers.erase(list);
  }
  page.body = absl::StrCat("<main><section class=\"one\"><div class=\"wide\">",
                           StepView(explanation, header.text), "</div>",
                           HtmlFields("All numbers of this step", numbers),
                           "</section></main>");
  return page;
}

}  // namespace sampler::tools
