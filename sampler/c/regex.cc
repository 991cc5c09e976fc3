// Regular expressions of the C interface.

#include "sampler/c/regex.h"

#include <cstddef>
#include <memory>
#include <optional>

#include "sampler/c/guard.h"
#include "sampler/language.h"
#include "sampler/regex/regex_phrase.h"
#include "sampler/rewind/phrase_pattern.h"

struct sampler_regex {
  std::shared_ptr<const sampler::PhrasePattern> compiled;
  sampler_pattern pattern;
};

namespace {

using sampler::c::Fail;
using sampler::c::Invalid;

const sampler::PhrasePattern& Compiled(const void* context) {
  return *static_cast<const sampler_regex*>(context)->compiled;
}

int FindEndingAt(void* context, const char* text, std::size_t size,
                 std::size_t begin, std::size_t end, std::size_t* found) {
  const std::optional<std::size_t> begins =
      Compiled(context).FindEndingAt({text, size}, begin, end);
  if (!begins.has_value()) return 0;
  *found = *begins;
  return 1;
}

int MayOccur(void* context, const char* text, std::size_t size,
             std::size_t begin) {
  return Compiled(context).MayOccur({text, size}, begin) ? 1 : 0;
}

}  // namespace

extern "C" {

sampler_status sampler_regex_create(const char* expression,
                                    size_t expression_size,
                                    sampler_regex** regex,
                                    sampler_error* error) {
  return sampler::c::Guarded(error, [&] {
    if (expression == nullptr) return Invalid(error, "expression: got NULL");
    if (regex == nullptr) return Invalid(error, "regex: got NULL");
    auto phrase = sampler::RegexPhrase({expression, expression_size});
    if (!phrase.ok()) return Fail(error, phrase.status());
    auto made = std::make_unique<sampler_regex>();
    made->compiled = phrase->pattern;
    made->pattern = {sizeof(sampler_pattern), made.get(), FindEndingAt,
                     MayOccur};
    *regex = made.release();
    return SAMPLER_OK;
  });
}

void sampler_regex_free(sampler_regex* regex) { delete regex; }

const sampler_pattern* sampler_regex_pattern(const sampler_regex* regex) {
  return regex == nullptr ? nullptr : &regex->pattern;
}

}  // extern "C"
