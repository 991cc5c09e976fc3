#include "tests/support/random_phases.h"

#include <algorithm>
#include <string>

#include "sampler/stages/registry.h"

namespace sampler {
namespace {

using nlohmann::json;

json Tokens(Chooser& choose, int distinct, int longest) {
  json tokens = json::array();
  for (int i = choose.Below(longest); i >= 0; --i) {
    tokens.push_back(choose.Below(distinct));
  }
  return tokens;
}

json Sequences(Chooser& choose, int distinct) {
  json sequences = json::array();
  for (int i = choose.Below(2); i >= 0; --i) {
    sequences.push_back(Tokens(choose, distinct, 2));
  }
  return sequences;
}

json Range(Chooser& choose) {
  const int from = choose.Below(20);
  return {from, choose.Maybe(30) ? json() : json(from + 1 + choose.Below(60))};
}

json RandomCondition(Chooser& choose, int depth) {
  const char* const phase = choose.Of({"thinking", "tool"});
  switch (choose.Below(depth > 0 ? 7 : 4)) {
    case 0:
      return {{"position", Range(choose)}};
    case 1:
      return {{"phase_position", Range(choose)}};
    case 2:
      return {{"phase", phase}, {"phase_position", Range(choose)}};
    case 3:
      return {{"phase", phase}};
    case 4:
      return {{"not", RandomCondition(choose, depth - 1)}};
    default:
      break;
  }
  json parts = json::array();
  for (int i = choose.Below(3); i >= 0; --i) {
    parts.push_back(RandomCondition(choose, depth - 1));
  }
  return {{choose.Of({"all", "any"}), parts}};
}

json RandomBudget(Chooser& choose, int vocabulary_size, const json& phases) {
  const std::string phase = choose.Of({"thinking", "tool"});
  // Around the end, so that some of it is forced after it.
  const int distinct = std::min(vocabulary_size, 4);
  json close = json::array();
  if (choose.Maybe(50)) close = Tokens(choose, distinct, 2);
  for (const json& id : phases[phase]["end"][0]) close.push_back(id);
  if (choose.Maybe(50)) {
    for (const json& id : Tokens(choose, distinct, 2)) close.push_back(id);
  }
  json stage = {{"type", "thinking_budget"},
                {"phase", phase},
                {"tokens", choose.Below(30)},
                {"close", close}};
  if (choose.Maybe(40)) {
    stage["at"] = "newline";
    stage["newlines"] = choose.Ids(3, vocabulary_size);
    stage["grace"] = choose.Below(40);
  }
  return stage;
}

}  // namespace

json RandomPhases(Chooser& choose, int distinct) {
  json phases = json::object();
  for (const char* const name : {"thinking", "tool"}) {
    json& phase = phases[name];
    phase = {{"begin", Sequences(choose, distinct)},
             {"end", Sequences(choose, distinct)}};
    choose.Option(phase, "scope", {"both", "output"});
    if (choose.Maybe(20)) phase["initially"] = true;
  }
  return phases;
}

void AddPhases(std::mt19937_64& random, int vocabulary_size, const json& phases,
               json& chain) {
  Chooser choose(random);
  for (json& stage : chain) {
    const StageType* const type =
        StageRegistry::BuiltIn().Find(stage["type"].get<std::string>());
    const bool scoped = std::any_of(
        type->parameters.begin(), type->parameters.end(), [](const auto& p) {
          return p.name() == "scope" && p.choices().size() == 4;
        });
    if (scoped && choose.Maybe(40)) stage["scope"] = "phase";
    if (stage.contains("schedule") && choose.Maybe(50)) {
      stage["schedule"]["clock"] = "phase";
    }
    if (type->group == StageGroup::kDraw || stage.contains("when")) continue;
    if (choose.Maybe(40)) stage["when"] = RandomCondition(choose, 3);
  }
  if (choose.Maybe(20)) {
    const int shortest = 1 + choose.Below(3);
    json stage = {{"type", "loop_ban"},
                  {"count", 2 + choose.Below(3)},
                  {"min_length", shortest},
                  {"max_length", shortest + choose.Below(5)}};
    choose.Option(stage, "scope", {"prompt", "output", "both", "phase"});
    if (choose.Maybe(20)) stage["exempt"] = choose.Ids(2, vocabulary_size);
    chain.insert(chain.begin(), std::move(stage));
  }
  if (choose.Maybe(30)) {
    chain.insert(chain.begin(), RandomBudget(choose, vocabulary_size, phases));
  }
}

}  // namespace sampler
