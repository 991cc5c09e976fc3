// Phrases of the C interface.

#include "sampler/c/rewinder.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/rewind/phrase_pattern.h"
#include "sampler/rewind/rewinder.h"

struct sampler_rewinder {
  sampler::Rewinder rewinder;
  std::string emitted = {};  // What the last answer points to.
  mutable std::atomic_flag busy = {};
};

namespace {

using sampler::Rewinder;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::OnHandle;
using sampler::c::OnSequence;

// The caller's functions as a pattern.
class CallersPattern final : public sampler::PhrasePattern {
 public:
  explicit CallersPattern(const sampler_pattern& pattern) : pattern_(pattern) {}

  std::optional<std::size_t> FindEndingAt(sampler::StringView text,
                                          std::size_t begin,
                                          std::size_t end) const override {
    std::size_t found = end;
    const int is_found = pattern_.find_ending_at(
        pattern_.context, text.data(), text.size(), begin, end, &found);
    return is_found != 0 ? std::optional(found) : std::nullopt;
  }

  bool MayOccur(sampler::StringView text, std::size_t begin) const override {
    if (pattern_.may_occur == nullptr) {
      return PhrasePattern::MayOccur(text, begin);
    }
    return pattern_.may_occur(pattern_.context, text.data(), text.size(),
                              begin) != 0;
  }

 private:
  const sampler_pattern pattern_;
};

// Fields beyond the caller's size are absent.
template <typename T>
T Known(const T& given, std::size_t struct_size) {
  T known = {};
  std::memcpy(&known, &given, std::min(struct_size, sizeof(known)));
  return known;
}

sampler_pattern Known(const sampler_pattern& given) {
  return Known(given, given.struct_size);
}

// What no phrase can be made of; "" if that is nothing.
std::string WrongWith(const sampler_phrase& phrase) {
  if (phrase.limited == 0 && phrase.most != 0) {
    return absl::StrCat("most: got ", phrase.most,
                        " without \"limited\", want 0");
  }
  if (phrase.pattern == nullptr) {
    if (phrase.text == nullptr) return "text: got NULL";
    return phrase.window == 0 ? ""
                              : absl::StrCat("window: got ", phrase.window,
                                             " without a pattern, want 0");
  }
  if (phrase.text != nullptr || phrase.text_size != 0) {
    return "got a text and a pattern, want one of them";
  }
  return Known(*phrase.pattern).find_ending_at == nullptr
             ? "pattern: find_ending_at: got NULL, or a struct_size that is "
               "not set"
             : "";
}

// InvalidArgument, naming the phrase.
absl::StatusOr<Rewinder::Phrase> ReadPhrase(const sampler_phrase* given,
                                            std::size_t struct_size,
                                            std::size_t index) {
  const sampler_phrase known = Known(*given, struct_size);
  const std::string wrong = WrongWith(known);
  if (!wrong.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("phrases[", index, "]: ", wrong));
  }
  Rewinder::Phrase phrase = {.ignore_case = known.ignore_case != 0,
                             .whole_words = known.whole_words != 0,
                             .then = known.stop != 0
                                         ? Rewinder::Phrase::Then::kStop
                                         : Rewinder::Phrase::Then::kPass};
  if (known.limited != 0) phrase.most = known.most;
  if (known.pattern == nullptr) {
    phrase.text = std::string(known.text, known.text_size);
    return phrase;
  }
  phrase.pattern =
      std::make_shared<const CallersPattern>(Known(*known.pattern));
  if (known.window != 0) phrase.window = known.window;
  return phrase;
}

void Write(const sampler_answer& answer, sampler_answer& out) {
  const std::size_t struct_size = out.struct_size;
  std::memcpy(&out, &answer, std::min(struct_size, sizeof(answer)));
  out.struct_size = struct_size;
}

// Asks the rewinder about the sequence, while both are held.
template <typename Ask>
sampler_status Answer(sampler_rewinder* rewinder, sampler_sequence* sequence,
                      sampler_answer* answer, sampler_error* error, Ask ask) {
  return OnHandle("rewinder", rewinder, error, [&] {
    return OnSequence(sequence, error, [&] {
      if (answer == nullptr) return Invalid(error, "answer: got NULL");
      if (answer->struct_size < sizeof(std::size_t)) {
        return Invalid(error, "answer: struct_size is not set");
      }
      absl::StatusOr<Rewinder::Answer> made =
          ask(rewinder->rewinder, sequence->sequence);
      if (!made.ok()) return Fail(error, made.status());
      // What the last step left is of another place.
      if (made->taken > 0) sequence->has_last_step = false;
      rewinder->emitted = std::move(made->emit);
      Write({.struct_size = sizeof(sampler_answer),
             .next = static_cast<sampler_next>(made->next),
             .taken = made->taken,
             .phrase = made->phrase,
             .emit = rewinder->emitted.data(),
             .emit_size = rewinder->emitted.size()},
            *answer);
      return SAMPLER_OK;
    });
  });
}

