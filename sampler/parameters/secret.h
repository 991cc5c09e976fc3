// Parameters that nobody but the owner of a config may see: the keys of
// watermarks. They are told by their name, so that a stage of a program's own
// is covered, too: "key", "keys", and what begins with "key_".
//
// No error, chain or printed config (config/printed.h) shows the value of one.
//
// Thread-safety: pure functions.
// Tested by: tests/parameters/secret_test.cc.

#ifndef SAMPLER_PARAMETERS_SECRET_H_
#define SAMPLER_PARAMETERS_SECRET_H_

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace sampler {

// The text that a printed config has in the place of a secret.
inline constexpr char kHiddenSecret[] = "secret";

inline bool IsSecretName(absl::string_view parameter) {
  return parameter == "key" || parameter == "keys" ||
         absl::StartsWith(parameter, "key_");
}

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_SECRET_H_
