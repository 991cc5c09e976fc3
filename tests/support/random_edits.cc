#include <algorithm>

#include "tests/support/random_stages.h"

namespace sampler {
namespace {

using nlohmann::json;

// Tokens that follow one another, out of the few that RandomContext uses.
json Sequence(Chooser& choose, int v, int length) {
  json sequence = json::array();
  for (int i = 0; i < length; ++i) {
    sequence.push_back(choose.Below(std::min(v, choose.Of({4, 60}))));
  }
  return sequence;
}

// Ranges of tokens beside the ids, and for a ban sometimes a limit.
json WithRanges(Chooser& choose, int v, json stage) {
  for (int i = choose.Below(4) - 1; i > 0; --i) {
    const int from = choose.Below(v);
    stage["ranges"].push_back({from, from + choose.Below(v - from)});
  }
  if (stage["type"] == "suppress_tokens" && choose.Maybe(20)) {
    stage["from_id"] = v / 2 + 1 + choose.Below(v);
  }
  return stage;
}

// Where there is a window, the tokens before it may count in part.
void MayFade(Chooser& choose, json& stage) {
  if (stage.contains("window") && choose.Maybe(50)) {
    stage["decay"] = choose.Of({1, 2, 40, 1 << 30});
  }
}

}  // namespace

json RandomEdit(Chooser& choose, int v) {
  switch (choose.Below(19)) {
    case 18: {
      json stage = {{"type", "lz_penalty"},
                    {"strength", choose.Of({0.0, 0.15, 2.0, -0.5})}};
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(50)) stage["window"] = 1 + choose.Below(120);
      if (choose.Maybe(80)) stage["buffer"] = 1 + choose.Below(8);
      return stage;
    }
    case 17:
      return {{"type", "end_ramp"},
              {"limit", 50 + choose.Below(60)},
              {"length", 1 + choose.Below(50)},
              {"bias", choose.Uniform(-5, 20)},
              {"eos_ids", choose.Ids(1 + choose.Below(3), v)}};
    case 0: {
      json bias = json::object();
      for (const int id : choose.Ids(1 + choose.Below(20), v)) {
        bias[std::to_string(id)] =
            choose.Maybe(25) ? json(false) : json(choose.Uniform(-20, 20));
      }
      return {{"type", "logit_bias"}, {"bias", bias}};
    }
    case 1:
      return WithRanges(choose, v,
                        {{"type", "suppress_tokens"},
                         {"ids", choose.Ids(1 + choose.Below(50), v)},
                         {"when", choose.Of({"always", "begin"})}});
    case 2:
      return WithRanges(choose, v,
                        {{"type", "allow_tokens"},
                         {"ids", choose.Ids(1 + choose.Below(3 * v), v)}});
    case 3: {
      json stage = {{"type", "repetition_penalty"},
                    {"penalty", choose.Of({1.0, 1.1, 1.3, 0.8, 2.0})}};
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(40)) stage["window"] = 1 + choose.Below(80);
      if (choose.Maybe(20)) stage["ignore_first"] = choose.Below(60);
      if (choose.Maybe(25)) stage["normalize"] = true;
      if (choose.Maybe(25)) stage["exempt"] = choose.Ids(10, std::min(v, 60));
      MayFade(choose, stage);
      if (stage.contains("decay")) {
        choose.Option(stage, "fade", {"logit", "penalty"});
      }
      return stage;
    }
    case 14:
      return {{"type", "kgw_watermark"},
              {"delta", choose.Uniform(-2, 4)},
              {"gamma", choose.Uniform(0.05, 0.95)},
              {"key", choose.Below(1000) - 500},
              {"context_width", 1 + choose.Below(3)},
              {"scheme", choose.Of({"lefthash", "selfhash"})}};
    case 15:
      return {{"type", "guidance"},
              {"scale", choose.Of({0.0, 0.5, 1.0, 1.25, 1.5})},
              {"normalize", choose.Maybe(50)}};
    case 4: {
      json sequences = json::array();
      for (int i = choose.Below(30); i >= 0; --i) {
        sequences.push_back(Sequence(choose, v, 1 + choose.Below(3)));
      }
      json stage = {{"type", "bad_words"}, {"sequences", sequences}};
      choose.Option(stage, "scope", {"both", "output"});
      return stage;
    }
    case 5: {
      json entries = json::array();
      for (int i = choose.Below(30); i >= 0; --i) {
        const json bias =
            choose.Maybe(20) ? json(false) : json(choose.Uniform(-9, 9));
        entries.push_back({Sequence(choose, v, 1 + choose.Below(3)), bias});
      }
      json stage = {{"type", "sequence_bias"}, {"entries", entries}};
      choose.Option(stage, "scope", {"both", "output"});
      return stage;
    }
    case 6: {
      json stage = {{"type", "min_tokens"},
                    {"n", choose.Below(120)},
                    {"stop_ids", choose.Ids(1 + choose.Below(4), v)}};
      choose.Option(stage, "count", {"output", "total"});
      if (choose.Maybe(40)) stage["yield"] = true;
      return stage;
    }
    case 7: {
      // Most positions, so that some are met.
      json at = json::array();
      for (int position = 0; position < 100; ++position) {
        if (choose.Maybe(50)) continue;
        if (choose.Maybe(30)) {
          at.push_back({position, choose.Below(v)});
        } else {
          at.push_back({position, choose.Ids(1 + choose.Below(40), v)});
        }
      }
      json stage = {{"type", "forced_tokens"}, {"at", at}};
      choose.Option(stage, "value", {"keep", "zero"});
      return stage;
    }
    case 8: {
      json stage = {{"type", "mask"}};
      choose.Option(stage, "padding", {"ban", "allow"});
      return stage;
    }
    case 9:
    case 10: {
      json stage = {{"type", "no_repeat_ngram"}, {"n", choose.Below(5)}};
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(30)) stage["window"] = 1 + choose.Below(80);
      if (choose.Maybe(30)) stage["exempt"] = choose.Ids(10, std::min(v, 60));
      return stage;
    }
    case 11:
      return {{"type", "exponential_decay_length"},
              {"start", choose.Below(100)},
              {"factor", choose.Of({1.0, 1.01, 1.5, 0.9, 1e-3})},
              {"eos_ids", choose.Ids(1 + choose.Below(3), v)}};
    case 12: {
      json stage = {{"type", "dry"},
                    {"multiplier", choose.Of({0.0, 0.8, 3.0})},
                    {"allowed_length", 1 + choose.Below(3)}};
      if (choose.Maybe(50)) stage["base"] = choose.Of({1.0, 1.1, 2.0, 1e20});
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(40)) stage["window"] = 1 + choose.Below(80);
      if (choose.Maybe(60)) {
        json breakers = json::array();
        for (int i = choose.Below(6); i >= 0; --i) {
          breakers.push_back(Sequence(choose, v, 1 + choose.Below(3)));
        }
        stage["breakers"] = breakers;
      }
      if (choose.Maybe(30)) stage["exempt_breakers"] = choose.Maybe(50);
      if (choose.Maybe(30)) stage["max_ngram"] = 1 + choose.Below(6);
      if (choose.Maybe(30)) stage["max_occurrences"] = 1 + choose.Below(4);
      if (choose.Maybe(30)) stage["early_exit"] = 1 + choose.Below(4);
      choose.Option(stage, "rule", {"llama_cpp", "aphrodite"});
      return stage;
    }
    case 13:
      return {{"type", "encoder_repetition_penalty"},
              {"penalty", choose.Of({1.0, 1.1, 2.0, 0.8})}};
    default: {
      json stage = {
          {"type", choose.Of({"frequency_penalty", "presence_penalty"})},
          {"penalty", choose.Uniform(-2, 2)}};
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(40)) stage["window"] = 1 + choose.Below(80);
      MayFade(choose, stage);
      return stage;
    }
  }
}

