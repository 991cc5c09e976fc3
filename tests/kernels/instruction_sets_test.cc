// The same bits on every instruction set that the build has, for rows at the
// edges of what numbers are: nothing but -inf, the lowest and the largest
// numbers, zeros of both signs, NaN, +inf. Highway's emulated vectors treat
// some of these unlike any machine does, so whoever builds with a compiler that
// chooses them must get the bits of everybody else.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/pipeline.h"
#include "sampler/presets.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "sampler/step_observer.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Type {
  DType dtype;
  double largest;   // Finite number.
  double smallest;  // Positive number.
};

constexpr Type kTypes[] = {{DType::kF64, std::numeric_limits<double>::max(),
                            std::numeric_limits<double>::denorm_min()},
                           {DType::kF32, std::numeric_limits<float>::max(),
                            std::numeric_limits<float>::denorm_min()},
                           {DType::kF16, 65504.0, 0x1p-24},
                           {DType::kBF16, 0x1.fep127, 0x1p-133}};

// The bits of a number that the type has exactly.
std::uint64_t BitsOf(DType dtype, double value) {
  switch (dtype) {
    case DType::kF64:
      return std::bit_cast<std::uint64_t>(value);
    case DType::kF32:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value));
    case DType::kBF16:
      return std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16;
    case DType::kF16:
      break;
  }
  // All 65,536 are few enough to look for the one.
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const double candidate = F16ToDouble(static_cast<std::uint16_t>(bits));
    if (std::isnan(value) ? std::isnan(candidate)
                          : candidate == value && std::signbit(candidate) ==
                                                      std::signbit(value)) {
      return bits;
    }
  }
  ADD_FAILURE() << value << " is no f16";
  return 0;
}

// A row as it is stored.
class StoredRow {
 public:
  StoredRow(DType dtype, const std::vector<double>& values)
      : dtype_(dtype), size_(values.size()), values_(values) {
    std::vector<std::pair<double, std::uint64_t>> known;
    for (const double value : values) {
      const std::uint64_t bits = BitsOnce(value, known);
      const auto* from = reinterpret_cast<const unsigned char*>(&bits);
      bytes_.insert(bytes_.end(), from, from + DTypeSize(dtype));
    }
  }

  Logits logits() const { return {bytes_.data(), dtype_, size_}; }
  DType dtype() const { return dtype_; }
  const std::vector<double>& values() const { return values_; }

  RowStatus status() const {
    RowStatus status = RowStatus::kNoCandidate;
    for (const double value : values_) {
      if (std::isnan(value)) return RowStatus::kNan;
      if (value == kInfinity) status = RowStatus::kInfinite;
      if (std::isfinite(value) && status != RowStatus::kInfinite) {
        status = RowStatus::kOk;
      }
    }
    return status;
  }

 private:
  std::uint64_t BitsOnce(double value,
                         std::vector<std::pair<double, std::uint64_t>>& known) {
    const auto key = std::bit_cast<std::uint64_t>(value);
    for (const auto& [seen, bits] : known) {
      if (std::bit_cast<std::uint64_t>(seen) == key) return bits;
    }
    known.emplace_back(value, BitsOf(dtype_, value));
    return known.back().second;
  }

  DType dtype_;
  std::size_t size_;
  std::vector<double> values_;
  std::vector<unsigned char> bytes_;
};

// Rows of one size and type, each of a few numbers of one kind.
std::vector<StoredRow> EdgeRows(const Type& type, std::size_t size) {
  const double big = type.largest;
  const double small = type.smallest;
  const std::vector<std::vector<double>> kinds = {
      {-kInfinity},
      {-big},
      {-big, -kInfinity},
      {-kInfinity, -kInfinity, -big},
      {big, -big},
      {big},
      {-0.0, 0.0},
      {0.0, -0.0},
      {-0.0, -kInfinity},
      {-0.0, -1.0, 0.0},
      {small, -small, 0.0, -0.0},
      {-kInfinity, -2.0, 1.5},
      {kNan, 1.0, -kInfinity},
      {1.0, kInfinity, -big},
      {kInfinity, kNan, -kInfinity}};
  std::mt19937_64 random(size);
  std::vector<StoredRow> rows;
  for (const std::vector<double>& numbers : kinds) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) {
      // In turn at first, then by chance: blocks of one kind, and of several.
      const std::size_t at = i < 80 ? i : random() >> 20;
      values.push_back(numbers[at % numbers.size()]);
    }
    rows.emplace_back(type.dtype, values);
    // And a single number among nothing, in the last place.
    if (size > 1 && std::isfinite(numbers[0])) {
      values.assign(size, -kInfinity);
      values.back() = numbers[0];
      rows.emplace_back(type.dtype, values);
    }
  }
  return rows;
}

