#include "sampler/workspace.h"

#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/chain/scratch.h"

namespace sampler {

Workspace::Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

void Workspace::SetBoundsUse(BoundsUse use) {
  scratch().candidates.bounds().SetUse(use);
}

BoundsTally Workspace::bounds_tally() const {
  return scratch_ == nullptr ? BoundsTally{}
                             : scratch_->candidates.bounds().tally();
}

Scratch& Workspace::scratch() {
  if (scratch_ == nullptr) scratch_ = std::make_unique<Scratch>();
  return *scratch_;
}

}  // namespace sampler
