#include "tools/compare/setup/inputs.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/text/output.h"

namespace sampler::tools {

absl::Status CheckTwoSides(const CompareOptions& options) {
  if (!options.other.empty() || options.chains[0] != options.chains[1]) {
    return absl::OkStatus();
  }
  return WithHint(
      absl::InvalidArgumentError("one log under one chain: nothing to compare"),
      "give --b CHAIN, --a CHAIN --b CHAIN, or a second log");
}

absl::Status CheckRowsShown(const CompareOptions& options) {
  if (!options.worst.has_value() || options.shows_rows()) {
    return absl::OkStatus();
  }
  return WithHint(
      absl::InvalidArgumentError(absl::StrCat(
          "--worst: got ", *options.worst,
          ", want none beside --csv, whose tables are of metrics, not of "
          "rows")),
      "--html FILE or --export-json FILE beside it show the rows");
}

absl::StatusOr<CompareInputs> OpenCompareInputs(const CompareOptions& options) {
  CompareInputs inputs;
  auto first = OpenLog(options.log);
  if (!first.ok()) return first.status();
  inputs.first = *std::move(first);
  if (!options.other.empty()) {
    LogOptions log = options.log;
    log.path = options.other;
    auto second = OpenLog(log);
    if (!second.ok()) return second.status();
    inputs.second = *std::move(second);
  }
  auto text = OpenTokenText(options.log);
  if (!text.ok()) return text.status();
  inputs.text = *std::move(text);
  inputs.shown = ShownText(inputs.text, *inputs.first);
  for (std::size_t s = 0; s < 2; ++s) {
    auto chain = ResolveChain(s == 0 ? "--a" : "--b", options.chains[s],
                              inputs.first->vocabulary_size(), inputs.text);
    if (!chain.ok()) return chain.status();
    inputs.chains[s] = *std::move(chain);
  }
  if (!options.shows_rows() && !inputs.chains[0].spells_texts &&
      !inputs.chains[1].spells_texts) {
    absl::Status needed = CheckNoVocabulary(options.log, *inputs.first);
    if (!needed.ok()) return needed;
  }
  return inputs;
}

}  // namespace sampler::tools
