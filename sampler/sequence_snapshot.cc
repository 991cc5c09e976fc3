// Sequence <-> JSON text.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/candidate.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/value_json.h"
#include "sampler/sequence.h"

namespace sampler {
namespace {

constexpr int kSnapshotVersion = 1;
constexpr std::size_t kSnapshotKeys = 9;  // Those that always stand.

absl::Status Bad(absl::string_view key, absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat("sequence snapshot: /", key, ": want ", want));
}

// A value of the text, and the place that knows its large integers.
struct Found {
  const Value* value = nullptr;  // Null: there is none.
  const JsonPlace* place = nullptr;
};

Found Find(const Found& object, const char* name) {
  const auto at = object.value->object()->find(name);
  if (at == object.value->object()->end()) return {};
  return {&at->second, &object.place->members.at(name)};
}

// The integer `found`, if it is one that the type holds.
template <typename Integer>
std::optional<Integer> IntegerOf(const Found& found) {
  if (found.value == nullptr) return std::nullopt;
  if (const std::int64_t* small = found.value->integer()) {
    if (!std::in_range<Integer>(*small)) return std::nullopt;
    return static_cast<Integer>(*small);
  }
  const std::uint64_t big = found.place->big;  // 0: it is no integer.
  if (big == 0 || !std::in_range<Integer>(big)) return std::nullopt;
  return static_cast<Integer>(big);
}

// Reads key `name` as an integer in [minimum, maximum].
template <typename Integer>
absl::Status Read(const Found& object, const char* name, Integer& out) {
  const std::optional<Integer> read = IntegerOf<Integer>(Find(object, name));
  if (!read.has_value()) {
    return Bad(name, absl::StrCat("an integer in [",
                                  std::numeric_limits<Integer>::min(), ", ",
                                  std::numeric_limits<Integer>::max(), "]"));
  }
  out = *read;
  return absl::OkStatus();
}

absl::Status ReadTokens(const Found& object, const char* name,
                        std::vector<TokenId>& out) {
  const Found at = Find(object, name);
  const auto wrong = [&] { return Bad(name, "a list of token ids"); };
  if (at.value == nullptr || at.value->list() == nullptr) return wrong();
  for (const Value& token : *at.value->list()) {
    const std::int64_t* const id = token.integer();
    if (id == nullptr || *id < 0 || !std::in_range<TokenId>(*id)) {
      return wrong();
    }
    out.push_back(static_cast<TokenId>(*id));
  }
  return absl::OkStatus();
}

std::optional<double> FiniteNumber(const Value& value) {
  if (value.integer() != nullptr) {
    return static_cast<double>(*value.integer());
  }
  if (value.real() == nullptr || !std::isfinite(*value.real())) {
    return std::nullopt;
  }
  return *value.real();
}

// Reads "state": lists of numbers, equally long, for the last tokens.
absl::Status ReadStates(const Found& object, std::size_t tokens,
                        std::vector<std::vector<double>>& out) {
  const Found at = Find(object, "state");
  const auto wrong = [&] {
    return Bad(
        "state",
        "a list of equally long lists of finite numbers, at most one for "
        "each output token");
  };
  if (at.value == nullptr || at.value->list() == nullptr ||
      at.value->list()->size() > tokens) {
    return wrong();
  }
  for (const Value& entry : *at.value->list()) {
    if (entry.list() == nullptr || entry.list()->empty()) return wrong();
    std::vector<double>& state = out.emplace_back();
    for (const Value& item : *entry.list()) {
      const std::optional<double> number = FiniteNumber(item);
      if (!number.has_value()) return wrong();
      state.push_back(*number);
    }
    if (state.size() != out.front().size()) return wrong();
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
absl::Status ReadBans(const Found& object, std::int64_t vocabulary_size,
                      std::vector<BanOfSnapshot>& out) {
  const Found at = Find(object, "bans");
  if (at.value == nullptr) return absl::OkStatus();
  const auto wrong = [&] {
    return Bad("bans",
               "a non-empty list of {\"after\": [token ids], \"token\": id}");
  };
  const Value::List* const entries = at.value->list();
  if (entries == nullptr || entries->empty()) return wrong();
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const Found entry = {&(*entries)[i], &at.place->items[i]};
    BanOfSnapshot& ban = out.emplace_back();
    if (entry.value->object() == nullptr ||
        entry.value->object()->size() != 2 ||
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
absl::StatusOr<JsonDocument> ReadObject(absl::string_view text) {
  std::vector<JsonProblem> problems;
  std::optional<JsonDocument> json = ReadJson(text, problems);
  if (!json.has_value() || json->root.object() == nullptr) {
    return absl::InvalidArgumentError(
        "sequence snapshot: want a JSON object as Sequence::Snapshot writes");
  }
  if (!problems.empty()) {
    const Problem& first = problems.front().problem;
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence snapshot: ", first.pointer, ": ", first.message));
  }
  return *std::move(json);
}

}  // namespace

// Keys in the order of the alphabet.
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
                      out->append(WriteJson(number));
                    }));
  }
  absl::StrAppend(&text, R"(],"state_owner":)", state_owner_, R"(,"stream":)",
                  stream_, R"(,"version":)", kSnapshotVersion,
                  R"(,"vocabulary_size":)", vocabulary_size_, "}");
  return text;
}

absl::StatusOr<Sequence> Sequence::Restore(StringView snapshot) {
  const absl::StatusOr<JsonDocument> document = ReadObject(snapshot);
  if (!document.ok()) return document.status();
  const Found json = {&document->root, &document->place};
  const Value::Object& given = *document->root.object();
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
  const bool redrawn = given.contains("attempt");
  const bool of_config = given.contains("config");
  const bool has_bans = given.contains("bans");
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
  if (given.size() != kSnapshotKeys + (redrawn ? 1 : 0) + (of_config ? 1 : 0) +
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