// Reads the phrases and hands them to `make`.
template <typename Maker>
sampler_status Make(const sampler_phrase* phrases, size_t count,
                    sampler_rewinder** rewinder, sampler_error* error,
                    Maker make) {
  return Guarded(error, [&] {
    if (rewinder == nullptr) return Invalid(error, "rewinder: got NULL");
    if (phrases == nullptr && count > 0) {
      return Invalid(error, "phrases: got NULL");
    }
    if (count > 0 && phrases->struct_size < sizeof(std::size_t)) {
      return Invalid(error, "phrases: struct_size is not set");
    }
    std::vector<Rewinder::Phrase> read;
    for (std::size_t i = 0; i < count; ++i) {
      const auto* const at = reinterpret_cast<const sampler_phrase*>(
          reinterpret_cast<const char*>(phrases) + i * phrases->struct_size);
      auto phrase = ReadPhrase(at, phrases->struct_size, i);
      if (!phrase.ok()) return Fail(error, phrase.status());
      read.push_back(*std::move(phrase));
    }
    absl::StatusOr<Rewinder> made = make(std::move(read));
    if (!made.ok()) return Fail(error, made.status());
    *rewinder = new sampler_rewinder{*std::move(made)};
    return SAMPLER_OK;
  });
}

}  // namespace

extern "C" {

sampler_status sampler_rewinder_create(const sampler_phrase* phrases,
                                       size_t count,
                                       sampler_rewinder** rewinder,
                                       sampler_error* error) {
  return Make(phrases, count, rewinder, error,
              [](std::vector<Rewinder::Phrase> read) {
                return Rewinder::Create(std::move(read));
              });
}

sampler_status sampler_rewinder_snapshot(const sampler_rewinder* rewinder,
                                         char* text, size_t capacity,
                                         size_t* size, sampler_error* error) {
  return OnHandle("rewinder", rewinder, error, [&] {
    const std::string snapshot = rewinder->rewinder.Snapshot();
    return sampler::c::WriteAll(
        absl::MakeConstSpan(snapshot.data(), snapshot.size()), "text", text,
        capacity, size, error);
  });
}

sampler_status sampler_rewinder_restore(const sampler_phrase* phrases,
                                        size_t count, const char* snapshot,
                                        size_t snapshot_size,
                                        sampler_rewinder** rewinder,
                                        sampler_error* error) {
  if (snapshot == nullptr) return Invalid(error, "snapshot: got NULL");
  return Make(
      phrases, count, rewinder, error, [&](std::vector<Rewinder::Phrase> read) {
        return Rewinder::Restore(std::move(read), {snapshot, snapshot_size});
      });
}

sampler_status sampler_rewinder_copy(const sampler_rewinder* rewinder,
                                     sampler_rewinder** copy,
                                     sampler_error* error) {
  return OnHandle("rewinder", rewinder, error, [&] {
    if (copy == nullptr) return Invalid(error, "copy: got NULL");
    *copy = new sampler_rewinder{rewinder->rewinder};
    return SAMPLER_OK;
  });
}

void sampler_rewinder_free(sampler_rewinder* rewinder) { delete rewinder; }

sampler_status sampler_rewinder_add(sampler_rewinder* rewinder,
                                    sampler_sequence* sequence, int32_t token,
                                    const char* text, size_t text_size,
                                    sampler_answer* answer,
                                    sampler_error* error) {
  if (text == nullptr && text_size > 0) return Invalid(error, "text: got NULL");
  return Answer(rewinder, sequence, answer, error,
                [&](Rewinder& asked, sampler::Sequence& of) {
                  return asked.Add(token, {text, text_size}, of);
                });
}

sampler_status sampler_rewinder_no_candidate(sampler_rewinder* rewinder,
                                             sampler_sequence* sequence,
                                             sampler_answer* answer,
                                             sampler_error* error) {
  return Answer(rewinder, sequence, answer, error,
                [](Rewinder& asked, sampler::Sequence& of) {
                  return asked.NoCandidate(of);
                });
}

sampler_status sampler_rewinder_finish(sampler_rewinder* rewinder,
                                       sampler_sequence* sequence,
                                       sampler_answer* answer,
                                       sampler_error* error) {
  return Answer(
      rewinder, sequence, answer, error,
      [](Rewinder& asked, sampler::Sequence& of) { return asked.Finish(of); });
}

size_t sampler_rewinder_held(const sampler_rewinder* rewinder) {
  if (rewinder == nullptr) return 0;
  const sampler::c::Hold hold(rewinder);
  return hold.failed() ? 0 : rewinder->rewinder.held().size();
}

sampler_status sampler_rewinder_held_text(const sampler_rewinder* rewinder,
                                          char* text, size_t capacity,
                                          size_t* size, sampler_error* error) {
  return OnHandle("rewinder", rewinder, error, [&] {
    const sampler::StringView held = rewinder->rewinder.held();
    return sampler::c::WriteAll(absl::MakeConstSpan(held.data(), held.size()),
                                "text", text, capacity, size, error);
  });
}

int64_t sampler_rewinder_held_tokens(const sampler_rewinder* rewinder) {
  if (rewinder == nullptr) return 0;
  const sampler::c::Hold hold(rewinder);
  return hold.failed() ? 0 : rewinder->rewinder.held_tokens();
}

}  // extern "C"
