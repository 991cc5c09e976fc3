#include "sampler/importers/export/text_of.h"

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"

namespace sampler::importers {

std::string TextOf(const Value& ids, const TokenTexts& texts) {
  std::string text;
  if (ids.list() == nullptr) return text;
  for (const Value& id : *ids.list()) {
    if (id.integer() == nullptr || *id.integer() < 0 ||
        *id.integer() >= texts.size()) {
      return "";
    }
    absl::StrAppend(&text, texts.Bytes(static_cast<TokenId>(*id.integer())));
  }
  return text;
}

}  // namespace sampler::importers
