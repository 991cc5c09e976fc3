// Options whose value is a number or one of a few words.
//
// CLI11's own reading of numbers takes 010 for 8 and 0x10 for 16, gives the
// nearest it can hold for what it cannot, and finds NaN within every range; its
// reading of enums takes their numbers too. These take what decimal.h and the
// list of words say.
//
// Errors: CLI::ValidationError (the parser's way to report; it never leaves the
// tool): "--step: got 010, want an integer in [0, ...] (decimal digits only)".
// Tested by: tests/tools/options/typed_options_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_TYPED_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_TYPED_OPTIONS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tools/options/cli_fwd.h"

namespace CLI {
class Option;
}

namespace sampler::tools {

struct IntegerRange {
  std::int64_t minimum = 0;
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};

// `set` gets every value that is given, in order; an option that may be given
// once gets it once.
CLI::Option* AddInteger(CLI::App& app, const std::string& name,
                        const std::string& help, IntegerRange range,
                        std::function<void(std::int64_t)> set);

// The same in [0, 2^64).
CLI::Option* AddUnsigned(CLI::App& app, const std::string& name,
                         const std::string& help,
                         std::function<void(std::uint64_t)> set);

// The same, several: the option may be repeated, and a value may be a list with
// commas.
CLI::Option* AddIntegers(CLI::App& app, const std::string& name,
                         const std::string& help, IntegerRange range,
                         std::function<void(std::int64_t)> set);

// A real number in [minimum, maximum].
struct RealRange {
  double minimum = 0.0;
  double maximum = std::numeric_limits<double>::max();
};
CLI::Option* AddReal(CLI::App& app, const std::string& name,
                     const std::string& help, RealRange range,
                     std::function<void(double)> set);

// One of `words`; `set` gets its index.
CLI::Option* AddWord(CLI::App& app, const std::string& name,
                     const std::string& help, std::vector<std::string> words,
                     std::function<void(std::size_t)> set);

// The word's value.
template <typename T>
CLI::Option* AddChoice(CLI::App& app, const std::string& name,
                       const std::string& help,
                       const std::vector<std::pair<std::string, T>>& choices,
                       std::function<void(T)> set) {
  std::vector<std::string> words;
  words.reserve(choices.size());
  for (const auto& [word, value] : choices) words.push_back(word);
  return AddWord(app, name, help, std::move(words),
                 [choices, set = std::move(set)](std::size_t index) {
                   set(choices[index].second);
                 });
}

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_TYPED_OPTIONS_H_
