#include "sampler/kernels/edits/raise_chosen.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sampler/kernels/edits/raise_chosen.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace sampler::kernels {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using DU = hn::RebindToUnsigned<D>;
using VU = hn::Vec<DU>;

// The words of Philox are the low halves of 64-bit lanes. What the high halves
// hold means nothing: no product, no sum and no XOR carries it down.
struct PhiloxWords {
  VU word[4];
};

struct PhiloxKey {
  VU low;
  VU high;
};

// The whole products of the low halves.
HWY_INLINE VU MultiplyWords(VU a, VU b) {
#if HWY_TARGET == HWY_SCALAR
  const auto word = hn::Set(DU(), std::uint64_t{0xffffffff});
  return hn::Mul(hn::And(a, word), hn::And(b, word));
#else
  const hn::Repartition<std::uint32_t, DU> words;
  return hn::MulEven(hn::BitCast(words, a), hn::BitCast(words, b));
#endif
}

// Words 0 and 1 of the block, as one number.
HWY_INLINE VU PhiloxBits(DU d, PhiloxWords counter, PhiloxKey key) {
  VU* const c = counter.word;
  for (int round = 0; round < 10; ++round) {
    const VU even = MultiplyWords(c[0], hn::Set(d, std::uint64_t{0xD2511F53}));
    const VU odd = MultiplyWords(c[2], hn::Set(d, std::uint64_t{0xCD9E8D57}));
    c[0] = hn::Xor3(hn::ShiftRight<32>(odd), c[1], key.low);
    c[1] = odd;
    c[2] = hn::Xor3(hn::ShiftRight<32>(even), c[3], key.high);
    c[3] = even;
    key.low = hn::Add(key.low, hn::Set(d, std::uint64_t{0x9E3779B9}));
    key.high = hn::Add(key.high, hn::Set(d, std::uint64_t{0xBB67AE85}));
  }
  return hn::Or(hn::And(c[0], hn::Set(d, std::uint64_t{0xffffffff})),
                hn::ShiftLeft<32>(c[1]));
}

HWY_INLINE PhiloxKey KeyOf(VU bits) { return {bits, hn::ShiftRight<32>(bits)}; }

// Numbers of the choice for tokens, in a context that is `longer` by so many,
// whose keys are `bits`.
HWY_INLINE VU ChoiceBits(DU d, const KeyedChoice& choice, VU tokens,
                         std::uint32_t longer, std::uint32_t use, VU bits) {
  const PhiloxWords counter = {
      {tokens, hn::Set(d, std::uint64_t{choice.place + longer}),
       hn::Set(d, std::uint64_t{use}),
       hn::Set(d, std::uint64_t{choice.domain})}};
  return PhiloxBits(d, counter, KeyOf(bits));
}

struct OfContext {
  HWY_INLINE VU operator()(DU d, const KeyedChoice& choice, VU tokens) const {
    return ChoiceBits(d, choice, tokens, 0, 1, hn::Set(d, choice.key));
  }
};

struct OfContextAndToken {
  HWY_INLINE VU operator()(DU d, const KeyedChoice& choice, VU tokens) const {
    const VU own = ChoiceBits(d, choice, tokens, 0, 0, hn::Set(d, choice.key));
    return ChoiceBits(d, choice, tokens, 1, 1, own);
  }
};

// One vector of tokens.
template <class Bits>
HWY_INLINE void RaiseVector(const KeyedChoice& choice, double delta,
                            const std::uint32_t* ids, double* values,
                            Bits bits) {
  const D d;
  const DU du;
  const hn::Rebind<std::uint32_t, D> narrow;
  const VU tokens = hn::PromoteTo(du, hn::LoadU(narrow, ids));
  const auto chosen =
      hn::Lt(bits(du, choice, tokens), hn::Set(du, choice.below));
  const auto v = hn::LoadU(d, values);
  hn::StoreU(hn::IfThenElse(hn::RebindMask(d, chosen),
                            hn::Add(v, hn::Set(d, delta)), v),
             d, values);
}

template <class Bits>
HWY_INLINE void RaiseEach(const KeyedChoice& choice, double delta,
                          const std::uint32_t* ids, std::size_t count,
                          double* values, Bits bits) {
  const std::size_t lanes = hn::Lanes(D());
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    RaiseVector(choice, delta, ids + i, values + i, bits);
  }
  if (i == count) return;
  constexpr std::size_t kMostLanes = HWY_MAX_BYTES / sizeof(double);
  std::uint32_t last_ids[kMostLanes] = {};
  double last[kMostLanes] = {};
  std::copy(ids + i, ids + count, last_ids);
  std::copy(values + i, values + count, last);
  RaiseVector(choice, delta, last_ids, last, bits);
  std::copy_n(last, count - i, values + i);
}

void RaiseWithContext(const KeyedChoice& choice, double delta,
                      const std::uint32_t* ids, std::size_t count,
                      double* values) {
  RaiseEach(choice, delta, ids, count, values, OfContext());
}

void RaiseWithContextAndToken(const KeyedChoice& choice, double delta,
                              const std::uint32_t* ids, std::size_t count,
                              double* values) {
  RaiseEach(choice, delta, ids, count, values, OfContextAndToken());
}

}  // namespace HWY_NAMESPACE
}  // namespace sampler::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sampler::kernels {

HWY_EXPORT(RaiseWithContext);
HWY_EXPORT(RaiseWithContextAndToken);

namespace {

const std::uint32_t* Words(absl::Span<const TokenId> ids) {
  return reinterpret_cast<const std::uint32_t*>(ids.data());
}

}  // namespace

void RaiseChosen(const KeyedChoice& choice, double delta,
                 absl::Span<const TokenId> ids, absl::Span<double> values) {
  HWY_DYNAMIC_DISPATCH(RaiseWithContext)
  (choice, delta, Words(ids), ids.size(), values.data());
}

void RaiseSelfChosen(const KeyedChoice& choice, double delta,
                     absl::Span<const TokenId> ids, absl::Span<double> values) {
  HWY_DYNAMIC_DISPATCH(RaiseWithContextAndToken)
  (choice, delta, Words(ids), ids.size(), values.data());
}

}  // namespace sampler::kernels
#endif  // HWY_ONCE
