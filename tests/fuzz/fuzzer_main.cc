// What libFuzzer calls: `fuzz --target=NAME [its own options] CORPUS...`.
// (libFuzzer passes over options that begin with two dashes.)

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "tests/fuzz/targets.h"

namespace {

const sampler::fuzz::Target* target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr absl::string_view kOption = "--target=";
  for (int i = 1; i < *count; ++i) {
    const absl::string_view argument = (*arguments)[i];
    if (absl::StartsWith(argument, kOption)) {
      target = sampler::fuzz::FindTarget(argument.substr(kOption.size()));
    }
  }
  if (target != nullptr) return 0;
  std::fprintf(stderr, "fuzz: want --target= and one of:");
  for (const sampler::fuzz::Target& known : sampler::fuzz::Targets()) {
    std::fprintf(stderr, " %s", known.name.data());  // A literal.
  }
  std::fprintf(stderr, "\n");
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  target->run({data, size});
  return 0;
}
