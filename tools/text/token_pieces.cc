#include "tools/text/token_pieces.h"

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/mass.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/parameters/byte_order_mark.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::optional<std::string>>;

// Ten times the largest tokenizer.json known: not a log given by mistake.
constexpr std::size_t kLargestFile = std::size_t{512} << 20;

constexpr absl::string_view kForms =
    "a tokenizer.json, a vocab.json ({\"text\": id, ...}) or a text file with "
    "one piece a line";

absl::Status Wrong(const std::string& path, absl::string_view where,
                   absl::string_view found, absl::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(Printable(path), ": ", Printable(where), ": got ",
                   Printable(found), ", want ", allowed));
}

// What `json` is, for error messages; never more than a line. Nested values are
// not written out: a hostile file cannot exhaust the stack.
std::string Found(const Json& json) {
  if (json.is_structured()) return json.is_array() ? "a list" : "an object";
  std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 40) text = absl::StrCat(text.substr(0, 37), "...");
  return text;
}

// Writes `text` at `id`, which must be free.
absl::Status Place(const std::string& path, const std::string& where,
                   const Json& id, const std::string& text, Texts& texts) {
  const bool is_id =
      id.is_number_unsigned() &&
      id.get<std::uint64_t>() < static_cast<std::uint64_t>(kMaxVocabularySize);
  if (!is_id) {
    return Wrong(path, where, Found(id),
                 absl::StrCat("a token id in [0, ", kMaxVocabularySize, ")"));
  }
  const auto at = id.get<std::size_t>();
  if (texts.size() <= at) texts.resize(at + 1);
  if (texts[at].has_value()) {
    return Wrong(
        path, where,
        absl::StrCat("id ", at, ", which ", Quote(*texts[at]), " has already"),
        "every id once");
  }
  texts[at] = text;
  return absl::OkStatus();
}

// {"text": id, ...}
absl::Status ReadMap(const std::string& path, const std::string& where,
                     const Json& map, Texts& texts) {
  for (const auto& [text, id] : map.items()) {
    absl::Status placed =
        Place(path, absl::StrCat(where, "/", Quote(text)), id, text, texts);
    if (!placed.ok()) return placed;
  }
  return absl::OkStatus();
}

// [["text", score], ...]: the vocabulary of a Unigram model.
absl::Status ReadList(const std::string& path, const Json& list, Texts& texts) {
  for (std::size_t id = 0; id < list.size(); ++id) {
    const std::string where = absl::StrCat("/model/vocab/", id);
    const Json& entry = list[id];
    if (!entry.is_array() || entry.empty() || !entry[0].is_string()) {
      return Wrong(path, where, Found(entry), "[\"text\", score]");
    }
    absl::Status placed = Place(path, where, Json(id),
                                entry[0].get_ref<const std::string&>(), texts);
    if (!placed.ok()) return placed;
  }
  return absl::OkStatus();
}

absl::Status ReadAdded(const std::string& path, const Json& list,
                       Texts& texts) {
  if (!list.is_array()) {
    return Wrong(path, "/added_tokens", Found(list), "a list");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string where = absl::StrCat("/added_tokens/", i);
    const Json& token = list[i];
    const bool complete = token.is_object() && token.contains("id") &&
                          token.contains("content") &&
                          token["content"].is_string();
    if (!complete) {
      return Wrong(path, where, Found(token),
                   "an object with \"id\" and \"content\"");
    }
    absl::Status placed =
        Place(path, where, token["id"],
              token["content"].get_ref<const std::string&>(), texts);
    if (!placed.ok()) return placed;
  }
  return absl::OkStatus();
}

bool HasType(const Json& part, const std::string& type) {
  if (!part.is_object()) return false;
  const auto at = part.find("type");
  return at != part.end() && *at == type;
}

// Whether the pre-tokenizer or decoder `part` is of this type, or a sequence
// that holds one.
bool Uses(const Json& part, const std::string& type) {
  if (HasType(part, type)) return true;
  for (const char* key : {"decoders", "pretokenizers"}) {
    const auto list = part.is_object() ? part.find(key) : part.end();
    if (list == part.end() || !list->is_array()) continue;
    for (const Json& inner : *list) {
      if (HasType(inner, type)) return true;
    }
  }
  return false;
}

// What the pieces themselves tell: words begin with "Ġ" or with "▁".
PieceSpelling GuessSpelling(const Texts& pieces) {
  std::size_t byte_level = 0;
  std::size_t sentencepiece = 0;
  for (const std::optional<std::string>& piece : pieces) {
    if (!piece.has_value()) continue;
    byte_level += absl::StartsWith(*piece, "\u0120") ? 1 : 0;
    sentencepiece += absl::StartsWith(*piece, "\u2581") ? 1 : 0;
  }
  if (byte_level == 0 && sentencepiece == 0) return PieceSpelling::kPlain;
  return byte_level >= sentencepiece ? PieceSpelling::kByteLevel
                                     : PieceSpelling::kSentencepiece;
}

