#include "tools/generate/bans.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/options/typed_options.h"
#include "tools/text/quote.h"
#ifdef SAMPLER_HAS_REGEX
#include "sampler/regex/regex_phrase.h"
#endif

namespace sampler::tools {
namespace {

constexpr char kGroup[] = "Phrases";

absl::StatusOr<Rewinder::Phrase> PhraseOfExpression(
    const std::string& expression) {
#ifdef SAMPLER_HAS_REGEX
  return RegexPhrase(expression);
#else
  return absl::UnimplementedError(absl::StrCat(
      "got \"", expression, "\", want a build with RE2 (Debian: libre2-dev)"));
#endif
}

// Case counts for more letters than those of ASCII: RE2 knows them.
absl::StatusOr<Rewinder::Phrase> PhraseOfAnyCase(const std::string& text,
                                                 bool whole_words) {
#ifdef SAMPLER_HAS_REGEX
  return AnyCasePhrase(text, whole_words ? Words::kWhole : Words::kAny);
#else
  return absl::UnimplementedError(
      absl::StrCat("got \"", text,
                   "\" with --ban-ignore-case, want ASCII, or a build with "
                   "RE2 (Debian: libre2-dev)"));
#endif
}

// Bytes above 127 stand for letters whose case ASCII does not know.
bool IsAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
}

absl::Status Unused(absl::string_view option, absl::string_view wanted) {
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": want ", wanted, " beside it"));
}

}  // namespace

void AddBanOptions(CLI::App& app, BanOptions& options) {
  constexpr IntegerRange kCount = {
      .maximum = std::numeric_limits<std::int32_t>::max()};
  app.add_option("--ban", options.texts,
                 "A phrase that no text may have: a token that\n"
                 "begins it is taken back and drawn anew; repeatable")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(kGroup);
  app.add_option("--ban-regex", options.expressions,
                 "The same by a regular expression (RE2); repeatable")
      ->type_name("RE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->group(kGroup);
  app.add_flag("--ban-ignore-case", options.ignore_case,
               "Of the letters of --ban; a regex says (?i)")
      ->group(kGroup);
  app.add_flag("--ban-whole-words", options.whole_words,
               "--ban only between other characters than letters")
      ->group(kGroup);
  AddInteger(app, "--ban-most",
             "Let a phrase pass that was taken back so often", kCount,
             [&options](std::int64_t n) { options.most = n; })
      ->group(kGroup);
  AddInteger(app, "--ban-window",
             "Bytes of the longest match of --ban-regex, which\n"
             "are held back (default: 64)",
             {.minimum = 1, .maximum = kCount.maximum},
             [&options](std::int64_t n) { options.window = n; })
      ->group(kGroup);
  app.add_flag("--ban-trace", options.trace,
               "Tell on stderr what is held of --ban, let go, and\n"
               "taken back")
      ->group(kGroup);
}

absl::Status CheckBans(const BanOptions& options,
                       const std::vector<std::string>& samplers,
                       const PipelineConfig& config) {
  if (options.ignore_case && options.texts.empty()) {
    return Unused("--ban-ignore-case", "--ban");
  }
  if (options.whole_words && options.texts.empty()) {
    return Unused("--ban-whole-words", "--ban");
  }
  if (options.window.has_value() && options.expressions.empty()) {
    return Unused("--ban-window", "--ban-regex");
  }
  if (options.most.has_value() && !options.any()) {
    return Unused("--ban-most", "--ban or --ban-regex");
  }
  if (options.trace && !options.any()) {
    return Unused("--ban-trace", "--ban or --ban-regex");
  }
  if (!options.any()) return absl::OkStatus();
  for (const std::string& sampler : samplers) {
    if (sampler == "ours") continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--ban: got --sampler ", sampler,
                     ", want ours: the others cannot draw anew"));
  }
  if (config.rng == Rng::kHouse) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--ban: got a config with \"rng\": \"llama_cpp\", want one without: "
      "llama.cpp's random numbers know no bans");
}

absl::StatusOr<std::vector<Rewinder::Phrase>> PhrasesOf(
    const BanOptions& options) {
  std::vector<Rewinder::Phrase> phrases;
  for (const std::string& text : options.texts) {
    if (text.empty()) {
      return absl::InvalidArgumentError("--ban: got no text, want a phrase");
    }
    if (options.ignore_case && !IsAscii(text)) {
      auto phrase = PhraseOfAnyCase(text, options.whole_words);
      if (!phrase.ok()) {
        return absl::Status(phrase.status().code(),
                            absl::StrCat("--ban: ", phrase.status().message()));
      }
      phrase->most = options.most;
      phrases.push_back(*std::move(phrase));
      continue;
    }
    phrases.push_back({.text = text,
                       .ignore_case = options.ignore_case,
                       .whole_words = options.whole_words,
                       .most = options.most});
  }
  for (const std::string& expression : options.expressions) {
    auto phrase = PhraseOfExpression(expression);
    if (!phrase.ok()) {
      return absl::Status(
          phrase.status().code(),
          absl::StrCat("--ban-regex: ", phrase.status().message()));
    }
    phrase->most = options.most;
    if (options.window.has_value()) {
      phrase->window = static_cast<std::size_t>(*options.window);
    }
    phrases.push_back(*std::move(phrase));
  }
  return phrases;
}

std::string PhraseName(const BanOptions& options, std::size_t phrase) {
  if (phrase < options.texts.size()) {
    return absl::StrCat("\"", Escape(options.texts[phrase]), "\"");
  }
  const std::size_t expression = phrase - options.texts.size();
  return absl::StrCat("/", Escape(options.expressions[expression]), "/");
}

}  // namespace sampler::tools
