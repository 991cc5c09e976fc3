// Marks for what a result still reads, so that a compiler can tell.
//
// SAMPLER_LIFETIME_BOUND on a parameter: Clang warns where a temporary is
// passed and the result outlives it. Nothing to other compilers. TemporaryOwner
// is for overloads that are deleted: no compiler then takes such a temporary.
//
// Tested by: tests/lifetimes_test.cc.

#ifndef SAMPLER_LIFETIME_H_
#define SAMPLER_LIFETIME_H_

#include <tuple>
#include <type_traits>

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

}  // namespace sampler

#endif  // SAMPLER_LIFETIME_H_
