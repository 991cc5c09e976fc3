#include "sampler/logs/journal/record_check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/logits.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/journal/notes_record.h"
#include "sampler/logs/sequence_settings.h"

namespace sampler::logs {
namespace {

constexpr DType kRowTypes[] = {DType::kF32, DType::kF16, DType::kBF16,
                               DType::kF64};

std::size_t PayloadOf(const RecordHeader& header,
                      const LoggerOptions& options) {
  const std::size_t width = DTypeSize(options.dtype);
  if (header.type == RecordType::kDense) {
    return width * static_cast<std::size_t>(options.vocabulary_size);
  }
  return 4 + static_cast<std::size_t>(EntriesOf(header)) * (4 + 4 + width);
}

bool AreIds(absl::Span<const TokenId> ids, const LoggerOptions& options) {
  return std::all_of(ids.begin(), ids.end(), [&](TokenId id) {
    return id >= 0 && id < options.vocabulary_size;
  });
}

// What follows the ids: a logprob of each, and a logit. No logger lists NaN,
// and no reader takes it.
bool AreNumbers(ByteSpan payload, std::size_t entries,
                const LoggerOptions& options) {
  const ByteSpan logprobs = payload.subspan(4 + 4 * entries, 4 * entries);
  const ByteSpan logits = payload.subspan(4 + 8 * entries);
  const auto are_some = [](const Logits& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) return false;
    }
    return true;
  };
  return std::isfinite(ValuesOf<float>(payload.first(4)).front()) &&
         are_some({logprobs.data(), DType::kF32, entries}) &&
         are_some({logits.data(), options.dtype, entries});
}

// Of a row that lists its likeliest tokens.
absl::Status CheckEntries(const std::string& file, const RecordHeader& header,
                          ByteSpan payload, std::vector<TokenId> ids,
                          const LoggerOptions& options) {
  const std::string row =
      absl::StrCat(InputName(file), ": sequence ", header.sequence,
                   ": got a row that lists ");
  if (!AreNumbers(payload, ids.size(), options)) {
    return absl::FailedPreconditionError(absl::StrCat(
        row, "NaN, or whose logsumexp is not finite, want numbers"));
  }
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(row, "the token ", *twice, " twice, want each token once"));
}

}  // namespace

absl::string_view TextOf(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool IsRow(const RecordHeader& header) {
  return header.type == RecordType::kDense ||
         header.type == RecordType::kSparse;
}

DType SourceDType(const RecordHeader& header) {
  return kRowTypes[header.source_dtype];
}

bool IsHeaderOf(const RecordHeader& header, const LoggerOptions& options) {
  if (header.type == RecordType::kSettings) return true;
  if (header.type == RecordType::kNotes) {
    return header.payload >= kNotesHeadBytes && header.payload % 4 == 0;
  }
  if (header.type == RecordType::kTakeBack) {
    return header.payload == 0 && PlaceOf(header).has_value();
  }
  if (!IsRow(header)) {
    return header.type == RecordType::kPrompt && header.payload % 4 == 0;
  }
  const bool sparse = header.type == RecordType::kSparse;
  const std::uint64_t entries = EntriesOf(header);
  return sparse == (options.top_k > 0) && (entries > 0) == sparse &&
         entries <= static_cast<std::uint64_t>(options.vocabulary_size) &&
         header.source_dtype < std::size(kRowTypes) &&
         header.payload == PayloadOf(header, options);
}

absl::Status CheckRecord(const std::string& file, const RecordHeader& header,
                         ByteSpan payload, const LoggerOptions& options) {
  const bool fits =
      header.type == RecordType::kSettings
          ? SettingsFromJson(TextOf(payload)).has_value()
          : header.type != RecordType::kNotes || IsNotes(payload, options);
  if (IsHeaderOf(header, options) && fits) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(InputName(file), ": got a record of type ",
                   static_cast<std::uint32_t>(header.type), " and ",
                   header.payload, " bytes, want those that a logger of ",
                   options.vocabulary_size, " tokens writes"));
}

absl::Status CheckTokens(const std::string& file, const RecordHeader& header,
                         ByteSpan payload, const LoggerOptions& options) {
  const auto entries = static_cast<std::size_t>(EntriesOf(header));
  // A dense row holds none but the drawn one.
  std::vector<TokenId> ids;
  if (header.type == RecordType::kPrompt) {
    ids = ValuesOf<TokenId>(payload);
  } else if (header.type == RecordType::kSparse) {
    ids = ValuesOf<TokenId>(payload.subspan(4, 4 * entries));
  } else if (header.type == RecordType::kNotes) {
    ids = NotesOfPayload(payload).bans;
  }
  if (header.type == RecordType::kSparse) {
    absl::Status status = CheckEntries(file, header, payload, ids, options);
    if (!status.ok()) return status;
  }
  const bool drawn = !IsRow(header) || AreIds({header.token}, options);
  if (drawn && AreIds(ids, options)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      InputName(file), ": sequence ", header.sequence,
      ": got a record of a token outside the vocabulary, want ids in [0, ",
      options.vocabulary_size, ")"));
}

}  // namespace sampler::logs
