// What a text may rely on whatever its stages are: sampling changes nothing
// until a token is accepted, neither the row, nor the sequence, nor the thread;
// sequences do not meet; a rollback is exact. For every stage of the registry.

#include <sys/mman.h>

#include <algorithm>
#include <cfenv>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/random/random.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler::stage_state_laws_test {
namespace {

using Row = std::vector<double>;

constexpr std::int64_t kSize = 60;

std::vector<Row> Rows(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<Row> rows(static_cast<std::size_t>(count));
  for (Row& row : rows) row = RandomRow(random, kSize);
  return rows;
}

Token Step(const Pipeline& pipeline, const Row& row, const Sequence& sequence,
           Workspace& workspace) {
  const Row zeros(row.size());
  Token token = pipeline.Sample(
      absl::MakeConstSpan(row), sequence, workspace,
      pipeline.OnlyRead({.unconditional = absl::MakeConstSpan(zeros)}));
  EXPECT_EQ(token.status, RowStatus::kOk);
  return token;
}

// Generates a token for every row.
std::vector<std::int32_t> Generate(const Pipeline& pipeline,
                                   const std::vector<Row>& rows,
                                   Sequence& sequence, Workspace& workspace) {
  std::vector<std::int32_t> text;
  for (const Row& row : rows) {
    const Token token = Step(pipeline, row, sequence, workspace);
    EXPECT_TRUE(sequence.Accept(token).ok());
    text.push_back(token.id);
  }
  return text;
}

TEST(EverySequence, MovesOnlyOnAccept) {
  for (const Example& e : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    Workspace workspace;
    Sequence sequence =
        pipeline.NewSequence({.seed = 3, .prompt = {1, 1}}).value();
    for (const Row& row : Rows(1, 12)) {
      const Sequence before = sequence;
      const std::string snapshot = sequence.Snapshot();
      const Token token = Step(pipeline, row, sequence, workspace);
      EXPECT_TRUE(sequence == before) << e.type;
      EXPECT_EQ(sequence.Snapshot(), snapshot) << e.type;
      const Token again = Step(pipeline, row, sequence, workspace);
      EXPECT_EQ(again.id, token.id) << e.type;
      EXPECT_EQ(again.bits, token.bits) << e.type;
      EXPECT_TRUE(sequence.Accept(token).ok());
      EXPECT_FALSE(sequence == before) << e.type;
    }
  }
}

TEST(EverySequence, DoesNotMeetAnother) {
  for (const Example& e : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    Workspace workspace;
    const std::vector<Row> rows_a = Rows(2, 15);
    const std::vector<Row> rows_b = Rows(3, 15);
    const auto start = [&](std::uint32_t stream) {
      return pipeline.NewSequence({.seed = 5, .stream = stream}).value();
    };
    Sequence a = start(0);
    Sequence b = start(1);
    const auto text_a = Generate(pipeline, rows_a, a, workspace);
    const auto text_b = Generate(pipeline, rows_b, b, workspace);
    Sequence c = start(0);
    Sequence d = start(1);
    for (std::size_t i = 0; i < rows_a.size(); ++i) {
      const Token of_c = Step(pipeline, rows_a[i], c, workspace);
      const Token of_d = Step(pipeline, rows_b[i], d, workspace);
      EXPECT_EQ(of_c.id, text_a[i]) << e.type;
      EXPECT_EQ(of_d.id, text_b[i]) << e.type;
      EXPECT_TRUE(d.Accept(of_d).ok());
      EXPECT_TRUE(c.Accept(of_c).ok());
    }
    EXPECT_TRUE(a == c);
    EXPECT_TRUE(b == d);
  }
}

TEST(EverySequence, AfterARollbackEqualsOneThatNeverAccepted) {
  std::mt19937_64 random(4);
  for (const Example& e : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    Workspace workspace;
    for (int trace = 0; trace < Share(20); ++trace) {
      Sequence sequence = pipeline.NewSequence({.seed = random()}).value();
      std::vector<Sequence> past = {sequence};  // By position.
      for (int step = 0; step < 25; ++step) {
        if (random() % 3 == 0) {
          const auto n = static_cast<std::ptrdiff_t>(random() % past.size());
          ASSERT_TRUE(sequence.Rollback(n).ok());
          past.erase(past.end() - n, past.end());
        } else if (random() % 4 == 0) {
          sequence = Sequence::Restore(sequence.Snapshot()).value();
        } else {
          const Row row = RandomRow(random, kSize);
          const Token token = Step(pipeline, row, sequence, workspace);
          ASSERT_EQ(token.id, Step(pipeline, row, past.back(), workspace).id);
          ASSERT_TRUE(sequence.Accept(token).ok());
          past.push_back(sequence);
        }
        ASSERT_TRUE(sequence == past.back()) << e.type;
        ASSERT_EQ(sequence.Snapshot(), past.back().Snapshot()) << e.type;
      }
    }
  }
}

// Nothing of a step remains in workspace or sequence: a step with a ban after
// one without is a step with the ban. (A text of such retries has another law
// unless the sequence is redrawn between them: redraw_test.cc.)
TEST(EverySequence, MayRetryWithABan) {
  for (const Example& e : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    Workspace workspace;
    Sequence sequence = pipeline.NewSequence({.seed = 7}).value();
    for (Row row : Rows(5, 10)) {
      const Sequence fresh = sequence;
      const Token rejected = Step(pipeline, row, sequence, workspace);
      row[static_cast<std::size_t>(rejected.id)] =
          -std::numeric_limits<double>::infinity();
      const Token retried = Step(pipeline, row, sequence, workspace);
      Workspace another;
      const Token from_the_start = Step(pipeline, row, fresh, another);
      EXPECT_NE(retried.id, rejected.id) << e.type;
      EXPECT_EQ(retried.id, from_the_start.id) << e.type;
      EXPECT_EQ(retried.bits, from_the_start.bits) << e.type;
      ASSERT_TRUE(sequence.Accept(retried).ok());
    }
  }
}

// The coin of a position is the same however many candidates there are, one
// among them, and whatever was drawn before.
TEST(EverySequence, SpendsOneCoinAPosition) {
  const Pipeline pipeline = MakePipeline("", kSize);
  Workspace workspace;
  Row alone(kSize, -std::numeric_limits<double>::infinity());
  alone[9] = 1.0;
  for (std::int32_t position = 0; position < 20; ++position) {
    const std::vector<std::int32_t> output(static_cast<std::size_t>(position),
                                           9);
    const Sequence sequence = MakeSequence(kSize, {}, output, 11);
    const Token one = Step(pipeline, alone, sequence, workspace);
    const Token many = Step(pipeline, Row(kSize, 0.0), sequence, workspace);
    EXPECT_EQ(one.id, 9);
    EXPECT_EQ(one.bits, many.bits);
    EXPECT_EQ(one.bits, Coins(11, 0, static_cast<std::uint32_t>(position))
                            .Bits(Purpose::kTokenDraw));
  }
}

// A page that only can be read: a write would end the process.
TEST(EveryRow, IsOnlyRead) {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kCount = kPage / sizeof(double);
  void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  std::mt19937_64 random(8);
  const Row row = RandomRow(random, kCount);
  std::memcpy(page, row.data(), kPage);
  ASSERT_EQ(mprotect(page, kPage, PROT_READ), 0);
  for (const Example& e : Examples()) {
    for (const char* draw : {R"({"type": "greedy"})",
                             R"({"type": "categorical", "order": "rank"})"}) {
      const Pipeline pipeline =
          MakePipeline(absl::StrCat(Active(e), ",", draw), kCount);
      Workspace workspace;
      EXPECT_EQ(pipeline
                    .Sample(Logits(page, DType::kF64, kCount),
                            SomeSequence(kCount), workspace,
                            pipeline.OnlyRead({.unconditional = Logits(
                                                   page, DType::kF64, kCount)}))
                    .status,
                RowStatus::kOk)
          << e.type;
    }
  }
  EXPECT_TRUE(
      std::equal(row.begin(), row.end(), static_cast<const double*>(page)));
  munmap(page, kPage);
}

// Rounding, flushing of subnormals and the other controls of the thread's
// floating point.
std::uint32_t Controls() {
#if defined(__SSE2__)
  return __builtin_ia32_stmxcsr() & ~std::uint32_t{0x3f};  // Without flags.
#else
  volatile double subnormal = 5e-324;
  return static_cast<std::uint32_t>(std::fegetround()) * 2 +
         (subnormal * 1.0 > 0.0 ? 1 : 0);
#endif
}

TEST(EveryThread, KeepsItsFloatingPointControls) {
  const std::uint32_t before = Controls();
  const std::vector<Row> rows = Rows(9, 3);
  for (const Example& e : Examples()) {
    const Pipeline pipeline = MakePipeline(Active(e), kSize);
    Workspace workspace;
    Sequence sequence = pipeline.NewSequence({.seed = 0}).value();
    Generate(pipeline, rows, sequence, workspace);
    EXPECT_EQ(Controls(), before) << e.type;
  }
}

// ---- Types ------------------------------------------------------------------

// The invariants of a type cannot be set from outside.
template <typename T>
concept HasPublicParts = requires(T t) {
  t.dense_form_;
}
|| requires(T t) { t.list_; }
|| requires(T t) { t.history_; }
|| requires(T t) { t.compiled_; };

// Checked by the compiler.
TEST(Types, AdmitNoStateFromOutside) {
  static_assert(!HasPublicParts<Candidates>);
  static_assert(!HasPublicParts<Sequence>);
  static_assert(!HasPublicParts<Pipeline>);
  // Pipelines and sequences come checked, from Create.
  static_assert(!std::is_default_constructible_v<Pipeline>);
  static_assert(!std::is_default_constructible_v<Sequence>);
  static_assert(!std::is_copy_constructible_v<Workspace>);
}

TEST(Types, AreDestroyedThroughTheirInterfaces) {
  static_assert(std::has_virtual_destructor_v<Stage>);
  static_assert(std::has_virtual_destructor_v<Draw>);
  static_assert(std::has_virtual_destructor_v<TruncationObserver>);
}

// The random numbers carry no engine: a key, a place, and where their use is
// noted.
static_assert(std::is_trivially_copyable_v<Coins>);
static_assert(sizeof(Coins) == 24);

TEST(Sequence, CarriesFourBytesATokenAndNoEngine) {
  EXPECT_LE(sizeof(Sequence), 240u);
  const Pipeline pipeline = MakePipeline("", kSize);
  Workspace workspace;
  Sequence sequence = pipeline.NewSequence({.seed = 0}).value();
  Generate(pipeline, Rows(10, 20), sequence, workspace);
  EXPECT_TRUE(sequence.state().empty());
  EXPECT_EQ(sequence.history().output().size(), 20u);
  static_assert(sizeof(sequence.history().output()[0]) == 4);
}

}  // namespace
}  // namespace sampler::stage_state_laws_test
