// The options of `import`, which reads settings and no log.

#include <string>

#include "tests/tools/options/given_options.h"
#include "tests/tools/tool.h"

namespace sampler::tools {

GivenCommand GivenImport(const std::string& out, const std::string& texts) {
  const auto of = [](const std::string& runtime, const char* name,
                     const char* body) {
    return Arguments{runtime, WriteTemporary(name, body)};
  };
  const Arguments plain = of("vllm", "vllm.json", R"({"temperature": 0.7})");
  return {
      "import",
      plain,
      {{}, {"--json"}, {"--output", out, "--force"}},
      {{"--parity",
        {"--parity"},
        of("llama.cpp", "llama.json", R"({"temperature": 0.7})")},
       {"--strict",
        {"--strict"},
        of("vllm", "unknown.json", R"({"temperature": 0.7, "strange": 1})")},
       {"--generation-config",
        {"--generation-config",
         WriteTemporary("generation.json", R"({"top_k": 7})")}},
       {"--loader",
        {"--loader", "llama.cpp"},
        of("textgen", "textgen.json",
           R"({"temperature": 0.7, "top_k": 5,
               "sampler_priority": ["temperature"]})")},
       {"--backend",
        {"--backend", "koboldcpp"},
        {"sillytavern", DataFile("import/sillytavern/min-p.json")}},
       {"--section",
        {"--section", "two"},
        of("llama.cpp", "models.ini", "[one]\ntemp = 1\n[two]\ntop-k = 3\n")},
       {"--no-defaults",
        {"--no-defaults"},
        of("huggingface", "hugging.json",
           R"({"do_sample": true, "temperature": 0.7})")},
       {"--eos-ids",
        {"--eos-ids", "3"},
        of("llama.cpp", "ignore.json", R"({"ignore_eos": true})")},
       {"--vocab-file",
        {"--vocab-file", texts},
        of("vllm", "bad.json", R"({"bad_words": ["a"]})")}}};
}

}  // namespace sampler::tools
