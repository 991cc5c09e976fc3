// A stage type that asks for a parameter it does not have is caught: debug
// builds stop there, others make an error of it. Never undefined behaviour.

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/parameters/parameter.h"
#include "sampler/parameters/value.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

const ParameterTable& Table() {
  static const auto& table = *new ParameterTable{
      Real("p", "a number").Default(0.5),
      Integer("window", "or null").Nullable(),
      Object("inner", "an object").Fields({Real("q", "a number")})};
  return table;
}

Parameters Given() { return {Table(), {{"inner", Value::Object{{"q", 1.0}}}}}; }

// Every getter with a name that is not there, or of another kind.
template <typename Ask>
void ExpectCaught(Ask ask, const std::string& what) {
  EXPECT_DEBUG_DEATH(
      {
        const Parameters parameters = Given();
        ask(parameters);
        EXPECT_EQ(parameters.misuse(), what);
      },
      "a stage asks for a parameter that is not there");
}

TEST(ParametersMisuse, ANameThatTheTableDoesNotHave) {
  const std::string end = " \"scope\", which its table does not have";
  ExpectCaught([](const Parameters& p) { EXPECT_FALSE(p.Has("scope")); },
               "asks for a parameter" + end);
  ExpectCaught([](const Parameters& p) { EXPECT_EQ(p.Real("scope"), 0.0); },
               "asks for a number" + end);
  ExpectCaught([](const Parameters& p) { EXPECT_EQ(p.Integer("scope"), 0); },
               "asks for an integer" + end);
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_EQ(p.OptionalInteger("scope"), std::nullopt);
      },
      "asks for a parameter" + end);
  ExpectCaught([](const Parameters& p) { EXPECT_FALSE(p.Boolean("scope")); },
               "asks for a boolean" + end);
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_EQ(p.Choice<Scope>("scope"), Scope::kPrompt);
      },
      "asks for a choice" + end);
  ExpectCaught(
      [](const Parameters& p) { EXPECT_TRUE(p.Integers("scope").empty()); },
      "asks for a list" + end);
  ExpectCaught(
      [](const Parameters& p) { EXPECT_TRUE(p.TokenIds("scope").empty()); },
      "asks for a list" + end);
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_TRUE(p.TokenSequences("scope").empty());
      },
      "asks for a list" + end);
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_TRUE(p.SequenceBiases("scope").empty());
      },
      "asks for a list" + end);
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_TRUE(p.PositionedTokens("scope").empty());
      },
      "asks for a list" + end);
  ExpectCaught(
      [](const Parameters& p) { EXPECT_TRUE(p.Biases("scope").empty()); },
      "asks for an object" + end);
}

TEST(ParametersMisuse, AValueThatIsNullOrOfAnotherKind) {
  ExpectCaught([](const Parameters& p) { EXPECT_EQ(p.Integer("window"), 0); },
               "asks for an integer \"window\", which its table does not have");
  ExpectCaught([](const Parameters& p) { EXPECT_FALSE(p.Boolean("p")); },
               "asks for a boolean \"p\", which its table does not have");
}

TEST(ParametersMisuse, CountsInsideAnObjectToo) {
  ExpectCaught(
      [](const Parameters& p) {
        EXPECT_EQ(p.Object("inner").Real("q"), 1.0);
        EXPECT_EQ(p.Object("inner").Real("r"), 0.0);
      },
      "asks for a number \"r\", which its table does not have");
  ExpectCaught(
      [](const Parameters& p) { EXPECT_FALSE(p.Object("p").Has("q")); },
      "asks for an object \"p\", which its table does not have");
}

TEST(ParametersMisuse, RightQuestionsLeaveNoTrace) {
  const Parameters parameters = Given();
  EXPECT_EQ(parameters.Real("p"), 0.5);
  EXPECT_EQ(parameters.OptionalInteger("window"), std::nullopt);
  EXPECT_EQ(parameters.Object("inner").Real("q"), 1.0);
  EXPECT_EQ(parameters.misuse(), "");
}

// A draw whose maker asks for what its table does not have.
class Nothing final : public Draw {
 public:
  void Apply(Candidates&, const StepContext&) const override {}
  Drawn Choose(const Candidates& candidates,
               const StepContext&) const override {
    return {candidates.DrawAt(0), 0};
  }
};

TEST(ParametersMisuse, IsAnErrorOfPipelineCreate) {
  StageRegistry registry;
  ASSERT_TRUE(registry
                  .Add({.name = "careless",
                        .group = StageGroup::kDraw,
                        .summary = "Asks for too much.",
                        .formula = "none",
                        .source = "here",
                        .parameters = {},
                        .create = [](const Parameters& p)
                            -> std::unique_ptr<const Stage> {
                          (void)p.Real("scope");
                          return std::make_unique<Nothing>();
                        }})
                  .ok());
  EXPECT_DEBUG_DEATH(
      {
        const auto pipeline =
            Pipeline::Create({.stages = {{"careless"}}}, 4, registry);
        EXPECT_EQ(pipeline.status().code(), absl::StatusCode::kInternal);
        EXPECT_EQ(pipeline.status().message(),
                  "the stage type \"careless\" asks for a number \"scope\", "
                  "which its table does not have");
      },
      "a stage asks for a parameter that is not there");
}

TEST(ParametersMisuse, IsAProblemOfTheConfigWhereACheckMakesIt) {
  StageRegistry registry;
  ASSERT_TRUE(
      registry
          .Add(
              {.name = "careless",
               .group = StageGroup::kDraw,
               .summary = "Asks for too much.",
               .formula = "none",
               .source = "here",
               .parameters = {},
               .check = [](const Parameters& p) -> std::string {
                 return p.Boolean("scope") ? "" : "never said";
               },
               .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
                 return std::make_unique<Nothing>();
               }})
          .ok());
  EXPECT_DEBUG_DEATH(
      {
        const std::vector<Problem> problems =
            CheckConfig({.stages = {{"careless"}}}, 4, registry);
        ASSERT_EQ(problems.size(), 1u);
        EXPECT_EQ(problems[0].pointer, "/stages/0");
        EXPECT_EQ(problems[0].message,
                  "the stage type \"careless\" asks for a boolean \"scope\", "
                  "which its table does not have");
      },
      "a stage asks for a parameter that is not there");
}

}  // namespace
}  // namespace sampler
