// Decoder of DEFLATE (RFC 1951), the compression of zip members: piece by
// piece, so that a member of any size needs the memory of its window.
//
// Why not zlib: it would be a fourth library that every user of the logs links
// and packages, for 300 lines that only read, and that zlib's own output tests.
//
// Errors: DataLoss where the input ends inside the stream; InvalidArgument for
//   what is no DEFLATE (a block type, code lengths that fit no code, a distance
//   before the beginning).
// Thread-safety: pure function.
// Cost: about 10 ns a byte.
// Tested by: tests/logs/npz/inflate_test.cc.

#ifndef SAMPLER_LOGS_NPZ_INFLATE_H_
#define SAMPLER_LOGS_NPZ_INFLATE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sampler::logs {

using Bytes8 = absl::Span<const unsigned char>;

// `read` gives the next piece of the input, empty at its end; `write` gets the
// output, in order.
absl::Status Inflate(absl::FunctionRef<absl::StatusOr<Bytes8>()> read,
                     absl::FunctionRef<absl::Status(Bytes8)> write);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_NPZ_INFLATE_H_
