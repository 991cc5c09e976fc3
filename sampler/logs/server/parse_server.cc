// ParseServerAnswers: answers become sequences of rows.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/server/answer_reader.h"
#include "sampler/logs/server/answer_row.h"
#include "sampler/logs/server/choose_positions.h"
#include "sampler/logs/server/documents.h"
#include "sampler/logs/server/server_log.h"
#include "sampler/logs/server/token_resolver.h"

namespace sampler::logs {
namespace {

// Answers are lists of a few tokens; beyond this a file is something else.
constexpr std::int64_t kMostAnswerBytes = std::int64_t{1} << 30;

class ServerParser {
 public:
  ServerParser(const std::string& file, const OpenRequest& request)
      : file_(file), request_(request) {}

  absl::StatusOr<ServerParts> Parse(absl::string_view text) && {
    auto documents = ReadDocuments(file_, text, request_.options.allow_partial);
    if (!documents.ok()) return documents.status();
    auto answers = ReadAnswers(file_, *documents);
    if (!answers.ok()) return answers.status();
    const auto chosen =
        ChoosePositions(file_, request_.options.tensor, *answers);
    if (!chosen.ok()) return chosen.status();
    server_.parts.description.tensor = chosen->name;
    absl::Status status = MakeRows(*answers, chosen->sequences);
    if (!status.ok()) return status;
    LogDescription& description = server_.parts.description;
    description.rows = std::ssize(server_.tails);
    description.expected_rows = description.rows + (documents->cut ? 1 : 0);
    server_.parts.layout = {.sequences = 1, .steps = description.expected_rows};
    status = CheckExtents(file_, request_.options, description);
    if (!status.ok()) return status;
    Describe(*answers);
    return std::move(server_);
  }

 private:
  // Sets the size of the vocabulary and returns its texts, if they are wanted.
  absl::StatusOr<std::vector<std::string>> ReadVocabulary(
      const std::vector<AnswerSequence>& sequences) {
    const OpenOptions& options = request_.options;
    std::vector<std::string> texts;
    bool wanted = !options.vocabulary_size.has_value();
    for (const AnswerSequence& sequence : sequences) {
      for (const AnswerPosition& position : sequence.positions) {
        for (const AnswerToken& token : position.top) wanted |= token.id < 0;
      }
    }
    if (wanted && options.token_texts) {
      auto read = options.token_texts();
      if (!read.ok()) return read.status();
      texts = *std::move(read);
    }
    std::int64_t& width = server_.parts.description.vocabulary_size;
    width = options.vocabulary_size.value_or(std::ssize(texts));
    if (width == 0) {
      return InvalidLog({file_, "vocabulary size", "none",
                         "the size of the vocabulary",
                         "an answer does not show it: say it, for the tool "
                         "with --vocab-size or --vocab-file"});
    }
    if (width > kMaxVocabularySize) {
      return InvalidLog({file_, "vocabulary size", absl::StrCat(width),
                         absl::StrCat("at most ", kMaxVocabularySize),
                         "rows are spread to this width"});
    }
    return texts;
  }

  // Whether the values are logits. Their sum tells, in any row.
  absl::StatusOr<bool> HoldLogits(
      const Answers& answers, const std::vector<AnswerSequence>& sequences) {
    for (const AnswerSequence& sequence : sequences) {
      for (const AnswerPosition& position : sequence.positions) {
        if (FitLogprobs(position)) continue;
        const bool may_be = answers.producer == Producer::kOpenAi ||
                            answers.producer == Producer::kVllm;
        if (may_be) return true;
        return InvalidLog(
            {file_, position.where, "probabilities that sum to more than 1",
             "log-probabilities of one distribution", "the answer is damaged"});
      }
    }
    return false;
  }

  static std::size_t ShortestList(
      const std::vector<AnswerSequence>& sequences) {
    std::size_t shortest = std::numeric_limits<std::size_t>::max();
    for (const AnswerSequence& sequence : sequences) {
      for (const AnswerPosition& position : sequence.positions) {
        if (!position.top.empty()) {
          shortest = std::min(shortest, position.top.size());
        }
      }
    }
    return shortest;
  }

