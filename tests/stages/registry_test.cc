#include "sampler/stages/registry.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"

namespace sampler::registry_test {
namespace {

void ExpectDescribed(const ParameterTable& table, const std::string& where) {
  std::set<absl::string_view> names;
  for (const Parameter& line : table) {
    const std::string at = absl::StrCat(where, "/", line.name());
    EXPECT_FALSE(line.name().empty()) << at;
    EXPECT_FALSE(line.meaning().empty()) << at;
    EXPECT_TRUE(names.insert(line.name()).second) << at;
    EXPECT_NE(line.name(), "type") << at;  // Taken by the config.
    EXPECT_EQ(line.kind() == ParameterKind::kChoice, !line.choices().empty());
    EXPECT_EQ(line.kind() == ParameterKind::kObject, !line.fields().empty());
    // A default is a legal value; what is required has none.
    EXPECT_FALSE(line.required() && line.default_value().has_value()) << at;
    if (line.default_value().has_value()) {
      std::vector<Problem> problems;
      CheckParameters({line},
                      {{std::string(line.name()), *line.default_value()}}, "",
                      10, problems);
      EXPECT_TRUE(problems.empty()) << at;
    }
    ExpectDescribed(line.fields(), at);
  }
}

TEST(BuiltIn, DescribesEveryStage) {
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    EXPECT_FALSE(type.name.empty());
    for (const char c : type.name) {
      EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << type.name;
    }
    EXPECT_FALSE(type.summary.empty()) << type.name;
    EXPECT_EQ(type.summary.back(), '.') << type.name;
    EXPECT_FALSE(type.formula.empty()) << type.name;
    EXPECT_FALSE(type.source.empty()) << type.name;
    EXPECT_TRUE(type.create != nullptr) << type.name;
    ExpectDescribed(type.parameters, std::string(type.name));
  }
}

TEST(BuiltIn, FindsEveryStageByItsOneName) {
  const StageRegistry& registry = StageRegistry::BuiltIn();
  std::set<absl::string_view> names;
  for (const StageType& type : registry.types()) {
    EXPECT_TRUE(names.insert(type.name).second);
    EXPECT_EQ(registry.Find(type.name), &type);
  }
  EXPECT_EQ(registry.names().size(), names.size());
  EXPECT_EQ(registry.Find("nope"), nullptr);
  EXPECT_EQ(registry.Find(""), nullptr);
  EXPECT_EQ(registry.Find("Top_P"), nullptr);
}

TEST(StageGroup, HasNames) {
  EXPECT_EQ(StageGroupName(StageGroup::kEdit), "edit");
  EXPECT_EQ(StageGroupName(StageGroup::kShape), "shape");
  EXPECT_EQ(StageGroupName(StageGroup::kTruncate), "truncate");
  EXPECT_EQ(StageGroupName(StageGroup::kDraw), "draw");
}

// ---- A stage of a user ------------------------------------------------------

// Keeps the candidates above the mean logit, lowered by `slack`.
class AboveMean final : public Stage {
 public:
  explicit AboveMean(double slack) : slack_(slack) {}
  void Apply(Candidates& candidates, const StepContext&) const override {
    candidates.KeepAbove(candidates.MeanLogit() - slack_);
  }

 private:
  double slack_;
};

// Always the last candidate.
class Last final : public Draw {
 public:
  void Apply(Candidates&, const StepContext&) const override {}
  Drawn Choose(const Candidates& candidates,
               const StepContext&) const override {
    TokenId last = -1;
    candidates.ForEach([&](TokenId id, double) { last = id; });
    return {last, 7};
  }
};

StageRegistry WithUserStages() {
  StageRegistry registry = StageRegistry::BuiltIn();
  EXPECT_TRUE(
      registry
          .Add({.name = "above_mean",
                .group = StageGroup::kTruncate,
                .summary = "Keeps what is above the mean.",
                .formula = "l_i >= c - slack",
                .source = "here",
                .parameters = {Real("slack", "nats").AtLeast(0).Default(0.0)},
                .create =
                    [](const Parameters& p) -> std::unique_ptr<const Stage> {
                  return std::make_unique<AboveMean>(p.Real("slack"));
                }})
          .ok());
  EXPECT_TRUE(
      registry
          .Add(
              {.name = "last",
               .group = StageGroup::kDraw,
               .summary = "The last one.",
               .formula = "max id",
               .source = "here",
               .parameters = {},
               .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
                 return std::make_unique<Last>();
               }})
          .ok());
  return registry;
}

