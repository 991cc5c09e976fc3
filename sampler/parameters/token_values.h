// Values made of token ids: lists and sequences of ids, biases by id, ids at
// positions. Each check reports every way in which a value is wrong.
//
// Part of CheckParameters (parameter.h).
//
// Thread-safety: one thread at a time.
// Tested by: tests/parameters/parameters_test.cc.

#ifndef SAMPLER_PARAMETERS_TOKEN_VALUES_H_
#define SAMPLER_PARAMETERS_TOKEN_VALUES_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/parameter.h"
#include "sampler/parameters/value.h"

namespace sampler {

class TokenValueChecker {
 public:
  // Ids are checked against `vocabulary_size` if it is known. `problems` must
  // outlive the checker.
  TokenValueChecker(std::optional<std::int64_t> vocabulary_size,
                    std::vector<Problem>& problems)
      : vocabulary_size_(vocabulary_size), problems_(problems) {}

  // Ids, none of them twice.
  void CheckTokenIds(const Value::List& list, const std::string& pointer);

  // Ids that follow one another; an id may come again.
  void CheckSequence(const Value& value, const std::string& pointer);

  // Numbers by id; false bans.
  void CheckBiases(const Value::Object& biases, const std::string& pointer);

  // The items of a list of structures. REQUIRES: `kind` is kTokenSequences,
  // kSequenceBiases or kPositionedTokens.
  void CheckItems(ParameterKind kind, const Value::List& items,
                  const std::string& pointer);

 private:
  void Report(const std::string& pointer, std::string message);

  // "a token id", with the range where it is known.
  std::string AllowedId() const;
  bool IsTokenId(std::int64_t id) const;
  bool CheckTokenId(const Value& value, const std::string& pointer);

  void CheckBias(const Value& value, const std::string& pointer);
  bool CheckPair(const Value& value, absl::string_view want,
                 const std::string& pointer);
  void CheckPosition(const Value& value, std::set<std::int64_t>& seen,
                     const std::string& pointer);
  void CheckOneOrMore(const Value& value, const std::string& pointer);

  const std::optional<std::int64_t> vocabulary_size_;
  std::vector<Problem>& problems_;
};

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_TOKEN_VALUES_H_
