#include "tools/compare/setup/options.h"

#include "CLI/CLI.hpp"
#include "tools/html/steps.h"
#include "tools/options/run_options.h"
#include "tools/options/thread_options.h"
#include "tools/options/typed_options.h"

namespace sampler::tools {

void AddCompareOptions(CLI::App& command,
                       const std::shared_ptr<CompareOptions>& options) {
  AddLogOptions(command, options->log);
  command
      .add_option("OTHER", options->other,
                  "A second log of the same text; the first is the base")
      ->type_name("");
  command.add_option("--a", options->chains[0], "Chain of the first side")
      ->type_name("CHAIN");
  command.add_option("--b", options->chains[1], "Chain of the second side")
      ->type_name("CHAIN");
  AddRunOptions(command, options->pairs.run);
  AddRowSelection(command, options->rows);
  AddThreads(command, options->pairs.threads);
  AddReal(command, "--eps",
          "What eps_ppl adds to every probability (default: 1e-6)",
          {1e-300, 1.0}, [options](double x) { options->pairs.epsilon = x; });
  AddTrainerOptions(command, options->trainer);
  AddInteger(command, "--worst", "Rows that differ most to show (default: 5)",
             {.maximum = 1000},
             [options](std::int64_t n) { options->worst = n; })
      ->type_name("N");
  command
      .add_option("--fail-if", options->gates,
                  "Exit with 1 if this holds, such as mean_kld>0.02;\n"
                  "names are those of --json (repeatable)")
      ->type_name("EXPR")
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  AddOutputOptions(command, options->output);
  AddRowFormats(command, options->output);
  command.add_flag("--markdown", options->markdown, "Tables as Markdown")
      ->group("Output")
      ->excludes(command.get_option("--json"))
      ->excludes(command.get_option("--jsonl"))
      ->excludes(command.get_option("--csv"));
  AddHtmlOfSteps(command, options->html);
  AddExports(command, options->exports);
}

}  // namespace sampler::tools
