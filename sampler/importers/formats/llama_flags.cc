// The command line and the environment as settings of llama.cpp.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/importers/formats/shell_words.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// Flags that take two values.
constexpr absl::string_view kPairs[] = {
    "--control-vector-layer-range", "--control-vector-scaled", "--lora-scaled"};

constexpr absl::string_view kEnvironment = "LLAMA_ARG_";

bool LooksLikeFlag(absl::string_view word) {
  double number = 0;
  return word.size() > 1 && word[0] == '-' && !absl::SimpleAtod(word, &number);
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

// The variable of `NAME=value`, `export NAME=value`, `-e NAME=value` and
// `Environment=NAME=value`; nothing of other words.
std::optional<Setting> VariableOf(absl::string_view word) {
  const std::size_t begin = word.find(kEnvironment);
  if (begin == absl::string_view::npos) return std::nullopt;
  if (begin > 0 && word[begin - 1] != '=' && word[begin - 1] != '"') {
    return std::nullopt;
  }
  const absl::string_view rest = word.substr(begin);
  const std::size_t equal = rest.find_first_of("=:");
  if (equal == absl::string_view::npos) return std::nullopt;
  const std::string name(rest.substr(0, equal));
  absl::string_view value = absl::StripAsciiWhitespace(rest.substr(equal + 1));
  absl::ConsumeSuffix(&value, "\"");
  absl::ConsumePrefix(&value, "\"");
  return Setting{name, name, NumberOrText(value)};
}

// llama.cpp takes --top_k for --top-k.
std::string Hyphenated(const std::string& flag) {
  if (!absl::StartsWith(flag, "--")) return flag;
  return absl::StrReplaceAll(flag, {{"_", "-"}});
}

// Reads the words of one command.
class FlagReader {
 public:
  FlagReader(absl::Span<const ShellWord> words, std::vector<Problem>& problems)
      : words_(words), problems_(problems) {}

  std::vector<Setting> Read() {
    while (at_ < words_.size()) ReadFlag(words_[at_++]);
    if (!biases_.empty()) {
      settings_.push_back({"--logit-bias", "--logit-bias", std::move(biases_)});
    }
    if (breakers_.has_value()) {
      settings_.push_back({"--dry-sequence-breaker", "--dry-sequence-breaker",
                           *std::move(breakers_)});
    }
    return std::move(settings_);
  }

 private:
  bool HasWord() const {
    return at_ < words_.size() && !LooksLikeFlag(words_[at_].text);
  }

  void Add(const std::string& flag, const std::string& spelled, Value value) {
    settings_.push_back(
        {flag, spelled, std::move(value), flag == spelled ? "" : spelled});
  }

  void ReadFlag(const ShellWord& word) {
    if (const auto variable = VariableOf(word.text)) {
      settings_.push_back(*variable);
      return;
    }
    if (!LooksLikeFlag(word.text) && !in_flags_) return;  // The program.
    in_flags_ = true;
    const std::string& spelled = word.text;
    const std::string flag = Hyphenated(spelled);
    const Field* field = FindField(LlamaCpp().fields, flag);
    if (field != nullptr && field->kind == FieldKind::kBoolean) {
      Add(flag, spelled, true);
    } else if (field == nullptr || field->use != FieldUse::kSetting) {
      ReadOther(flag, spelled);
    } else if (!HasWord()) {
      problems_.push_back({spelled, "want a value"});
    } else {
      ReadValue(*field, flag, spelled, words_[at_++].text);
    }
  }

  // A flag without effect, or unknown: its values, if there are any, belong to
  // it.
  void ReadOther(const std::string& flag, const std::string& spelled) {
    const bool pair = std::find(std::begin(kPairs), std::end(kPairs), flag) !=
                      std::end(kPairs);
    Value value = true;
    if (HasWord() && !VariableOf(words_[at_].text).has_value()) {
      value = words_[at_++].text;
      if (pair && HasWord()) ++at_;
    }
    Add(flag, spelled, std::move(value));
  }

  void ReadValue(const Field& field, const std::string& flag,
                 const std::string& spelled, const std::string& word) {
    if (field.name == "logit_bias") {
      biases_.push_back(BiasOf(word));
      if (biases_.back().list() == nullptr) {
        problems_.push_back(
            {spelled, absl::StrCat("got \"", word, "\", want ID(+|-)BIAS")});
      }
    } else if (field.name == "dry_sequence_breakers") {
      // "none" clears the defaults, and so does the first breaker.
      if (!breakers_.has_value()) breakers_.emplace();
      if (word != "none") breakers_->emplace_back(Unescape(word));
    } else {
      Add(flag, spelled, ValueOf(field, flag, word));
    }
  }

  absl::Span<const ShellWord> words_;
  std::vector<Problem>& problems_;
  std::size_t at_ = 0;
  bool in_flags_ = false;
  std::vector<Setting> settings_;
  Value::List biases_;
  std::optional<Value::List> breakers_;
};

bool IsFlagOrVariable(const ShellWord& word) {
  return LooksLikeFlag(word.text) || VariableOf(word.text).has_value();
}

bool NamesServer(const ShellWord& word) {
  return absl::StrContains(word.text, "llama-") ||
         absl::StrContains(word.text, "llama_");
}

// Words up to the end of the command that begins at `at`.
absl::Span<const ShellWord> Command(absl::Span<const ShellWord> words,
                                    std::size_t at) {
  std::size_t end = at;
  while (end < words.size() && !words[end].ends_command) ++end;
  return words.subspan(at, end - at);
}

}  // namespace

