// No text makes an importer crash, hang or answer with an invalid config that
// it calls good. The texts: every file of the corpus and a few of hand, changed
// at random and spliced; and every field of every runtime with values of every
// kind. (The fuzz targets are elsewhere: these run with the other tests.)

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/substitute.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/recognise.h"
#include "sampler/parameters/value_json.h"
#include "tests/importers/imports.h"
#include "tests/support/mutated_text.h"
#include "tests/support/test_share.h"

namespace sampler::importers {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937;

// What no file of the corpus has.
std::vector<std::string> SeedsOfHand() {
  return {
      R"({"options": {"temperature": 1}, "search": {"top_k": 3},
          "parameters": "top_k 5", "model_list": [{"litellm_params": {}}]})",
      R"({"sampler_order": [6, 0, 1], "sampler_priority": "top_k\nmin_p",
          "rep_pen": 1.1, "rep_pen_slope": -3, "custom_token_bans": "1,2"})",
      "llama-server --temp 0.8 --logit-bias 5+1 --samplers 'top_k;x' # c\n",
      "[*]\ntemp = 1\n[a]\ntop-k = 3\n",
      "FROM x\nPARAMETER top_k 3\nSYSTEM \"\"\"a\n\"\"\"\n",
      std::string("GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x05\0\0\0",
                  28)};
}

const std::vector<std::string>& Seeds() {
  static const auto& seeds = *[] {
    auto* texts = new std::vector<std::string>(SeedsOfHand());
    std::vector<fs::path> files;
    for (const auto& file :
         fs::recursive_directory_iterator(SAMPLER_TEST_DATA "/import")) {
      if (file.is_regular_file() && file.path().filename() != "expected.json") {
        files.push_back(file.path());
      }
    }
    std::sort(files.begin(), files.end());  // The same ones on every machine.
    for (const fs::path& path : files) {
      std::ifstream file(path, std::ios::binary);
      texts->emplace_back(std::istreambuf_iterator<char>(file),
                          std::istreambuf_iterator<char>());
    }
    return texts;
  }();
  return seeds;
}

std::string Mutated(Random& random) {
  static constexpr char kAlphabet[] = "{}[]\":,-=#\n\\'0919eE.x \xff\x00;";
  const absl::string_view alphabet(kAlphabet, sizeof(kAlphabet) - 1);
  const std::string& text = Seeds()[random() % Seeds().size()];
  const std::string& other = Seeds()[random() % Seeds().size()];
  const std::uint64_t changes = random() % 6;
  return MutatedText(text, changes, alphabet, other, random);
}

// Imports, and holds what must hold of every answer.
void Try(absl::string_view name, const std::string& text, bool vocabulary) {
  static const auto& texts = *new ListedTexts({"a", "\n", "5", " a"});
  ImportReport report;
  const auto imported =
      Import(name, text,
             {.end_ids = {2}, .texts = vocabulary ? &texts : nullptr}, &report);
  if (!imported.ok()) {
    EXPECT_NE(imported.status().message(), "") << name << text;
    return;
  }
  EXPECT_EQ(imported->report.counts, report.counts);
  for (const Problem& problem : CheckConfig(imported->config)) {
    // Stages may be stricter than the runtime: then it is said.
    EXPECT_NE(problem.message, "") << name << text;
  }
}

TEST(ImportFuzz, NoTextBreaksAnImporter) {
  Random random(7);
  EXPECT_GT(Seeds().size(), 120u);
  const int rounds = Share(1500);
  for (int round = 0; round < rounds; ++round) {
    const std::string text = Mutated(random);
    Recognise(text);
    for (const absl::string_view name : RuntimeNames()) {
      Try(name, text, round % 2 == 0);
    }
  }
}

