// llama.cpp's settings as files have them: scripts, environments, models
// presets, /props, GGUF metadata.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

std::string LlamaFlags(absl::string_view text,
                       const ImportOptions& options = {}) {
  return ChainOf("llama.cpp", text, options);
}

TEST(LlamaFiles, UnderscoresAreHyphens) {
  const Imported imported =
      Importing("llama.cpp", "--top_k 64 --temp 1.0 --repeat_penalty 1.05");
  EXPECT_EQ(Chain(imported.config),
            "repetition_penalty(penalty=1.05 scope=\"both\" window=64) "
            "top_k(k=64) top_p(p=0.95) min_p(p=0.05) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "--top_k"), "given, applied"));
}

TEST(LlamaFiles, CommentsAreNoFlags) {
  EXPECT_EQ(LlamaFlags("llama-server -m x --temp 1 # hot --top-k 5, it's so\n"),
            "top_k(k=40) top_p(p=0.95) min_p(p=0.05) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(ErrorOf("llama.cpp", "--temp 1\n--top-k \"5"),
            "line 2: a quote is left open");
}

TEST(LlamaFiles, ScriptsAndUnits) {
  EXPECT_TRUE(
      Contains(LlamaFlags("#!/bin/sh\ncd /x -P && exec llama-server \\\n"
                          "  --control-vector-layer-range 5 10 --top-k 7 | "
                          "tee --append log"),
               "top_k(k=7)"));
  const Imported unit =
      Importing("llama.cpp",
                "[Unit]\nDescription=A server\n[Service]\n"
                "Environment=\"LLAMA_ARG_MIN_P=0.2\"\n"
                "ExecStart=/usr/bin/llama-server --top_k 9\n");
  EXPECT_TRUE(Contains(Chain(unit.config), "top_k(k=9)"));
  EXPECT_TRUE(Contains(Chain(unit.config), "min_p(p=0.2)"));
  EXPECT_EQ(unit.report.counts.unknown, 0);
}

TEST(LlamaFiles, NumbersAreCutAsStoiCutsThem) {
  const Imported imported = Importing("llama.cpp", "--top-k 0.1");
  EXPECT_FALSE(Contains(Chain(imported.config), "top_k"));
  EXPECT_TRUE(Contains(Said(imported, "--top-k"), "read as 0"));
}

TEST(LlamaFiles, Environments) {
  const Imported imported = Importing(
      "llama.cpp",
      "LLAMA_ARG_TOP_K=20\nexport LLAMA_ARG_TEMPERATURE=1\n"
      "LLAMA_ARG_MODEL=/m.gguf\n# LLAMA_ARG_TOP_P=0.1\nLLAMA_ARG_TEMP=0.5\n");
  EXPECT_EQ(Chain(imported.config),
            "top_k(k=20) top_p(p=0.95) min_p(p=0.05) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(Said(imported, "LLAMA_ARG_TEMP"),
                       "did you mean \"LLAMA_ARG_TEMPERATURE\"?"));
  // A flag comes before a variable.
  EXPECT_TRUE(
      Contains(LlamaFlags("LLAMA_ARG_TOP_K=20 llama-server --top-k 5"), "k=5"));
}

constexpr char kPreset[] = R"(version = 1
[*]
top-k = 30   ; for all
[small]
temp = 1.0
min_p = 0.1
c = 4096
[large]
LLAMA_ARG_TOP_P = 0.5
samplers = top_p;temperature
)";

TEST(LlamaFiles, ModelsPresets) {
  EXPECT_EQ(LlamaFlags(kPreset, {.section = "small"}),
            "top_k(k=30) top_p(p=0.95) min_p(p=0.1) "
            "categorical(order=\"rank\")");
  EXPECT_EQ(LlamaFlags(kPreset, {.section = "large"}),
            "top_p(p=0.5) temperature(temperature=0.8) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(Contains(ErrorOf("llama.cpp", kPreset), "models (small, large)"));
  EXPECT_TRUE(Contains(ErrorOf("llama.cpp", kPreset, {.section = "smal"}),
                       "did you mean \"small\"?"));
}

TEST(LlamaFiles, PropsHoldTheDefaults) {
  EXPECT_TRUE(
      Contains(LlamaFlags(R"({"default_generation_settings": {"id": 0, "params":
               {"top_k": 11, "temperature": 1.0}}, "total_slots": 1})"),
               "top_k(k=11)"));
}

TEST(LlamaFiles, WordsOfAContainersCommand) {
  EXPECT_TRUE(Contains(
      LlamaFlags(R"(["-m", "x.gguf", "--temp", "1", "--top-k", "6"])"), "k=6"));
}

// ---- GGUF -----------------------------------------------------------------

template <typename T>
void Put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutString(std::string& out, const std::string& text) {
  Put<std::uint64_t>(out, text.size());
  out += text;
}

std::string Gguf(bool sampling) {
  std::string out = "GGUF";
  Put<std::uint32_t>(out, 3);
  Put<std::uint64_t>(out, 0);
  Put<std::uint64_t>(out, sampling ? 5 : 2);
  PutString(out, "general.name");
  Put<std::uint32_t>(out, 8);
  PutString(out, "a model");
  PutString(out, "tokenizer.ggml.tokens");
  Put<std::uint32_t>(out, 9);
  Put<std::uint32_t>(out, 8);
  Put<std::uint64_t>(out, 2);
  PutString(out, "a");
  PutString(out, "b");
  if (!sampling) return out;
  PutString(out, "general.sampling.top_k");
  Put<std::uint32_t>(out, 5);
  Put<std::int32_t>(out, 13);
  PutString(out, "general.sampling.temp");
  Put<std::uint32_t>(out, 6);
  Put<float>(out, 0.6F);
  PutString(out, "general.sampling.sequence");
  Put<std::uint32_t>(out, 8);
  PutString(out, "top_k;temperature");
  return out;
}

TEST(LlamaFiles, MetadataOfGguf) {
  EXPECT_EQ(LlamaFlags(Gguf(true)),
            "top_k(k=13) temperature(temperature=0.6) "
            "categorical(order=\"rank\")");
  EXPECT_TRUE(
      Contains(ErrorOf("llama.cpp", Gguf(false)), "without general.sampling"));
  const std::string whole = Gguf(true);
  for (std::size_t size = 4; size < whole.size(); ++size) {
    EXPECT_FALSE(Import("llama.cpp", whole.substr(0, size)).ok()) << size;
  }
}

TEST(LlamaFiles, MetadataOfGgufIsARequestsDefault) {
  EXPECT_EQ(
      LlamaFlags(R"({"temperature": 1.0})", {.server_defaults = Gguf(true)}),
      "top_k(k=13) categorical(order=\"rank\")");
}

}  // namespace
}  // namespace sampler::importers
