// gumbel_watermark: the race of gumbel_max with keyed bits, 64 of them for u =
// bits 2^-64, by variant:
//
//   house      those of watermark.h, domain 2
//   vllm       Philox over the last output tokens, -1 before the first
//   vllm_dual  the same, with one of two keys that SHA-256 makes of one
//   sglang     Murmur3 over the last tokens of prompt and output
//
// The seed's noise takes the place of these where the stage leaves a step.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_ENGINES_H_
#define SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_ENGINES_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/philox.h"
#include "tests/oracle/sha256.h"
#include "tests/oracle/stages/gumbel.h"
#include "tests/oracle/stages/watermark.h"
#include "tests/oracle/state.h"

namespace oracle {

using Words = std::vector<std::uint32_t>;

// The last `width` of the first `length` tokens, with -1 where there are none.
inline std::vector<TokenId> PaddedContextAt(const std::vector<TokenId>& text,
                                            std::size_t length,
                                            std::size_t width) {
  std::vector<TokenId> context;
  for (std::size_t i = 0; i < width; ++i) {
    context.push_back(length + i < width ? -1 : text[length + i - width]);
  }
  return context;
}

inline std::uint64_t VllmBits(std::uint64_t key,
                              const std::vector<TokenId>& context, TokenId x) {
  const auto low = static_cast<std::uint32_t>(key & 0xFFFFFFFF);
  const auto high = static_cast<std::uint32_t>(key >> 32);
  PhiloxCounter state = {0x574D4358, static_cast<std::uint32_t>(context.size()),
                         0, 0};
  Words padded;
  for (const TokenId token : context) {
    padded.push_back(static_cast<std::uint32_t>(token));
  }
  while (padded.size() % 4 != 0) {
    padded.push_back(0xFFFFFFFF -
                     static_cast<std::uint32_t>(padded.size() % 4));
  }
  for (std::uint32_t o = 0; o < padded.size(); o += 4) {
    for (std::uint32_t i = 0; i < 4; ++i) state[i] ^= padded[o + i];
    state = Philox(state, {low ^ o, high});
  }
  const auto id = static_cast<std::uint32_t>(x);
  const PhiloxCounter words = Philox({id / 4, state[0], state[1], state[2]},
                                     {low ^ state[3], high ^ 0x574D544B});
  const double m = words[id % 4] / 256;
  const auto u = static_cast<float>((m + 1.0) / 16777217.0);
  return static_cast<std::uint64_t>(std::ldexp(static_cast<double>(u), 64));
}

inline std::uint64_t VllmDerivedKey(std::uint64_t key, std::string name) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    name += static_cast<char>(key >> shift & 0xFF);
  }
  return std::stoull(Sha256Hex(name).substr(0, 16), nullptr, 16);
}

inline std::uint32_t SglangContextHash(const std::vector<TokenId>& context) {
  Words words;
  for (const TokenId token : context) {
    words.push_back(static_cast<std::uint32_t>(token));
  }
  return Murmur3(words, 0);
}

inline void AppendKey(std::uint64_t key, Words& words) {
  words.push_back(static_cast<std::uint32_t>(key & 0xFFFFFFFF));
  words.push_back(static_cast<std::uint32_t>(key >> 32));
}

inline std::uint64_t SglangBits(std::uint64_t key, std::uint32_t context,
                                TokenId x) {
  Words words;
  AppendKey(key, words);
  words.push_back(context);
  words.push_back(static_cast<std::uint32_t>(x));
  return (std::uint64_t{Murmur3(words, 0)} << 32) + 0x80000000;
}

inline std::uint64_t KeyOption(const nlohmann::json& options,
                               const char* name) {
  return static_cast<std::uint64_t>(options.at(name).get<std::int64_t>());
}

// At most `width` tokens before `place`.
inline std::vector<TokenId> ShortContextAt(const std::vector<TokenId>& text,
                                           std::size_t place,
                                           std::size_t width) {
  return ContextAt(text, place, std::min(place, width));
}

// Does a stage of variant sglang mark the next token?
inline bool SglangMarks(const State& state, const nlohmann::json& options,
                        const Context& context) {
  const std::vector<TokenId> text = WholeText(context);
  const auto width = options.at("context_width").get<std::size_t>();
  const std::vector<TokenId> now = ShortContextAt(text, text.size(), width);
  std::set<std::vector<TokenId>> seen;
  for (std::size_t i = context.prompt.size(); i < text.size(); ++i) {
    if (i > 0) seen.insert(ShortContextAt(text, i, width));
  }
  // weight / total > p, exactly.
  const Mass bound = Floor(options.value("max_probability", 1.0), state.total);
  return !now.empty() && !seen.contains(now) &&
         seen.size() < options.value("max_contexts", std::size_t{4096}) &&
         !(state.survivors.front().weight > bound);
}

