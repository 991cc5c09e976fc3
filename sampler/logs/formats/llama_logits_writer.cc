#include "sampler/logs/formats/llama_logits_writer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/logs/files/file_names.h"

namespace sampler::logs {
namespace {

constexpr float kWindow = 16.0f;
constexpr float kLargestCode = 65535.0f;

// One row in codes.
class RowCoder {
 public:
  explicit RowCoder(std::int64_t vocabulary_size)
      : values_(static_cast<std::size_t>(vocabulary_size)),
        codes_(values_.size() + values_.size() % 2) {}

  // False for a row without a distribution.
  bool Encode(const Logits& row, LlamaLosses& losses) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      values_[i] = static_cast<float>(row[i]);
      if (std::isnan(values_[i])) return false;
    }
    const auto [least, most] =
        std::minmax_element(values_.begin(), values_.end());
    if (std::isinf(*most)) return false;
    const float min = std::max(*least, *most - kWindow);
    double sum = 0;
    for (const float value : values_) {
      sum += Exp(static_cast<double>(value - *most));
    }
    const auto log_sum = static_cast<float>(sampler::Log(sum));
    scale_ = (*most - min) / kLargestCode;
    min_log_prob_ = min - *most - log_sum;
    const float inverse = scale_ > 0 ? 1.0f / scale_ : 0.0f;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const float code =
          values_[i] > min ? std::nearbyint(inverse * (values_[i] - min)) : 0;
      // The product may round past the last code.
      codes_[i] = static_cast<std::uint16_t>(std::min(code, kLargestCode));
      losses.removed += std::isinf(values_[i]) ? 1 : 0;
      losses.floored += values_[i] < min && !std::isinf(values_[i]) ? 1 : 0;
    }
    return true;
  }

  void WriteTo(OutputFile& file) const {
    const float head[] = {scale_, min_log_prob_};
    file.AppendValues(absl::MakeConstSpan(head));
    file.AppendValues(absl::MakeConstSpan(codes_));
  }

 private:
  std::vector<float> values_;
  std::vector<std::uint16_t> codes_;  // Padded to an even count.
  float scale_ = 0;
  float min_log_prob_ = 0;
};

absl::Status Unfit(const std::string& path, absl::string_view what,
                   absl::string_view found, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat(
      OutputName(path), ": ", what, ": got ", found, ", want ", want));
}

absl::Status Check(const std::string& path, const Log& log) {
  if (log.tokens().empty()) {
    return Unfit(path, "tokens", "a log without", "one for every row");
  }
  if (log.description().top_k) {
    return Unfit(path, "rows", "a top-k log", "whole rows");
  }
  const auto drawn = log.tokens();
  if (std::find(drawn.begin(), drawn.end(), kNoToken) != drawn.end()) {
    return Unfit(path, "tokens", "rows without one (label masks)",
                 "one for every row");
  }
  const std::int64_t rows = log.sequences()[0].rows;
  for (const LogSequence& sequence : log.sequences()) {
    if (sequence.rows == rows) continue;
    return Unfit(path, "sequences", "some of different lengths",
                 "one length: write safetensors, or each to a file of its own");
  }
  const std::int64_t chunks = std::ssize(log.sequences());
  if (2 * rows + 1 > std::numeric_limits<std::int32_t>::max() ||
      chunks > std::numeric_limits<std::int32_t>::max()) {
    return Unfit(path, "rows", absl::StrCat(rows), "fewer than 2^30");
  }
  return absl::OkStatus();
}

// The N + 1 tokens before row 0, then those of the rows.
std::vector<std::int32_t> ChunkTokens(const Log& log,
                                      const LogSequence& sequence,
                                      LlamaLosses& losses) {
  const auto wanted = static_cast<std::size_t>(sequence.rows) + 1;
  absl::Span<const std::int32_t> prompt = sequence.prompt;
  std::vector<std::int32_t> tokens;
  if (prompt.size() < wanted) {
    tokens.assign(wanted - prompt.size(), prompt.empty() ? 0 : prompt.front());
    losses.filled += std::ssize(tokens);
  } else {
    losses.cut += static_cast<std::int64_t>(prompt.size() - wanted);
    prompt.remove_prefix(prompt.size() - wanted);
  }
  tokens.insert(tokens.end(), prompt.begin(), prompt.end());
  const auto drawn =
      log.tokens().subspan(static_cast<std::size_t>(sequence.first_row),
                           static_cast<std::size_t>(sequence.rows));
  tokens.insert(tokens.end(), drawn.begin(), drawn.end());
  return tokens;
}

}  // namespace

absl::StatusOr<LlamaLosses> WriteLlamaLogits(
    const std::string& path, Overwrite overwrite, const Log& log,
    const std::function<void()>& on_row) {
  absl::Status fits = Check(path, log);
  if (!fits.ok()) return fits;
  auto file = OutputFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  constexpr char kMagic[] = {'_', 'l', 'o', 'g', 'i', 't', 's', '_'};
  const std::int32_t header[] = {
      static_cast<std::int32_t>(2 * log.sequences()[0].rows + 1),
      static_cast<std::int32_t>(log.vocabulary_size()),
      static_cast<std::int32_t>(log.sequences().size())};
  file->AppendValues(absl::MakeConstSpan(kMagic));
  file->AppendValues(absl::MakeConstSpan(header));
  LlamaLosses losses;
  for (const LogSequence& sequence : log.sequences()) {
    const auto tokens = ChunkTokens(log, sequence, losses);
    file->AppendValues(absl::MakeConstSpan(tokens));
  }
  RowBuffer buffer;
  RowCoder coder(log.vocabulary_size());
  for (std::int64_t n = 0; n < log.rows() && !file->failed(); ++n) {
    const auto row = log.Row(n, buffer);
    if (!row.ok()) return row.status();
    if (!coder.Encode(*row, losses)) {
      return Unfit(path, absl::StrCat("row ", n),
                   "NaN, +inf or no finite value", "a row with a distribution");
    }
    coder.WriteTo(*file);
    if (on_row) on_row();
  }
  absl::Status status = file->Commit();
  if (!status.ok()) return status;
  return losses;
}

}  // namespace sampler::logs
