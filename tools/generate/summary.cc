#include "tools/generate/summary.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace sampler::tools {
namespace {

double Median(const SamplerRuns& runs, auto number) {
  std::vector<double> numbers;
  for (const LoopResult& run : runs.runs) numbers.push_back(number(run.times));
  std::sort(numbers.begin(), numbers.end());
  const std::size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half]
                                 : (numbers[half - 1] + numbers[half]) / 2;
}

}  // namespace

Speed SpeedOf(const SamplerRuns& runs) {
  Speed speed;
  speed.tokens_per_second = Median(runs, [](const LoopTimes& t) {
    return static_cast<double>(t.tokens) / (t.decode + t.sampling);
  });
  speed.decode_ms = Median(runs, [](const LoopTimes& t) {
    return 1e3 * t.decode / static_cast<double>(t.tokens);
  });
  speed.sampling_us = Median(runs, [](const LoopTimes& t) {
    return 1e6 * t.sampling / static_cast<double>(t.tokens);
  });
  speed.sampling_share = Median(runs, [](const LoopTimes& t) {
    return t.sampling / (t.decode + t.sampling);
  });
  return speed;
}

std::string SpeedText(const std::vector<SamplerRuns>& all) {
  std::string text =
      "sampler  runs  tokens  tokens/s  decode ms/token  sampling us/token  "
      "sampling share\n";
  for (const SamplerRuns& runs : all) {
    const Speed speed = SpeedOf(runs);
    absl::StrAppend(
        &text, absl::StrFormat("%-7s %5d %7d %9.1f %16.3f %18.1f %13.2f %%\n",
                               ChooserName(runs.kind), runs.runs.size(),
                               runs.runs.front().times.tokens,
                               speed.tokens_per_second, speed.decode_ms,
                               speed.sampling_us, 100 * speed.sampling_share));
  }
  return text;
}

Json RunsJson(const SamplerRuns& runs) {
  const Speed speed = SpeedOf(runs);
  Json sequences = Json::array();
  for (const GeneratedSequence& sequence : runs.runs.front().sequences) {
    Json rewound = Json::array();
    for (const Rewound& went_back : sequence.rewound) {
      rewound.push_back(
          Json{{"pos", went_back.position},
               {"tokens", went_back.tokens},
               {"text", went_back.text},
               {"phrase", went_back.phrase.has_value() ? Json(*went_back.phrase)
                                                       : Json(nullptr)}});
    }
    sequences.push_back(Json{{"tokens", sequence.tokens},
                             {"text", sequence.text},
                             {"ended", sequence.ended},
                             {"stopped", sequence.stopped},
                             {"rewound", std::move(rewound)}});
  }
  return Json{{"sampler", ChooserName(runs.kind)},
              {"runs", runs.runs.size()},
              {"tokens", runs.runs.front().times.tokens},
              {"tokens_per_second", Number(speed.tokens_per_second)},
              {"decode_ms", Number(speed.decode_ms)},
              {"sampling_us", Number(speed.sampling_us)},
              {"sampling_share", Number(speed.sampling_share)},
              {"sequences", sequences}};
}

}  // namespace sampler::tools