// Every number that a step reports, as its bits.
class Report final : public StepObserver {
 public:
  void BeforeStage(std::size_t, const Candidates&) override {}
  void AfterStage(std::size_t, const Candidates& candidates) override {
    Add(static_cast<std::uint64_t>(candidates.status()));
    if (candidates.status() != RowStatus::kOk) return;
    Add(static_cast<std::uint64_t>(candidates.Count()));
    Add(static_cast<std::uint64_t>(candidates.Likeliest().id));
    Add(candidates.Max());
    Add(candidates.Entropy());
  }
  void OnTruncation(const Truncation& t) override {
    Add(static_cast<std::uint64_t>(t.before));
    Add(static_cast<std::uint64_t>(t.kept));
    Add(t.threshold);
    Add(t.mass_removed);
  }

  void Add(std::uint64_t bits) { bits_.push_back(bits); }
  // What is reported has one zero.
  void Add(double value) {
    if (value == 0.0 && std::signbit(value)) ++negative_zeros_;
    bits_.push_back(std::bit_cast<std::uint64_t>(value));
  }

  const std::vector<std::uint64_t>& bits() const { return bits_; }
  int negative_zeros() const { return negative_zeros_; }

 private:
  std::vector<std::uint64_t> bits_;
  int negative_zeros_ = 0;
};

struct Step {
  Token token;
  RowStatus status;
  std::vector<std::uint64_t> reported;
  int negative_zeros;
};

Step RunStep(const Pipeline& pipeline, const StoredRow& row,
             Workspace& workspace) {
  const std::size_t size = row.values().size();
  const std::vector<double> zeros(size);
  const StepInputs inputs =
      pipeline.OnlyRead({.unconditional = absl::MakeConstSpan(zeros)});
  const auto v = static_cast<std::int64_t>(size);
  const Sequence sequence =
      pipeline.NewSequence({.seed = 7, .prompt = {0, 0}}).value();
  Report report;
  const Distribution d =
      pipeline.Process(row.logits(), sequence, workspace, inputs, &report);
  const RowStatus status = d.status();
  for (const Candidate& candidate : d.Top(v)) {
    report.Add(static_cast<std::uint64_t>(candidate.id));
    report.Add(candidate.logit);
    report.Add(d.Logprob(candidate.id));
  }
  d.ForEach([&](TokenId, double logit) { report.Add(logit); });
  // Again without an observer, whose questions settle things.
  Token token = pipeline.Sample(row.logits(), sequence, workspace, inputs);
  report.Add(static_cast<std::uint64_t>(token.id));
  report.Add(token.bits);
  report.Add(static_cast<std::uint64_t>(token.status));
  for (const double value : token.state.values) {
    report.Add(std::bit_cast<std::uint64_t>(value));
  }
  return {std::move(token), status, report.bits(), report.negative_zeros()};
}

// A pipeline of these stages, where the vocabulary has the ids they name.
std::unique_ptr<Pipeline> PipelineOf(absl::string_view config,
                                     std::int64_t vocabulary_size) {
  const absl::StatusOr<PipelineConfig> parsed =
      ParseConfig(config, vocabulary_size);
  EXPECT_TRUE(parsed.ok() || vocabulary_size < 4) << config << "\n"
                                                  << parsed.status();
  if (!parsed.ok()) return nullptr;
  return std::make_unique<Pipeline>(
      Pipeline::Create(*parsed, vocabulary_size).value());
}

