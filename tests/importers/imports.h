// Helpers of the importers' tests: an import that must succeed, its chain in
// one line, what its report says of a field.

#ifndef SAMPLER_TESTS_IMPORTERS_IMPORTS_H_
#define SAMPLER_TESTS_IMPORTERS_IMPORTS_H_

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// What of the config is wrong.
inline std::string Wrong(const PipelineConfig& config) {
  std::string wrong;
  for (const Problem& problem : CheckConfig(config)) {
    absl::StrAppend(&wrong, problem.pointer, ": ", problem.message, "\n");
  }
  return wrong;
}

inline Imported Importing(absl::string_view runtime, absl::string_view text,
                          const ImportOptions& options = {}) {
  absl::StatusOr<Imported> imported = Import(runtime, text, options);
  EXPECT_TRUE(imported.ok()) << text << "\n" << imported.status();
  if (!imported.ok()) return {};
  EXPECT_EQ(Wrong(imported->config), "") << text;
  return *std::move(imported);
}

// "top_k(k=40) categorical(order=\"rank\")".
inline std::string Chain(const PipelineConfig& config) {
  return absl::StrJoin(
      config.stages, " ", [](std::string* out, const StageConfig& stage) {
        absl::StrAppend(out, stage.type);
        if (stage.parameters.empty()) return;
        absl::StrAppend(
            out, "(",
            absl::StrJoin(stage.parameters, " ",
                          [](std::string* text, const auto& parameter) {
                            absl::StrAppend(text, parameter.first, "=",
                                            ToText(parameter.second));
                          }),
            ")");
      });
}

inline std::string ChainOf(absl::string_view runtime, absl::string_view text,
                           const ImportOptions& options = {}) {
  return Chain(Importing(runtime, text, options).config);
}

// The entries of a field, as "given, applied: top_k(k=40)", a line each.
inline std::string Said(const Imported& imported, absl::string_view field) {
  std::vector<std::string> lines;
  for (const ReportEntry& entry : imported.report.entries) {
    if (entry.field != field) continue;
    lines.push_back(absl::StrCat(ToText(entry.provenance), ", ",
                                 ToText(entry.outcome), ": ", entry.effect));
  }
  return absl::StrJoin(lines, "\n");
}

inline testing::AssertionResult Contains(const std::string& text,
                                         absl::string_view part) {
  if (absl::StrContains(text, part)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no \"" << part << "\" in: " << text;
}

// The runtime that reads what the exporter writes for `engine`.
inline std::string ImporterOf(absl::string_view engine) {
  return engine == "llama.cpp-flags" ? "llama.cpp" : std::string(engine);
}

// The message of an import that must fail.
inline std::string ErrorOf(absl::string_view runtime, absl::string_view text,
                           const ImportOptions& options = {}) {
  const absl::StatusOr<Imported> imported = Import(runtime, text, options);
  EXPECT_FALSE(imported.ok()) << text << ": " << Chain(imported->config);
  return std::string(imported.status().message());
}

// A vocabulary given as a list.
class ListedTexts final : public TokenTexts {
 public:
  explicit ListedTexts(std::vector<std::string> texts)
      : texts_(std::move(texts)) {}
  std::int32_t size() const override {
    return static_cast<std::int32_t>(texts_.size());
  }
  std::string Bytes(std::int32_t id) const override {
    return texts_[static_cast<std::size_t>(id)];
  }

 private:
  std::vector<std::string> texts_;
};

}  // namespace sampler::importers

#endif  // SAMPLER_TESTS_IMPORTERS_IMPORTS_H_
