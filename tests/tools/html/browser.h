// A real browser, for tests of pages: Chromium without a window, driven by its
// DevTools protocol over a pair of pipes.
//
// Where no browser is installed, Start gives null and tests skip, saying how to
// install one: tools/install_packages.sh browser.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_TOOLS_HTML_BROWSER_H_
#define SAMPLER_TESTS_TOOLS_HTML_BROWSER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace sampler::tools {

class Browser {
 public:
  // Null where there is none.
  static std::unique_ptr<Browser> Start();
  ~Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;

  // Opens a file, and returns when it is loaded.
  void Open(const std::string& path, const std::string& fragment = "");

  // Calls a method of the protocol and returns its result.
  nlohmann::json Call(const std::string& method,
                      nlohmann::json parameters = nlohmann::json::object());

  // The value of an expression in the page.
  nlohmann::json Evaluate(const std::string& expression);

  void Press(const std::string& key, int code);
  void SetWidth(int width, int height = 900);
  // "light" or "dark"; "screen" or "print".
  void SetMedia(const std::string& scheme, const std::string& medium);
  void AllowScripts(bool allow);

  // What went wrong since the page was opened: exceptions, errors, dialogs,
  // and requests for anything but the page.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  Browser() = default;
  nlohmann::json Receive();
  void Note(const nlohmann::json& event);
  // Reads events until the page is loaded.
  void WaitUntilLoaded();

  pid_t process_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string folder_;  // Of the browser's profile.
  std::string received_;
  std::string session_;
  std::string url_;
  int calls_ = 0;
  bool loaded_ = false;
  std::vector<std::string> complaints_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_HTML_BROWSER_H_
