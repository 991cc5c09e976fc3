// The style of a page.

#ifndef SAMPLER_TOOLS_HTML_STYLE_H_
#define SAMPLER_TOOLS_HTML_STYLE_H_

#include <cstdint>

namespace sampler::tools {

extern const char kPageStyle[];

// Up to so many steps are all printed; of more, the one that is open.
inline constexpr std::int64_t kFewSteps = 24;

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_STYLE_H_
