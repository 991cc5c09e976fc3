#include "tests/oracle/state.h"

#include <algorithm>
#include <cmath>

namespace oracle {

void Settle(State& state) {
  if (state.status != Status::kOk) {
    state.survivors.clear();
    state.total = 0;
    return;
  }
  std::vector<Candidate>& list = state.survivors;
  bool nan = false, infinite = false;
  for (const Candidate& c : list) {
    nan = nan || std::isnan(c.logit);
    infinite = infinite || (std::isinf(c.logit) && c.logit > 0);
  }
  std::erase_if(list, [](const Candidate& c) { return std::isinf(c.logit); });
  if (nan) {
    state.status = Status::kNan;
  } else if (infinite) {
    state.status = Status::kInfinite;
  } else if (list.empty()) {
    state.status = Status::kNoCandidate;
  }
  state.total = 0;
  if (state.status != Status::kOk) {
    list.clear();
    return;
  }
  std::sort(list.begin(), list.end(), Before);
  for (Candidate& c : list) {
    c.weight = Weight(c.logit, list.front().logit);
    state.total += c.weight;
  }
}

void BeginTruncation(State& state) {
  if (state.original) return;
  state.original.emplace();
  state.original->weights.resize(state.vocabulary_size);
  for (const Candidate& c : state.survivors) {
    state.original->weights[static_cast<std::size_t>(c.id)] = c.weight;
  }
  state.original->total = state.total;
}

}  // namespace oracle
