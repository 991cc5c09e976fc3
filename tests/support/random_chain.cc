#include "tests/support/random_chain.h"

#include <algorithm>
#include <utility>

#include "tests/support/chooser.h"
#include "tests/support/corner_chains.h"
#include "tests/support/gumbel_mark_chains.h"
#include "tests/support/random_phases.h"
#include "tests/support/random_stages.h"
#include "tests/support/synthid_chains.h"

namespace sampler {
namespace {

using nlohmann::json;

// A draw, or none.
void AddDraw(std::mt19937_64& random, Chooser& choose, json& chain) {
  switch (choose.Below(10)) {
    case 0:
      chain.push_back({{"type", "greedy"}});
      break;
    case 1:
    case 2:
      chain.push_back(
          {{"type", "categorical"}, {"order", choose.Of({"id", "rank"})}});
      break;
    case 3:
      chain.push_back({{"type", "gumbel_max"}});
      choose.Option(chain.back(), "noise", {"house", "vllm_v2", "sglang"});
      break;
    case 4:
      chain.push_back({{"type", "gumbel_top_k"}, {"n", 1 + choose.Below(40)}});
      choose.Option(chain.back(), "noise", {"house", "vllm_v2", "sglang"});
      break;
    case 5:
      chain.push_back(
          {{"type", "arithmetic"}, {"order", choose.Of({"id", "rank"})}});
      break;
    case 7:
      chain.push_back(RandomSynthId(random));
      break;
    case 6:
      chain.push_back(RandomGumbelMark(choose));
      break;
    default:
      break;
  }
}

void AddDrawCorners(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  const json by_rank = {{"type", "categorical"}, {"order", "rank"}};
  add({{"type", "categorical"}});
  add(by_rank);
  add({{"type", "greedy"}});
  for (json& stage : GumbelMarkCorners()) {
    chains.push_back(json::array({std::move(stage)}));
  }
  for (json& stage : SynthIdCorners()) {
    chains.push_back(json::array({std::move(stage)}));
  }
  for (const char* order : {"id", "rank"}) {
    chains.push_back(json::array({{{"type", "arithmetic"}, {"order", order}}}));
  }
  for (const char* noise : {"house", "vllm_v2", "sglang"}) {
    const json max = {{"type", "gumbel_max"}, {"noise", noise}};
    const json top = {{"type", "gumbel_top_k"}, {"n", 2}, {"noise", noise}};
    chains.push_back(json::array({max}));
    chains.push_back({{{"type", "top_k"}, {"k", 3}}, max});
    chains.push_back({{{"type", "min_p"}, {"p", 0.3}}, top});
    chains.push_back(json::array({top}));
  }
  chains.push_back({{{"type", "allow_tokens"}, {"ids", {0, 2}}},
                    {{"type", "min_p"}, {"p", 0.4}},
                    {{"type", "suppress_tokens"}, {"ids", {2}}},
                    by_rank});
}

}  // namespace

std::vector<json> CornerChains() {
  std::vector<json> chains;
  AddEditCorners(chains);
  AddShapeCorners(chains);
  AddTruncationCorners(chains);
  AddDrawCorners(chains);
  return chains;
}

json RandomChain(std::mt19937_64& random, int vocabulary_size) {
  Chooser choose(random);
  json chain = json::array();
  const int stages = 1 + choose.Below(12);
  for (int i = 0; i < stages; ++i) {
    const int kind = choose.Below(10);
    chain.push_back(kind < 3   ? RandomEdit(choose, vocabulary_size)
                    : kind < 5 ? RandomShape(choose)
                               : RandomTruncation(choose, vocabulary_size));
  }
  if (choose.Maybe(8)) {
    chain.push_back({{"type", "adaptive_p"},
                     {"target", choose.Uniform(0, 1)},
                     {"decay", choose.Uniform(0, 0.99)}});
  }
  AddDraw(random, choose, chain);
  return chain;
}

oracle::Context RandomContext(std::mt19937_64& random, int vocabulary_size) {
  Chooser choose(random);
  oracle::Context context;
  // Few distinct tokens, so that counts rise above one, and sometimes so few
  // that whole passages recur.
  const int distinct = std::min(vocabulary_size, choose.Maybe(40) ? 3 : 60);
  const auto fill = [&](std::vector<oracle::TokenId>& tokens) {
    const int length = choose.Below(100);
    for (int i = 0; i < length; ++i) tokens.push_back(choose.Below(distinct));
  };
  fill(context.prompt);
  fill(context.output);
  context.step = choose.Below(100);
  if (choose.Maybe(70)) {
    // Few bits or many; shorter than the row, as long, or longer.
    const int share = choose.Of({0, 1, 10, 50, 100});
    const int words = choose.Maybe(70) ? (vocabulary_size + 31) / 32
                                       : choose.Below(vocabulary_size / 16 + 2);
    std::vector<std::uint32_t>& mask = context.mask.emplace();
    for (int i = 0; i < words; ++i) {
      std::uint32_t word = 0;
      for (int bit = 0; bit < 32; ++bit) {
        word = word << 1 | (choose.Maybe(share) ? 1u : 0u);
      }
      mask.push_back(word);
    }
  }
  context.seed = random();
  context.stream = static_cast<std::uint32_t>(random());
  for (int i = 0; i < vocabulary_size; ++i) {
    context.unconditional.push_back(choose.Uniform(-4, 4));
  }
  context.uniform = choose.Uniform(0, 1);
  context.phases = RandomPhases(choose, distinct);
  return context;
}

}  // namespace sampler
