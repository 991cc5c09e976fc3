#include "tools/detect/texts.h"

#include <cstddef>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/logs/files/token_file.h"
#include "sampler/logs/log.h"
#include "sampler/parameters/printable.h"
#include "tools/options/stdin_copy.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

absl::StatusOr<std::vector<TokenId>> ToTokens(
    absl::Span<const std::int64_t> ids, const std::string& name) {
  std::vector<TokenId> tokens;
  tokens.reserve(ids.size());
  for (const std::int64_t id : ids) {
    if (id < 0 || id > std::numeric_limits<TokenId>::max()) {
      return absl::InvalidArgumentError(
          absl::StrCat(Printable(name), ": token ", tokens.size(), ": got ", id,
                       ", want a token id in [0, ",
                       std::numeric_limits<TokenId>::max(), "]"));
    }
    tokens.push_back(static_cast<TokenId>(id));
  }
  return tokens;
}

absl::StatusOr<std::vector<Text>> ToTexts(const logs::TokenArray& array,
                                          const LogOptions& options) {
  std::vector<TokenId> prompt;
  const std::string& prompt_file = options.open.prompt_tokens_file;
  if (!prompt_file.empty()) {
    const auto ids = logs::ReadTokenFile(prompt_file);
    if (!ids.ok()) return ids.status();
    auto tokens = ToTokens(ids->ids, prompt_file);
    if (!tokens.ok()) return tokens.status();
    prompt = *std::move(tokens);
  }
  const std::size_t texts =
      array.shape.size() == 2 ? static_cast<std::size_t>(array.shape[0]) : 1;
  std::vector<Text> all;
  const std::size_t length = texts == 0 ? 0 : array.ids.size() / texts;
  for (std::size_t i = 0; i < texts; ++i) {
    auto output =
        ToTokens(absl::MakeConstSpan(array.ids).subspan(i * length, length),
                 options.path);
    if (!output.ok()) return output.status();
    all.push_back({prompt, *std::move(output)});
  }
  return all;
}

// The texts of a vocabulary are for answers that name tokens by their texts.
absl::Status UnusedVocabulary(const LogOptions& options,
                              absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--vocab-file: got ",
                                                 Printable(options.vocab_file),
                                                 ", want none beside ", what));
}

// The tokens of one sequence. Rows at its beginning may have none: those of a
// prompt that was logged, too.
absl::StatusOr<Text> TextOf(const logs::Log& log,
                            const logs::LogSequence& sequence,
                            const std::string& name) {
  Text text = {{sequence.prompt.begin(), sequence.prompt.end()}, {}};
  const auto tokens =
      log.tokens().subspan(static_cast<std::size_t>(sequence.first_row),
                           static_cast<std::size_t>(sequence.rows));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] != logs::kNoToken) {
      text.output.push_back(tokens[i]);
    } else if (!text.output.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          Printable(name), ": row ",
          sequence.first_row + static_cast<std::int64_t>(i),
          ": got no token, want one, as rows before it have: a text with a gap "
          "has no contexts behind it"));
    }
  }
  return text;
}

absl::StatusOr<std::vector<Text>> TextsOfLog(const LogOptions& options) {
  const auto log = OpenLog(options);
  if (!log.ok()) return log.status();
  if (!options.vocab_file.empty() &&
      (*log)->description().format != logs::Format::kServerAnswer) {
    return UnusedVocabulary(options, "a log that has the ids of its tokens");
  }
  if ((*log)->tokens().empty()) {
    return WithHint(absl::InvalidArgumentError(absl::StrCat(
                        Printable(options.path),
                        ": the log has no tokens, want those drawn from its "
                        "rows")),
                    "--tokens FILE names them");
  }
  std::vector<Text> texts;
  for (const logs::LogSequence& sequence : (*log)->sequences()) {
    auto text = TextOf(**log, sequence, options.path);
    if (!text.ok()) return text.status();
    texts.push_back(*std::move(text));
  }
  return texts;
}

// Does the file begin as a JSON array does?
bool IsArray(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char first = ' ';
  return in >> first && first == '[';
}

bool AsksForRows(const LogOptions& options) {
  const logs::OpenOptions& open = options.open;
  return open.vocabulary_size.has_value() || open.dtype.has_value() ||
         open.axes.has_value() || !open.tensor.empty() ||
         !open.tokens_file.empty() || open.allow_partial || options.floor_given;
}

}  // namespace

absl::StatusOr<std::vector<Text>> ReadTexts(const LogOptions& options) {
  if (options.path == "-") {
    const auto copy = CopyStdin("a log or tokens");
    if (!copy.ok()) return copy.status();
    LogOptions named = options;
    named.path = *copy;
    auto texts = ReadTexts(named);
    if (texts.ok()) return texts;
    return NamedAsStdin(texts.status());
  }
  if (!AsksForRows(options)) {
    const auto array = logs::ReadTokenFile(options.path);
    if (absl::IsNotFound(array.status())) return array.status();
    if (array.ok() && !options.vocab_file.empty()) {
      return UnusedVocabulary(options, "a file of token ids");
    }
    if (array.ok()) return ToTexts(*array, options);
  }
  auto texts = TextsOfLog(options);
  if (texts.ok() || !IsArray(options.path)) return texts;
  // No log is a JSON array of numbers.
  const auto array = logs::ReadTokenFile(options.path);
  if (!array.ok()) return array.status();
  return absl::InvalidArgumentError(
      absl::StrCat(Printable(options.path),
                   ": got a file of token ids, want no option beside it that "
                   "says how a log is read"));
}

}  // namespace sampler::tools
