#include <utility>

#include "tests/support/corner_chains.h"

namespace sampler {
namespace {

using nlohmann::json;

void AddDynamicShapes(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back({{{"type", "top_k"}, {"k", 3}}, stage});
    chains.push_back(json::array({std::move(stage)}));
  };
  for (const double factor : {0.0, 5e-324, 0.3, 1e300}) {
    for (const double curve : {1.0, 1.7, 3.0}) {
      add({{"type", "quadratic"}, {"factor", factor}, {"curve", curve}});
    }
  }
  const std::pair<double, double> ranges[] = {
      {0, 0}, {0, 1.5}, {0.5, 2}, {1, 1}, {0, 1e308}};
  for (const auto& [low, high] : ranges) {
    for (const double exponent : {0.0, 1.0, 2.5, 1e300}) {
      for (const char* count : {"finite", "all"}) {
        add({{"type", "dynamic_temperature"},
             {"low", low},
             {"high", high},
             {"exponent", exponent},
             {"count", count}});
      }
    }
  }
}

}  // namespace

void AddShapeCorners(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  const json draw = {{"type", "categorical"}};
  const json by_rank = {{"type", "categorical"}, {"order", "rank"}};
  for (const double t : {0.0, 1e-310, 1e-3, 0.5, 1.0, 2.0, 1e300}) {
    chains.push_back({{{"type", "temperature"}, {"temperature", t}}, draw});
  }
  for (const char* shape : {"linear", "exponential", "cosine"}) {
    for (const int steps : {2, 3, 9}) {
      add({{"type", "temperature"},
           {"schedule",
            {{"from", 2.0}, {"to", 0.5}, {"steps", steps}, {"shape", shape}}}});
    }
  }
  AddDynamicShapes(chains);
  for (const double skew : {-1000.0, -1.0, 0.0, 0.5, 3.0, 1000.0}) {
    chains.push_back({{{"type", "skew"}, {"skew", skew}}, by_rank});
  }
  for (const double target : {0.0, 0.3, 1.0}) {
    for (const double decay : {0.0, 0.9}) {
      chains.push_back(
          {{{"type", "adaptive_p"}, {"target", target}, {"decay", decay}},
           draw});
    }
  }
  add({{"type", "adaptive_p"}, {"target", nullptr}});
}

}  // namespace sampler
