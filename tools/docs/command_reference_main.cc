// Prints the tool's manual page, or its completion for a shell:
//
//   command-reference man|bash|zsh|fish > FILE

#include <cstdio>
#include <string>

#include "sampler/version.h"
#include "tools/docs/command_line.h"
#include "tools/docs/completions.h"
#include "tools/docs/man_page.h"

int main(int argc, char** argv) {
  const std::string form = argc == 2 ? argv[1] : "";
  const sampler::tools::CommandInfo tool = sampler::tools::DescribeTool();
  std::string text;
  if (form == "man") {
    text = sampler::tools::ManPage(tool, SAMPLER_VERSION);
  } else if (form == "bash") {
    text = sampler::tools::BashCompletion(tool);
  } else if (form == "zsh") {
    text = sampler::tools::ZshCompletion(tool);
  } else if (form == "fish") {
    text = sampler::tools::FishCompletion(tool);
  } else {
    std::fprintf(stderr, "usage: command-reference man|bash|zsh|fish\n");
    return 2;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}
