#include "tools/generate/ban_trace.h"

#include "absl/strings/str_cat.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

// "went back 3 tokens to token 17: \" as an AI\" has \"as an AI\"".
std::string RewoundText(const BanOptions& bans, const Rewound& rewound) {
  return absl::StrCat(
      "went back ", rewound.tokens, rewound.tokens == 1 ? " token" : " tokens",
      " to token ", rewound.position, ": ", Quote(rewound.text), " ",
      rewound.phrase.has_value()
          ? absl::StrCat("has ", PhraseName(bans, *rewound.phrase))
          : "leads nowhere");
}

}  // namespace

std::string BanTrace::Lines(std::int64_t sequence, const Told& told,
                            const Rewound* rewound) {
  std::string lines;
  const auto tell = [&](const std::string& what) {
    absl::StrAppend(&lines, "sequence ", sequence, ": ", what, "\n");
  };
  if (rewound != nullptr) tell(RewoundText(bans_, *rewound));
  if (!bans_.expressions.empty()) return lines;
  std::string& held = held_[sequence];
  if (!held.empty() && !told.text.empty()) {
    tell(absl::StrCat("lets go ", Quote(told.text)));
  }
  if (!told.held.empty() && told.held != held) {
    tell(absl::StrCat("holds ", Quote(told.held)));
  }
  held = told.held;
  return lines;
}

}  // namespace sampler::tools
