// Whether an existing file may be replaced.

#ifndef SAMPLER_LOGS_OVERWRITE_H_
#define SAMPLER_LOGS_OVERWRITE_H_

namespace sampler::logs {

enum class Overwrite { kNo, kYes };

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_OVERWRITE_H_
