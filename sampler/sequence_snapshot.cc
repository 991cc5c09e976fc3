// Sequence <-> JSON text.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/candidate.h"
#include "sampler/sequence.h"

namespace sampler {
namespace {

using Json = nlohmann::json;

constexpr int kSnapshotVersion = 1;
constexpr std::size_t kSnapshotKeys = 9;  // Those that always stand.

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
                        std::vector<TokenId>& out) {
  const auto at = json.find(name);
  const auto wrong = [&] { return Bad(name, "a list of token ids"); };
  if (at == json.end() || !at->is_array()) return wrong();
  for (const Json& token : *at) {
    if (!token.is_number_unsigned() ||
        !std::in_range<TokenId>(token.get<std::uint64_t>())) {
      return wrong();
    }
    out.push_back(token.get<TokenId>());
  }
  return absl::OkStatus();
}

// Reads "state": lists of numbers, equally long, for the last tokens.
absl::Status ReadStates(const Json& json, std::size_t tokens,
                        std::vector<std::vector<double>>& out) {
  const auto at = json.find("state");
  const auto wrong = [&] {
    return Bad(
        "state",
        "a list of equally long lists of finite numbers, at most one for "
        "each output token");
  };
  if (at == json.end() || !at->is_array() || at->size() > tokens) {
    return wrong();
  }
  for (const Json& entry : *at) {
    if (!entry.is_array() || entry.empty() ||
        entry.size() != at->front().size()) {
      return wrong();
    }
    std::vector<double>& state = out.emplace_back();
    for (const Json& number : entry) {
      if (!number.is_number() || !std::isfinite(number.get<double>())) {
        return wrong();
      }
      state.push_back(number.get<double>());
    }
  }
  return absl::OkStatus();
}

// "[a,b]".
template <typename List, typename Formatter>
std::string ListText(const List& list, Formatter formatter) {
  return absl::StrCat("[", absl::StrJoin(list, ",", formatter), "]");
}

std::string TokensText(absl::Span<const TokenId> tokens) {
  return absl::StrCat("[", absl::StrJoin(tokens, ","), "]");
}

struct BanOfSnapshot {
  std::vector<TokenId> after;
  TokenId token;
};

// Reads "bans": [{"after": [token ids], "token": id}, ...].
absl::Status ReadBans(const Json& json, std::int64_t vocabulary_size,
                      std::vector<BanOfSnapshot>& out) {
  const auto at = json.find("bans");
  if (at == json.end()) return absl::OkStatus();
  const auto wrong = [&] {
    return Bad("bans",
               "a non-empty list of {\"after\": [token ids], \"token\": id}");
  };
  if (!at->is_array() || at->empty()) return wrong();
  for (const Json& entry : *at) {
    BanOfSnapshot& ban = out.emplace_back();
    if (!entry.is_object() || entry.size() != 2 ||
        !ReadTokens(entry, "after", ban.after).ok() ||
        !Read(entry, "token", ban.token).ok()) {
      return wrong();
    }
    const auto is_token = [&](TokenId id) {
      return id >= 0 && id < vocabulary_size;
    };
    if (!is_token(ban.token) ||
        !std::all_of(ban.after.begin(), ban.after.end(), is_token)) {
      return wrong();
    }
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
  // The parser takes a NUL byte for the end of the text.
  if (!json.is_object() || absl::StrContains(text, '\0')) {
    return absl::InvalidArgumentError(
        "sequence snapshot: want a JSON object as Sequence::Snapshot writes");
  }
  if (!status.ok()) return status;
  return json;
}

}  // namespace

// Written by hand, keys in the order of the alphabet: where memory runs out,
// the JSON library's trees lose some of it, or end the process.
std::string Sequence::Snapshot() const {
  std::string text = "{";
  // Only where it says something: else readers of before attempts accept it.
  if (attempt_ > 0) absl::StrAppend(&text, R"("attempt":)", attempt_, ",");
  if (!bans_.empty()) {
    absl::StrAppend(&text, R"("bans":)",
                    ListText(bans_,
                             [](std::string* out, const PlaceBan& ban) {
                               absl::StrAppend(out, R"({"after":)",
                                               TokensText(ban.after),
                                               R"(,"token":)", ban.token, "}");
                             }),
                    ",");
  }
  absl::StrAppend(&text, R"("clock":)", clock_, ",");
  if (config_ != 0) absl::StrAppend(&text, R"("config":)", config_, ",");
  absl::StrAppend(&text, R"("output":)", TokensText(history_.output()),
                  R"(,"prompt":)", TokensText(history_.prompt()), R"(,"seed":)",
                  seed_, R"(,"state":[)");
  // One list per accepted token since the stages have something to remember.
  for (std::size_t i = 0; i < states_.size(); i += state_size_) {
    const auto state = absl::MakeConstSpan(states_).subspan(i, state_size_);
    absl::StrAppend(&text, i == 0 ? "" : ",",
                    ListText(state, [](std::string* out, double number) {
                      // The shortest text that is read as the same number.
                      out->append(Json(number).dump());
                    }));
  }
  absl::StrAppend(&text, R"(],"state_owner":)", state_owner_, R"(,"stream":)",
                  stream_, R"(,"version":)", kSnapshotVersion,
                  R"(,"vocabulary_size":)", vocabulary_size_, "}");
  return text;
}

absl::StatusOr<Sequence> Sequence::Restore(StringView snapshot) {
  const absl::StatusOr<Json> object = ReadObject(snapshot);
  if (!object.ok()) return object.status();
  const Json& json = *object;
  int version = 0;
  std::int64_t vocabulary_size = 0;
  std::int64_t clock = 0;
  Options options;
  std::uint64_t seed = 0;
  std::uint64_t state_owner = 0;
  std::vector<TokenId> output;
  std::vector<std::vector<double>> states;
  const absl::Status version_status = Read(json, "version", version);
  if (!version_status.ok()) return version_status;
  // First: what another version means by its keys is not known here.
  if (version != kSnapshotVersion) {
    return Bad("version", absl::StrCat(kSnapshotVersion, ", got ", version));
  }
  const bool redrawn = json.contains("attempt");
  const bool of_config = json.contains("config");
  const bool has_bans = json.contains("bans");
  for (const absl::Status& status :
       {Read(json, "vocabulary_size", vocabulary_size),
        Read(json, "seed", seed), Read(json, "stream", options.stream),
        Read(json, "clock", clock), Read(json, "state_owner", state_owner),
        ReadTokens(json, "prompt", options.prompt),
        redrawn ? Read(json, "attempt", options.attempt) : absl::OkStatus(),
        of_config ? Read(json, "config", options.config) : absl::OkStatus(),
        ReadTokens(json, "output", output)}) {
    if (!status.ok()) return status;
  }
  const absl::Status state_status = ReadStates(json, output.size(), states);
  if (!state_status.ok()) return state_status;
  std::vector<BanOfSnapshot> bans;
  const absl::Status ban_status = ReadBans(json, vocabulary_size, bans);
  if (!ban_status.ok()) return ban_status;
  if (states.empty() && state_owner != 0) {
    return Bad("state_owner", "0 where no state is carried");
  }
  if (json.size() != kSnapshotKeys + (redrawn ? 1 : 0) + (of_config ? 1 : 0) +
                         (has_bans ? 1 : 0)) {
    return absl::InvalidArgumentError(
        "sequence snapshot: has keys that Sequence::Snapshot does not write");
  }
  options.seed = seed;
  absl::StatusOr<Sequence> sequence =
      Create(vocabulary_size, std::move(options));
  if (!sequence.ok()) return sequence;
  sequence->set_clock(clock);
  sequence->restored_ = true;
  const std::size_t without_state = output.size() - states.size();
  for (std::size_t i = 0; i < output.size(); ++i) {
    Token token = {.id = output[i], .status = RowStatus::kOk};
    if (i >= without_state) {
      const std::vector<double>& state = states[i - without_state];
      token.state.values.assign(state.begin(), state.end());
      token.state.owner = state_owner;
    }
    const absl::Status status = sequence->Accept(token);
    if (!status.ok()) return absl::InvalidArgumentError(status.message());
  }
  for (BanOfSnapshot& ban : bans) {
    sequence->bans_.push_back({std::move(ban.after), ban.token});
  }
  return sequence;
}

}  // namespace sampler
