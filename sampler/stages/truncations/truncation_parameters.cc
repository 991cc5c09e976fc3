#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

Parameter MinKeepParameter() {
  return Integer("min_keep", "candidates that stay at least")
      .AtLeast(1)
      .Default(1);
}

Parameter TiesParameter() {
  return Choice("ties", "candidates tied with the last kept one")
      .Choices({"exact", "keep_all"});
}

Parameter EqualityParameter() {
  return Choice("equality", "at a mass of exactly p: stop, or take one more")
      .Choices({"stop", "continue"});
}

Parameter CrossingParameter() {
  return Choice("crossing",
                "the candidate that crosses p; exclude: only "
                "candidates whose running mass is at most p")
      .Choices({"include", "exclude"});
}

Parameter MassParameter() {
  return Choice("mass",
                "of the survivors, or of the candidates before the "
                "pipeline's first truncation")
      .Choices({"surviving", "original"});
}

Parameter TieOrderParameter() {
  return Choice("tie_order", "which of equal logits ranks first")
      .Choices({"low_id", "high_id"});
}

}  // namespace sampler
