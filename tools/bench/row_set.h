// Rows to measure on: what is in them, and where in the memory hierarchy they
// are when a step starts to read.

#ifndef SAMPLER_TOOLS_BENCH_ROW_SET_H_
#define SAMPLER_TOOLS_BENCH_ROW_SET_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/logits.h"

namespace sampler::bench {

// Rows are taken in turn out of so much memory that each was last read
enum class Residence : std::uint8_t {
  kWarm,    // just before: one row, in L2 where it fits;
  kL3,      // 8 MiB ago: past L2, within L3;
  kMemory,  // 256 MiB ago: past every cache;
  kLoop,    // as kL3, with other code and other data in use between steps, as
            // in a loop that generates text (other_work.h).
};
absl::string_view ResidenceName(Residence residence);

// Shapes of rows by name: "peaked", "gaussian", "zipf" and "flat", which are
// tests/support/rows.h's (with a little noise for "zipf", whose rows would all
// hold the same numbers and so put the same mass at the end of every nucleus),
// and "real", the logged logits of a model in tests/data.
const std::vector<std::string>& ShapeNames();

// The vocabulary sizes that a shape is measured at: the real rows have one.
const std::vector<std::int64_t>& Sizes(const std::string& shape);

class RowSet {
 public:
  // `rows` (all of one size, at most 2^20), repeated to fill the memory of
  // `residence`; in `dtype` they are rounded to it. REQUIRES: rows not empty.
  RowSet(const std::vector<std::vector<float>>& rows, DType dtype,
         Residence residence);

  // Rows of a shape of ShapeNames(), the same on every machine. Exits with a
  // message if the log of real rows cannot be read.
  static std::vector<std::vector<float>> MakeRows(const std::string& shape,
                                                  std::int64_t size);

  // 16 Gaussian rows, scaled so that `nucleus` tokens hold 95 % of the mass,
  // as nearly as one scale allows.
  static std::vector<std::vector<float>> MakeNuclei(std::int64_t size,
                                                    std::int64_t nucleus);

  // Moves on to the next row.
  void Next() { at_ = (at_ + 1) % rows_.size(); }

  // The row that it is at.
  Logits Row() const;

  // The row, in f32, that a read of a row is timed on: half the memory away, so
  // that neither of the two finds what the other has just read; in kWarm the
  // same row, read before.
  const std::vector<float>& FloorRow() const {
    return rows_[(at_ + rows_.size() / 2) % rows_.size()];
  }

 private:
  std::vector<std::vector<float>> rows_;
  DType dtype_;
  std::vector<std::vector<unsigned char>> narrow_;  // Empty: rows are f32.
  std::size_t at_ = 0;
};

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_ROW_SET_H_
