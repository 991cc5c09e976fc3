// `sampler detect`: does a text carry the watermark of this key?

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/commands.h"
#include "tools/detect/key_file.h"
#include "tools/detect/print.h"
#include "tools/detect/scheme.h"
#include "tools/detect/texts.h"
#include "tools/options/log_options.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Does this text carry the watermark of a key?

Examples:
  sampler detect run.safetensors --scheme gumbel --key-file chain.json
  sampler detect tokens.json --scheme vllm --key-file vllm.key
  sampler detect tokens.json --prompt-tokens prompt.json --scheme sglang
    --key-fd 3 --json 3< watermark.json

LOG is a log with the tokens that were drawn, or a file of token ids (.json,
.txt, .npy, .bin). The p value is the chance of plain text to score as much,
exact under the scheme's law. The key is never shown.

A key is a number (of sglang and textseal in hexadecimal, two for two keys; of
synthid one a layer), or JSON: a config of this tool, its watermark stage, or
the config that vLLM or SGLang is given.
Exit code: 0 done, 1 with --at-most if a text has a larger p value, 2 usage
error or unreadable input.
)";

struct Options {
  LogOptions log;
  std::string scheme;
  KeySource key;
  Value::Object parameters;  // Of the scheme, as far as they are given.
  std::optional<double> at_most;
  bool each = false;
  OutputOptions output;
};

absl::StatusOr<int> Run(const Options& options) {
  if (options.key.file.empty() == !options.key.descriptor.has_value()) {
    return WithHint(
        absl::InvalidArgumentError("a key: want either --key-file or --key-fd"),
        "a key on the command line would be seen by every user of "
        "this machine");
  }
  if (options.key.file == "-" && options.log.path == "-") {
    return absl::InvalidArgumentError(
        "standard input cannot be both the log and the key");
  }
  const auto key = ReadKey(options.key);
  if (!key.ok()) return key.status();
  const auto scheme = Scheme::Create(options.scheme, *key, NameOf(options.key),
                                     options.parameters);
  if (!scheme.ok()) return scheme.status();
  const auto texts = ReadTexts(options.log);
  if (!texts.ok()) return texts.status();
  Detection detection = {*scheme, {}, options.each};
  int exit_code = 0;
  for (const Text& text : *texts) {
    detection.texts.push_back(scheme->Find({text.prompt, text.output}));
    if (options.at_most.has_value() &&
        !(detection.texts.back().log_p_value <= Log(*options.at_most))) {
      exit_code = 1;
    }
  }
  Write(options.output.json
            ? DetectionJson(detection)
            : DetectionText(detection, Painter(UseColor(options.output))));
  const absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  return exit_code;
}

void AddParameters(CLI::App& command, const std::shared_ptr<Options>& options) {
  constexpr char kGroup[] = "The scheme's settings, where the key says none";
  const auto integer = [&](const char* name, const char* parameter,
                           const char* help, std::int64_t least) {
    AddInteger(command, name, help, {.minimum = least},
               [options, parameter](std::int64_t n) {
                 options->parameters[parameter] = n;
               })
        ->group(kGroup);
  };
  const auto real = [&](const char* name, const char* parameter,
                        const char* help) {
    AddReal(command, name, help, {0.0, 1.0}, [options, parameter](double x) {
      options->parameters[parameter] = x;
    })->group(kGroup);
  };
  integer("--context-width", "context_width",
          "Previous tokens that make the numbers (vllm, vllm-dual,\n"
          "sglang: 4; kgw: 1)",
          1);
  real("--alpha", "alpha", "vllm-dual: chance of key B (0.1)");
  real("--mixing-probability", "mixing_probability",
       "sglang: share of contexts of the first of two keys (0.5)");
  real("--gamma", "gamma", "kgw: share of green tokens (0.25)");
  integer("--ngram-len", "ngram_len",
          "synthid: tokens that make a bit, the new one included (5)", 2);
  integer("--context-history", "context_history",
          "synthid: contexts to remember (1024)", 0);
}

}  // namespace

void AddDetect(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("detect", kDescription);
  const auto options = std::make_shared<Options>();
  AddLogOptions(*command, options->log);
  // The rows themselves are not looked at.
  command->remove_option(command->get_option("--kind"));
  AddWord(
      *command, "--scheme", absl::StrJoin(SchemeNames(), ", "), SchemeNames(),
      [options](std::size_t index) { options->scheme = SchemeNames()[index]; })
      ->required()
      ->type_name("NAME");
  command
      ->add_option("--key-file", options->key.file,
                   "The file that holds the key; - is stdin")
      ->type_name("FILE");
  AddInteger(*command, "--key-fd", "An open descriptor to read the key from",
             {.maximum = std::numeric_limits<int>::max()},
             [options](std::int64_t n) {
               options->key.descriptor = static_cast<int>(n);
             });
  AddParameters(*command, options);
  AddReal(*command, "--at-most",
          "Exit code 1 unless every p value is at most this", {0.0, 1.0},
          [options](double p) { options->at_most = p; })
      ->type_name("P");
  command->add_flag("--each", options->each, "Show what every token adds");
  AddOutputOptions(*command, options->output);
  command->callback([options, &exit_code] {
    const absl::StatusOr<int> code = Run(*options);
    exit_code =
        code.ok() ? *code : Fail(code.status(), options->output.json_errors());
  });
}

}  // namespace sampler::tools
