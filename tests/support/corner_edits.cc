#include <utility>

#include "tests/support/corner_chains.h"

namespace sampler {

using nlohmann::json;

void AddEditCorners(std::vector<json>& chains) {
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  const json draw = {{"type", "categorical"}};
  for (const double penalty : {1e-320, 0.5, 1.0, 1.5}) {
    for (const bool normalize : {false, true}) {
      add({{"type", "repetition_penalty"},
           {"penalty", penalty},
           {"normalize", normalize}});
    }
    add({{"type", "repetition_penalty"},
         {"penalty", penalty},
         {"scope", "prompt"},
         {"ignore_first", 2}});
    add({{"type", "repetition_penalty"}, {"penalty", penalty}, {"window", 4}});
    for (const char* fade : {"logit", "penalty"}) {
      add({{"type", "repetition_penalty"},
           {"penalty", penalty},
           {"window", 2},
           {"decay", 3},
           {"fade", fade}});
    }
  }
  for (const int window : {1, 2, 9}) {
    for (const int decay : {1, 2, 5, 2147483647}) {
      for (const char* type : {"frequency_penalty", "presence_penalty"}) {
        add({{"type", type},
             {"penalty", 1.5},
             {"scope", "both"},
             {"window", window},
             {"decay", decay}});
      }
    }
  }
  for (const int buffer : {1, 2, 3, 6}) {
    for (const char* scope : {"output", "both"}) {
      add({{"type", "lz_penalty"},
           {"strength", 0.75},
           {"scope", scope},
           {"buffer", buffer}});
    }
    add({{"type", "lz_penalty"},
         {"strength", -1.5},
         {"scope", "both"},
         {"window", 4},
         {"buffer", buffer}});
  }
  for (const char* rule : {"llama_cpp", "aphrodite"}) {
    for (const int limit : {1, 2, 3}) {
      for (const char* name : {"max_ngram", "max_occurrences", "early_exit"}) {
        for (const int allowed : {1, 2}) {
          add({{"type", "dry"},
               {"multiplier", 0.8},
               {"allowed_length", allowed},
               {"rule", rule},
               {name, limit}});
        }
      }
    }
  }
  for (const char* type : {"frequency_penalty", "presence_penalty"}) {
    for (const double penalty : {-1.5, 0.0, 0.5, 1e308}) {
      for (const char* scope : {"prompt", "output", "both"}) {
        chains.push_back(
            {{{"type", type}, {"penalty", penalty}, {"scope", scope}},
             {{"type", "top_p"}, {"p", 0.5}}});
      }
    }
  }
  // For the phases of the context that small rows are compared in.
  for (const char* type : {"frequency_penalty", "repetition_penalty"}) {
    add({{"type", type}, {"penalty", 1.5}, {"scope", "phase"}});
    add({{"type", type},
         {"penalty", 1.5},
         {"scope", "both"},
         {"when", {{"not", {{"phase", "thinking"}}}}}});
    add({{"type", type},
         {"penalty", 1.5},
         {"scope", "both"},
         {"when", {{"phase", "thinking"}, {"phase_position", {0, 1}}}}});
  }
  for (const int count : {2, 3}) {
    for (const char* scope : {"output", "both", "phase"}) {
      add({{"type", "loop_ban"},
           {"count", count},
           {"scope", scope},
           {"min_length", count - 1},
           {"max_length", count}});
    }
  }
  for (const int tokens : {0, 1, 2, 9}) {
    for (const json& close : {json{0, 2}, json{1, 1, 0}, json{1, 0, 2}}) {
      json stage = {{"type", "thinking_budget"},
                    {"phase", "thinking"},
                    {"tokens", tokens},
                    {"close", close}};
      add(stage);
      stage["at"] = "newline";
      stage["newlines"] = {2};
      stage["grace"] = tokens;
      add(stage);
    }
  }
  add({{"type", "thinking_budget"}, {"phase", "thinking"}, {"close", {0, 2}}});
  for (const double scale : {0.0, 0.5, 1.0, 1.5, 1e300}) {
    for (const bool normalize : {false, true}) {
      add({{"type", "guidance"}, {"scale", scale}, {"normalize", normalize}});
    }
  }
  for (const char* scheme : {"lefthash", "selfhash"}) {
    for (const int width : {1, 2, 7}) {
      add({{"type", "kgw_watermark"},
           {"gamma", 0.5},
           {"scheme", scheme},
           {"context_width", width}});
    }
  }
  add({{"type", "logit_bias"}, {"bias", json::object()}});
  add({{"type", "logit_bias"}, {"bias", {{"0", false}, {"2", 1.5}}}});
  chains.push_back({{{"type", "logit_bias"}, {"bias", {{"1", 1e308}}}},
                    {{"type", "logit_bias"}, {"bias", {{"1", 1.7e308}}}},
                    draw});
  add({{"type", "suppress_tokens"}, {"ids", {0, 1, 2}}});
  add({{"type", "suppress_tokens"}, {"ids", {1}}, {"when", "begin"}});
  for (const char* scope : {"both", "output"}) {
    // The history ends in 1 0 2 2, its output in 0 2 2.
    const json sequences = {{1}, {2, 0}, {1, 0, 2, 2, 2}, {0, 1, 2}};
    add({{"type", "bad_words"}, {"sequences", sequences}, {"scope", scope}});
    json entries = json::array();
    for (const json& sequence : sequences) entries.push_back({sequence, 0.75});
    entries.push_back({json::array({2, 0}), -1.5});
    entries.push_back({json::array({2, 2, 1}), false});
    add({{"type", "sequence_bias"}, {"entries", entries}, {"scope", scope}});
  }
  add({{"type", "sequence_bias"},
       {"entries", json::array({json::array({json::array({1}), 1.7e308})})}});
  for (const char* count : {"output", "total"}) {
    for (const int n : {0, 3, 4, 6, 7}) {
      add({{"type", "min_tokens"},
           {"n", n},
           {"stop_ids", {0, 2}},
           {"count", count}});
    }
  }
  for (const char* value : {"keep", "zero"}) {
    for (const int position : {0, 3}) {
      add({{"type", "forced_tokens"},
           {"at", json::array({json::array({position, 1})})},
           {"value", value}});
      add({{"type", "forced_tokens"},
           {"at", json::array({json::array({position, {0, 2}})})},
           {"value", value}});
    }
  }
  for (const char* padding : {"ban", "allow"}) {
    add({{"type", "mask"}, {"padding", padding}});
    chains.push_back({{{"type", "top_k"}, {"k", 2}},
                      {{"type", "mask"}, {"padding", padding}}});
  }
  for (const char* scope : {"prompt", "output", "both"}) {
    for (const int n : {0, 1, 2, 3, 7}) {
      add({{"type", "no_repeat_ngram"}, {"n", n}, {"scope", scope}});
    }
    add({{"type", "no_repeat_ngram"},
         {"n", 1},
         {"scope", scope},
         {"window", 1}});
    add({{"type", "no_repeat_ngram"},
         {"n", 1},
         {"scope", scope},
         {"exempt", {2}}});
    for (const json& breakers : {json::array(), json::array({{0}}),
                                 json::array({{0, 2}}), json::array({{2}})}) {
      for (const int allowed : {1, 2}) {
        add({{"type", "dry"},
             {"multiplier", 0.8},
             {"allowed_length", allowed},
             {"scope", scope},
             {"breakers", breakers},
             {"exempt_breakers", allowed == 1}});
      }
    }
  }
  add({{"type", "dry"}, {"multiplier", 0.0}});
  add({{"type", "dry"},
       {"multiplier", 1e308},
       {"base", 1e300},
       {"allowed_length", 1}});
  for (const double factor : {1e-320, 0.5, 1.0, 1.5, 1e308}) {
    for (const int start : {0, 2, 3}) {
      add({{"type", "end_ramp"},
           {"limit", start + 4},
           {"length", 3},
           {"bias", factor},
           {"eos_ids", {0, 1}}});
      add({{"type", "exponential_decay_length"},
           {"start", start},
           {"factor", factor},
           {"eos_ids", {0, 1}}});
    }
    add({{"type", "encoder_repetition_penalty"}, {"penalty", factor}});
  }
}

}  // namespace sampler