// Of variants vllm and vllm_dual.
inline bool VllmMarks(const nlohmann::json& options, const Context& context) {
  if (!options.value("skip_repeated", true)) return true;
  const auto width = options.at("context_width").get<std::size_t>();
  const bool both = options.value("repeated_in", "output") == "both";
  if (both && context.output.size() < width) return false;
  const std::vector<TokenId> text = both ? WholeText(context) : context.output;
  const std::vector<TokenId> now =
      PaddedContextAt(context.output, context.output.size(), width);
  const std::size_t history = options.value("max_history", std::size_t{8192});
  for (std::size_t i = text.size() - std::min(history, text.size());
       i < text.size(); ++i) {
    if (PaddedContextAt(text, i, width) == now) return false;
  }
  return true;
}

inline bool HouseMarks(const nlohmann::json& options, const Context& context) {
  const std::vector<TokenId> text = WholeText(context);
  const auto width = options.at("context_width").get<std::size_t>();
  const std::vector<TokenId> last = ContextAt(text, text.size(), width);
  if (last.empty()) return false;
  if (!options.value("skip_repeated", true)) return true;
  const bool both = options.value("repeated_in", "output") == "both";
  for (std::size_t n = both ? 0 : context.prompt.size(); n < text.size(); ++n) {
    if (ContextAt(text, n, width) == last) return false;
  }
  return true;
}

// Which of two keys has its say: vllm_dual's, by the sequence's coin.
inline std::uint64_t VllmDualKey(const nlohmann::json& options,
                                 const Context& context) {
  const std::uint64_t coin =
      RandomBits(context.seed, context.stream, context.Position(),
                 Purpose::kTokenDraw, 0, 0);
  const bool b = coin < Target(options.value("alpha", 0.1), Mass{1} << 64);
  return VllmDerivedKey(KeyOption(options, "key"), b ? "key_b" : "key_a");
}

// sglang's, by a coin of the context.
inline std::uint64_t SglangKey(const nlohmann::json& options,
                               std::uint32_t context) {
  const std::uint64_t a = KeyOption(options, "key");
  if (!options.contains("key_b")) return a;
  const std::uint64_t b = KeyOption(options, "key_b");
  Words words;
  AppendKey(a, words);
  AppendKey(b, words);
  words.push_back(context);
  const double coin = Murmur3(words, 0);
  return coin < std::floor(
                    std::ldexp(options.value("mixing_probability", 0.5), 32))
             ? a
             : b;
}

template <typename Bits>
void RaceByBits(State& state, Bits bits) {
  double best = -HUGE_VAL;
  for (const Candidate& c : state.survivors) {
    if (c.weight == 0) continue;
    const double score = c.logit + Gumbel(bits(c.id));
    if (score > best || (score == best && c.id < *state.token)) {
      best = score;
      state.token = c.id;
    }
  }
}

inline void GumbelWatermark(State& state, const nlohmann::json& options,
                            const Context& context) {
  const std::string variant = options.value("variant", "house");
  const bool marks = variant == "house" ? HouseMarks(options, context)
                     : variant == "sglang"
                         ? SglangMarks(state, options, context)
                         : VllmMarks(options, context);
  if (!marks) {
    GumbelMax(state, nlohmann::json::object(), context);
    return;
  }
  const std::vector<TokenId> text = WholeText(context);
  const auto width = options.at("context_width").get<std::size_t>();
  if (variant == "house") {
    const auto key = options.at("key").get<std::int64_t>();
    const std::vector<TokenId> last = ContextAt(text, text.size(), width);
    RaceByBits(state, [&](TokenId x) { return KeyedBits(key, last, x, 2); });
  } else if (variant == "sglang") {
    const std::uint32_t hash =
        SglangContextHash(ShortContextAt(text, text.size(), width));
    const std::uint64_t key = SglangKey(options, hash);
    RaceByBits(state, [&](TokenId x) { return SglangBits(key, hash, x); });
  } else {
    const std::vector<TokenId> last =
        PaddedContextAt(context.output, context.output.size(), width);
    const std::uint64_t key = variant == "vllm" ? KeyOption(options, "key")
                                                : VllmDualKey(options, context);
    RaceByBits(state, [&](TokenId x) { return VllmBits(key, last, x); });
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_ENGINES_H_
