#include "sampler/watermark/sglang_mark.h"

#include "sampler/random/murmur_noise.h"

namespace sampler {
namespace {

std::uint32_t HashContext(const HistoryView& context) {
  MurmurHasher hasher;
  for (std::size_t i = 0; i < context.size(); ++i) {
    hasher.Add(static_cast<std::uint32_t>(context[i]));
  }
  return hasher.Finish();
}

bool KeyAHasItsSay(const SglangMarkKeys& keys, std::uint32_t context) {
  if (!keys.b.has_value()) return true;
  MurmurHasher coin;
  coin.AddBoth(keys.a);
  coin.AddBoth(*keys.b);
  coin.Add(context);
  return coin.Finish() < static_cast<std::uint64_t>(keys.share_of_a * 0x1p32);
}

}  // namespace

SglangMarkRandom::SglangMarkRandom(const SglangMarkKeys& keys,
                                   const HistoryView& context)
    : context_hash_(HashContext(context)),
      uses_key_a_(KeyAHasItsSay(keys, context_hash_)),
      key_(uses_key_a_ ? keys.a : *keys.b) {}

std::uint32_t SglangMarkRandom::Hash(TokenId token) const {
  MurmurHasher hasher;
  hasher.AddBoth(key_);
  hasher.Add(context_hash_);
  hasher.Add(static_cast<std::uint32_t>(token));
  return hasher.Finish();
}

}  // namespace sampler
