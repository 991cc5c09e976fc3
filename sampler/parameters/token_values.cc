#include "sampler/parameters/token_values.h"

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"

namespace sampler {

void TokenValueChecker::Report(const std::string& pointer,
                               std::string message) {
  AddProblem({pointer, std::move(message)}, problems_);
}

std::string TokenValueChecker::AllowedId() const {
  return vocabulary_size_.has_value()
             ? absl::StrCat("a token id in [0, ", *vocabulary_size_, ")")
             : "a token id >= 0";
}

bool TokenValueChecker::IsTokenId(std::int64_t id) const {
  return id >= 0 && id <= std::numeric_limits<std::int32_t>::max() &&
         (!vocabulary_size_.has_value() || id < *vocabulary_size_);
}

bool TokenValueChecker::CheckTokenId(const Value& value,
                                     const std::string& pointer) {
  if (value.integer() != nullptr && IsTokenId(*value.integer())) return true;
  Report(pointer, absl::StrCat("got ", ToText(value), ", want ", AllowedId()));
  return false;
}

void TokenValueChecker::CheckTokenIds(const Value::List& list,
                                      const std::string& pointer) {
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = absl::StrCat(pointer, "/", i);
    if (CheckTokenId(list[i], at) && !seen.insert(*list[i].integer()).second) {
      Report(at,
             absl::StrCat("token id ", *list[i].integer(), " is listed twice"));
    }
  }
}

void TokenValueChecker::CheckBiases(const Value::Object& biases,
                                    const std::string& pointer) {
  for (const auto& [key, value] : biases) {
    const std::string at = absl::StrCat(pointer, "/", EscapePointer(key));
    std::int64_t id = 0;
    // One spelling per id ("7", never "07" or "+7"), so that no id can be
    // listed twice.
    if (!absl::SimpleAtoi(key, &id) || absl::StrCat(id) != key ||
        !IsTokenId(id)) {
      Report(at, absl::StrCat("got the key \"", Shortened(key), "\", want ",
                              AllowedId()));
    }
    CheckBias(value, at);
  }
}

void TokenValueChecker::CheckBias(const Value& value,
                                  const std::string& pointer) {
  const bool number = value.integer() != nullptr ||
                      (value.real() != nullptr && std::isfinite(*value.real()));
  const bool ban = value.boolean() != nullptr && !*value.boolean();
  if (!number && !ban) {
    Report(pointer, absl::StrCat("got ", ToText(value),
                                 ", want a finite number, or false to ban"));
  }
}

void TokenValueChecker::CheckItems(ParameterKind kind, const Value::List& items,
                                   const std::string& pointer) {
  std::set<std::int64_t> positions;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string at = absl::StrCat(pointer, "/", i);
    if (kind == ParameterKind::kTokenSequences) {
      CheckSequence(items[i], at);
    } else if (kind == ParameterKind::kSequenceBiases) {
      if (!CheckPair(items[i], "[[token ids], number or false]", at)) {
        continue;
      }
      CheckSequence((*items[i].list())[0], at + "/0");
      CheckBias((*items[i].list())[1], at + "/1");
    } else {
      if (!CheckPair(items[i], "[position, token id or list of them]", at)) {
        continue;
      }
      CheckPosition((*items[i].list())[0], positions, at + "/0");
      CheckOneOrMore((*items[i].list())[1], at + "/1");
    }
  }
}

bool TokenValueChecker::CheckPair(const Value& value, absl::string_view want,
                                  const std::string& pointer) {
  if (value.list() != nullptr && value.list()->size() == 2) return true;
  Report(pointer, absl::StrCat("got ", ToText(value), ", want ", want));
  return false;
}

void TokenValueChecker::CheckSequence(const Value& value,
                                      const std::string& pointer) {
  if (value.list() == nullptr || value.list()->empty()) {
    Report(pointer, absl::StrCat("got ", ToText(value),
                                 ", want a non-empty list of token ids"));
    return;
  }
  for (std::size_t i = 0; i < value.list()->size(); ++i) {
    CheckTokenId((*value.list())[i], absl::StrCat(pointer, "/", i));
  }
}

void TokenValueChecker::CheckPosition(const Value& value,
                                      std::set<std::int64_t>& seen,
                                      const std::string& pointer) {
  if (value.integer() == nullptr || *value.integer() < 0) {
    Report(pointer,
           absl::StrCat("got ", ToText(value), ", want a position >= 0"));
  } else if (!seen.insert(*value.integer()).second) {
    Report(pointer,
           absl::StrCat("position ", *value.integer(), " is listed twice"));
  }
}

void TokenValueChecker::CheckOneOrMore(const Value& value,
                                       const std::string& pointer) {
  if (value.list() == nullptr) {
    CheckTokenId(value, pointer);
  } else if (value.list()->empty()) {
    Report(pointer, absl::StrCat("got [], want ", AllowedId(),
                                 ", or a non-empty list of them"));
  } else {
    CheckTokenIds(*value.list(), pointer);
  }
}

}  // namespace sampler
