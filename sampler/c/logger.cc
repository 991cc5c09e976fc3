// The logger of the C interface.

#include "sampler/logs/logger.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/logger.h"

struct sampler_logger {
  sampler::logs::Logger logger;
};

namespace {

using sampler::c::CheckRow;
using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::ToLogits;

sampler_status Done(sampler_error* error, const absl::Status& status) {
  return status.ok() ? SAMPLER_OK : Fail(error, status);
}

// Fields beyond the caller's size are zero.
sampler_logger_options Known(const sampler_logger_options& given) {
  sampler_logger_options known = {};
  std::memcpy(&known, &given, std::min(given.struct_size, sizeof(known)));
  return known;
}

}  // namespace

extern "C" {

sampler_status sampler_logger_create(const char* path,
                                     const sampler_logger_options* options,
                                     sampler_logger** logger,
                                     sampler_error* error) {
  return Guarded(error, [&] {
    if (path == nullptr) return Invalid(error, "path: got NULL");
    if (options == nullptr) return Invalid(error, "options: got NULL");
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    if (options->struct_size < offsetof(sampler_logger_options, dtype)) {
      return Invalid(error, "options: struct_size is not set");
    }
    const sampler_logger_options known = Known(*options);
    if (known.dtype < SAMPLER_F32 || known.dtype > SAMPLER_BF16) {
      return Invalid(
          error,
          absl::StrCat("options: dtype: got ", static_cast<int>(known.dtype),
                       ", want 0 (f32), 1 (f16) or 2 (bf16)"));
    }
    sampler::logs::LoggerOptions made = {
        .vocabulary_size = known.vocabulary_size,
        .dtype = sampler::c::ToDType(known.dtype),
        .top_k = known.top_k,
        .overwrite = known.overwrite != 0 ? sampler::logs::Overwrite::kYes
                                          : sampler::logs::Overwrite::kNo,
        .journal = known.nameless != 0 ? sampler::logs::Journal::kNameless
                                       : sampler::logs::Journal::kRecoverable};
    for (size_t i = 0; i < known.metadata_count; ++i) {
      const char* const* pair =
          known.metadata == nullptr ? nullptr : known.metadata + 2 * i;
      if (pair == nullptr || pair[0] == nullptr || pair[1] == nullptr) {
        return Invalid(error,
                       absl::StrCat("options: metadata[", i, "]: got NULL"));
      }
      if (!made.metadata.emplace(pair[0], pair[1]).second) {
        return Invalid(error, absl::StrCat("options: metadata[", i,
                                           "]: got a name that stands there "
                                           "twice"));
      }
    }
    auto created = sampler::logs::Logger::Create(path, made);
    if (!created.ok()) return Fail(error, created.status());
    *logger = new sampler_logger{*std::move(created)};
    return SAMPLER_OK;
  });
}

sampler_status sampler_logger_prompt(sampler_logger* logger, uint32_t sequence,
                                     const int32_t* tokens, size_t count,
                                     sampler_error* error) {
  return Guarded(error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    if (tokens == nullptr && count > 0) {
      return Invalid(error, "tokens: got NULL");
    }
    return Done(error, logger->logger.AddPrompt(
                           sequence, absl::MakeConstSpan(tokens, count)));
  });
}

sampler_status sampler_logger_describe(sampler_logger* logger,
                                       uint32_t sequence,
                                       const sampler_sequence* drawn,
                                       sampler_error* error) {
  return sampler::c::OnHandle("drawn", drawn, error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    return Done(error, logger->logger.Describe(
                           sequence, sampler::logs::SettingsOf(
                                         drawn->pipeline, drawn->sequence)));
  });
}

sampler_status sampler_logger_append(sampler_logger* logger, uint32_t sequence,
                                     const sampler_row* row, int32_t token,
                                     sampler_error* error) {
  return Guarded(error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    if (row == nullptr) return Invalid(error, "row: got NULL");
    const std::string wrong = CheckRow(*row, "row");
    if (!wrong.empty()) return Invalid(error, wrong);
    return Done(error, logger->logger.Append(sequence, ToLogits(*row), token));
  });
}

sampler_status sampler_logger_append_step(sampler_logger* logger,
                                          uint32_t sequence,
                                          const sampler_sequence* drawn,
                                          const sampler_row* row,
                                          sampler_error* error) {
  return sampler::c::OnHandle("drawn", drawn, error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    if (row == nullptr) return Invalid(error, "row: got NULL");
    const std::string wrong = CheckRow(*row, "row");
    if (!wrong.empty()) return Invalid(error, wrong);
    if (!drawn->has_last_step || drawn->last_step.drawn.id < 0) {
      return Fail(error, SAMPLER_WRONG_STATE,
                  "drawn: got a sequence that has drawn no token here, want "
                  "sampler_sample before it, and no accept");
    }
    return Done(error, logger->logger.Append(
                           sequence, ToLogits(*row), drawn->last_step.drawn.id,
                           sampler::logs::NotesOf(
                               drawn->sequence, drawn->last_step.inputs.mask)));
  });
}

sampler_status sampler_logger_take_back(sampler_logger* logger,
                                        uint32_t sequence, int64_t rows,
                                        sampler_error* error) {
  return Guarded(error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    return Done(error, logger->logger.TakeBack(sequence, rows));
  });
}

sampler_status sampler_logger_sync(sampler_logger* logger,
                                   sampler_error* error) {
  return Guarded(error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    return Done(error, logger->logger.Sync());
  });
}

sampler_status sampler_logger_finish(sampler_logger* logger,
                                     sampler_error* error) {
  return Guarded(error, [&] {
    if (logger == nullptr) return Invalid(error, "logger: got NULL");
    return Done(error, logger->logger.Finish());
  });
}

void sampler_logger_free(sampler_logger* logger) { delete logger; }

}  // extern "C"
