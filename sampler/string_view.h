// Text that the caller owns, in whichever words a program has for it.
//
// Abseil is built with a string_view of its own (Debian's is) or with the
// standard's, and neither converts to a std::string by itself. A StringView is
// made from either, from a std::string and from a literal, and becomes any of
// them, so that
//
//   std::string s = RowStatusName(status);
//   std::string_view v = RowStatusName(status);
//   ParseConfig(std::string_view(...));
//
// compile everywhere. It does not own the text.
//
// Thread-safety: immutable.
// Cost: that of a string_view; to a std::string, a copy.
// Tested by: tests/string_view_test.cc.

#ifndef SAMPLER_STRING_VIEW_H_
#define SAMPLER_STRING_VIEW_H_

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace sampler {

// The standard's view where it is another type than Abseil's.
template <typename T>
concept OtherStringView = std::same_as<T, std::string_view> &&
    !std::same_as<std::string_view, absl::string_view>;

class StringView : public absl::string_view {
 public:
  using absl::string_view::string_view;

  // NOLINTBEGIN(google-explicit-constructor)
  constexpr StringView(absl::string_view text) : absl::string_view(text) {}
  template <OtherStringView View>
  constexpr StringView(View text)
      : absl::string_view(text.data(), text.size()) {}

  operator std::string() const { return std::string(data(), size()); }
  template <OtherStringView View>
  constexpr operator View() const {
    return {data(), size()};
  }
  // NOLINTEND(google-explicit-constructor)
};

}  // namespace sampler

#endif  // SAMPLER_STRING_VIEW_H_
