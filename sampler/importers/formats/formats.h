// Settings that are no JSON object: command lines, environments, INI presets,
// Modelfiles, the metadata of a GGUF file. Internal to the importers.
//
// Every reader takes the text and gives the settings that stand in it, named
// as the runtime's table names them; what is wrong is added to `problems`.
//
// Thread-safety: pure functions. Cost: linear in the text.
// Tested by: tests/importers/llama_flags_test.cc,
//   tests/importers/llama_files_test.cc, tests/importers/front_ends_test.cc.

#ifndef SAMPLER_IMPORTERS_FORMATS_FORMATS_H_
#define SAMPLER_IMPORTERS_FORMATS_FORMATS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/formats/shell_words.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// A command line of llama.cpp, a script that has one, a systemd unit, lines of
// LLAMA_ARG_ variables. Words before the first flag (the program) are skipped.
std::vector<Setting> ReadLlamaFlags(absl::string_view command_line,
                                    std::vector<Problem>& problems);
// The same of words that are split already.
std::vector<Setting> ReadLlamaWords(absl::Span<const ShellWord> all,
                                    std::vector<Problem>& problems);

// The value that a flag's word stands for.
Value LlamaFlagValue(const std::string& flag, const std::string& word);

// Whether the first line of sense is a "[section]".
bool BeginsWithSection(absl::string_view text);
// Whether the text is an INI file of models, which a systemd unit is not.
bool IsIni(absl::string_view text);
// A models-preset of llama-server: the keys are flags without their dashes, or
// variables. `section` says which of several models; "[*]" holds for all.
std::vector<Setting> ReadIniPreset(absl::string_view text,
                                   absl::string_view section,
                                   std::vector<Problem>& problems);

// Whether the bytes are those of a GGUF file.
bool IsGguf(absl::string_view bytes);
// The general.sampling.* metadata. `bytes` may be the file's beginning only,
// as long as all metadata is in it.
std::vector<Setting> ReadGguf(absl::string_view bytes,
                              std::vector<Problem>& problems);

// Whether a line begins with an instruction of a Modelfile.
bool IsModelfile(absl::string_view text);
// The PARAMETER lines of a Modelfile, or lines of "name value" as `ollama show
// --parameters` prints them.
std::vector<Setting> ReadModelfile(absl::string_view text,
                                   std::vector<Problem>& problems);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_FORMATS_FORMATS_H_
