#include "tests/parity/parity_registry.h"

#include "sampler/stages/truncation_parameters.h"

namespace sampler {
namespace {

StageType Named(absl::string_view name, ParameterTable parameters) {
  return {.name = name,
          .group = StageGroup::kTruncate,
          .summary = "",
          .formula = "",
          .source = "",
          .parameters = std::move(parameters),
          .create = nullptr};
}

std::vector<StageType> TypesOfLlamaCpp() {
  return {
      Named("xtc",
            {Real("probability", "").Within(0, 1).Required(),
             Real("threshold", "").Within(0, 1).Default(0.1),
             MinKeepParameter(), TokenIds("protect", ""),
             Choice("protect_rule", "").Choices({"skip_stage", "exempt"}),
             Choice("fire", "").Choices({"lt", "le"}),
             Choice("mode", "").Choices({"random", "expected"})}),
      Named("mirostat",
            {Integer("version", "").Within(1, 2).Default(2),
             Real("tau", "").Above(0).Default(5),
             Real("eta", "").AtLeast(0).Default(0.1),
             Integer("m", "").AtLeast(2).Default(100),
             Choice("surprise", "").Choices({"truncated", "original"})}),
      Named("adaptive_p", {Real("target", "").Within(0, 1).Nullable(),
                           Real("decay", "").Within(0, 0.99).Default(0.9)}),
      Named("top_n_sigma",
            {Real("n", "").AtLeast(0).Required(), MinKeepParameter(),
             Choice("sigma", "").Choices({"population", "sample"})}),
      Named("dynamic_temperature",
            {Real("low", "").AtLeast(0).Required(),
             Real("high", "").AtLeast(0).Required(),
             Real("exponent", "").AtLeast(0).Default(1),
             Choice("count", "").Choices({"finite", "all"})}),
  };
}

}  // namespace

const StageRegistry& ParityRegistry() {
  static const StageRegistry* const registry = [] {
    auto* made = new StageRegistry(StageRegistry::BuiltIn());
    // A type that the library has stays its own.
    for (StageType& type : TypesOfLlamaCpp()) made->Add(type).IgnoreError();
    return made;
  }();
  return *registry;
}

bool LibraryHasEveryStageOfLlamaCpp() {
  for (const StageType& type : TypesOfLlamaCpp()) {
    if (StageRegistry::BuiltIn().Find(type.name) == nullptr) return false;
  }
  return true;
}

}  // namespace sampler
