// What `sampler detect` answers, for people and as JSON.
//
// Tested by: tests/tools/detect_test.cc.

#ifndef SAMPLER_TOOLS_DETECT_PRINT_H_
#define SAMPLER_TOOLS_DETECT_PRINT_H_

#include <string>
#include <vector>

#include "sampler/watermark/evidence.h"
#include "tools/detect/scheme.h"
#include "tools/text/output.h"

namespace sampler::tools {

struct Detection {
  const Scheme& scheme;
  std::vector<MarkEvidence> texts;
  bool each = false;  // Show what every token adds.
};

std::string DetectionText(const Detection& detection, const Painter& paint);
std::string DetectionJson(const Detection& detection);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DETECT_PRINT_H_
