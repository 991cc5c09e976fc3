#include "sampler/token.h"

#include "sampler/random/random.h"

namespace sampler {

double Token::u() const { return ToFraction(bits); }

}  // namespace sampler
