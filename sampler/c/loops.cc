// Loops of the C interface.

#include "sampler/c/loops.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/history/loops.h"

namespace {

using sampler::c::Invalid;
using sampler::c::OnSequence;

}  // namespace

extern "C" {

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
