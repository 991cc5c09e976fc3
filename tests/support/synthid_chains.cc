#include "tests/support/synthid_chains.h"

#include <cstdint>
#include <limits>

namespace sampler {

using nlohmann::json;

std::vector<json> SynthIdCorners() {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::vector<json> stages;
  for (const int ngram_len : {2, 3, 5, 20}) {
    for (const int context_history : {0, 1, 2, 1024}) {
      for (const bool skip_first : {false, true}) {
        stages.push_back({{"type", "synthid"},
                          {"keys", {654, 400, 836}},
                          {"ngram_len", ngram_len},
                          {"context_history", context_history},
                          {"skip_first", skip_first}});
      }
    }
  }
  for (const json& keys :
       {json::array({0}), json::array({-1}), json::array({kLeast, kMost}),
        json::array({7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7})}) {
    stages.push_back({{"type", "synthid"}, {"keys", keys}});
    for (const json& table :
         {json::array({0}), json::array({1}), json::array({0, 1, 1}),
          json::array({1, 0, 0, 1, 0, 1, 1, 0})}) {
      stages.push_back({{"type", "synthid"},
                        {"keys", keys},
                        {"hash", "hf"},
                        {"table", table}});
    }
  }
  return stages;
}

json RandomSynthId(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t n) {
    return static_cast<std::int64_t>(random() % n);
  };
  json keys = json::array();
  for (std::int64_t n = below(31); n >= 0; --n) {
    keys.push_back(static_cast<std::int64_t>(random()));
  }
  json stage = {{"type", "synthid"},
                {"keys", keys},
                {"ngram_len", 2 + below(5)},
                {"context_history", below(2) == 0 ? below(8) : 1024},
                {"skip_first", below(4) == 0}};
  if (below(3) == 0) {
    json table = json::array();
    for (std::int64_t n = below(64); n >= 0; --n) table.push_back(below(2));
    stage["hash"] = "hf";
    stage["table"] = table;
  }
  return stage;
}

}  // namespace sampler
