#include "tests/random_chain.h"

#include <set>
#include <string>

#include "tests/synthid_chains.h"

namespace sampler {
namespace {

using nlohmann::json;

class Chooser {
 public:
  explicit Chooser(std::mt19937_64& random) : random_(random) {}

  int Below(int n) {
    return static_cast<int>(random_() % static_cast<std::uint64_t>(n));
  }
  bool Maybe(int percent) { return Below(100) < percent; }
  double Uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(random_() >> 11) * 0x1p-53;
  }
  // In (0, 1], half of the time near 1, so that what a long chain keeps of a
  // row is still a set of some size.
  double Share() {
    const double rest = Uniform(0, 1);
    return 1 - (Maybe(50) ? rest * rest * rest : rest);
  }
  template <typename T>
  T Of(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<int>(values.size()))];
  }

  // Sets `name` to one of `words` with some probability.
  void Option(json& stage, const char* name,
              std::initializer_list<const char*> words) {
    if (Maybe(40)) stage[name] = Of(words);
  }
  void MinKeep(json& stage) {
    if (Maybe(15)) stage["min_keep"] = Of({1, 2, 17, 300, 5000, 400'000});
  }
  std::vector<int> Ids(int count, int vocabulary_size) {
    std::set<int> ids;
    for (int i = 0; i < count; ++i) ids.insert(Below(vocabulary_size));
    return {ids.begin(), ids.end()};
  }

 private:
  std::mt19937_64& random_;
};

// Tokens that follow one another, out of the few that RandomContext uses.
json Sequence(Chooser& choose, int v, int length) {
  json sequence = json::array();
  for (int i = 0; i < length; ++i) {
    sequence.push_back(choose.Below(std::min(v, choose.Of({4, 60}))));
  }
  return sequence;
}

json Edit(Chooser& choose, int v) {
  switch (choose.Below(17)) {
    case 0: {
      json bias = json::object();
      for (const int id : choose.Ids(1 + choose.Below(20), v)) {
        bias[std::to_string(id)] =
            choose.Maybe(25) ? json(false) : json(choose.Uniform(-20, 20));
      }
      return {{"type", "logit_bias"}, {"bias", bias}};
    }
    case 1:
      return {{"type", "suppress_tokens"},
              {"ids", choose.Ids(1 + choose.Below(50), v)},
              {"when", choose.Of({"always", "begin"})}};
    case 2:
      return {{"type", "allow_tokens"},
              {"ids", choose.Ids(1 + choose.Below(3 * v), v)}};
    case 3: {
      json stage = {{"type", "repetition_penalty"},
                    {"penalty", choose.Of({1.0, 1.1, 1.3, 0.8, 2.0})}};
      choose.Option(stage, "scope", {"prompt", "output", "both"});
      if (choose.Maybe(40)) stage["window"] = 1 + choose.Below(80);
      if (choose.Maybe(20)) stage["ignore_first"] = choose.Below(60);
      if (choose.Maybe(25)) stage["normalize"] = true;
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
      return stage;
    }
  }
}

json Shape(Chooser& choose) {
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
  choose.Option(stage, "protect_rule", {"skip_stage", "exempt"});
  choose.Option(stage, "fire", {"lt", "le"});
  choose.Option(stage, "mode", {"random", "expected"});
  return stage;
}

// The truncations that compare every candidate with one threshold.
json Cutoff(Chooser& choose, int v) {
  json stage;
  switch (choose.Below(6)) {
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
      stage = {{"type", choose.Of({"p_less", "p_less_norm"})}};
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

json Truncation(Chooser& choose, int v) {
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
      chain.push_back({{"type", "gumbel_watermark"},
                       {"key", choose.Below(1000) - 500},
                       {"context_width", 1 + choose.Below(3)},
                       {"skip_repeated", choose.Maybe(50)}});
      break;
    default:
      break;
  }
}

}  // namespace

json RandomChain(std::mt19937_64& random, int vocabulary_size) {
  Chooser choose(random);
  json chain = json::array();
  const int stages = 1 + choose.Below(12);
  for (int i = 0; i < stages; ++i) {
    const int kind = choose.Below(10);
    chain.push_back(kind < 3   ? Edit(choose, vocabulary_size)
                    : kind < 5 ? Shape(choose)
                               : Truncation(choose, vocabulary_size));
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
  return context;
}

namespace {

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
        for (const char* rule : {"skip_stage", "exempt"}) {
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

void AddShapes(std::vector<json>& chains) {
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

std::vector<json> CornerChains() {
  std::vector<json> chains;
  const auto add = [&](json stage) {
    chains.push_back(json::array({std::move(stage)}));
  };
  const json draw = {{"type", "categorical"}};
  const json by_rank = {{"type", "categorical"}, {"order", "rank"}};
  add(draw);
  add(by_rank);
  add({{"type", "greedy"}});
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
  AddCutoffs(chains);
  AddShapes(chains);
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
  for (const bool skip : {false, true}) {
    for (const int width : {1, 2, 7}) {
      chains.push_back(json::array({{{"type", "gumbel_watermark"},
                                     {"key", 3},
                                     {"context_width", width},
                                     {"skip_repeated", skip}}}));
    }
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
  for (const double tau : {0.0, 1.0, 3.0, 60.0, 1e300}) {
    for (const int min_keep : {1, 2, 9}) {
      add({{"type", "min_k"}, {"tau", tau}, {"min_keep", min_keep}});
    }
  }
  for (const double skew : {-1000.0, -1.0, 0.0, 0.5, 3.0, 1000.0}) {
    chains.push_back({{{"type", "skew"}, {"skew", skew}}, by_rank});
  }
  for (const double tau : {5e-324, 0.5, 0.79, 1.0, 3.0, 1e300}) {
    for (const char* surprise : {"truncated", "original"}) {
      add({{"type", "mirostat"}, {"tau", tau}, {"surprise", surprise}});
    }
    for (const int m : {2, 3, 100}) {
      add({{"type", "mirostat"}, {"version", 1}, {"tau", tau}, {"m", m}});
    }
  }
  for (const double target : {0.0, 0.3, 1.0}) {
    for (const double decay : {0.0, 0.9}) {
      chains.push_back(
          {{{"type", "adaptive_p"}, {"target", target}, {"decay", decay}},
           draw});
    }
  }
  add({{"type", "adaptive_p"}, {"target", nullptr}});
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
      add({{"type", "exponential_decay_length"},
           {"start", start},
           {"factor", factor},
           {"eos_ids", {0, 1}}});
    }
    add({{"type", "encoder_repetition_penalty"}, {"penalty", factor}});
  }
  chains.push_back({{{"type", "allow_tokens"}, {"ids", {0, 2}}},
                    {{"type", "min_p"}, {"p", 0.4}},
                    {{"type", "suppress_tokens"}, {"ids", {2}}},
                    by_rank});
  return chains;
}

}  // namespace sampler
