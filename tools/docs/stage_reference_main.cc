// Prints the reference page of all stages:
//
//   stage-reference sampler/stages > sampler/stages/README.md

#include <cstdio>

#include "sampler/stages/registry.h"
#include "tools/docs/stage_reference.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: stage-reference FOLDER_OF_THE_STAGES\n");
    return 2;
  }
  const absl::StatusOr<std::string> page = sampler::tools::StageReference(
      sampler::StageRegistry::BuiltIn(), argv[1]);
  if (!page.ok()) {
    std::fprintf(stderr, "stage-reference: %s\n",
                 std::string(page.status().message()).c_str());
    return 2;
  }
  std::fwrite(page->data(), 1, page->size(), stdout);
  return 0;
}
