// A toy language in which phrases have several spellings, and the law of its
// texts without them, enumerated.

#ifndef SAMPLER_TESTS_REWIND_REWINDER_LAWS_H_
#define SAMPLER_TESTS_REWIND_REWINDER_LAWS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "sampler/rewind/rewinder.h"
#include "sampler/speculative/draft.h"
#include "tests/support/after_drawing.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"

namespace sampler {

using Text = std::vector<TokenId>;

inline constexpr std::int64_t kSize = 4;
inline constexpr std::size_t kLength = 4;  // Tokens of a text.

inline const std::vector<std::string>& Spellings() {
  static const auto& texts = *new std::vector<std::string>{"a", "b", "ab", "c"};
  return texts;
}

inline const std::vector<std::string>& Phrases() {
  static const auto& phrases =
      *new std::vector<std::string>{"abb", "bab", "acb"};
  return phrases;
}

inline std::vector<double> LogitsAfter(const Text& text) {
  const std::size_t last =
      text.empty() ? 2 : static_cast<std::size_t>(text.back());
  std::vector<double> row(kSize);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<double>((i * 5 + last * 3 + text.size()) % 7) * 0.25;
  }
  return row;
}

// The token that holds the first byte of the phrase that the text holds, or
// its size: found by a search of the whole text, byte by byte.
inline std::size_t TokenToForbid(const Text& text) {
  std::string bytes;
  std::vector<std::size_t> owner;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char byte : Spellings()[static_cast<std::size_t>(text[i])]) {
      bytes += byte;
      owner.push_back(i);
    }
  }
  for (std::size_t end = 1; end <= bytes.size(); ++end) {
    std::size_t begin = bytes.size();
    for (const std::string& phrase : Phrases()) {
      if (phrase.size() > end) continue;
      const std::size_t at = end - phrase.size();
      if (bytes.compare(at, phrase.size(), phrase) == 0) {
        begin = std::min(begin, at);
      }
    }
    if (begin < bytes.size()) return owner[begin];
  }
  return text.size();
}

using Bans = std::map<Text, std::set<TokenId>>;

// Where the process may stand: the tokens so far, and what is forbidden. In the
// order in which it can be reached: with more bans later, and with more tokens.
struct Place {
  std::size_t bans_size = 0;
  Text text = {};
  Bans bans = {};

  friend bool operator<(const Place& a, const Place& b) {
    return std::tuple(a.bans_size, a.text.size(), a.text, a.bans) <
           std::tuple(b.bans_size, b.text.size(), b.text, b.bans);
  }
};

class Enumeration {
 public:
  explicit Enumeration(const Pipeline& pipeline) : pipeline_(pipeline) {
    Reach({}, MakeSequence(kSize), 1.0);
    while (!open_.empty()) {
      const auto first = open_.extract(open_.begin());
      Go(first.key(), first.mapped().sequence, first.mapped().p);
    }
  }

  std::map<Text, double> law;
  double left_out = 0.0;

 private:
  // How likely a place is, and the text with what its stages have learnt.
  struct Arrival {
    Sequence sequence;
    double p;
  };

  void Reach(Place place, const Sequence& sequence, double p) {
    open_.try_emplace(std::move(place), Arrival{sequence, 0.0})
        .first->second.p += p;
  }

  void Go(const Place& place, const Sequence& sequence, double p) {
    const Text& text = place.text;
    if (p < 1e-6) {
      left_out += p;
      return;
    }
    if (text.size() == kLength) {
      law[text] += p;
      return;
    }
    std::vector<double> row = LogitsAfter(text);
    const auto at = place.bans.find(text);
    if (at != place.bans.end()) {
      for (const TokenId id : at->second) {
        row[static_cast<std::size_t>(id)] = kGone;
      }
    }
    std::vector<double> next(kSize, 0.0);
    const Distribution d = pipeline_.Process(row, sequence, workspace_);
    if (d.status() == RowStatus::kNoCandidate) {
      // The token before is forbidden; where there is none the text is over.
      if (text.empty()) {
        law[text] += p;
        return;
      }
      GoBack(place, sequence, text, text.size() - 1, p);
      return;
    }
    for (TokenId id = 0; id < kSize; ++id) {
      next[static_cast<std::size_t>(id)] = d.Probability(id);
    }
    for (TokenId id = 0; id < kSize; ++id) {
      const double q = next[static_cast<std::size_t>(id)];
      if (q == 0.0) continue;
      Text longer = text;
      longer.push_back(id);
      const std::size_t forbidden = TokenToForbid(longer);
      const Sequence after =
          AfterDrawing(pipeline_, row, sequence, id, workspace_);
      if (forbidden == longer.size()) {
        Reach({place.bans_size, longer, place.bans}, after, p * q);
      } else {
        GoBack(place, after, longer, forbidden, p * q);
      }
    }
  }

