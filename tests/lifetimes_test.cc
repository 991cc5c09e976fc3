// What must not outlive its memory does not compile.

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/language.h"
#include "sampler/pipeline.h"

namespace sampler {
namespace {

// Can Process be called with these?
template <typename Row, typename TheSequence>
concept Processes = requires(const Pipeline& pipeline, Row&& row,
                             TheSequence&& sequence, Workspace& workspace) {
  pipeline.Process(std::forward<Row>(row), std::forward<TheSequence>(sequence),
                   workspace);
};
template <typename Row, typename TheSequence>
concept ProcessesWithInputs = requires(const Pipeline& pipeline, Row&& row,
                                       TheSequence&& sequence,
                                       Workspace& workspace,
                                       const std::vector<float>& second) {
  pipeline.Process(std::forward<Row>(row), std::forward<TheSequence>(sequence),
                   workspace, {.unconditional = Logits(second)});
};

// Rows that end with the expression, and such that do not.
template <typename Row>
constexpr bool kTakes = Processes<Row, const Sequence&>&&
    ProcessesWithInputs<Row, const Sequence&>&& Processes<Row, Sequence>;
template <typename Row>
constexpr bool kRefuses =
    !Processes<Row, const Sequence&> &&
    !ProcessesWithInputs<Row, const Sequence&> && !Processes<Row, Sequence>;

static_assert(kRefuses<std::vector<float>>);
static_assert(kRefuses<std::vector<double>>);
static_assert(kRefuses<const std::vector<float>>);
static_assert(kRefuses<std::array<float, 3>>);

static_assert(kTakes<std::vector<float>&>);
static_assert(kTakes<const std::vector<float>&>);
static_assert(kTakes<const std::vector<double>&>);
static_assert(kTakes<std::array<float, 3>&>);
static_assert(kTakes<absl::Span<const float>>);
static_assert(kTakes<absl::Span<double>>);
static_assert(kTakes<Logits>);
static_assert(kTakes<const Logits&>);

// A workspace that ends with the expression, too.
template <typename TheWorkspace>
concept ProcessesIn = requires(const Pipeline& pipeline,
                               const std::vector<float>& row,
                               const Sequence& sequence,
                               TheWorkspace&& workspace) {
  pipeline.Process(row, sequence, std::forward<TheWorkspace>(workspace));
};
static_assert(ProcessesIn<Workspace&>);
static_assert(!ProcessesIn<Workspace>);

// Sample needs its row for the call alone.
template <typename Row>
concept Samples = requires(const Pipeline& pipeline, Row&& row,
                           const Sequence& sequence, Workspace& workspace) {
  pipeline.Sample(std::forward<Row>(row), sequence, workspace);
};
static_assert(Samples<std::vector<float>>);

// Bare ids are not accepted by accident.
template <typename T>
concept Accepts = requires(Sequence& sequence, T&& token) {
  sequence.Accept(std::forward<T>(token));
};
static_assert(Accepts<const Token&>);
static_assert(!Accepts<std::int32_t>);
static_assert(!Accepts<std::int64_t>);
static_assert(!Accepts<const std::int32_t&>);
static_assert(!Accepts<char>);

TEST(Lifetimes, OfTemporariesAreCheckedByTheCompiler) {
  // What compiles, works.
  const Pipeline pipeline =
      Pipeline::Create({.stages = {{"greedy"}}}, 3).value();
  const Sequence sequence = pipeline.NewSequence({.seed = 1}).value();
  Workspace workspace;
  const std::array<float, 3> row = {1.0F, 3.0F, 2.0F};
  EXPECT_EQ(pipeline.Process(row, sequence, workspace).Draw().id, 1);
  EXPECT_EQ(
      pipeline.Sample(std::vector<float>{1, 2, 3}, sequence, workspace).id, 2);
}

}  // namespace
}  // namespace sampler
