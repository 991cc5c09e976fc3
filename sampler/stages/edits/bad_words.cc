#include "sampler/stages/edits/bad_words.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "sampler/stages/edits/sequence_bias.h"

namespace sampler {

StageType BadWords::Type() {
  return {.name = "bad_words",
          .group = StageGroup::kEdit,
          .summary = "Bans tokens that would complete a listed sequence.",
          .formula = "l_x = -inf where history + x ends with a sequence",
          .source = "Hugging Face, vLLM",
          .parameters = {TokenSequences("sequences",
                                        "sequences that must not occur")
                             .Default(Value::List{}),
                         SequenceBiasStage::ScopeParameter()},
          .facts = [](const Parameters& p) -> StageFacts {
            StageFacts facts = SequenceBiasStage::HistoryFacts(p);
            const std::vector<TokenSequence> sequences =
                p.TokenSequences("sequences");
            facts.neutral = sequences.empty();
            for (const TokenSequence& sequence : sequences) {
              if (sequence.size() == 1) facts.bans.push_back(sequence.front());
            }
            std::sort(facts.bans.begin(), facts.bans.end());
            return facts;
          },
          .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
            std::vector<SequenceBias> bans;
            for (TokenSequence& sequence : p.TokenSequences("sequences")) {
              bans.push_back({std::move(sequence),
                              -std::numeric_limits<double>::infinity()});
            }
            return std::make_unique<SequenceBiasStage>(
                std::move(bans), p.Choice<SequenceBiasStage::Match>("scope"));
          }};
}

}  // namespace sampler
