// The watermarks that `sampler detect` knows, and their rules: the parameters
// of the stage that writes the mark, from a key and a few options.
//
//   scheme               stage and variant              a bare key is
//   gumbel               gumbel_watermark, house        one number
//   vllm, vllm-dual      gumbel_watermark, vllm...      one number
//   sglang, textseal     gumbel_watermark, sglang       one or two hexadecimal
//   kgw                  kgw_watermark                  one number
//   synthid              synthid                        numbers, one a layer
//
// Numbers are decimal, or hexadecimal with 0x. A key may instead be JSON: a
// config of ours with the stage, the stage alone, or what the engine itself is
// given (vLLM's and SGLang's watermark configs).
//
// Errors: InvalidArgument, by the name of the source; none shows what it read.
// Tested by: tests/tools/detect_test.cc.

#ifndef SAMPLER_TOOLS_DETECT_SCHEME_H_
#define SAMPLER_TOOLS_DETECT_SCHEME_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/parameters/value.h"
#include "sampler/watermark/evidence.h"

namespace sampler::tools {

// "vllm", "vllm-dual", ...
const std::vector<std::string>& SchemeNames();

// A scheme with all its parameters.
class Scheme {
 public:
  // `given`: parameters of the stage from the command line; a key that says the
  // same parameter is an error. REQUIRES: `name` is one of SchemeNames().
  static absl::StatusOr<Scheme> Create(const std::string& name,
                                       const std::string& key,
                                       const std::string& key_name,
                                       const Value::Object& given);

  const std::string& name() const { return name_; }

  // The parameters that are no secrets, for people: "context_width 4".
  std::string Text() const;

  // What plain text of so many counted tokens scores on average.
  double MeanScore(std::int64_t tokens) const;

  MarkEvidence Find(const MarkedText& text) const;

 private:
  std::string name_;
  std::string type_;
  Value::Object parameters_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DETECT_SCHEME_H_
