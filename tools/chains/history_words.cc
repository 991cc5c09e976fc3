#include "tools/chains/history_words.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/candidate.h"
#include "sampler/history/breakers.h"
#include "sampler/history/repeats.h"
#include "sampler/stages/registry.h"
#include "tools/replay/print.h"

namespace sampler::tools {
namespace {

constexpr char kNoRepeat[] = "nothing would repeat";

const char* NameOf(Scope scope) {
  switch (scope) {
    case Scope::kPrompt:
      return "prompt";
    case Scope::kOutput:
      return "output";
    case Scope::kPhase:
      return "phase";
    case Scope::kBoth:
      break;
  }
  return "both";
}

std::string Occurrences(std::size_t n) {
  return absl::StrCat("the ", n,
                      n == 1 ? " occurrence is" : " occurrences are");
}

// Where the tokens are that a stage with an empty view does not see.
std::string OutsideTheView(const History& history,
                           const HistoryWindow& window) {
  const std::size_t prompt = history.prompt().size();
  const std::size_t output = history.output().size();
  if (window.scope == Scope::kOutput) {
    return absl::StrCat("scope output: ", Occurrences(prompt),
                        " in the prompt");
  }
  if (window.scope == Scope::kPhase) {
    return "scope phase: it begins with this token";
  }
  if (window.scope == Scope::kPrompt && prompt == 0) {
    return absl::StrCat("scope prompt: ", Occurrences(output),
                        " in the output");
  }
  return absl::StrCat("ignore_first ", window.ignore_first, ": ",
                      Occurrences(prompt), " in that part of the prompt");
}

// Length of the longest end of `text` that has occurred before in it.
std::uint32_t LongestRepeat(const HistoryView& text) {
  std::int32_t vocabulary_size = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    vocabulary_size = std::max(vocabulary_size, text[i] + 1);
  }
  Repeats repeats;
  std::uint32_t longest = 0;
  repeats.ForEach(text, text, 1, vocabulary_size,
                  [&](TokenId, std::uint32_t length) {
                    longest = std::max(longest, length);
                  });
  return longest;
}

// The breaker that ends `after` tokens before the end of `text`: "[198]".
std::string BreakerBefore(const std::vector<TokenSequence>& breakers,
                          const HistoryView& text, std::size_t after) {
  const std::size_t end = text.size() - after;
  const HistoryView head = {
      text.first.first(std::min(end, text.first.size())),
      text.second.first(end - std::min(end, text.first.size()))};
  const TokenSequence* longest = nullptr;
  for (const TokenSequence& breaker : breakers) {
    if (!head.EndsWith(breaker)) continue;
    if (longest == nullptr || breaker.size() > longest->size()) {
      longest = &breaker;
    }
  }
  return longest == nullptr ? "a breaker"
                            : absl::StrCat("the breaker [",
                                           absl::StrJoin(*longest, ", "), "]");
}

Parameters ParametersOf(const StageReport& stage) {
  return {StageRegistry::BuiltIn().Find(stage.config.type)->parameters,
          stage.config.parameters};
}

// The part of the history that was looked at: "of 3 tokens (scope output)".
std::string TextLooked(const HistoryView& text, const HistoryWindow& window) {
  return absl::StrCat("of ",
                      Plural(static_cast<std::int64_t>(text.size()), "token"),
                      " (scope ", NameOf(window.scope), ")");
}

bool AnyIsCandidate(const HistoryView& tokens, const Moment& moment) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (moment.Contains(tokens[i])) return true;
  }
  return false;
}

}  // namespace

std::string WhyNothingSeen(const Inaction& inaction) {
  const History& history = inaction.history;
  const HistoryWindow& window = *inaction.stage.facts.history;
  if (history.prompt().empty() && history.output().empty()) {
    return std::string(kNothingSeen);
  }
  const HistoryView seen = window.Of(history);
  if (seen.size() == 0) return OutsideTheView(history, window);
  const std::string tokens =
      Plural(static_cast<std::int64_t>(seen.size()), "token");
  return AnyIsCandidate(seen, inaction.before)
             ? absl::StrCat("changes no logit of the ", tokens, " seen")
             : absl::StrCat("no candidate among the ", tokens, " seen");
}

std::string WhyDryStopped(const Inaction& inaction) {
  const Parameters parameters = ParametersOf(inaction.stage);
  const HistoryWindow& window = *inaction.stage.facts.history;
  const HistoryView text = window.Of(inaction.history);
  const std::int64_t allowed = parameters.Integer("allowed_length");
  const std::int64_t longest = LongestRepeat(text);
  if (longest == 0) {
    return absl::StrCat(kNoRepeat, " ", TextLooked(text, window));
  }
  const std::string repeat =
      absl::StrCat("the end repeats ", Plural(longest, "token"));
  if (longest < allowed) {
    return absl::StrCat(repeat, " < allowed_length ", allowed);
  }
  const std::vector<TokenSequence> sequences =
      parameters.TokenSequences("breakers");
  const std::size_t after = Breakers(sequences).TokensAfterLast(text);
  if (static_cast<std::int64_t>(after) < allowed) {
    return absl::StrCat(repeat, ", cut to ", after, " by ",
                        BreakerBefore(sequences, text, after),
                        " < allowed_length ", allowed);
  }
  return absl::StrCat(repeat,
                      ", but what followed is a breaker or no candidate");
}

std::string WhyNoNgram(const Inaction& inaction) {
  const HistoryWindow& window = *inaction.stage.facts.history;
  const HistoryView text = window.Of(inaction.history);
  const std::int64_t n = ParametersOf(inaction.stage).Integer("n");
  const std::int64_t longest = LongestRepeat(text);
  if (longest == 0 || longest >= n - 1) {
    return absl::StrCat(kNoRepeat, " ", TextLooked(text, window));
  }
  return absl::StrCat("the end repeats ", Plural(longest, "token"),
                      ", a ban takes ", n - 1);
}

}  // namespace sampler::tools
