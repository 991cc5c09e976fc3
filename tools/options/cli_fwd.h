// CLI11 comes without a header of forward declarations, and in full costs every
// file that sees it seconds.

#ifndef SAMPLER_TOOLS_OPTIONS_CLI_FWD_H_
#define SAMPLER_TOOLS_OPTIONS_CLI_FWD_H_

namespace CLI {
class App;
class Option;
}  // namespace CLI

#endif  // SAMPLER_TOOLS_OPTIONS_CLI_FWD_H_