json RandomShape(Chooser& choose) {
  if (choose.Maybe(20)) {
    const double low = choose.Maybe(10) ? 0.0 : choose.Uniform(0.2, 1.2);
    json stage = {{"type", "dynamic_temperature"},
                  {"low", low},
                  {"high", low + choose.Uniform(0, 2)}};
    if (choose.Maybe(40)) stage["exponent"] = choose.Of({0.0, 0.5, 2.0, 1e4});
    choose.Option(stage, "count", {"finite", "all"});
    return stage;
  }
  if (choose.Maybe(25)) {
    json stage = {{"type", "quadratic"}, {"factor", choose.Uniform(0, 1)}};
    if (choose.Maybe(60)) {
      stage["curve"] =
          choose.Maybe(30) ? choose.Of({1.0, 3.0}) : choose.Uniform(1, 3);
    }
    return stage;
  }
  if (choose.Maybe(15)) {
    return {{"type", "skew"},
            {"skew", choose.Maybe(10) ? choose.Of({0.0, 800.0, -800.0})
                                      : choose.Uniform(-1.5, 1.5)}};
  }
  if (choose.Maybe(70)) {
    return {
        {"type", "temperature"},
        {"temperature", choose.Maybe(10) ? choose.Of({0.0, 1.0, 100.0, 0.01})
                                         : choose.Uniform(0.3, 2.0)}};
  }
  return {{"type", "temperature"},
          {"schedule",
           {{"from", choose.Uniform(0.2, 2)},
            {"to", choose.Uniform(0.2, 2)},
            {"steps", 1 + choose.Below(60)},
            {"start", choose.Below(20)},
            {"shape", choose.Of({"linear", "exponential", "cosine"})},
            {"clock", choose.Of({"position", "step"})}}}};
}

}  // namespace sampler
