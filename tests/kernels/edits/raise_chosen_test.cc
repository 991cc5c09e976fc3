// Chosen tokens are those that Philox, one block at a time, chooses, on every
// instruction set.

#include "sampler/kernels/edits/raise_chosen.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "tests/kernels/every_target.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::raise_chosen_test {
namespace {

class RaiseChosenTest : public OnEveryTarget {
 protected:
  // Ids that ascend, in a row or with gaps, the largest among them.
  std::vector<TokenId> Ids() {
    std::vector<TokenId> ids(random_() % 70);
    const std::uint64_t gap = random_() % 3 == 0 ? 1 : 1 + random_() % 1000;
    std::uint64_t id = random_() % 200000;
    for (TokenId& token : ids) {
      token = static_cast<TokenId>(id);
      id += 1 + random_() % gap;
    }
    if (!ids.empty() && random_() % 4 == 0) ids.back() = 0x7fffffff;
    return ids;
  }

  // Any, with halves of ones that make sums of words carry.
  KeyedChoice Choice() {
    KeyedChoice choice = {.key = random_(),
                          .place = static_cast<std::uint32_t>(random_() % 5),
                          .domain = static_cast<std::uint32_t>(random_() % 3),
                          .below = random_()};
    if (random_() % 4 == 0) choice.key |= 0xffffffff00000000u;
    if (random_() % 4 == 0) choice.key |= 0xffffffffu;
    if (random_() % 4 == 0) choice.place = 0xffffffffu - choice.place;
    return choice;
  }

  std::mt19937_64 random_{23};
};

std::uint64_t Bits(std::uint64_t key, TokenId id, std::uint32_t place,
                   std::uint32_t use, std::uint32_t domain) {
  const auto out = Philox4x32(
      {static_cast<std::uint32_t>(id), place, use, domain},
      {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
  return out[0] | (std::uint64_t{out[1]} << 32);
}

std::uint64_t BitsOfContext(const KeyedChoice& c, TokenId id) {
  return Bits(c.key, id, c.place, 1, c.domain);
}

std::uint64_t BitsOfContextAndToken(const KeyedChoice& c, TokenId id) {
  const std::uint64_t own = Bits(c.key, id, c.place, 0, c.domain);
  return Bits(own, id, c.place + 1, 1, c.domain);
}

template <typename BitsOf, typename Raise>
void ExpectRaised(KeyedChoice choice, const std::vector<TokenId>& ids,
                  std::mt19937_64& random, BitsOf bits, Raise raise) {
  // The numbers around a token's own, which tell every bit of it.
  if (!ids.empty() && random() % 2 == 0) {
    choice.below = bits(choice, ids[random() % ids.size()]) + random() % 2;
  }
  const std::size_t size = ids.size();
  std::vector<double> values(size + 1, -0.0);  // One more, to stay as it is.
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t kind = random() % 8;
    if (kind > 1) values[i] = static_cast<double>(kind) / 3.0;
    if (kind == 1) values[i] = -std::numeric_limits<double>::infinity();
  }
  std::vector<double> want = values;
  for (std::size_t i = 0; i < size; ++i) {
    if (bits(choice, ids[i]) < choice.below) want[i] += 2.3;
  }
  raise(choice, 2.3, ids, absl::MakeSpan(values.data(), size));
  for (std::size_t i = 0; i <= size; ++i) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(values[i]),
              std::bit_cast<std::uint64_t>(want[i]))
        << i << " of " << size;
  }
}

TEST_P(RaiseChosenTest, ChoosesAsPhiloxDoes) {
  for (int round = 0; round < Share(2000); ++round) {
    ExpectRaised(Choice(), Ids(), random_, BitsOfContext, RaiseChosen);
    ExpectRaised(Choice(), Ids(), random_, BitsOfContextAndToken,
                 RaiseSelfChosen);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTarget, RaiseChosenTest, EveryTarget(),
                         TargetName);

}  // namespace
}  // namespace sampler::kernels::raise_chosen_test
