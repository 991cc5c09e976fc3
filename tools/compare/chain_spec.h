// A chain as one argument: a preset, a config file, parameters, or both.
//
//   vllm                      a preset
//   chain.json                a config file
//   top_p=0.95                the flags --top-p 0.95 alone, and a draw
//   min_p=0.05;temp=1.5       several, in their order
//   llama.cpp;temp=1.1        a preset or file with flags on top
//   raw                       the rows as they are: nothing changed, nothing
//   cut
//
// Names are those of the sampler flags, with "_" or "-".
//
// Errors: NotFound (neither preset nor file), InvalidArgument (unknown name, as
//   ApplyFlags).
// Thread-safety: pure function of the files.
// Tested by: tests/tools/compare/chain_spec_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_CHAIN_SPEC_H_
#define SAMPLER_TOOLS_COMPARE_CHAIN_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "tools/options/spelt_config.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// The word for a chain that leaves rows as they are.
inline constexpr char kRawChain[] = "raw";

struct ChainSpec {
  std::string given;  // As it was typed.
  PipelineConfig config;
  // What gives the same chain to replay and explain: "--config vllm --temp 2".
  std::string arguments;
  // A flag, or the config, names tokens by their texts: a vocabulary is needed.
  bool spells_texts = false;
  std::vector<SpeltText> spelt = {};  // Of the config.
};

// `option` names the argument in errors ("--a").
absl::StatusOr<ChainSpec> ResolveChain(const std::string& option,
                                       const std::string& given,
                                       std::int64_t vocabulary_size,
                                       const TokenText& text);

// `word` as a shell takes it for one word.
std::string ShellWord(const std::string& word);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_CHAIN_SPEC_H_
