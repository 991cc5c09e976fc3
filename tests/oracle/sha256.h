// SHA-256 (FIPS 180-4) of a byte string, as lower-case hex: the fingerprint
// that golden records give of a kept set.
//
// Tested by: tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_SHA256_H_
#define SAMPLER_TESTS_ORACLE_SHA256_H_

#include <string>

namespace oracle {

std::string Sha256Hex(const std::string& bytes);

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_SHA256_H_
