// The ids of an answer's tokens: told by the server, or found by their texts.
//
//   ids      every token of the answer has one
//   texts    by the vocabulary's texts; of several ids with one text the
//            smallest is taken, and counted
//   labels   without ids and without a vocabulary: texts are numbered in the
//            order in which they appear; such numbers are no ids of the model
//
// Thread-safety: one thread.
// Tested by: tests/logs/server/server_log_test.cc.

#ifndef SAMPLER_LOGS_SERVER_TOKEN_RESOLVER_H_
#define SAMPLER_LOGS_SERVER_TOKEN_RESOLVER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "sampler/logs/server/answer.h"

namespace sampler::logs {

class TokenResolver {
 public:
  // `vocabulary`: texts by id, or none. InvalidArgument where some tokens have
  // ids and others texts alone, and there is no vocabulary.
  static absl::StatusOr<TokenResolver> Create(
      const std::string& file, const std::vector<AnswerSequence>& sequences,
      const std::vector<std::string>& vocabulary);

  // The id; empty for a text that the vocabulary has not.
  std::optional<std::int64_t> Resolve(const AnswerToken& token);

  // Returns true if ids are made up: texts are numbered as they come.
  bool labels() const { return labels_; }

  // What to tell of the answers that were given.
  std::vector<std::string> Notices() const;

  // The texts that were met, by id.
  std::map<TokenId, std::string> TakeTexts();

 private:
  struct Entry {
    std::int64_t id = 0;
    bool shared = false;  // Other ids have the text too.
  };

  bool labels_ = false;
  std::unordered_map<std::string, Entry> ids_;
  std::map<TokenId, std::string> texts_;
  std::int64_t ambiguous_ = 0;
  std::string first_ambiguous_;
  std::int64_t unknown_ = 0;
  std::string first_unknown_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SERVER_TOKEN_RESOLVER_H_
