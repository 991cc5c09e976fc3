// The fuzz targets: functions of any bytes that must neither crash nor break a
// promise. fuzzer_main.cc hands them to libFuzzer, replay_main.cc runs them on
// the files of a folder. README.md says what each looks at.

#ifndef SAMPLER_TESTS_FUZZ_TARGETS_H_
#define SAMPLER_TESTS_FUZZ_TARGETS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tests/fuzz/byte_source.h"
#include "tests/fuzz/require.h"

namespace sampler::fuzz {

void FuzzConfig(Bytes input);       // config_target.cc
void FuzzChains(Bytes input);       // chains_target.cc
void FuzzSnapshot(Bytes input);     // snapshot_target.cc
void FuzzLog(Bytes input);          // log_target.cc
void FuzzJournal(Bytes input);      // journal_target.cc
void FuzzImport(Bytes input);       // import_target.cc
void FuzzTokens(Bytes input);       // tokens_target.cc
void FuzzSpeculation(Bytes input);  // speculation_target.cc
void FuzzC(Bytes input);            // c_target.cc

struct Target {
  absl::string_view name;
  void (*run)(Bytes input);
};

absl::Span<const Target> Targets();

// Null: there is no such target.
const Target* FindTarget(absl::string_view name);

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_TARGETS_H_