PieceSpelling DeclaredSpelling(const Json& json, const Texts& pieces) {
  for (const char* part : {"decoder", "pre_tokenizer"}) {
    const auto at = json.find(part);
    if (at == json.end()) continue;
    if (Uses(*at, "ByteLevel")) return PieceSpelling::kByteLevel;
    if (Uses(*at, "Metaspace") || Uses(*at, "ByteFallback")) {
      return PieceSpelling::kSentencepiece;
    }
  }
  return GuessSpelling(pieces);
}

// The JSON text, with repeated keys, which the parser would merge silently, as
// errors.
absl::StatusOr<Json> Parse(const std::string& path, absl::string_view text) {
  // The vocabulary stands at most two objects deep.
  constexpr int kDeepest = 3;
  std::vector<std::unordered_set<std::string>> keys(kDeepest + 1);
  std::optional<std::string> repeated;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kDeepest) return true;
    const auto d = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start && depth < kDeepest) {
      keys[d + 1].clear();
    } else if (event == Json::parse_event_t::key && !repeated.has_value()) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys[d].insert(key).second) repeated = key;
    }
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), watch,
                          /*allow_exceptions=*/false);
  // The parser takes a zero byte for the end of the text.
  if (json.is_discarded() || absl::StrContains(text, '\0')) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": got malformed JSON, want ", kForms));
  }
  if (repeated.has_value()) {
    return Wrong(path, Quote(*repeated), "it twice", "every text once");
  }
  return json;
}

absl::StatusOr<TokenPieces> ReadJson(const std::string& path,
                                     absl::string_view text) {
  const auto json = Parse(path, text);
  if (!json.ok()) return json.status();
  TokenPieces result;
  const auto model = json->find("model");
  if (model == json->end() || !model->is_object()) {
    const absl::Status read = ReadMap(path, "", *json, result.pieces);
    if (!read.ok()) return read;
    result.spelling = GuessSpelling(result.pieces);
    return result;
  }
  const auto vocabulary = model->find("vocab");
  if (vocabulary == model->end() ||
      !(vocabulary->is_object() || vocabulary->is_array())) {
    return Wrong(path, "/model/vocab",
                 vocabulary == model->end() ? "nothing" : Found(*vocabulary),
                 "a map or a list of texts");
  }
  absl::Status read =
      vocabulary->is_object()
          ? ReadMap(path, "/model/vocab", *vocabulary, result.pieces)
          : ReadList(path, *vocabulary, result.pieces);
  if (!read.ok()) return read;
  if (const auto added = json->find("added_tokens");
      added != json->end() && !added->is_null()) {
    read = ReadAdded(path, *added, result.added);
    if (!read.ok()) return read;
  }
  result.spelling = DeclaredSpelling(*json, result.pieces);
  return result;
}

absl::StatusOr<TokenPieces> ReadLines(const std::string& path,
                                      absl::string_view text) {
  TokenPieces result;
  if (absl::EndsWith(text, "\n")) text.remove_suffix(1);
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::EndsWith(line, "\r")) line.remove_suffix(1);
    if (result.pieces.size() == static_cast<std::size_t>(kMaxVocabularySize)) {
      return Wrong(path, "file", "more lines",
                   absl::StrCat("at most ", kMaxVocabularySize, " pieces"));
    }
    if (absl::StrContains(line, '\0')) {
      return Wrong(path, absl::StrCat("line ", result.pieces.size() + 1),
                   "a zero byte", absl::StrCat("text; this takes ", kForms));
    }
    result.pieces.emplace_back(line);
  }
  result.spelling = GuessSpelling(result.pieces);
  return result;
}

// Is it JSON of a kind that no tokenizer is stored as? Lines of pieces may
// begin as JSON does ("[PAD]"), but are none as a whole.
bool IsOtherJson(const std::string& path, absl::string_view start) {
  if (absl::StartsWith(start, "{") || absl::EndsWith(path, ".txt")) {
    return false;
  }
  const bool list = absl::StartsWith(start, "[");
  const bool named = absl::EndsWith(path, ".json");
  return (list && named) || ((list || named) && Json::accept(start));
}

}  // namespace

absl::StatusOr<TokenPieces> ReadTokenPieces(const std::string& path) {
  const auto file = logs::InputFile::Open(path);
  if (!file.ok()) return file.status();
  if (file->size() > static_cast<std::int64_t>(kLargestFile)) {
    return Wrong(path, "file", absl::StrCat(file->size(), " bytes"),
                 absl::StrCat("at most ", kLargestFile));
  }
  const auto bytes = file->ReadAll();
  if (!bytes.ok()) return bytes.status();
  absl::string_view text(reinterpret_cast<const char*>(bytes->data()),
                         bytes->size());
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": got an empty file, want ", kForms));
  }
  text = WithoutByteOrderMark(text);
  // A list of pieces may begin with the piece "{"; only its name tells.
  const absl::string_view start = absl::StripLeadingAsciiWhitespace(text);
  if (IsOtherJson(path, start)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": got JSON that is no object, want ", kForms));
  }
  const bool json =
      absl::StartsWith(start, "{") && !absl::EndsWith(path, ".txt");
  return json ? ReadJson(path, text) : ReadLines(path, text);
}

}  // namespace sampler::tools
