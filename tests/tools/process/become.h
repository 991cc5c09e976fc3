// Runs a program in the place of a process that fork has just made.

#ifndef SAMPLER_TESTS_TOOLS_PROCESS_BECOME_H_
#define SAMPLER_TESTS_TOOLS_PROCESS_BECOME_H_

#include <unistd.h>

#include <string>
#include <vector>

namespace sampler::tools {

// Does not return: the process ends with 127 if `program` cannot be run.
[[noreturn]] inline void Become(const std::string& program,
                                const std::vector<std::string>& arguments) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_PROCESS_BECOME_H_
