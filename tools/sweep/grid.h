// The settings of a sweep: the values of each parameter, and all combinations.
//
//   top_p=0.8:0.99:0.02    from, to (if a step ends there) and step
//   top_k=10,20,40         a list
//
// Several parameters make a grid; the last one changes fastest.
//
// Errors: InvalidArgument for what is neither, for a step that leads nowhere,
//   and for more than kMostSettings settings.
// Thread-safety: pure functions.
// Tested by: tests/tools/sweep/grid_test.cc.

#ifndef SAMPLER_TOOLS_SWEEP_GRID_H_
#define SAMPLER_TOOLS_SWEEP_GRID_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sampler::tools {

inline constexpr std::size_t kMostSettings = 10000;

struct SweptParameter {
  std::string name;                 // As it was given: "top_p".
  std::vector<std::string> values;  // In decimal.
};

// `text` of --param.
absl::StatusOr<SweptParameter> ParseSwept(const std::string& text);

// One value of each parameter, in their order.
using Setting = std::vector<std::string>;

absl::StatusOr<std::vector<Setting>> SettingsOf(
    const std::vector<SweptParameter>& parameters);

// The chain (chain_spec.h) of a setting on top of `on`; "": of the parameters
// alone.
std::string ChainOf(const std::string& on,
                    const std::vector<SweptParameter>& parameters,
                    const Setting& setting);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_SWEEP_GRID_H_
