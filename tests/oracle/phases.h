// Phases of the text, and conditions: "phases" and "when" of a config, told by
// walking through all of the text anew.
//
//   closed  opens after a token with which a `begin` sequence is complete
//   open    closes after a token with which an `end` sequence is complete
//   scope "output": sequences lie in the output; initially: open at its start
//
// The stretch is what came after the last place where a phase opened or closed;
// where none is open, of the output alone.
#ifndef SAMPLER_TESTS_ORACLE_PHASES_H_
#define SAMPLER_TESTS_ORACLE_PHASES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/state.h"

namespace oracle {

// Where a phase opened and closed, in tokens of the text.
struct PhasePlaces {
  std::vector<std::int64_t> opened;
  std::vector<std::int64_t> closed;

  bool Open() const { return opened.size() > closed.size(); }
};

inline std::vector<TokenId> TextOf(const Context& context) {
  std::vector<TokenId> text = context.prompt;
  text.insert(text.end(), context.output.begin(), context.output.end());
  return text;
}

// Does text[from, to) end with one of the sequences?
inline bool EndsWith(const std::vector<TokenId>& text, std::size_t from,
                     std::size_t to, const nlohmann::json& sequences) {
  for (const nlohmann::json& sequence : sequences) {
    const auto s = sequence.get<std::vector<TokenId>>();
    if (s.size() > to - from) continue;
    if (std::equal(s.rbegin(), s.rend(),
                   text.rend() - static_cast<std::ptrdiff_t>(to))) {
      return true;
    }
  }
  return false;
}

inline PhasePlaces PlacesOf(const nlohmann::json& phase,
                            const Context& context) {
  const std::vector<TokenId> text = TextOf(context);
  const nlohmann::json none = nlohmann::json::array();
  const std::size_t prompt = context.prompt.size();
  const bool output_only = phase.value("scope", "both") == "output";
  const std::size_t from = output_only ? prompt : 0;
  PhasePlaces places;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto here = static_cast<std::int64_t>(size);
    if (size > from) {
      if (places.Open()) {
        if (EndsWith(text, from, size, phase.value("end", none))) {
          places.closed.push_back(here);
        }
      } else if (EndsWith(text, from, size, phase.value("begin", none))) {
        places.opened.push_back(here);
      }
    }
    if (size == prompt && phase.value("initially", false) && !places.Open()) {
      places.opened.push_back(here);
    }
  }
  return places;
}

inline std::int64_t StretchBegin(const Context& context) {
  std::int64_t last = -1;
  bool open = false;
  for (const auto& [name, phase] : context.phases.items()) {
    const PhasePlaces places = PlacesOf(phase, context);
    open = open || places.Open();
    for (const auto& list : {places.opened, places.closed}) {
      for (const std::int64_t place : list) last = std::max(last, place);
    }
  }
  const auto prompt = static_cast<std::int64_t>(context.prompt.size());
  return open ? last : std::max(last, prompt);
}

inline std::int64_t StretchSize(const Context& context) {
  return static_cast<std::int64_t>(TextOf(context).size()) -
         StretchBegin(context);
}

inline bool Within(std::int64_t count, const nlohmann::json& range) {
  return range[0].get<std::int64_t>() <= count &&
         (range[1].is_null() || count < range[1].get<std::int64_t>());
}

inline bool Holds(const nlohmann::json& when, const Context& context) {
  bool holds = true;
  for (const auto& [key, value] : when.items()) {
    if (key == "phase") {
      holds =
          holds &&
          PlacesOf(context.phases.at(value.get<std::string>()), context).Open();
    } else if (key == "position") {
      holds = holds &&
              Within(static_cast<std::int64_t>(context.output.size()), value);
    } else if (key == "phase_position" && !when.contains("phase")) {
      holds = holds && Within(StretchSize(context), value);
    } else if (key == "phase_position") {
      const PhasePlaces places = PlacesOf(
          context.phases.at(when["phase"].get<std::string>()), context);
      const auto size = static_cast<std::int64_t>(TextOf(context).size());
      holds =
          holds && places.Open() && Within(size - places.opened.back(), value);
    } else if (key == "not") {
      holds = holds && !Holds(value, context);
    } else {
      bool any = false, all = true;
      for (const nlohmann::json& part : value) {
        const bool one = Holds(part, context);
        any = any || one;
        all = all && one;
      }
      holds = holds && (key == "all" ? all : any);
    }
  }
  return holds;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_PHASES_H_
