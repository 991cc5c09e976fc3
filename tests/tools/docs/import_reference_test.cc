#include "tools/docs/import_reference.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"

namespace sampler::tools {
namespace {

TEST(ImportReference, IsTheCommittedPage) {
  std::ifstream file(SAMPLER_SOURCE_DIR "/sampler/importers/README.md");
  std::ostringstream committed;
  committed << file.rdbuf();
  // A difference is mended by: import-reference > sampler/importers/README.md
  EXPECT_TRUE(committed.str() == ImportReference())
      << "sampler/importers/README.md is not what import-reference prints";
}

TEST(ImportReference, NamesEveryField) {
  const std::string page = ImportReference();
  for (const importers::RuntimeInfo& runtime : importers::Runtimes()) {
    EXPECT_TRUE(absl::StrContains(page, absl::StrCat("\n## ", runtime.name)));
    for (const importers::Field& field : *runtime.fields) {
      EXPECT_TRUE(absl::StrContains(page, absl::StrCat("`", field.name, "`")))
          << runtime.name << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace sampler::tools
