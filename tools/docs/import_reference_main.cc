// Prints the reference page of all importers:
//
//   import-reference > sampler/importers/README.md

#include <cstdio>

#include "tools/docs/import_reference.h"

int main() {
  const std::string page = sampler::tools::ImportReference();
  std::fwrite(page.data(), 1, page.size(), stdout);
  return 0;
}
