// One text as it is generated: draws its tokens, and takes back those of
// phrases that it must not have.
//
// Thread-safety: one thread at a time.
// Tested by: tests/generate/telling_test.cc (without a model),
//   tests/generate/generate_bans_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_TELLING_H_
#define SAMPLER_TOOLS_GENERATE_TELLING_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/row_notes.h"
#include "sampler/rewind/rewinder.h"
#include "tools/generate/chooser.h"

namespace sampler::tools {

// Tokens that were taken back.
struct Rewound {
  std::int64_t position = 0;  // Of the first of them.
  std::int64_t tokens = 0;
  std::string text;
  std::optional<std::size_t> phrase;  // None: no token was left to draw.
};

struct GeneratedSequence {
  std::vector<llama_token> tokens;  // The one that ended it among them.
  std::string text;
  bool ended = false;    // By such a token, not by the limit.
  bool stopped = false;  // By a phrase, or because nothing was left to draw.
  std::vector<Rewound> rewound;
};

// What a row led to.
struct Told {
  std::optional<llama_token> token;  // That was added, unless it went at once.
  logs::RowNotes notes;              // With what it was drawn.
  std::int64_t taken = 0;            // Tokens before it that were taken back.
  std::string text;                  // That is sure from now on.
  std::string held;                  // That follows it, and is not.
  bool last = false;                 // The text is over.
};

struct TellingOptions {
  std::size_t max_tokens = 0;
  bool ignore_end = false;  // Go on after tokens that end a generation.
  // The bytes of a token, and whether it ends a generation.
  std::function<std::string(llama_token)> text_of;
  std::function<bool(llama_token)> is_end;
};

class Telling {
 public:
  // `chooser` must outlive it. A rewinder needs a chooser with a sequence.
  Telling(Chooser& chooser, std::optional<Rewinder> rewinder,
          const TellingOptions& options)
      : chooser_(chooser), rewinder_(std::move(rewinder)), options_(options) {}

  // Draws from the row after the tokens so far. Errors: those of the chooser,
  // and Internal where no token can be drawn and none can be taken back.
  absl::StatusOr<Told> Take(const float* row);

  const GeneratedSequence& sequence() const { return sequence_; }

 private:
  // What the rewinder says of a token that was drawn; of none, if it has none.
  absl::StatusOr<Rewinder::Answer> Hear(llama_token token,
                                        const std::string& piece);
  // The text is over unless this takes something back.
  absl::StatusOr<Rewinder::Answer> Finish();
  void TakeBack(const Rewinder::Answer& answer, const std::string& held,
                std::optional<std::size_t> phrase, Told& told);

  Chooser& chooser_;
  std::optional<Rewinder> rewinder_;
  const TellingOptions options_;
  GeneratedSequence sequence_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_TELLING_H_
