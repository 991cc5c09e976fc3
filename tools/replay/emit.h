// Kept sets and logprobs for trainers: `replay --emit mask,logprob OUT`.
//
// Rollouts are drawn from what a chain keeps; a trainer that computes their
// logprobs over the whole vocabulary gets other numbers. The file has what it
// takes to compute them over the same set (sampling distribution replay):
//
//   rows          I64 [N]  rows of the log
//   seq_offsets   I64 [S + 1]
//   tokens        I32 [N]  the logged tokens; -1: none (absent: the log has
//   none) kept          I32 [N]  tokens that are kept; 0 where a row has no
//   draw exact         U8 [N]   0: the log does not decide the row's kept set
// mask:
//   offsets       I64 [N + 1], token_ids I32 [nnz], logprobs F32 [nnz]
//                          the kept sets, and ln q of each token
//   bits_rows     I64 [M]  rows (places in `rows`) that keep more than
//   bits          I32 [M, ceil(V / 32)]  kMostListed tokens: packed, bit i of
//                          word j for token 32 j + i; their lists are empty
// logprob, of the logged token:
//   logprob       F32 [N]  ln q, under what the chain leaves; -inf if cut
//   full_logprob  F32 [N]  ln softmax(z / T), z the whole row as logged and T
//                          the chain's temperature
//   ln_mass       F32 [N]  ln of the mass that softmax(z / T) has on what is
//                          kept: of a chain that only divides by T and cuts,
//                          logprob = full_logprob - ln_mass
//   raw_logprob   F32 [N]  ln softmax(z)
//
// A number that does not exist is NaN: no logged token, no draw, or a chain
// whose temperature is not one number (or 0). So is one that a list of the
// likeliest tokens does not tell: sums over the whole row at another
// temperature than 1. With the mask the file is also a
// log of processed rows, which every command reads.
//
// Thread-safety: an Emitter is used by one thread; its looks by one each.
// Cost: memory of some 50 bytes a row; the lists go through files without a
//   name beside OUT.
// Source: vLLM #49577; DeepSeek-V3.2, arXiv 2512.02556, "Keep Sampling Mask".
// Tested by: tests/tools/replay/emit_test.cc, against sums in long double.

#ifndef SAMPLER_TOOLS_REPLAY_EMIT_H_
#define SAMPLER_TOOLS_REPLAY_EMIT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/options/cli_fwd.h"
#include "tools/replay/print.h"
#include "tools/replay/rows.h"

namespace sampler::tools {

inline constexpr std::size_t kMostListed = 2'048;

struct EmitOptions {
  std::vector<std::string> given;  // "mask,logprob" and OUT; empty: nothing.
  bool mask = false;
  bool logprob = false;
  std::string out;
  bool force = false;
};

// --emit, --force.
void AddEmit(CLI::App& app, EmitOptions& options);

// Reads what was given. InvalidArgument for words other than mask and logprob,
// for OUT that is the input, and for --force alone.
absl::Status ResolveEmit(EmitOptions& options, const std::string& input);

// What a look finds of a row, for the file.
struct EmittedRow final : RowFinding {
  std::vector<std::int32_t> ids;  // Kept, ascending.
  std::vector<float> logprobs;
  float logprob;
  float full_logprob;
  float ln_mass;
  float raw_logprob;
};

// Makes the looks of a replay.
std::function<RowLook()> EmitLooks(const EmitOptions& options);

class EmitFile;  // emit_file.h

class Emitter {
 public:
  // Errors: those of the output file.
  static absl::StatusOr<std::unique_ptr<Emitter>> Create(
      const EmitOptions& options, const ReplayHeader& header);
  ~Emitter();

  // The next row, in the order of the log.
  void Add(const RowResult& row);

  // Writes the file. Errors of it, those of rows included.
  absl::Status Finish();

  // Rows that the log does not decide.
  std::int64_t inexact() const;

 private:
  explicit Emitter(std::unique_ptr<EmitFile> file);

  std::unique_ptr<EmitFile> file_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_EMIT_H_
