// The mark that editors of Windows put before UTF-8 text. It means nothing, and
// every text that is read may begin with it.
//
// Thread-safety: pure function.
// Tested by: tests/tools/text/windows_text_test.cc.

#ifndef SAMPLER_PARAMETERS_BYTE_ORDER_MARK_H_
#define SAMPLER_PARAMETERS_BYTE_ORDER_MARK_H_

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace sampler {

// `text` behind its mark, if it has one.
inline absl::string_view WithoutByteOrderMark(absl::string_view text) {
  return absl::StripPrefix(text, "\xef\xbb\xbf");
}

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_BYTE_ORDER_MARK_H_
