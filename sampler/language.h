// These headers are C++20. They say so, rather than let a compiler complain of
// what it does not know: nothing sets the language for who includes them.

#ifndef SAMPLER_LANGUAGE_H_
#define SAMPLER_LANGUAGE_H_

#if __cplusplus < 202002L
#error "the sampler's headers want C++20: compile with -std=c++20"
#endif

#endif  // SAMPLER_LANGUAGE_H_
