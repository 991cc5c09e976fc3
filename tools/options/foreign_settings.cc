#include "tools/options/foreign_settings.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/recognise.h"
#include "sampler/parameters/json_document.h"

namespace sampler::tools {

bool LooksLikeConfig(absl::string_view text) {
  std::vector<JsonProblem> ignored;
  const std::optional<JsonDocument> json = ReadJson(text, ignored);
  if (!json.has_value() || json->root.object() == nullptr) return false;
  const auto stages = json->root.object()->find("stages");
  return stages != json->root.object()->end() &&
         stages->second.list() != nullptr;
}

std::string ImportHint(const std::string& name, absl::string_view text) {
  if (LooksLikeConfig(text)) return "";
  const std::vector<importers::Recognition> found = importers::Recognise(text);
  if (found.empty()) return "";
  const bool is_one = found.size() == 1;
  return absl::StrCat("these look like settings of ",
                      is_one ? found[0].runtime : "another runtime",
                      is_one ? absl::StrCat(" (", found[0].by, ")") : "",
                      ": sampler import ",
                      is_one ? found[0].runtime : "RUNTIME", " ", name,
                      " -o chain.json makes a config of them");
}

}  // namespace sampler::tools
