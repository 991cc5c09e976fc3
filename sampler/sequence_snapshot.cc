// Sequence <-> JSON text.

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/sequence.h"

namespace sampler {
namespace {

using Json = nlohmann::json;

constexpr int kSnapshotVersion = 1;
constexpr std::size_t kSnapshotKeys = 7;

absl::Status Bad(absl::string_view key, absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat("sequence snapshot: /", key, ": want ", want));
}

// Reads key `name` as an integer in [minimum, maximum].
template <typename Integer>
absl::Status Read(const Json& json, const char* name, Integer& out) {
  const auto at = json.find(name);
  const auto wrong = [&] {
    return Bad(name, absl::StrCat("an integer in [",
                                  std::numeric_limits<Integer>::min(), ", ",
                                  std::numeric_limits<Integer>::max(), "]"));
  };
  if (at == json.end() || !at->is_number_integer()) return wrong();
  // Compared in the type that holds the value: JSON integers are stored as
  // int64 when negative and as uint64 otherwise.
  if (at->is_number_unsigned()) {
    const auto value = at->get<std::uint64_t>();
    if (!std::in_range<Integer>(value)) return wrong();
    out = static_cast<Integer>(value);
  } else {
    const auto value = at->get<std::int64_t>();
    if (!std::in_range<Integer>(value)) return wrong();
    out = static_cast<Integer>(value);
  }
  return absl::OkStatus();
}

absl::Status ReadTokens(const Json& json, const char* name,
                        std::vector<std::int32_t>& out) {
  const auto at = json.find(name);
  const auto wrong = [&] { return Bad(name, "a list of token ids"); };
  if (at == json.end() || !at->is_array()) return wrong();
  for (const Json& token : *at) {
    if (!token.is_number_unsigned() ||
        !std::in_range<std::int32_t>(token.get<std::uint64_t>())) {
      return wrong();
    }
    out.push_back(token.get<std::int32_t>());
  }
  return absl::OkStatus();
}

// Text -> JSON object. A key that stands twice is an error: of the two values
// one would be lost silently.
absl::StatusOr<Json> ReadObject(absl::string_view text) {
  std::set<std::string> seen;
  absl::Status status = absl::OkStatus();
  const auto note_key = [&](int depth, Json::parse_event_t event,
                            const Json& value) {
    if (depth == 1 && event == Json::parse_event_t::key &&
        !seen.insert(value.get<std::string>()).second) {
      status = Bad(value.get<std::string>(), "it once");
    }
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), note_key,
                          /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        "sequence snapshot: want a JSON object as Sequence::Snapshot writes");
  }
  if (!status.ok()) return status;
  return json;
}

}  // namespace

std::string Sequence::Snapshot() const {
  const Json json = {
      {"version", kSnapshotVersion},
      {"vocabulary_size", vocabulary_size_},
      {"seed", seed_},
      {"stream", stream_},
      {"clock", clock_},
      {"prompt", std::vector<std::int32_t>(history_.prompt().begin(),
                                           history_.prompt().end())},
      {"output", std::vector<std::int32_t>(history_.output().begin(),
                                           history_.output().end())}};
  return json.dump();
}

absl::StatusOr<Sequence> Sequence::Restore(absl::string_view snapshot) {
  const absl::StatusOr<Json> object = ReadObject(snapshot);
  if (!object.ok()) return object.status();
  const Json& json = *object;
  int version = 0;
  std::int64_t vocabulary_size = 0;
  std::int64_t clock = 0;
  Options options;
  std::uint64_t seed = 0;
  std::vector<std::int32_t> output;
  for (const absl::Status& status :
       {Read(json, "version", version),
        Read(json, "vocabulary_size", vocabulary_size),
        Read(json, "seed", seed), Read(json, "stream", options.stream),
        Read(json, "clock", clock), ReadTokens(json, "prompt", options.prompt),
        ReadTokens(json, "output", output)}) {
    if (!status.ok()) return status;
  }
  if (version != kSnapshotVersion) {
    return Bad("version", absl::StrCat(kSnapshotVersion));
  }
  if (json.size() != kSnapshotKeys) {
    return absl::InvalidArgumentError(
        "sequence snapshot: has keys that Sequence::Snapshot does not write");
  }
  options.seed = seed;
  absl::StatusOr<Sequence> sequence =
      Create(vocabulary_size, std::move(options));
  if (!sequence.ok()) return sequence;
  sequence->set_clock(clock);
  for (const std::int32_t token : output) {
    const absl::Status status = sequence->Accept(token);
    if (!status.ok()) return absl::InvalidArgumentError(status.message());
  }
  return sequence;
}

}  // namespace sampler
