// What library this is, and the names of its statuses.

#include "sampler/c/status.h"

#include "sampler/c/guard.h"
#include "sampler/instruction_set.h"
#include "sampler/version.h"

extern "C" {

const char* sampler_version() { return SAMPLER_VERSION; }

const char* sampler_instruction_set() {
  // A literal: it ends in a zero.
  return sampler::InstructionSet().data();
}

sampler_status sampler_check_instruction_set(sampler_error* error) {
  return sampler::c::Guarded(error, [&] {
    const absl::Status status = sampler::CheckInstructionSet();
    return status.ok() ? SAMPLER_OK : sampler::c::Fail(error, status);
  });
}

const char* sampler_status_name(sampler_status status) {
  switch (status) {
    case SAMPLER_OK:
      return "ok";
    case SAMPLER_INVALID_ARGUMENT:
      return "invalid argument";
    case SAMPLER_OUT_OF_RANGE:
      return "out of range";
    case SAMPLER_BUSY:
      return "busy";
    case SAMPLER_OUT_OF_MEMORY:
      return "out of memory";
    case SAMPLER_INTERNAL:
      return "internal error";
    case SAMPLER_FILE_ERROR:
      return "file error";
    case SAMPLER_WRONG_STATE:
      return "wrong state";
  }
  return "unknown";
}

}  // extern "C"
