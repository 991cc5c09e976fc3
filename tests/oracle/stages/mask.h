// mask: ids whose bit of the packed mask is 0 are removed.
//
//   bit of id j    bit j mod 32 of word j / 32, least significant first
//   padding        ids beyond the mask: "ban" removes them, "allow" does not
//   no mask        nothing happens
#ifndef SAMPLER_TESTS_ORACLE_STAGES_MASK_H_
#define SAMPLER_TESTS_ORACLE_STAGES_MASK_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/oracle/state.h"

namespace oracle {

inline void Mask(State& state, const nlohmann::json& options,
                 const Context& context) {
  if (!context.mask) return;
  const bool allow = options.value("padding", "ban") == "allow";
  std::erase_if(state.survivors, [&](const Candidate& c) {
    const auto word = static_cast<std::size_t>(c.id / 32);
    if (word >= context.mask->size()) return !allow;
    return ((*context.mask)[word] >> (c.id % 32)) % 2 == 0;
  });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_MASK_H_
