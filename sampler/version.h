/* The version of these headers, and what it promises. For C and C++.
 *
 *   #if SAMPLER_VERSION_NUMBER >= SAMPLER_MAKE_VERSION(0, 3, 0)
 *
 * What may change, and with which number:
 *
 * 1. The interface is what the installed headers declare, but for what is
 *    private; the JSON form of configs (configs/schema.json); the tool's
 *    options and exit codes, and the JSON it writes. Shared libraries also
 *    export what they need of each other, which is promised to nobody.
 * 2. A patch (0.2.X) changes none of it: programs keep running with it without
 *    being built again. The same config, seed and logits give the same tokens,
 *    bit for bit.
 * 3. Before 1.0 a minor version (0.X) may change any of it, and the shared
 *    libraries' SONAME carries it (libsampler.so.0.2), as does find_package.
 *    From 1.0 on only a major version may, and minor versions add.
 * 4. A change of which token is drawn is a change of the interface: it needs
 *    the same number, and another "version" in the config if old configs would
 *    mean something else.
 * 5. The C interface grows by functions and by fields at the end of structs
 *    that begin with their size; nothing else changes in a version that only
 *    adds.
 *
 * Thread-safety: constants.
 * Tested by: tests/install/check.sh, tests/c/c_api_test.c.
 */

#ifndef SAMPLER_VERSION_H_
#define SAMPLER_VERSION_H_

/* CMake reads the project's version from these three lines. */
#define SAMPLER_VERSION_MAJOR 0
#define SAMPLER_VERSION_MINOR 2
#define SAMPLER_VERSION_PATCH 0

/* Versions as numbers that compare as they should. */
#define SAMPLER_MAKE_VERSION(major, minor, patch) \
  ((major)*1000000 + (minor)*1000 + (patch))
#define SAMPLER_VERSION_NUMBER                                       \
  SAMPLER_MAKE_VERSION(SAMPLER_VERSION_MAJOR, SAMPLER_VERSION_MINOR, \
                       SAMPLER_VERSION_PATCH)

/* "0.2.0". */
#define SAMPLER_VERSION_TEXT_OF(number) #number
#define SAMPLER_VERSION_JOIN(major, minor, patch) \
  SAMPLER_VERSION_TEXT_OF(major)                  \
  "." SAMPLER_VERSION_TEXT_OF(minor) "." SAMPLER_VERSION_TEXT_OF(patch)
#define SAMPLER_VERSION                                              \
  SAMPLER_VERSION_JOIN(SAMPLER_VERSION_MAJOR, SAMPLER_VERSION_MINOR, \
                       SAMPLER_VERSION_PATCH)

#endif /* SAMPLER_VERSION_H_ */
