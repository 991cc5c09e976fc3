// Small text helpers for error messages: the nearest known name, and JSON
// pointers (RFC 6901).
//
// Thread-safety: pure functions.
// Tested by: tests/parameters/spelling_test.cc.

#ifndef SAMPLER_PARAMETERS_SPELLING_H_
#define SAMPLER_PARAMETERS_SPELLING_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/parameters/printable.h"  // IWYU pragma: export

namespace sampler {

// The known name that was probably meant, or "": the shortest one that `name`
// begins or abbreviates word by word ("temp", "rep_pen"); else the one nearest
// in letters, if no more than two or a third of them would have to change.
absl::string_view NearestName(absl::string_view name,
                              absl::Span<const absl::string_view> known);

// `, did you mean "top_p"?`, or "".
std::string DidYouMean(absl::string_view name,
                       absl::Span<const absl::string_view> known);

// `unknown stage "topp", did you mean "top_p"?`, or, where nothing is near,
// `unknown stage "abc", want one of ...`. Long names are shortened.
// Cost: linear in the name.
std::string UnknownName(absl::string_view what, absl::string_view name,
                        absl::Span<const absl::string_view> known);

// `text`, or if it has more than `longest` bytes its beginning (whole UTF-8
// characters) and "...": what stands in a message may come from anywhere.
std::string Shortened(absl::string_view text, std::size_t longest = 60);

// One step of a JSON pointer: "~" becomes "~0" and "/" becomes "~1".
std::string EscapePointer(absl::string_view step);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_SPELLING_H_