std::vector<std::string> Configs() {
  std::vector<std::string> configs;
  const auto add = [&](absl::string_view stages) {
    configs.push_back(absl::StrCat(R"({"version": 1, )", PhasesFor(stages),
                                   R"("stages": [)", stages, "]}"));
  };
  const std::string draw = R"({"type": "categorical"})";
  for (const Example& e : Examples()) {
    if (GroupOf(e) == StageGroup::kDraw) {
      add(Active(e));
      continue;
    }
    add(absl::StrCat(Active(e), ",", draw));
    add(absl::StrCat(R"({"type": "temperature", "temperature": 0.5},)",
                     Active(e), R"(,{"type": "greedy"})"));
    // After a cut, which leaves a list.
    add(absl::StrCat(R"({"type": "min_p", "p": 0.001},)", Active(e), ",",
                     draw));
  }
  for (const char* own :
       {R"({"type": "greedy"})", R"({"type": "categorical", "order": "rank"})",
        R"({"type": "gumbel_max"})", R"({"type": "gumbel_top_k", "n": 3})",
        R"({"type": "arithmetic"})",
        R"({"type": "gumbel_watermark", "key": 5,
                              "context_width": 2})",
        R"({"type": "synthid", "keys": [654, 400]})"}) {
    add(own);
  }
  for (const Preset& preset : Presets()) {
    configs.emplace_back(preset.json);
  }
  return configs;
}

const std::vector<std::size_t>& Sizes() {
  static const auto& sizes = *new std::vector<std::size_t>([] {
    std::vector<std::size_t> some;
    for (std::size_t size = 1; size <= 40; ++size) some.push_back(size);
    for (const std::size_t size : {63u, 64u, 65u, 129u, 700u}) {
      some.push_back(size);
    }
    return some;
  }());
  return sizes;
}

// Whatever a stage does, a row without a finite number has no token, and a
// token is one of the row's.
void ExpectSane(const Step& step, const StoredRow& row) {
  if (row.status() != RowStatus::kOk) {
    EXPECT_EQ(step.status, row.status());
  }
  EXPECT_EQ(step.token.status, step.status);
  if (step.status == RowStatus::kOk) {
    ASSERT_GE(step.token.id, 0);
    ASSERT_LT(step.token.id, static_cast<std::int64_t>(row.values().size()));
    EXPECT_TRUE(
        std::isfinite(row.values()[static_cast<std::size_t>(step.token.id)]));
  } else {
    EXPECT_EQ(step.token.id, -1);
  }
  EXPECT_EQ(step.negative_zeros, 0);
}

TEST(InstructionSets, AgreeOnRowsAtTheEdges) {
  const std::vector<absl::string_view> targets = kernels::SimdTargets();
  Workspace workspace;
  std::vector<std::string> configs = Configs();
  const auto share = static_cast<std::size_t>(Share(100));
  for (const std::size_t size : Sizes()) {
    for (std::size_t t = 0; t < std::size(kTypes); ++t) {
      const std::vector<StoredRow> rows = EdgeRows(kTypes[t], size);
      for (std::size_t c = 0; c < configs.size(); ++c) {
        // Every config meets every size, and every type at several of them.
        if ((c + size) % std::size(kTypes) != t) continue;
        if ((7 * c + 3 * size) % 100 >= share) continue;
        const auto pipeline =
            PipelineOf(configs[c], static_cast<std::int64_t>(size));
        if (pipeline == nullptr) continue;
        for (std::size_t r = 0; r < rows.size(); ++r) {
          // The row of nothing but -inf always, the others in turn.
          if (r != 0 && (r + c + size) % 4 != 0) continue;
          std::vector<std::uint64_t> first;
          for (const absl::string_view target : targets) {
            kernels::UseSimdTarget(target);
            const Step step = RunStep(*pipeline, rows[r], workspace);
            ExpectSane(step, rows[r]);
            if (target == targets.front()) first = step.reported;
            EXPECT_EQ(step.reported, first);
            ASSERT_FALSE(testing::Test::HasFailure())
                << target << ", " << DTypeName(kTypes[t].dtype) << " x " << size
                << ", row " << r << ", " << configs[c];
          }
        }
      }
    }
  }
  kernels::UseSimdTarget(targets.front());
}

}  // namespace
}  // namespace sampler
