// What holds for every runtime: no field is dropped silently, errors have a
// place, unknown fields a suggestion.

#include "sampler/importers/importer.h"

#include <gtest/gtest.h>

#include <string>

#include "sampler/config.h"
#include "sampler/importers/field_table.h"
#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

TEST(Importer, KnowsItsRuntimes) {
  EXPECT_EQ(
      RuntimeNames(),
      (std::vector<absl::string_view>{
          "llama.cpp", "ollama",  "lmstudio",     "huggingface", "openai",
          "vllm",      "sglang",  "tensorrt-llm", "tgi",         "aphrodite",
          "koboldcpp", "textgen", "sillytavern",  "exllamav2",   "exllamav3",
          "tabbyapi",  "mlx-lm",  "ort-genai",    "openvino",    "litellm",
          "exllama"}));
  EXPECT_TRUE(IsRuntimeName("LM Studio"));
  EXPECT_TRUE(IsRuntimeName("trtllm"));
  EXPECT_FALSE(IsRuntimeName("request.json"));
  const auto imported = Import("vlm", "{}");
  EXPECT_EQ(imported.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(imported.status().message(),
            "unknown runtime \"vlm\", did you mean \"vllm\"?");
}

TEST(Importer, ErrorsHaveAPlace) {
  EXPECT_EQ(ErrorOf("vllm",
                    "{\n  \"temperature\": \"hot\",\n"
                    "  \"top_k\": 0.5\n}"),
            "2:3: /temperature: got \"hot\", want a number in [0, 2]\n"
            "3:3: /top_k: got 0.5, want an integer >= -1");
  EXPECT_EQ(ErrorOf("vllm", R"({"top_k": 1, "top_k": 2})"),
            "1:14: /top_k: key \"top_k\" stands twice in one object");
  EXPECT_EQ(ErrorOf("vllm", "[1]"), "1:1: got [1], want an object of settings");
  EXPECT_TRUE(Contains(ErrorOf("openai", "{\"a\": "), "not JSON"));
  EXPECT_EQ(ErrorOf("sglang", R"({"sampling_params": {"top_p": 2}})"),
            "1:22: /sampling_params/top_p: got 2, want a number in (0, 1]");
}

TEST(Importer, UnknownFieldsAreNamedWithTheNearest) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    const Imported imported =
        Importing(runtime.name, R"({"temperatur": 1, "temperature": 1})");
    EXPECT_EQ(Said(imported, "temperatur"),
              absl::StrCat("given, unknown: not a setting of ",
                           imported.report.runtime,
                           ", did you mean \"temperature\"?"));
  }
}

TEST(Importer, NullMeansAbsent) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    const Imported imported = Importing(runtime.name, R"({"top_p": null})");
    EXPECT_TRUE(absl::EndsWith(Said(imported, "top_p"),
                               "given, harmless: null means absent"))
        << runtime.name;
    EXPECT_EQ(imported.config, Importing(runtime.name, "{}").config);
  }
}

// A value of the field's kind that is not its default.
Value OtherValue(const Field& field) {
  switch (field.kind) {
    case FieldKind::kReal:
      for (const double x : {0.4, 1.5, 0.05}) {
        if (WantedInstead(field, x).empty()) return x;
      }
      return field.standard;
    case FieldKind::kInteger:
      return field.range.high < 3 ? 2 : 3;
    case FieldKind::kBoolean:
      return field.standard.boolean() == nullptr || !*field.standard.boolean();
    case FieldKind::kText:
      return "5";
    case FieldKind::kMap:
      return Value::Object{{"5", 1.0}};
    case FieldKind::kList:
    case FieldKind::kAny:
      break;
  }
  return Value::List{5};
}

// Every field of every table, alone: the report has an entry for it, and if
// that says "applied" the config or its seed is another one.
TEST(Importer, EveryFieldIsReported) {
  const ListedTexts texts({"a", "\n", "5"});
  const ImportOptions options = {.end_ids = {2}, .texts = &texts};
  for (const RuntimeInfo& runtime : Runtimes()) {
    const PipelineConfig plain = Importing(runtime.name, "{}", options).config;
    for (const Field& field : *runtime.fields) {
      if (IsFlag(field.name) || absl::EndsWith(field.name, "*") ||
          absl::StartsWith(field.name, "LLAMA_ARG_") ||
          field.use == FieldUse::kHidden) {
        continue;
      }
      const std::string body = absl::StrCat(
          "{\"", field.name, "\": ", ToText(OtherValue(field)), "}");
      const auto imported = Import(runtime.name, body, options);
      if (!imported.ok()) {
        // Lists of pairs and names are not made of a number.
        EXPECT_TRUE(Contains(std::string(imported.status().message()),
                             absl::StrCat("/", field.name)));
        continue;
      }
      const std::string said = Said(*imported, field.name);
      EXPECT_TRUE(absl::StartsWith(said, "given, ")) << body << ": " << said;
      EXPECT_FALSE(absl::StrContains(said, "unknown")) << body;
      const bool changed = !(imported->config == plain);
      if (field.use != FieldUse::kSetting) {
        EXPECT_FALSE(changed) << runtime.name << " " << body;
        EXPECT_TRUE(absl::StartsWith(said, "given, harmless") ||
                    absl::StartsWith(said, "given, lost"))
            << body;
      }
      if (changed) {
        EXPECT_TRUE(absl::StartsWith(said, "given, applied") ||
                    absl::StartsWith(said, "given, lost"))
            << runtime.name << " " << body << ": " << said;
      }
    }
  }
}

TEST(Importer, ConfigsRoundTrip) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    const PipelineConfig config = Importing(runtime.name, "{}").config;
    const auto again = ParseConfig(ToJson(config));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(*again, config) << runtime.name;
    EXPECT_TRUE(
        Contains(config.description,
                 absl::StrCat("Imported from settings of ", runtime.version)));
  }
}

TEST(Importer, HostileTextIsAnError) {
  for (const RuntimeInfo& runtime : Runtimes()) {
    for (const char* text :
         {"", "{", "null", "{\"top_k\": 1e999}", "{\"top_k\": [[[[", "\xff",
          "{\"logit_bias\": {\"99999999999999\": 1}}",
          "{\"sampling_params\": {\"sampling_params\": {\"top_k\": \"x\"}}}"}) {
      const auto imported = Import(runtime.name, text);  // Must not throw.
      EXPECT_EQ(imported.ok() ? Wrong(imported->config) : "", "");
    }
  }
}

TEST(Importer, ReportsInTheOrderOfTheTable) {
  const Imported imported = Importing(
      "llama.cpp", R"({"zzz": 1, "temperature": 1, "model": "m", "top_k": 5})");
  std::vector<std::string> order;
  for (const ReportEntry& entry : imported.report.entries) {
    order.push_back(entry.field);
  }
  EXPECT_EQ(order,
            (std::vector<std::string>{"top_k", "top_p", "min_p", "temperature",
                                      "model", "(draw)", "zzz"}));
}

}  // namespace
}  // namespace sampler::importers
