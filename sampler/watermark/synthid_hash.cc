#include "sampler/watermark/synthid_hash.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/numeric/int128.h"
#include "sampler/candidate.h"
#include "sampler/watermark/sha256.h"

namespace sampler {
namespace {

constexpr std::uint64_t kMultiplier = 6364136223846793005;

std::uint64_t Accumulate(std::uint64_t hash, std::int64_t data) {
  return (hash + static_cast<std::uint64_t>(data)) * kMultiplier + 1;
}

// h -> factor h + term.
struct Affine {
  std::uint64_t factor = 1;
  std::uint64_t term = 0;

  Affine After(const Affine& first) const {
    return {factor * first.factor, factor * first.term + term};
  }
};

// Accumulate(h, 0), n times.
Affine Zeros(std::uint64_t n) {
  Affine power = {kMultiplier, 1};
  Affine all;
  for (; n > 0; n >>= 1) {
    if (n % 2 == 1) all = power.After(all);
    power = power.After(power);
  }
  return all;
}

// SHA-256 of the keys as little-endian integers of 64 bits, read as a
// big-endian number, modulo 2^63 - 1.
std::uint64_t HashKeys(absl::Span<const std::int64_t> keys) {
  std::vector<std::uint8_t> bytes;
  for (const std::int64_t key : keys) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(
          static_cast<std::uint8_t>(static_cast<std::uint64_t>(key) >> shift));
    }
  }
  constexpr std::uint64_t kModulus = std::numeric_limits<std::int64_t>::max();
  absl::uint128 rest = 0;
  for (const std::uint8_t byte : Sha256(bytes)) {
    rest = (rest * 256 + byte) % kModulus;
  }
  return absl::Uint128Low64(rest);
}

}  // namespace

SynthIdHash::SynthIdHash(SynthIdRule rule) : rule_(std::move(rule)) {
  const std::uint64_t start =
      rule_.hash == SynthIdRule::Hash::kDeepMind ? HashKeys(rule_.keys) : 1;
  const Affine zeros = Zeros(rule_.context_width());
  after_zeros_ = zeros.factor * start + zeros.term;
  leaving_ = zeros.factor * kMultiplier;
}

std::uint64_t SynthIdHash::Sum(absl::Span<const TokenId> text) const {
  const std::uint64_t width =
      std::min<std::uint64_t>(rule_.context_width(), text.size());
  std::uint64_t sum = 0;
  for (const TokenId token : text.last(width)) {
    sum = (sum + static_cast<std::uint64_t>(token)) * kMultiplier;
  }
  return sum;
}

std::uint64_t SynthIdHash::Context(absl::Span<const TokenId> text) const {
  return after_zeros_ + Sum(text);
}

bool SynthIdHash::Marks(absl::Span<const TokenId> text,
                        std::uint64_t first) const {
  const std::uint64_t now = text.size();
  if (now < first) return false;
  const std::uint64_t width = rule_.context_width();
  const std::uint64_t remembered =
      std::min(now - first, static_cast<std::uint64_t>(rule_.context_history));
  std::uint64_t at = now - remembered;
  const std::uint64_t wanted = Sum(text);
  std::uint64_t sum = Sum(text.first(at));
  for (; at < now; ++at) {
    if (sum == wanted) return false;
    sum = (sum + static_cast<std::uint64_t>(text[at])) * kMultiplier;
    if (at >= width) {
      sum -= static_cast<std::uint64_t>(text[at - width]) * leaving_;
    }
  }
  return true;
}

bool SynthIdHash::G(std::uint64_t context, TokenId token,
                    std::size_t layer) const {
  std::uint64_t hash =
      Accumulate(Accumulate(context, token), rule_.keys[layer]);
  if (rule_.hash == SynthIdRule::Hash::kHuggingFace) {
    // The remainder that is never negative, as Python has it.
    const auto size = static_cast<std::int64_t>(rule_.table.size());
    const std::int64_t rest = static_cast<std::int64_t>(hash) % size;
    return rule_.table[static_cast<std::size_t>(rest < 0 ? rest + size
                                                         : rest)] != 0;
  }
  for (int i = 0; i < 12; ++i) {
    // An arithmetic shift: the sign stays.
    hash = static_cast<std::uint64_t>(
        static_cast<std::int64_t>(Accumulate(hash, 1)) >> 5);
  }
  return (hash >> 30 & 1) != 0;
}

}  // namespace sampler