  absl::Status MakeRows(const Answers& answers,
                        const std::vector<AnswerSequence>& sequences) {
    const auto vocabulary = ReadVocabulary(sequences);
    if (!vocabulary.ok()) return vocabulary.status();
    auto resolver = TokenResolver::Create(file_, sequences, *vocabulary);
    if (!resolver.ok()) return resolver.status();
    const auto logits = HoldLogits(answers, sequences);
    if (!logits.ok()) return logits.status();
    logits_ = *logits;
    shortest_ = ShortestList(sequences);
    if (shortest_ == std::numeric_limits<std::size_t>::max()) {
      return InvalidLog(
          {file_, "top log-probabilities", "the chosen tokens alone",
           "a list of the likeliest tokens at each position",
           "ask the server for the alternatives too (top_logprobs)"});
    }
    const RowRules rules = {file_, server_.parts.description.vocabulary_size,
                            answers.values, logits_, shortest_};
    server_.parts.sequence_offsets = {0};
    server_.parts.prompt_offsets = {0};
    for (const AnswerSequence& sequence : sequences) {
      if (sequence.positions.empty()) continue;
      for (const AnswerPosition& position : sequence.positions) {
        auto row = MakeRow(position, rules, *resolver);
        if (!row.ok()) return row.status();
        Append(*row);
      }
      LogParts& parts = server_.parts;
      parts.prompt_tokens.insert(parts.prompt_tokens.end(),
                                 sequence.prompt.begin(),
                                 sequence.prompt.end());
      parts.prompt_offsets.push_back(std::ssize(parts.prompt_tokens));
      parts.sequence_offsets.push_back(std::ssize(server_.tails));
    }
    LogDescription& description = server_.parts.description;
    description.notices = resolver->Notices();
    description.texts = resolver->TakeTexts();
    return absl::OkStatus();
  }

  void Append(const AnswerRow& row) {
    for (const AnswerRow::Entry& entry : row.entries) {
      server_.ids.push_back(static_cast<TokenId>(entry.id));
      server_.values.push_back(static_cast<float>(entry.value));
    }
    server_.starts.push_back(server_.ids.size());
    server_.tails.push_back(row.tail);
    server_.parts.tokens.push_back(row.chosen);
    longest_ = std::max(longest_, row.entries.size());
    unlisted_ += row.chosen_unlisted ? 1 : 0;
    repeated_ += row.repeated ? 1 : 0;
    empty_ += row.entries.empty() ? 1 : 0;
  }

  void Describe(const Answers& answers) {
    LogDescription& description = server_.parts.description;
    description.format = Format::kServerAnswer;
    description.dtype = DType::kF32;
    description.top_k = true;
    description.metadata = answers.metadata;
    std::vector<std::string>& notices = description.notices;
    const auto count = [&](std::int64_t n, absl::string_view what) {
      if (n > 0) notices.push_back(absl::StrCat(n, what));
    };
    notices.insert(
        notices.begin(),
        absl::StrCat("an answer of ", ProducerName(answers.producer), ": ",
                     shortest_,
                     longest_ > shortest_ ? absl::StrCat(" to ", longest_) : "",
                     " tokens are listed at each position"));
    DescribeValues(answers);
    count(unlisted_, " chosen tokens have no probability: they are not listed");
    count(repeated_, " positions list a token twice; it counts once");
    count(empty_, " positions have no distribution: rows without candidates");
    count(answers.without_logprobs,
          " answers of the file have no log-probabilities and are left out");
    const bool none =
        std::all_of(server_.parts.tokens.begin(), server_.parts.tokens.end(),
                    [](std::int64_t id) { return id == kNoToken; });
    if (none) server_.parts.tokens.clear();
  }

  void DescribeValues(const Answers& answers) {
    LogDescription& description = server_.parts.description;
    if (logits_) {
      description.metadata["kind"] = "raw_logits";
      description.notices.push_back(
          "the values sum to more than 1 as log-probabilities, so they are "
          "logits (vLLM: --logprobs-mode raw_logits), whose absolute "
          "probabilities are unknown");
      return;
    }
    switch (answers.values) {
      case AnswerValues::kRaw:
        description.metadata["kind"] = "raw_logprobs";
        return;
      case AnswerValues::kProcessed:
        description.metadata["kind"] = "processed_logprobs";
        return;
      case AnswerValues::kUntold:
        break;
    }
    description.notices.push_back(
        "the answer does not say whether its log-probabilities are those of "
        "the model or of what a temperature left of them (vLLM: "
        "--logprobs-mode; SGLang and TGI: by version); they are taken as the "
        "model's, --kind processed says otherwise");
  }

  const std::string& file_;
  const OpenRequest& request_;
  ServerParts server_;
  bool logits_ = false;
  std::size_t shortest_ = 0;  // List of a position.
  std::size_t longest_ = 0;   // With its chosen token.
  std::int64_t unlisted_ = 0;
  std::int64_t repeated_ = 0;
  std::int64_t empty_ = 0;
};

}  // namespace

absl::StatusOr<ServerParts> ParseServerAnswers(const InputFile& file,
                                               const OpenRequest& request) {
  if (file.size() > kMostAnswerBytes) {
    return InvalidLog(
        {file.path(), "size", absl::StrCat(file.size(), " bytes"),
         absl::StrCat("at most ", kMostAnswerBytes, " of answers of servers"),
         "split it into several files"});
  }
  const auto bytes = file.ReadAll();
  if (!bytes.ok()) return bytes.status();
  return ServerParser(file.path(), request)
      .Parse(absl::string_view(reinterpret_cast<const char*>(bytes->data()),
                               bytes->size()));
}

}  // namespace sampler::logs
