#include <utility>

#include "tests/support/corner_chains.h"

namespace sampler {
namespace {

using nlohmann::json;

void AddCutoffs(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  for (const double x : {0.0, 5e-324, 0.125, 0.25, 0.5, 1 - 0x1p-53}) {
    for (const int min_keep : {1, 2, 9}) {
      for (const char* type : {"epsilon_cutoff", "eta_cutoff"}) {
        add({{"type", type}, {"epsilon", x}, {"min_keep", min_keep}});
      }
      add({{"type", "top_a"}, {"a", x}, {"min_keep", min_keep}});
    }
  }
  add({{"type", "top_a"}, {"a", 1.0}});
  for (const char* type : {"p_less", "p_less_norm"}) {
    for (const int min_keep : {1, 2, 9}) {
      add({{"type", type}, {"min_keep", min_keep}});
    }
    // The first truncation of its pipeline, also where it keeps all.
    chains.push_back({{{"type", type}},
                      {{"type", "temperature"}, {"temperature", 0.3}},
                      {{"type", "top_p"}, {"p", 0.6}, {"mass", "original"}}});
  }
  for (const double n : {0.0, 1e-300, 0.5, 1.0, 1.5, 1e300}) {
    for (const char* sigma : {"population", "sample"}) {
      add({{"type", "top_n_sigma"}, {"n", n}, {"sigma", sigma}});
    }
    add({{"type", "top_n_sigma"}, {"n", n}, {"min_keep", 2}});
  }
  for (const double threshold : {0.0, 0.1, 0.25, 0.5, 1.0}) {
    for (const double probability : {0.0, 0.4, 1.0}) {
      for (const char* mode : {"random", "expected"}) {
        const json xtc = {{"type", "xtc"},
                          {"probability", probability},
                          {"threshold", threshold},
                          {"mode", mode}};
        add(xtc);
        for (const char* rule : {"skip_stage", "exempt", "spare"}) {
          json protect = xtc;
          protect["protect"] = {0, 2};
          protect["protect_rule"] = rule;
          add(protect);
        }
        json min_keep = xtc;
        min_keep["min_keep"] = 2;
        add(min_keep);
      }
    }
  }
}

void AddNuclei(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  for (const int k : {0, 1, 2, 3, 9}) {
    for (const char* ties : {"exact", "keep_all"}) {
      add({{"type", "top_k"}, {"k", k}, {"ties", ties}});
    }
  }
  for (const double p : {0.0, 5e-324, 0.25, 0.5, 0.75, 1 - 0x1p-53, 1.0}) {
    for (const char* equality : {"stop", "continue"}) {
      for (const char* crossing : {"include", "exclude"}) {
        for (const char* order : {"low_id", "high_id"}) {
          add({{"type", "top_p"},
               {"p", p},
               {"equality", equality},
               {"crossing", crossing},
               {"tie_order", order}});
        }
      }
      add({{"type", "top_p"}, {"p", p}, {"ties", "keep_all"}, {"min_keep", 2}});
      chains.push_back({{{"type", "top_k"}, {"k", 2}},
                        {{"type", "temperature"}, {"temperature", 0.7}},
                        {{"type", "top_p"},
                         {"p", p},
                         {"mass", "original"},
                         {"equality", equality}}});
    }
  }
  for (const double p : {0.0, 5e-324, 0.5, 0.75, 1.0}) {
    for (const int min_keep : {1, 2, 9}) {
      add({{"type", "min_p"}, {"p", p}, {"min_keep", min_keep}});
    }
  }
  for (const double p : {5e-324, 0.2, 0.5, 0.9, 1.0}) {
    for (const char* ties : {"exact", "keep_all"}) {
      add({{"type", "typical_p"}, {"p", p}, {"ties", ties}});
    }
    add({{"type", "typical_p"}, {"p", p}, {"equality", "continue"}});
    add({{"type", "typical_p"}, {"p", p}, {"min_keep", 3}});
  }
}

}  // namespace

void AddTruncationCorners(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  AddCutoffs(chains);
  AddNuclei(chains);
  for (const double z : {0.0, 0.25, 0.5, 0.99, 1.0}) {
    for (const int offset : {0, 1}) {
      for (const int min_keep : {1, 2, 9}) {
        add({{"type", "tail_free"},
             {"z", z},
             {"offset", offset},
             {"min_keep", min_keep}});
      }
    }
  }
  for (const double alpha : {1e-300, 0.4, 0.5, 1.0}) {
    for (const char* variant : {"partial", "raw", "renormalized"}) {
      for (const json& pool : {json(1), json(2), json(100), json(nullptr)}) {
        add({{"type", "top_h"},
             {"alpha", alpha},
             {"pool", pool},
             {"variant", variant}});
      }
      add({{"type", "top_h"},
           {"alpha", alpha},
           {"pool", 2},
           {"min_keep", 3},
           {"variant", variant}});
    }
  }
  for (const int min_keep : {1, 2, 9}) {
    add({{"type", "ees"}, {"min_keep", min_keep}});
    add({{"type", "diff_sampling"}, {"min_keep", min_keep}});
    for (const double t : {-1e300, -1.0, 0.0, 1.0, 1e300}) {
      add({{"type", "logit_threshold"},
           {"threshold", t},
           {"min_keep", min_keep}});
    }
  }
  for (const double share : {5e-324, 0.3, 0.5, 0.999, 1.0}) {
    add({{"type", "diff_sampling"}, {"lower_mass", share}});
    add({{"type", "diff_sampling"}, {"min_p", share}});
    add({{"type", "diff_sampling"}, {"lower_mass", share}, {"min_p", share}});
    add({{"type", "top_p"}, {"p", share}, {"decay", 0.5}});
    add({{"type", "top_p"},
         {"p", share},
         {"decay", 0.9},
         {"least", share / 2},
         {"reset_id", 1}});
  }
  for (const double tau : {0.0, 1.0, 3.0, 60.0, 1e300}) {
    for (const int min_keep : {1, 2, 9}) {
      add({{"type", "min_k"}, {"tau", tau}, {"min_keep", min_keep}});
    }
  }
  for (const double tau : {5e-324, 0.5, 0.79, 1.0, 3.0, 1e300}) {
    for (const char* surprise : {"truncated", "original"}) {
      add({{"type", "mirostat"}, {"tau", tau}, {"surprise", surprise}});
    }
    for (const int m : {2, 3, 100}) {
      add({{"type", "mirostat"}, {"version", 1}, {"tau", tau}, {"m", m}});
    }
  }
}

}  // namespace sampler
