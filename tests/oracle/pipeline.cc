#include "tests/oracle/pipeline.h"

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>

#include "tests/oracle/house.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/phases.h"
#include "tests/oracle/stages/arithmetic.h"
#include "tests/oracle/stages/diff_sampling.h"
#include "tests/oracle/stages/draws.h"
#include "tests/oracle/stages/dynamic_temperature.h"
#include "tests/oracle/stages/edits.h"
#include "tests/oracle/stages/ees.h"
#include "tests/oracle/stages/guidance.h"
#include "tests/oracle/stages/gumbel.h"
#include "tests/oracle/stages/length.h"
#include "tests/oracle/stages/loop_ban.h"
#include "tests/oracle/stages/lz_penalty.h"
#include "tests/oracle/stages/mask.h"
#include "tests/oracle/stages/memory.h"
#include "tests/oracle/stages/min_k.h"
#include "tests/oracle/stages/min_p.h"
#include "tests/oracle/stages/penalties.h"
#include "tests/oracle/stages/quadratic.h"
#include "tests/oracle/stages/repetition.h"
#include "tests/oracle/stages/sequences.h"
#include "tests/oracle/stages/skew.h"
#include "tests/oracle/stages/synthid.h"
#include "tests/oracle/stages/tail_free.h"
#include "tests/oracle/stages/temperature.h"
#include "tests/oracle/stages/thinking_budget.h"
#include "tests/oracle/stages/top_h.h"
#include "tests/oracle/stages/top_k.h"
#include "tests/oracle/stages/top_n_sigma.h"
#include "tests/oracle/stages/top_p.h"
#include "tests/oracle/stages/typical_p.h"
#include "tests/oracle/stages/watermark.h"
#include "tests/oracle/stages/watermark_engines.h"
#include "tests/oracle/stages/weight_cutoffs.h"
#include "tests/oracle/stages/xtc.h"

namespace oracle {
namespace {

const std::map<std::string, StageRule>& Rules() {
  static const std::map<std::string, StageRule> rules = {
      {"logit_bias", LogitBias},
      {"suppress_tokens", SuppressTokens},
      {"allow_tokens", AllowTokens},
      {"guidance", Guidance},
      {"bad_words", BadWords},
      {"sequence_bias", SequenceBias},
      {"min_tokens", MinTokens},
      {"forced_tokens", ForcedTokens},
      {"thinking_budget", ThinkingBudget},
      {"loop_ban", LoopBan},
      {"mask", Mask},
      {"no_repeat_ngram", NoRepeatNgram},
      {"exponential_decay_length", ExponentialDecayLength},
      {"end_ramp", EndRamp},
      {"repetition_penalty", RepetitionPenalty},
      {"frequency_penalty", FrequencyPenalty},
      {"presence_penalty", PresencePenalty},
      {"dry", Dry},
      {"lz_penalty", LzPenalty},
      {"encoder_repetition_penalty", EncoderRepetitionPenalty},
      {"temperature", Temperature},
      {"dynamic_temperature", DynamicTemperature},
      {"quadratic", Quadratic},
      {"skew", Skew},
      {"adaptive_p", AdaptiveP},
      {"top_k", TopK},
      {"top_p", TopP},
      {"min_p", MinP},
      {"typical_p", TypicalP},
      {"top_a", TopA},
      {"epsilon_cutoff", EpsilonCutoff},
      {"eta_cutoff", EtaCutoff},
      {"top_n_sigma", TopNSigma},
      {"p_less", PLess},
      {"p_less_norm", PLessNorm},
      {"xtc", Xtc},
      {"tail_free", TailFree},
      {"top_h", TopH},
      {"ees", Ees},
      {"diff_sampling", DiffSampling},
      {"logit_threshold", LogitThreshold},
      {"min_k", MinK},
      {"mirostat", Mirostat},
      {"greedy", Greedy},
      {"categorical", Categorical},
      {"gumbel_max", GumbelMax},
      {"gumbel_top_k", GumbelTopK},
      {"arithmetic", Arithmetic},
      {"kgw_watermark", KgwWatermark},
      {"gumbel_watermark", GumbelWatermark},
      {"synthid", SynthId},
  };
  return rules;
}

}  // namespace

double Result::Probability(TokenId id) const {
  for (const Candidate& c : candidates) {
    if (c.id == id) return static_cast<double>(c.weight) / ToDouble(total);
  }
  return 0;
}

double Result::LogSum() const { return oracle::LogSum(candidates); }

double Result::Logprob(TokenId id) const {
  for (const Candidate& c : candidates) {
    if (c.id != id) continue;
    return std::max((c.logit - candidates.front().logit) - LogSum(),
                    std::numeric_limits<double>::lowest());
  }
  return -std::numeric_limits<double>::infinity();
}

double Result::Entropy() const { return oracle::Entropy(candidates, total); }

bool Supports(const nlohmann::json& stages) {
  for (const nlohmann::json& stage : stages) {
    if (!Rules().contains(stage.at("type").get<std::string>())) return false;
  }
  return true;
}

Result RunStages(const std::vector<double>& row, const nlohmann::json& stages,
                 const Context& context) {
  State state;
  state.vocabulary_size = row.size();
  for (std::size_t i = 0; i < row.size(); ++i) {
    state.survivors.push_back({static_cast<TokenId>(i), row[i]});
  }
  Settle(state);
  Result result;
  for (const nlohmann::json& stage : stages) {
    if (state.status != Status::kOk) break;
    const auto type = stage.at("type").get<std::string>();
    const auto rule = Rules().find(type);
    if (rule == Rules().end()) {
      throw std::invalid_argument("no oracle for stage " + type);
    }
    // Where "when" is a text it is a parameter of the stage.
    const bool runs = !stage.contains("when") || !stage["when"].is_object() ||
                      Holds(stage["when"], context);
    if (!runs) {
      ++state.ordinal;
      continue;
    }
    rule->second(state, stage, context);
    ++state.ordinal;
    Settle(state);
    if (state.status == Status::kOk) {
      result.snapshots.push_back({type, state.survivors.size()});
    }
  }
  result.status = state.status;
  result.candidates = state.survivors;
  result.total = state.total;
  result.tokens = state.tokens;
  result.interval = state.interval;
  result.token = state.token;
  result.u = state.u;
  return result;
}

}  // namespace oracle
