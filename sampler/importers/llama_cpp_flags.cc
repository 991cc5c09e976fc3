// The command-line spelling of llama.cpp's settings.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// Words as a shell makes them; nothing if a quote is left open.
std::optional<std::vector<std::string>> SplitWords(absl::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < line.size();
    if (escapes && line[i + 1] == '\n') {
      ++i;  // A continued line.
    } else if (escapes &&
               (quote == 0 || line[i + 1] == '"' || line[i + 1] == '\\')) {
      word += line[++i];
      in_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      in_word = true;
    } else if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      if (in_word) words.push_back(std::exchange(word, ""));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return std::nullopt;
  if (in_word) words.push_back(std::move(word));
  return words;
}

bool LooksLikeFlag(absl::string_view word) {
  double number = 0;
  return word.size() > 1 && word[0] == '-' && !absl::SimpleAtod(word, &number);
}

// A number if it is one, else the text, which the table will refuse.
Value NumberOrText(const std::string& word) {
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(word, &integer)) return integer;
  double real = 0;
  if (absl::SimpleAtod(word, &real)) return real;
  return word;
}

Value NamesOf(const std::string& word) {
  Value::List names;
  for (const absl::string_view name :
       absl::StrSplit(word, ';', absl::SkipWhitespace())) {
    names.emplace_back(std::string(absl::StripAsciiWhitespace(name)));
  }
  return names;
}

// "15043+1" or "15043-inf" as [id, bias]; the text itself if it is neither.
Value BiasOf(const std::string& word) {
  const std::size_t sign = word.find_first_of("+-", 1);
  if (sign == std::string::npos) return word;
  Value id = NumberOrText(word.substr(0, sign));
  const std::string bias = word.substr(sign);
  if (bias == "-inf") return Value::List{std::move(id), false};
  Value amount = NumberOrText(bias[0] == '+' ? bias.substr(1) : bias);
  if (amount.text() != nullptr) return word;
  return Value::List{std::move(id), std::move(amount)};
}

std::string Unescape(const std::string& word) {
  return absl::StrReplaceAll(word, {{"\\n", "\n"},
                                    {"\\t", "\t"},
                                    {"\\r", "\r"},
                                    {"\\\"", "\""},
                                    {"\\'", "'"},
                                    {"\\\\", "\\"}});
}

Value ValueOf(const Field& field, const std::string& flag,
              const std::string& word) {
  if (field.name == "samplers") {
    return flag == "--samplers" ? NamesOf(word) : Value(word);
  }
  if (field.kind == FieldKind::kReal || field.kind == FieldKind::kInteger) {
    return NumberOrText(word);
  }
  return word;
}

}  // namespace

std::vector<Setting> ReadLlamaFlags(absl::string_view command_line,
                                    std::vector<Problem>& problems) {
  std::vector<Setting> settings;
  const auto words = SplitWords(command_line);
  if (!words.has_value()) {
    problems.push_back({"", "a quote is left open"});
    return settings;
  }
  const FieldTable& table = LlamaCpp().fields;
  Value::List biases;
  std::optional<Value::List> breakers;
  std::size_t at = 0;
  while (at < words->size() && !LooksLikeFlag((*words)[at])) ++at;
  if (at == words->size()) {
    problems.push_back({"", "neither a JSON object nor flags (--temp 0.8)"});
  }
  while (at < words->size()) {
    const std::string& flag = (*words)[at++];
    const Field* field = FindField(table, flag);
    if (field != nullptr && field->kind == FieldKind::kBoolean) {
      settings.push_back({flag, flag, true});
      continue;
    }
    const bool has_word = at < words->size() && !LooksLikeFlag((*words)[at]);
    if (field == nullptr || field->idle) {
      // The value, if there is one, belongs to it.
      settings.push_back(
          {flag, flag, has_word ? Value((*words)[at++]) : Value(true)});
      continue;
    }
    if (!has_word) {
      problems.push_back({flag, "want a value"});
      continue;
    }
    const std::string& word = (*words)[at++];
    if (field->name == "logit_bias") {
      biases.push_back(BiasOf(word));
      if (biases.back().list() == nullptr) {
        problems.push_back(
            {flag, absl::StrCat("got \"", word, "\", want ID(+|-)BIAS")});
      }
    } else if (field->name == "dry_sequence_breakers") {
      // "none" clears the defaults, and so does the first breaker.
      if (!breakers.has_value()) breakers.emplace();
      if (word != "none") breakers->emplace_back(Unescape(word));
    } else {
      settings.push_back({flag, flag, ValueOf(*field, flag, word)});
    }
  }
  if (!biases.empty()) {
    settings.push_back({"--logit-bias", "--logit-bias", std::move(biases)});
  }
  if (breakers.has_value()) {
    settings.push_back({"--dry-sequence-breaker", "--dry-sequence-breaker",
                        *std::move(breakers)});
  }
  return settings;
}

}  // namespace sampler::importers