TEST(StageRegistry, RefusesANameThatIsTaken) {
  StageRegistry registry = StageRegistry::BuiltIn();
  const std::size_t before = registry.types().size();
  EXPECT_EQ(registry.Add(*registry.Find("top_p")).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(registry.types().size(), before);
}

TEST(StageRegistry, RefusesATypeThatMakesNothing) {
  StageRegistry registry;
  StageType type = *StageRegistry::BuiltIn().Find("top_p");
  type.name = "";
  EXPECT_EQ(registry.Add(type).code(), absl::StatusCode::kInvalidArgument);
  type.name = "mine";
  type.create = nullptr;
  EXPECT_EQ(std::string(registry.Add(type).message()),
            "stage \"mine\" has no function `create`");
  EXPECT_TRUE(registry.types().empty());
}

TEST(UserStage, MayBeMadeByAFunctionThatCaptures) {
  StageRegistry registry = StageRegistry::BuiltIn();
  StageType type = *WithUserStages().Find("above_mean");
  type.name = "above_that";
  for (const double slack : {0.0, 4.0}) {
    StageRegistry own = registry;
    type.create = [slack](const Parameters&) -> std::unique_ptr<const Stage> {
      return std::make_unique<AboveMean>(slack);
    };
    ASSERT_TRUE(own.Add(type).ok());
    const auto pipeline = Pipeline::Create(
        *ParseConfig(R"({"version": 1, "stages": [{"type": "above_that"},
                         {"type": "categorical"}]})",
                     3, nullptr, own),
        3, own);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    Workspace workspace;
    const std::vector<float> row = {3.0f, 2.0f, 1.0f};
    EXPECT_EQ(pipeline->Process(row, MakeSequence(3), workspace).Count(),
              slack == 0.0 ? 1 : 3);
  }
}

TEST(UserStage, WorksLikeOneOfOurs) {
  const char kJson[] = R"({"version": 1, "stages": [
      {"type": "above_mean", "slack": 0.5}, {"type": "last"}]})";
  absl::StatusOr<Pipeline> pipeline = absl::UnknownError("");
  {
    const StageRegistry registry = WithUserStages();
    const absl::StatusOr<PipelineConfig> config =
        ParseConfig(kJson, 4, nullptr, registry);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_TRUE(*ParseConfig(ToJson(*config, registry), 4, nullptr, registry) ==
                *config);
    EXPECT_TRUE(absl::StrContains(ConfigSchema(registry), "above_mean"));
    pipeline = Pipeline::Create(*config, 4, registry);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  }  // The registry need not outlive the call.
  const std::vector<float> row = {3.0f, 2.5f, 2.9f, -5.0f};
  Workspace workspace;
  const Token token = pipeline->Sample(absl::Span<const float>(row),
                                       MakeSequence(4), workspace);
  EXPECT_EQ(token.id, 2);
  EXPECT_EQ(token.bits, 7u);
  EXPECT_FALSE(ParseConfig(kJson).ok());
}

TEST(UserStage, IsCheckedLikeOneOfOurs) {
  const StageRegistry registry = WithUserStages();
  EXPECT_EQ(std::string(ParseConfig(R"({"version": 1, "stages": [
  {"type": "above_mean", "slack": -1}, {"type": "top_k", "k": 1}]})",
                                    {}, nullptr, registry)
                            .status()
                            .message()),
            "1:16: /stages: no draw at the end, want \"categorical\", "
            "\"greedy\" or another draw as the last stage\n"
            "2:26: /stages/0/slack: got -1, want a finite number >= 0");
}

}  // namespace
}  // namespace sampler::registry_test
