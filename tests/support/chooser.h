// Random choices that tests write down as JSON.

#ifndef SAMPLER_TESTS_SUPPORT_CHOOSER_H_
#define SAMPLER_TESTS_SUPPORT_CHOOSER_H_

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <vector>

namespace sampler {

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
  void Option(nlohmann::json& stage, const char* name,
              std::initializer_list<const char*> words) {
    if (Maybe(40)) stage[name] = Of(words);
  }
  void MinKeep(nlohmann::json& stage) {
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

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_CHOOSER_H_
