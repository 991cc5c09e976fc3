// Two masses that surely hold an exact one between them. Plain values.

#ifndef SAMPLER_BOUNDS_MASS_INTERVAL_H_
#define SAMPLER_BOUNDS_MASS_INTERVAL_H_

#include "sampler/arithmetic/mass.h"

namespace sampler {

// low <= exact <= high.
struct MassInterval {
  Mass low;
  Mass high;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_INTERVAL_H_
