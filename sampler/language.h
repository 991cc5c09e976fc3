// Language support for the public headers: the C++20 check, lifetime marks, and
// a string view that converts to and from every string type of a program.
//
// SAMPLER_LIFETIME_BOUND on a parameter: the result reads the argument, and
// Clang warns if the argument is a temporary that the result outlives. Other
// compilers ignore it. TemporaryOwner is for deleted overloads, which make
// every compiler refuse such a temporary.
//
// Thread-safety: plain values.
// Tested by: tests/lifetimes_test.cc, tests/string_view_test.cc.

#ifndef SAMPLER_LANGUAGE_H_
#define SAMPLER_LANGUAGE_H_

// No build file sets the language for programs that include these headers, so
// this is clearer than a compiler's error about an unknown feature.
#if __cplusplus < 202002L
#error "the sampler's headers want C++20: compile with -std=c++20"
#endif

#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "absl/strings/string_view.h"

#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define SAMPLER_LIFETIME_BOUND [[clang::lifetimebound]]
#endif
#endif
#ifndef SAMPLER_LIFETIME_BOUND
#define SAMPLER_LIFETIME_BOUND
#endif

namespace sampler {

// Types that hold their elements (containers), unlike views (spans), which
// point to them. Views are trivially copyable. So is a std::array of numbers,
// but it has a tuple_size.
template <typename T>
concept Owner =
    !std::is_trivially_copyable_v<T> || std::is_array_v<T> || requires {
  std::tuple_size<T>::value;
};

// For a forwarding reference T&&: a container that is destroyed at the end of
// the expression.
template <typename T>
concept TemporaryOwner =
    !std::is_lvalue_reference_v<T> && Owner<std::remove_cvref_t<T>>;

// std::string_view, if absl::string_view is another type.
template <typename T>
concept OtherStringView = std::same_as<T, std::string_view> &&
    !std::same_as<std::string_view, absl::string_view>;

// A view of text that converts from and to std::string, std::string_view and
// absl::string_view.
//
// absl::string_view is a type of Abseil's own in some builds (Debian's) and
// std::string_view in others, and neither converts to a std::string implicitly.
// A StringView converts implicitly from both, from std::string and from
// literals, and to all of these types, so that
//
//   std::string s = RowStatusName(status);
//   std::string_view v = RowStatusName(status);
//   ParseConfig(std::string_view(...));
//
// compile everywhere. It does not own the text. A copy of it is as cheap as a
// copy of a string_view; a conversion to std::string copies the text.
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

#endif  // SAMPLER_LANGUAGE_H_