  void GoBack(const Place& place, Sequence sequence, const Text& text,
              std::size_t back_to, double p) {
    const Text before(text.begin(),
                      text.begin() + static_cast<std::ptrdiff_t>(back_to));
    Bans more = place.bans;
    more[before].insert(text[back_to]);
    EXPECT_TRUE(
        sequence.Rollback(static_cast<std::int64_t>(text.size() - back_to))
            .ok());
    Reach({place.bans_size + 1, before, std::move(more)}, sequence, p);
  }

  const Pipeline& pipeline_;
  Workspace workspace_;
  std::map<Place, Arrival> open_;
};

inline constexpr double kFalseAlarm = 1e-9;

inline Rewinder MakeRewinder() {
  std::vector<Rewinder::Phrase> phrases;
  for (const std::string& text : Phrases()) phrases.push_back({.text = text});
  return Rewinder::Create(std::move(phrases)).value();
}

// The statistic as a part of its limit; told as a property of the test.
inline double Misfit(const std::string& how, const std::string& chain,
                     const Enumeration& enumeration,
                     const std::map<Text, double>& counts, int texts) {
  EXPECT_LT(enumeration.left_out, 1e-2);
  std::vector<double> observed, expected;
  double seen = 0.0;
  for (const auto& [text, p] : enumeration.law) {
    const auto at = counts.find(text);
    observed.push_back(at == counts.end() ? 0.0 : at->second);
    expected.push_back(p * texts);
    seen += observed.back();
  }
  EXPECT_GE(seen, texts * (1.0 - 2e-2)) << "texts that have no probability";
  const ChiSquare fit = PooledChiSquare(observed, expected);
  EXPECT_GE(fit.degrees, 8);
  const double limit = ChiSquareQuantile(fit.degrees, kFalseAlarm);
  RecordFit(how + ": " + (chain.empty() ? "no stages" : chain), fit, limit);
  return fit.statistic / limit;
}

// With the token "c" there is always one that begins no phrase.
inline const std::vector<std::string>& Chains() {
  static const auto& chains = *new std::vector<std::string>{
      "",
      R"({"type": "top_k", "k": 2})",
      R"({"type": "presence_penalty", "penalty": 0.8})",
      R"({"type": "mirostat", "tau": 1.0, "eta": 0.8})",
      R"({"type": "adaptive_p", "target": 0.3, "decay": 0.5})",
      R"({"type": "temperature", "temperature": 0.5,
          "when": {"phase": "thinking"}},
         {"type": "frequency_penalty", "penalty": 0.9, "scope": "phase"})"};
  return chains;
}

inline Text TextOf(const Sequence& sequence) {
  return {sequence.history().output().begin(),
          sequence.history().output().end()};
}

// Gives the tokens from `told` on to the rewinder, one by one. Was one taken
// back?
inline bool HearTokens(std::int64_t told, Rewinder& rewinder,
                       Sequence& target) {
  const Sequence all = target;
  const Text text = TextOf(all);
  for (std::int64_t end = told + 1; end <= all.position(); ++end) {
    // A text is over with its last token, whatever a round drew beyond.
    if (end > static_cast<std::int64_t>(kLength)) return false;
    target = all;
    EXPECT_TRUE(target.Rollback(all.position() - end).ok());
    const TokenId token = text[static_cast<std::size_t>(end - 1)];
    const auto answer = rewinder.Add(
        token, Spellings()[static_cast<std::size_t>(token)], target);
    EXPECT_TRUE(answer.ok());
    if (answer->next == Rewinder::Next::kRewound) return true;
  }
  return false;
}

// Tells a text by rounds of speculation whose drafts may cross a phrase: every
// accepted token goes to the rewinder, and what follows one that is taken back
// is dropped. `round` accepts the tokens of a round, and returns the one behind
// them.
template <typename RoundOfTokens>
Text TellInRounds(const Pipeline& target_pipeline,
                  const Pipeline& draft_pipeline, std::uint32_t stream,
                  RoundOfTokens round) {
  Rewinder rewinder = MakeRewinder();
  Sequence target =
      target_pipeline.NewSequence({.seed = 1, .stream = stream}).value();
  Sequence draft =
      draft_pipeline.NewSequence({.seed = 2, .stream = stream}).value();
  while (static_cast<std::size_t>(target.position()) < kLength) {
    const std::int64_t told = target.position();
    const TokenId next = round(target, draft);
    const bool went_back = HearTokens(told, rewinder, target);
    const bool over = static_cast<std::size_t>(target.position()) >= kLength;
    if (next == speculative::kNoNext && !went_back && !over) {
      const auto answer = rewinder.NoCandidate(target);
      EXPECT_TRUE(answer.ok());
      if (answer->next == Rewinder::Next::kStop) return {};
    }
    EXPECT_TRUE(draft.Rollback(draft.position() - target.position()).ok());
  }
  Text text = TextOf(target);
  if (text.size() > kLength) text.resize(kLength);
  return text;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_REWIND_REWINDER_LAWS_H_
