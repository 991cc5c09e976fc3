// With what a sequence is drawn, as a logger is told and as its journal and log
// keep it: with it `sampler replay LOG` needs no option.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/logger_settings_test.cc.

#ifndef SAMPLER_LOGS_SEQUENCE_SETTINGS_H_
#define SAMPLER_LOGS_SEQUENCE_SETTINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "sampler/sequence.h"

namespace sampler::logs {

struct SequenceSettings {
  std::string config = {};  // As JSON; "": not told.
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  std::int64_t clock = 0;
  friend bool operator==(const SequenceSettings&,
                         const SequenceSettings&) = default;
};

// Those of `sequence` under `pipeline`. The keys of watermarks are left out, so
// that a log never holds one: replaying it needs the config again.
SequenceSettings SettingsOf(const Pipeline& pipeline, const Sequence& sequence);

// As JSON text for a journal, and back: empty for any other text.
std::string ToJson(const SequenceSettings& settings);
std::optional<SequenceSettings> SettingsFromJson(absl::string_view text);

// Returns true for "" and for a JSON object: a log can hold a list of these.
bool IsConfigText(absl::string_view config);

// What the sequences of one log were drawn with: each config once, in a JSON
// array, and for every sequence its index; -1 where it is not told.
class SettingsTable {
 public:
  void Add(const std::optional<SequenceSettings>& settings);

  const std::vector<std::optional<DrawnWith>>& sequences() const {
    return sequences_;
  }
  bool empty() const;  // Of no sequence anything is told.
  std::string configs() const;

 private:
  std::vector<std::string> texts_;
  std::map<std::string, std::int32_t> places_;  // In texts_.
  std::vector<std::optional<DrawnWith>> sequences_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SEQUENCE_SETTINGS_H_
