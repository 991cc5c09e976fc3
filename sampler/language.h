// What these headers ask of the language: C++20, marks for what a result still
// reads, and text in whichever type a program has it.
//
// SAMPLER_LIFETIME_BOUND on a parameter: Clang warns where a temporary is
// passed and the result outlives it. Nothing to other compilers. TemporaryOwner
// is for overloads that are deleted: no compiler then takes such a temporary.
//
// Thread-safety: plain values.
// Tested by: tests/lifetimes_test.cc, tests/string_view_test.cc.

#ifndef SAMPLER_LANGUAGE_H_
#define SAMPLER_LANGUAGE_H_

// Said here, rather than let a compiler complain of what it does not know:
// nothing sets the language for who includes these headers.
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

// Containers hold their elements, views (spans) point to them. Views are plain
// values; so is a std::array, which has a tuple_size.
template <typename T>
concept Owner =
    !std::is_trivially_copyable_v<T> || std::is_array_v<T> || requires {
  std::tuple_size<T>::value;
};

// Of a forwarding reference T&&: a container that ends with the expression.
template <typename T>
concept TemporaryOwner =
    !std::is_lvalue_reference_v<T> && Owner<std::remove_cvref_t<T>>;

// The standard's view where it is another type than Abseil's.
template <typename T>
concept OtherStringView = std::same_as<T, std::string_view> &&
    !std::same_as<std::string_view, absl::string_view>;

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
// compile everywhere. It does not own the text: copying one costs what copying
// a string_view does, a std::string of it a copy of the text.
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
