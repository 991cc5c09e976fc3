#include "tools/bench/row_set.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "sampler/logs/log.h"
#include "sampler/logs/rows/narrow.h"
#include "tests/support/rows.h"
#include "tools/bench/timing.h"

namespace sampler::bench {
namespace {

constexpr std::size_t kDistinct = 16;  // The rest repeats them elsewhere.

std::size_t Count(Residence residence, std::size_t row_bytes) {
  switch (residence) {
    case Residence::kWarm:
      return 1;
    case Residence::kL3:
    case Residence::kLoop:
      return std::max<std::size_t>(2, (std::size_t{8} << 20) / row_bytes);
    case Residence::kMemory:
      break;
  }
  return std::max<std::size_t>(2, (std::size_t{256} << 20) / row_bytes);
}

std::vector<std::vector<float>> RealRows() {
  const std::unique_ptr<const logs::Log> log =
      OrExit(logs::Log::Open(SAMPLER_BENCH_REAL_ROWS));
  std::vector<std::vector<float>> rows;
  logs::RowBuffer buffer;
  for (std::int64_t i = 0; i < log->rows(); ++i) {
    const Logits row = OrExit(log->Row(i, buffer));
    auto& values = rows.emplace_back(row.size());
    for (std::size_t id = 0; id < row.size(); ++id) {
      values[id] = static_cast<float>(row[id]);
    }
  }
  return rows;
}

// Up to a twentieth of a nat, up or down.
void AddNoise(std::uint64_t seed, std::vector<float>& row) {
  std::mt19937_64 random(seed);
  for (float& logit : row) {
    const auto u = static_cast<float>(random() >> 40) * 0x1p-24f;
    logit += 0.1f * (u - 0.5f);
  }
}

// How many of `descending` hold 95 % of the mass when multiplied by `scale`.
std::int64_t NucleusOf(const std::vector<float>& descending, double scale) {
  double total = 0.0;
  const auto weight = [&](float value) {
    return std::exp(scale * (static_cast<double>(value) - descending[0]));
  };
  for (const float value : descending) total += weight(value);
  double sum = 0.0;
  std::int64_t n = 0;
  while (sum < 0.95 * total) {
    sum += weight(descending[static_cast<std::size_t>(n++)]);
  }
  return n;
}

}  // namespace

absl::string_view ResidenceName(Residence residence) {
  switch (residence) {
    case Residence::kWarm:
      return "warm";
    case Residence::kL3:
      return "l3";
    case Residence::kLoop:
      return "loop";
    case Residence::kMemory:
      break;
  }
  return "memory";
}

const std::vector<std::string>& ShapeNames() {
  static const auto& names = *new std::vector<std::string>{
      "peaked", "gaussian", "zipf", "flat", "real"};
  return names;
}

const std::vector<std::int64_t>& Sizes(const std::string& shape) {
  static const auto& any =
      *new std::vector<std::int64_t>{32'000, 128'256, 151'936, 262'144};
  static const auto& real = *new std::vector<std::int64_t>{49'152};
  return shape == "real" ? real : any;
}

RowSet::RowSet(const std::vector<std::vector<float>>& rows, DType dtype,
               Residence residence)
    : dtype_(dtype) {
  const std::size_t count =
      Count(residence, rows.front().size() * sizeof(float));
  for (std::size_t i = 0; i < count; ++i) {
    rows_.push_back(rows[i % rows.size()]);
    if (dtype == DType::kF32) continue;
    narrow_.emplace_back(rows_[i].size() * DTypeSize(dtype));
    logs::Narrow(rows_[i], dtype, narrow_[i].data());
  }
}

std::vector<std::vector<float>> RowSet::MakeRows(const std::string& shape,
                                                 std::int64_t size) {
  if (shape == "real") return RealRows();
  const RowKind kind = shape == "peaked"     ? RowKind::kPeaked
                       : shape == "gaussian" ? RowKind::kGaussian
                       : shape == "zipf"     ? RowKind::kZipf
                                             : RowKind::kFlat;
  std::vector<std::vector<float>> rows;
  for (std::size_t seed = 0; seed < kDistinct; ++seed) {
    rows.push_back(MakeRow(kind, static_cast<std::size_t>(size), seed));
    if (kind == RowKind::kZipf) AddNoise(seed, rows.back());
  }
  return rows;
}

std::vector<std::vector<float>> RowSet::MakeNuclei(std::int64_t size,
                                                   std::int64_t nucleus) {
  auto rows = MakeRows("gaussian", size);
  for (std::vector<float>& row : rows) {
    std::vector<float> descending = row;
    std::sort(descending.begin(), descending.end(), std::greater<>());
    // The larger the scale, the smaller the nucleus.
    double low = 0.0;
    double high = 1024.0;
    for (int step = 0; step < 24; ++step) {
      const double middle =
          step < 12 && low > 0.0 ? std::sqrt(low * high) : (low + high) / 2.0;
      (NucleusOf(descending, middle) > nucleus ? low : high) = middle;
    }
    for (float& value : row) {
      value = static_cast<float>(high *
                                 (static_cast<double>(value) - descending[0]));
    }
  }
  return rows;
}

Logits RowSet::Row() const {
  if (narrow_.empty()) return Logits(rows_[at_]);
  return Logits(narrow_[at_].data(), dtype_, rows_[at_].size());
}

}  // namespace sampler::bench
