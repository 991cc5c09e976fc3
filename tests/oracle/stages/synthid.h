// synthid: a tournament by hashed bits, then the draw of categorical.
//
//   text = ngram_len - 1 zeros, then the output tokens
//   context hash: h0, then h = (h + x) a + 1 for the last ngram_len - 1 of text
//   marked, unless the hash is one of the last context_history of this text (or
//   skip_first has its way): for each key p_i *= 1 + g_i - sum g p, as
//   logarithms: ln p_i first, then + ln of the factor, layer by layer
//
// Every hash is computed from its tokens, one after the other.
// Tested by: tests/stages/draws/synthid_test.cc (golden bits).
#ifndef SAMPLER_TESTS_ORACLE_STAGES_SYNTHID_H_
#define SAMPLER_TESTS_ORACLE_STAGES_SYNTHID_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/sha256.h"
#include "tests/oracle/stages/draws.h"
#include "tests/oracle/state.h"

namespace oracle {

inline std::uint64_t SynthIdStep(std::uint64_t hash, std::uint64_t data) {
  return (hash + data) * 6364136223846793005u + 1;
}

// What the hash starts from: 1, or the keys' digest modulo 2^63 - 1.
inline std::uint64_t SynthIdStart(const nlohmann::json& options) {
  if (options.value("hash", "deepmind") == "hf") return 1;
  std::string bytes;
  for (const nlohmann::json& key : options.at("keys")) {
    auto rest = static_cast<std::uint64_t>(key.get<std::int64_t>());
    for (int i = 0; i < 8; ++i, rest /= 256) {
      bytes += static_cast<char>(rest % 256);
    }
  }
  const std::uint64_t modulus = (std::uint64_t{1} << 63) - 1;
  std::uint64_t start = 0;
  for (const char digit : Sha256Hex(bytes)) {
    const auto value =
        static_cast<std::uint64_t>(std::stoi(std::string(1, digit), {}, 16));
    for (int bit = 3; bit >= 0; --bit) {
      start = (2 * start + (value >> bit & 1)) % modulus;
    }
  }
  return start;
}

inline int SynthIdBit(std::uint64_t hash, const nlohmann::json& options) {
  if (options.value("hash", "deepmind") == "hf") {
    const nlohmann::json& table = options.at("table");
    const auto size = static_cast<std::int64_t>(table.size());
    const auto place = (static_cast<std::int64_t>(hash) % size + size) % size;
    return table[static_cast<std::size_t>(place)].get<int>();
  }
  for (int i = 0; i < 12; ++i) {
    // Division that rounds down.
    const auto value = static_cast<std::int64_t>(SynthIdStep(hash, 1));
    const std::int64_t down =
        value < 0 && value % 32 != 0 ? value / 32 - 1 : value / 32;
    hash = static_cast<std::uint64_t>(down);
  }
  return static_cast<int>(hash / 1073741824 % 2);
}

// The hashes of the contexts of output tokens 0, 1, ... and of the next one.
inline std::vector<std::uint64_t> SynthIdContexts(
    const std::vector<TokenId>& output, std::size_t width,
    std::uint64_t start) {
  std::deque<TokenId> context(width, 0);
  std::vector<std::uint64_t> hashes;
  for (std::size_t t = 0; t <= output.size(); ++t) {
    if (t > 0) {
      context.push_back(output[t - 1]);
      context.pop_front();
    }
    std::uint64_t hash = start;
    for (const TokenId token : context) {
      hash = SynthIdStep(hash, static_cast<std::uint64_t>(token));
    }
    hashes.push_back(hash);
  }
  return hashes;
}

inline void SynthId(State& state, const nlohmann::json& options,
                    const Context& context) {
  const std::size_t width = options.value("ngram_len", std::size_t{5}) - 1;
  const std::vector<std::uint64_t> hashes =
      SynthIdContexts(context.output, width, SynthIdStart(options));
  const std::uint64_t now = hashes.back();
  const std::size_t first = options.value("skip_first", false) ? width : 0;
  const std::size_t memory =
      options.value("context_history", std::size_t{1024});
  bool marked = context.output.size() >= first;
  for (std::size_t t = first; t < context.output.size(); ++t) {
    const bool remembered = context.output.size() - t <= memory;
    if (remembered && hashes[t] == now) marked = false;
  }
  if (marked) {
    const double max = state.survivors.front().logit;
    const double log_sum = L(std::ldexp(ToDouble(state.total), -51));
    for (Candidate& c : state.survivors) c.logit = (c.logit - max) - log_sum;
    for (const nlohmann::json& key : options.at("keys")) {
      Settle(state);
      const auto bit = [&](const Candidate& c) {
        const auto data = static_cast<std::uint64_t>(key.get<std::int64_t>());
        return SynthIdBit(
            SynthIdStep(SynthIdStep(now, static_cast<std::uint64_t>(c.id)),
                        data),
            options);
      };
      Mass with_zero = 0;
      for (const Candidate& c : state.survivors) {
        if (bit(c) == 0) with_zero += c.weight;
      }
      const double total = ToDouble(state.total);
      // Where all weight has a 1, the others have none to lose.
      const double zero = with_zero == 0 ? 0.0 : L(ToDouble(with_zero) / total);
      const double one = L(ToDouble(state.total + with_zero) / total);
      for (Candidate& c : state.survivors) c.logit += bit(c) == 0 ? zero : one;
    }
    Settle(state);
  }
  Categorical(state, nlohmann::json::object(), context);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_SYNTHID_H_
