#include <string>

#include "tests/support/random_stages.h"

namespace sampler {
namespace {

using nlohmann::json;

json Xtc(Chooser& choose, int v) {
  json stage = {{"type", "xtc"},
                {"probability", choose.Maybe(40) ? choose.Of({0.0, 1.0})
                                                 : choose.Uniform(0, 1)}};
  if (choose.Maybe(80)) {
    stage["threshold"] = choose.Maybe(10) ? choose.Of({0.0, 1e-12, 0.5})
                                          : choose.Uniform(0, 0.2);
  }
  if (choose.Maybe(40)) stage["protect"] = choose.Ids(1 + choose.Below(v), v);
  choose.MinKeep(stage);
  choose.Option(stage, "protect_rule", {"skip_stage", "exempt", "spare"});
  choose.Option(stage, "fire", {"lt", "le"});
  choose.Option(stage, "mode", {"random", "expected"});
  return stage;
}

// The truncations that compare every candidate with one threshold.
json Cutoff(Chooser& choose, int v) {
  json stage;
  switch (choose.Below(8)) {
    case 6:
      stage = {{"type", "logit_threshold"},
               {"threshold", choose.Uniform(-4, 4)}};
      break;
    case 7:
      stage = {{"type", "diff_sampling"}};
      if (choose.Maybe(40)) stage["lower_mass"] = choose.Uniform(0, 1);
      if (choose.Maybe(40)) stage["min_p"] = choose.Uniform(0, 1);
      break;
    case 0:
      stage = {
          {"type", choose.Of({"epsilon_cutoff", "eta_cutoff"})},
          {"epsilon", choose.Maybe(10) ? choose.Of({0.0, 5e-324, 1 - 0x1p-53})
                                       : choose.Uniform(0, 0.01)}};
      break;
    case 1:
      stage = {{"type", "top_a"},
               {"a", choose.Maybe(10) ? choose.Of({0.0, 5e-324, 1.0})
                                      : choose.Uniform(0, 1)}};
      break;
    case 2:
      stage = {{"type", choose.Of({"p_less", "p_less_norm", "ees"})}};
      break;
    case 3:
    case 4:
      stage = {{"type", "top_n_sigma"},
               {"n", choose.Maybe(10) ? choose.Of({0.0, 1e-9, 1e300})
                                      : choose.Uniform(0, 4)}};
      choose.Option(stage, "sigma", {"population", "sample"});
      break;
    default:
      return Xtc(choose, v);
  }
  choose.MinKeep(stage);
  return stage;
}

}  // namespace

json RandomTruncation(Chooser& choose, int v) {
  if (choose.Maybe(50)) return Cutoff(choose, v);
  switch (choose.Below(8)) {
    case 0: {
      json stage = {{"type", "top_k"},
                    {"k", choose.Maybe(60) ? 1 + choose.Below(200)
                                           : choose.Below(2 * v)}};
      choose.Option(stage, "ties", {"exact", "keep_all"});
      return stage;
    }
    case 1: {
      json stage = {
          {"type", "top_p"},
          {"p", choose.Maybe(10) ? choose.Of({0.0, 1.0, 0x1p-60, 1 - 0x1p-53})
                                 : choose.Share()}};
      choose.MinKeep(stage);
      choose.Option(stage, "ties", {"exact", "keep_all"});
      choose.Option(stage, "equality", {"stop", "continue"});
      choose.Option(stage, "crossing", {"include", "exclude"});
      choose.Option(stage, "mass", {"surviving", "original"});
      choose.Option(stage, "tie_order", {"low_id", "high_id"});
      return stage;
    }
    case 2: {
      json stage = {{"type", "min_p"},
                    {"p", choose.Maybe(15) ? choose.Of({0.0, 1.0, 1e-12})
                                           : 0.3 * (1 - choose.Share())}};
      choose.MinKeep(stage);
      return stage;
    }
    case 3: {
      json stage = {{"type", "tail_free"},
                    {"z", choose.Maybe(10) ? choose.Of({0.0, 1.0})
                                           : choose.Uniform(0.3, 1)}};
      choose.MinKeep(stage);
      if (choose.Maybe(40)) stage["offset"] = choose.Below(2);
      return stage;
    }
    case 4: {
      json stage = {{"type", "top_h"},
                    {"alpha", choose.Maybe(10) ? choose.Of({1.0, 1e-9})
                                               : choose.Uniform(0.05, 1)}};
      choose.MinKeep(stage);
      choose.Option(stage, "variant", {"partial", "raw", "renormalized"});
      // The oracle's renormalized walk is quadratic.
      if (choose.Maybe(40)) stage["pool"] = 1 + choose.Below(2000);
      if (choose.Maybe(20) && stage.value("variant", "") != "renormalized") {
        stage["pool"] = nullptr;
      }
      return stage;
    }
    case 5: {
      json stage = {{"type", "min_k"},
                    {"tau", choose.Maybe(30) ? choose.Of({0.0, 1e9})
                                             : choose.Uniform(0, 5000)}};
      choose.MinKeep(stage);
      return stage;
    }
    case 6: {
      json stage = {{"type", "mirostat"},
                    {"version", 1 + choose.Below(2)},
                    {"tau", choose.Maybe(10) ? choose.Of({1e-6, 1e6})
                                             : choose.Uniform(0.1, 9)}};
      if (choose.Maybe(40)) stage["m"] = 2 + choose.Below(3 * v);
      choose.Option(stage, "surprise", {"truncated", "original"});
      return stage;
    }
    default: {
      json stage = {{"type", "typical_p"},
                    {"p", choose.Maybe(10) ? choose.Of({1.0, 1e-9})
                                           : 0.999 * choose.Share()}};
      choose.MinKeep(stage);
      choose.Option(stage, "ties", {"exact", "keep_all"});
      choose.Option(stage, "equality", {"stop", "continue"});
      return stage;
    }
  }
}

}  // namespace sampler
