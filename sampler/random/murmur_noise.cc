#include "sampler/random/murmur_noise.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler {
namespace {

float LogAsFloat(float x) {
  return static_cast<float>(Log(static_cast<double>(x)));
}

}  // namespace

void MurmurHasher::Add(std::uint32_t word) {
  word *= 0xCC9E2D51u;
  word = std::rotl(word, 15);
  word *= 0x1B873593u;
  hash_ ^= word;
  hash_ = std::rotl(hash_, 13);
  hash_ = hash_ * 5u + 0xE6546B64u;
  bytes_ += 4;
}

std::uint32_t MurmurHasher::Finish() const {
  std::uint32_t hash = hash_ ^ bytes_;
  hash ^= hash >> 16;
  hash *= 0x85EBCA6Bu;
  hash ^= hash >> 13;
  hash *= 0xC2B2AE35u;
  return hash ^ (hash >> 16);
}

std::uint32_t MurmurHash(std::uint64_t seed, std::uint32_t position,
                         std::uint32_t column, std::uint32_t start) {
  MurmurHasher hasher(start);
  hasher.AddBoth(seed);
  hasher.Add(position);
  hasher.Add(column);
  return hasher.Finish();
}

double SglangNoise(std::uint32_t hash) {
  const double u = static_cast<double>(hash) / 4294967295.0;
  const double log_u =
      hash == 0 ? std::numeric_limits<double>::lowest() : Log(u);
  return -Log(std::max(-log_u, 0x1p-32));
}

float VllmNoise(std::uint32_t hash) {
  const float u = static_cast<float>(hash >> 16) * 0x1p-16f +
                  (static_cast<float>(hash & 0xFFFFu) + 0.5f) * 0x1p-32f;
  float log = 0.0f;  // ln(1 - u)
  if (u < 0.25f) {
    float series = 1.0f / 8.0f;
    for (int k = 7; k >= 1; --k) {
      series = series * u + 1.0f / static_cast<float>(k);
    }
    log = -(series * u);
  } else {
    log = LogAsFloat(std::max(1.0f - u, 0x1p-24f));
  }
  return -LogAsFloat(-log);
}

}  // namespace sampler
