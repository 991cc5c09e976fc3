#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

constexpr Target kTargets[] = {
    {"config", FuzzConfig},
    {"chains", FuzzChains},
    {"snapshot", FuzzSnapshot},
    {"log", FuzzLog},
    {"journal", FuzzJournal},
    {"import", FuzzImport},
    {"tokens", FuzzTokens},
    {"speculation", FuzzSpeculation},
    {"c", FuzzC},
};

}  // namespace

absl::Span<const Target> Targets() { return kTargets; }

const Target* FindTarget(absl::string_view name) {
  for (const Target& target : kTargets) {
    if (target.name == name) return &target;
  }
  return nullptr;
}

}  // namespace sampler::fuzz
