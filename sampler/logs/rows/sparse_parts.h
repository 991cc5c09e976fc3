// What the tensors of a top-k log (sparse_log.h) hold, checked.
//
// Contract of parts that are returned: every column lies inside the file and is
//   as long as the others say; offsets ascend from 0 to the number of entries;
//   ids lie in the vocabulary, none twice in a row; no number is NaN, every
//   logsumexp is finite. In rows of equal length (tensor_roles.h) an entry with
//   a negative id or the value -inf fills the row up and counts for nothing,
//   and one that stands twice with one value counts once.
// Errors: InvalidArgument naming the tensor, the metadata or the element;
//   DataLoss (truncated, or changed while it is read).
// Thread-safety: pure functions of the file.
// Cost: one pass over the entries, in blocks of a fixed size.
// Tested by: tests/logs/rows/sparse_log_test.cc, sparse_tails_test.cc,
//   tensor_roles_test.cc.

#ifndef SAMPLER_LOGS_ROWS_SPARSE_PARTS_H_
#define SAMPLER_LOGS_ROWS_SPARSE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logits.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/log.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/rows/tensor_roles.h"

namespace sampler::logs {

// The elements of one tensor, one after another in the file. Any alignment.
struct Column {
  std::int64_t offset = -1;   // In the file; -1: the file has none.
  DType dtype = DType::kF32;  // Of real numbers.
  IntegerType integer;        // Of integers.

  bool present() const { return offset >= 0; }
};

struct SparseParts {
  LogParts parts;
  std::int64_t entries = 0;
  std::int64_t row_entries = 0;  // Of every row; 0: as the offsets say.
  Column offsets;
  Column ids;
  Column logits;
  Column logprobs;
  Column log_sum_exps;
  std::optional<std::int64_t> top_k;
  bool forced_token = false;
};

// The entries of one row.
struct RowEntries {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  std::vector<std::int64_t> ids;
  std::vector<double> values;    // Logits, as the row has them.
  std::vector<double> logprobs;  // Over the full vocabulary, or kUnknown.
  double log_sum_exp = 0;        // Of the full row, or kUnknown.
  std::int64_t filling = 0;      // Entries left out: they fill the row up,
  std::int64_t repeated = 0;     // or stand twice.
};

// Reads rows in blocks; scratch, one per thread.
class EntryReader {
 public:
  EntryReader(const InputFile& file, const SparseParts& sparse)
      : file_(file), sparse_(sparse) {}

  // Reads rows of the file from `first` on, at most `count`: as many as fit
  // into a block, at least one. `row`: how an error calls the first.
  absl::Status Read(std::int64_t first, std::int64_t count, std::int64_t row);

  // How many rows were read.
  std::int64_t rows() const { return std::ssize(starts_) - 1; }

  // Row `i` of them. InvalidArgument for an id outside the vocabulary or twice
  // in the row, a NaN, or a logsumexp that is not finite.
  // REQUIRES: 0 <= i < rows().
  absl::StatusOr<RowEntries> Row(std::int64_t i) const;

 private:
  absl::Status ReadStarts(std::int64_t first, std::int64_t count,
                          std::int64_t row);
  absl::Status ReadReals(const Column& column, std::int64_t begin,
                         std::int64_t count, std::int64_t row,
                         std::vector<double>& out) const;
  absl::Status ReadIntegers(const Column& column, std::int64_t begin,
                            std::int64_t count, std::int64_t row,
                            std::vector<std::int64_t>& out) const;
  absl::Status Deduplicate(std::int64_t first_entry, RowEntries& row) const;

  const InputFile& file_;
  const SparseParts& sparse_;
  std::int64_t first_ = 0;
  std::vector<std::int64_t> starts_;  // Entries at which rows begin, the end.
  std::vector<std::int64_t> ids_;
  std::vector<double> logits_;  // Empty: the file has none.
  std::vector<double> logprobs_;
  std::vector<double> log_sum_exps_;
};

// `tensors` are those of a top-k log.
absl::StatusOr<SparseParts> ParseSparse(const InputFile& file,
                                        const SafetensorsHeader& header,
                                        const RowTensors& tensors,
                                        const OpenRequest& request);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_SPARSE_PARTS_H_
