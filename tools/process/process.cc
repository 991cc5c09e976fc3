#include "tools/process/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/files/temporary_names.h"
#include "tools/options/usage.h"
#include "tools/process/interrupt.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

void OpenStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The wrong way round: reading fails, and so does writing. The system gives
    // the lowest number that is free, which is this one.
    const int flags = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    if (open("/dev/null", flags) < 0 && open("/", O_RDONLY) < 0) _exit(2);
  }
}

// Ends the process as the signal would have ended it, unless a command first
// comes to an end of its own.
extern "C" void EndBySignal(int signal) {
  if (signal == SIGINT && NoteInterrupt()) return;
  logs::RemoveTemporaryFiles();
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  raise(signal);  // Arrives when this function returns.
}

void HandleSignals() {
  struct sigaction action = {};
  action.sa_handler = EndBySignal;
  action.sa_flags = SA_RESTART;  // A write goes on after a heeded SIGINT.
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    struct sigaction before;
    // What the caller ignores (nohup) stays ignored.
    if (sigaction(signal, nullptr, &before) == 0 &&
        before.sa_handler == SIG_IGN) {
      continue;
    }
    sigaction(signal, &action, nullptr);
  }
  sigaction(SIGPIPE, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
}

// A destructor that needs memory (those of nlohmann's JSON trees do) may find
// none while the stack unwinds, which the language answers with an abort.
[[noreturn]] void EndAtOnce() {
  if (std::current_exception() != nullptr) {
    try {
      throw;
    } catch (const std::bad_alloc&) {
      constexpr absl::string_view kText = "error: out of memory\n";
      if (write(STDERR_FILENO, kText.data(), kText.size()) < 0) {
        // There is nobody to tell.
      }
      logs::RemoveTemporaryFiles();
      _exit(2);
    } catch (...) {
      // Not a matter of memory: a fault of this program.
    }
  }
  std::abort();
}

}  // namespace

void PrepareProcess() {
  OpenStandardStreams();
  HandleSignals();
  std::set_terminate(EndAtOnce);
}

int RunGuarded(const std::function<int()>& run) {
  try {
    return run();
  } catch (const std::bad_alloc&) {
    return Fail(absl::ResourceExhaustedError("out of memory"), /*json=*/false);
  } catch (const std::exception& error) {
    return Fail(absl::InternalError(absl::StrCat("internal: ", error.what())),
                /*json=*/false);
  }
}

void EndIfInterrupted() {
  if (Interrupted()) EndBySignal(SIGINT);
}

std::optional<int> ParseArguments(CLI::App& app, int argc,
                                  const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) {
      return Fail(UsageError(app, error, argc, argv), AsksForJson(argc, argv));
    }
    // Help and version.
    std::ostringstream out;
    std::ostringstream err;
    app.exit(error, out, err);
    Write(out.str());
    const absl::Status written = FinishOutput();
    return written.ok() ? 0 : Fail(written, /*json=*/false);
  }
}

}  // namespace sampler::tools