std::vector<Setting> ReadLlamaWords(absl::Span<const ShellWord> all,
                                    std::vector<Problem>& problems) {
  // A dash alone is the mark of a list's item in YAML.
  std::vector<ShellWord> words;
  for (const ShellWord& word : all) {
    if (word.text != "-") words.push_back(word);
  }
  // Of several commands the one that runs llama.cpp, else the first with
  // flags; variables count wherever they stand.
  std::vector<Setting> settings;
  absl::Span<const ShellWord> chosen;
  bool named = false;
  for (std::size_t at = 0; at < words.size();) {
    const absl::Span<const ShellWord> command =
        Command(absl::MakeConstSpan(words), at);
    at += command.size() + 1;
    const auto flag =
        std::find_if(command.begin(), command.end(), IsFlagOrVariable);
    if (flag == command.end()) continue;
    const bool names = std::any_of(command.begin(), flag, NamesServer);
    const absl::Span<const ShellWord> flags =
        command.subspan(static_cast<std::size_t>(flag - command.begin()));
    if (chosen.empty() || (names && !named)) {
      chosen = flags;
      named |= names;
    } else {
      for (const ShellWord& word : flags) {
        if (auto variable = VariableOf(word.text)) {
          settings.push_back(*std::move(variable));
        }
      }
    }
  }
  if (chosen.empty()) {
    problems.push_back({"", "neither a JSON object nor flags (--temp 0.8)"});
    return settings;
  }
  std::vector<Setting> read = FlagReader(chosen, problems).Read();
  settings.insert(settings.end(), std::make_move_iterator(read.begin()),
                  std::make_move_iterator(read.end()));
  return settings;
}

std::vector<Setting> ReadLlamaFlags(absl::string_view command_line,
                                    std::vector<Problem>& problems) {
  const auto words = SplitWords(command_line, problems);
  if (!words.has_value()) return {};
  return ReadLlamaWords(*words, problems);
}

Value LlamaFlagValue(const std::string& flag, const std::string& word) {
  const Field* field = FindField(LlamaCpp().fields, flag);
  if (field == nullptr) return word;
  if (field->kind == FieldKind::kBoolean) {
    const std::string lower = absl::AsciiStrToLower(word);
    if (lower == "on" || lower == "true" || lower == "1") return true;
    if (lower == "off" || lower == "false" || lower == "0") return false;
    return word;
  }
  return ValueOf(*field, flag, word);
}

}  // namespace sampler::importers
