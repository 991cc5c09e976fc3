// Phrases and loops of the C interface.

#include "sampler/c/rewinder.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/history/loops.h"
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

// InvalidArgument, naming the phrase.
absl::StatusOr<Rewinder::Phrase> ReadPhrase(const sampler_phrase* given,
                                            std::size_t struct_size,
                                            std::size_t index) {
  sampler_phrase known = {};
  std::memcpy(&known, given, std::min(struct_size, sizeof(known)));
  if (known.text == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("phrases[", index, "]: text: got NULL"));
  }
  Rewinder::Phrase phrase = {.text = std::string(known.text, known.text_size),
                             .ignore_case = known.ignore_case != 0,
                             .whole_words = known.whole_words != 0,
                             .then = known.stop != 0
                                         ? Rewinder::Phrase::Then::kStop
                                         : Rewinder::Phrase::Then::kPass};
  if (known.limited != 0) phrase.most = known.most;
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

}  // namespace

extern "C" {

sampler_status sampler_rewinder_create(const sampler_phrase* phrases,
                                       size_t count,
                                       sampler_rewinder** rewinder,
                                       sampler_error* error) {
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
    auto made = Rewinder::Create(std::move(read));
    if (!made.ok()) return Fail(error, made.status());
    *rewinder = new sampler_rewinder{*std::move(made)};
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

sampler_status sampler_sequence_ban(sampler_sequence* sequence, int32_t token,
                                    sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    const absl::Status status = sequence->sequence.Ban(token);
    if (!status.ok()) return Fail(error, status);
    // What was drawn here may be banned now.
    sequence->has_last_step = false;
    return SAMPLER_OK;
  });
}

sampler_status sampler_find_loop(const sampler_sequence* sequence,
                                 const sampler_loop_rule* rule, int64_t* length,
                                 int64_t* count, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (rule == nullptr) return Invalid(error, "rule: got NULL");
    if (length == nullptr) return Invalid(error, "length: got NULL");
    if (rule->struct_size < sizeof(sampler_loop_rule)) {
      return Invalid(error,
                     absl::StrCat("rule: struct_size: got ", rule->struct_size,
                                  ", want ", sizeof(sampler_loop_rule)));
    }
    const bool meetable = rule->min_length >= 1 &&
                          rule->max_length >= rule->min_length &&
                          rule->count >= 2;
    if (!meetable) {
      return Invalid(
          error, absl::StrCat("rule: got patterns of ", rule->min_length,
                              " to ", rule->max_length, " tokens ", rule->count,
                              " times, want 1 or more, in that order, 2 times "
                              "or more"));
    }
    const auto loop =
        sampler::FindLoop(sequence->sequence.history().View(
                              sampler::Scope::kOutput, std::nullopt),
                          {rule->min_length, rule->max_length, rule->count});
    *length = loop.has_value() ? loop->length : 0;
    if (count != nullptr) *count = loop.has_value() ? loop->count : 0;
    return SAMPLER_OK;
  });
}

}  // extern "C"