// Of any kind, and of sizes that overflow somewhere.
Value AnyValue(Random& random, int depth) {
  switch (random() % (depth > 0 ? 12 : 9)) {
    case 0:
      return {};
    case 1:
      return random() % 2 == 0;
    case 2:
      return static_cast<std::int64_t>(random() % 200) - 50;
    case 3:
      return static_cast<std::int64_t>(
          (std::uint64_t{random()} << 32 | random()) >> random() % 40);
    case 4:
      return static_cast<double>(random() % 1000) / 100.0 - 2.0;
    case 5:
      return random() % 2 == 0 ? 1e308 : -1e-320;
    case 6:
      return std::string(random() % 30, static_cast<char>(random() % 256));
    case 7:
      return absl::StrCat(random() % 50);
    case 8:
      return std::string(random() % 2 == 0 ? "top_k" : "[1, \"x\"]");
    case 9:
    case 10: {
      Value::List list;
      for (std::size_t n = random() % 5; n > 0; --n) {
        list.push_back(AnyValue(random, depth - 1));
      }
      return list;
    }
    default: {
      Value::Object object;
      for (std::size_t n = random() % 4; n > 0; --n) {
        object[random() % 3 == 0 ? "type" : absl::StrCat(random() % 90)] =
            AnyValue(random, depth - 1);
      }
      return object;
    }
  }
}

TEST(ImportFuzz, NoValueOfAFieldBreaksAnImporter) {
  Random random(8);
  const int rounds = Share(400);
  for (const RuntimeInfo& runtime : Runtimes()) {
    for (int round = 0; round < rounds; ++round) {
      Value::Object settings;
      for (const Field& field : *runtime.fields) {
        if (field.use == FieldUse::kHidden || IsFlag(field.name) ||
            random() % 3 != 0) {
          continue;
        }
        settings[std::string(field.name)] = AnyValue(random, 3);
      }
      Try(runtime.name,
          ValueToJson(Value(settings))
              .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
          round % 2 == 0);
    }
  }
}

// ---- Time -------------------------------------------------------------------

// What would take minutes if it were quadratic ends at once.
int Many() { return std::max(10'000, Share(50'000)); }

std::string Repeated(absl::string_view open, absl::string_view item,
                     absl::string_view close) {
  std::string text(open);
  for (int i = 0; i < Many(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", absl::Substitute(item, i));
  }
  return absl::StrCat(text, close);
}

TEST(ImportFuzz, TimeIsLinearInTheFields) {
  const std::string body =
      Repeated("{\"temperature\": 0.5, ", "\"temp$0\": $0", "}");
  for (const absl::string_view name : RuntimeNames()) Try(name, body, false);
  const auto flags = [](int count) {
    std::string text = "llama-server";
    for (int i = 0; i < count; ++i) absl::StrAppend(&text, " --temp", i, " 1");
    return text + " --top-k 5";
  };
  EXPECT_TRUE(Import("llama.cpp", flags(Many())).ok());
  EXPECT_TRUE(Import("ollama", "FROM x\nPARAMETER top_k 3\n" +
                                   std::string(1'000'000, '\n'))
                  .ok());
  EXPECT_FALSE(Import("llama.cpp", std::string(1'000'000, '[')).ok());
  EXPECT_FALSE(Import("llama.cpp", std::string(1'000'000, '-')).ok());
}

TEST(ImportFuzz, TimeIsLinearInTheListsOfAField) {
  const std::string ids = Repeated("[", "$0", "]");
  const std::string pairs = Repeated("[", "[$0, 0.5]", "]");
  const std::string map = Repeated("{", "\"$0\": 0.5", "}");
  for (const RuntimeInfo& runtime : Runtimes()) {
    for (const Field& field : *runtime.fields) {
      if (field.use != FieldUse::kSetting || IsFlag(field.name)) continue;
      const auto with = [&](const std::string& value) {
        return absl::StrCat("{\"", field.name, "\": ", value,
                            ", \"min_tokens\": 3, \"min_length\": 3}");
      };
      if (field.kind == FieldKind::kMap) Try(runtime.name, with(map), false);
      if (field.kind == FieldKind::kList || field.kind == FieldKind::kAny) {
        Try(runtime.name, with(ids), false);
        Try(runtime.name, with(pairs), false);
      }
    }
  }
}

}  // namespace
}  // namespace sampler::importers
