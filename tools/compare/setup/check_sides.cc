// CheckSides: are two logs of one text?

#include <cstdint>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tools/compare/pairs.h"

namespace sampler::tools {
namespace {

absl::Status Differ(absl::string_view what, std::int64_t a, std::int64_t b) {
  return absl::InvalidArgumentError(
      absl::StrCat("the logs are not of one text: ", what, " ", a,
                   " in the first and ", b, " in the second"));
}

}  // namespace

absl::Status CheckSides(const Sides& sides) {
  const logs::Log& a = sides[0].log;
  const logs::Log& b = sides[1].log;
  if (a.vocabulary_size() != b.vocabulary_size()) {
    return Differ("the rows have", a.vocabulary_size(), b.vocabulary_size());
  }
  if (a.rows() != b.rows()) return Differ("rows:", a.rows(), b.rows());
  if (a.sequences().size() != b.sequences().size()) {
    return Differ("sequences:", std::ssize(a.sequences()),
                  std::ssize(b.sequences()));
  }
  for (std::size_t s = 0; s < a.sequences().size(); ++s) {
    if (a.sequences()[s].rows == b.sequences()[s].rows) continue;
    return Differ(absl::StrCat("rows of sequence ", s, ":"),
                  a.sequences()[s].rows, b.sequences()[s].rows);
  }
  if (a.tokens().empty() || b.tokens().empty()) return absl::OkStatus();
  for (std::size_t r = 0; r < a.tokens().size(); ++r) {
    if (a.tokens()[r] == b.tokens()[r]) continue;
    return Differ(absl::StrCat("the token of row ", r, ":"), a.tokens()[r],
                  b.tokens()[r]);
  }
  return absl::OkStatus();
}

}  // namespace sampler::tools
